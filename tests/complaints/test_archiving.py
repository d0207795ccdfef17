"""Complete files archive themselves after a quiet time, each on its own."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from complaints.actions import archiving, steps
from complaints.models import Complaint, Transition
from complaints.tasks import archive_finished
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast


def later() -> datetime:
    """Just after the quiet time of what is closed now."""
    return timezone.now() + archiving.QUIET + timedelta(minutes=5)


def states(*cases: Complaint) -> list[str]:
    return [Complaint.objects.get(pk=c.pk).state for c in cases]


def test_a_complete_file_is_archived_after_the_quiet_time_and_only_once(cast: Cast) -> None:
    case = f.closed(cast)
    send_waiting()
    assert archiving.archive_due(later() - timedelta(hours=1)) == 0
    assert states(case) == ["closed"]
    assert archiving.archive_due(later()) == 1
    assert archiving.archive_due(later()) == 0
    assert states(case) == ["archived"]
    assert Transition.objects.get(step="archive").by is None
    assert Entry.objects.get(subject=case.subject, verb="step.archive").actor == "system"


def test_a_file_that_lacks_something_waits(cast: Cast) -> None:
    unsent = f.closed(cast)
    assert list(archiving.due(later())) == []
    assert archiving.archive_due(later()) == 0
    assert states(unsent) == ["closed"]
    send_waiting()
    assert list(archiving.due(later())) == [unsent]


def test_open_cases_are_left_alone(cast: Cast) -> None:
    for make in (f.registered, f.executing, f.external):
        make(cast)
    send_waiting()
    assert archiving.archive_due(later()) == 0


def test_a_case_that_fails_does_not_stop_the_rest(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [f.closed(cast) for _ in range(3)]
    send_waiting()
    real = steps.take

    def poisoned(number: str, *args, **how):
        if number == cases[0].number:
            raise RuntimeError("poisoned")
        return real(number, *args, **how)

    monkeypatch.setattr(steps, "take", poisoned)
    assert archiving.archive_due(later()) == 2
    assert states(*cases) == ["closed", "archived", "archived"]


def test_the_task_is_the_same_door(cast: Cast) -> None:
    case = f.closed(cast)
    send_waiting()
    Complaint.objects.filter(pk=case.pk).update(closed_at=timezone.now() - archiving.QUIET)
    assert archive_finished() == 1
    assert states(case) == ["archived"]
