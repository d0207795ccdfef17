"""What a supervisor finds who opens the demo: figures that are counted, signals that live."""

from datetime import timedelta

from accounts.models import User
from analytics import folding, rebuilding
from analytics.models import (
    CaseFigures,
    CauseGiven,
    CorrectiveAction,
    Denominator,
    DetectionRun,
    SavedReport,
    Signal,
    SignalNotice,
    SignalStep,
)
from analytics.signal_life import STEPS, State
from audit.models import Entry
from audit.record import broken_links
from complaints.models import Complaint
from tests.demo.loading import Story


def test_every_case_is_counted_before_the_site_answers(demo: Story) -> None:
    assert folding.waiting() == 0
    assert CaseFigures.objects.count() == Complaint.objects.count()
    assert rebuilding.different() == 0


def test_signals_were_found_by_detection_and_stand_in_several_states(demo: Story) -> None:
    supervisor = User.objects.get(username="supervisor")
    signals = Signal.objects.visible_to(supervisor)
    assert signals.count() == Signal.objects.count() >= 3
    assert {State.NEW, State.ACKNOWLEDGED} <= set(signals.values_list("state", flat=True))
    assert not DetectionRun.objects.filter(finished_at=None).exists()
    assert sum(DetectionRun.objects.values_list("found", flat=True)) == signals.count()
    assert SignalNotice.objects.filter(user=supervisor, seen_at=None).exists()


def test_their_history_is_lawful_and_on_record(demo: Story) -> None:
    for taken in SignalStep.objects.filter(step__in=STEPS).select_related("signal"):
        step = STEPS[taken.step]
        assert (taken.from_state in step.sources, taken.to_state) == (True, step.to)
        assert taken.at >= taken.signal.detected_at
    late = demo.anchor + timedelta(seconds=5)
    assert not SignalStep.objects.filter(at__gt=late).exists()
    for subject in Signal.objects.values_list("pk", flat=True):
        chain = Entry.objects.filter(subject=f"signal:{subject}").order_by("sequence")
        times = list(chain.values_list("at", flat=True))
        assert times == sorted(times)
        assert not list(broken_links(f"signal:{subject}"))


def test_there_is_something_in_every_part(demo: Story) -> None:
    assert CorrectiveAction.objects.filter(state="open").exists()
    assert CauseGiven.objects.filter(signal__isnull=False).exists()
    assert Denominator.objects.count() > 365
    report = SavedReport.objects.get()
    assert report.next_due > demo.anchor
    assert report.recipients.count() == 2
