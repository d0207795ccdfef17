"""The demo lives in the database as if people had lived through it: complete, lawful, resumable."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import connection
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from audit.record import broken_links
from complaints.actions import archiving
from complaints.lifecycle import STEPS, Outcome, State
from complaints.models import Complaint, Deadline, Event, Opinion, Outbox, Transition
from complaints.workdays import SHANGHAI
from correspondence.models import Notice
from evidence.models import Item
from evidence.store import store
from legal_rules.vocabulary import CATEGORIES
from quickstart.demo import programme
from quickstart.demo.load import load
from quickstart.demo.moments import Anchor
from quickstart.models import Installation
from tests.demo.loading import Running, Story


def everything() -> dict[str, int]:
    """Rows per table."""
    with connection.cursor() as cursor:
        names = [n for n in connection.introspection.table_names(cursor) if "session" not in n]
        counts = {}
        for name in names:
            cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608 - names of tables
            counts[name] = cursor.fetchone()[0]
    return counts


def test_about_three_hundred_cases_each_once(demo: Story) -> None:
    found = Complaint.objects.filter(destroyed_at=None)  # what was destroyed has no reference
    references = found.values_list("external_reference", flat=True)
    cases, acts = programme.make(Anchor(demo.anchor))
    assert 285 <= len(cases) <= 315
    assert set(references) < set(cases)
    assert found.count() == len(references) == len(cases) - 1
    assert Installation.objects.get().demo_position >= len(acts)
    assert Event.objects.filter(code="registered").count() == len(cases)


def test_nothing_was_refused_and_progress_was_told(demo: Story, running: Running) -> None:
    log = running.installation.folder / "var/log/bootstrap.log"
    assert "refused" not in log.read_text(encoding="utf-8")
    total = Complaint.objects.count()
    assert demo.said[-1].endswith(f"/{total}")
    assert len(demo.said) >= 8


def test_all_states_outcomes_categories_and_channels_occur() -> None:
    assert set(Complaint.objects.values_list("state", flat=True)) == set(State.values)
    outcomes = set(Complaint.objects.exclude(outcome="").values_list("outcome", flat=True))
    assert outcomes == set(Outcome.values)
    assert set(Complaint.objects.values_list("category", flat=True)) == set(CATEGORIES)
    channels = set(Complaint.objects.values_list("channel", flat=True))
    assert channels >= {"phone", "web", "app", "wechat", "email", "letter", "store", "12315"}


def test_every_step_of_the_lifecycle_was_taken() -> None:
    assert set(Transition.objects.values_list("step", flat=True)) == set(STEPS)


def test_history_is_lawful() -> None:
    last: dict[int, str] = {}
    for taken in Transition.objects.select_related("by", "complaint").order_by("id"):
        step = STEPS[taken.step]
        assert taken.from_state in step.sources
        assert taken.to_state in (step.to or (taken.from_state,))
        assert taken.from_state == last.get(taken.complaint_id, State.REGISTERED)
        last[taken.complaint_id] = taken.to_state
        if taken.by is None:
            assert step.system
        elif taken.step != "withdraw":
            assert any(taken.by.is_(role) for role in step.who)
    states = dict(Complaint.objects.values_list("pk", "state"))
    assert {pk: last.get(pk, State.REGISTERED) for pk in states} == states


def test_time_runs_forwards_in_every_case(demo: Story) -> None:
    last: dict[int, tuple[datetime, str]] = {}
    rows = Transition.objects.order_by("id").values_list("complaint_id", "at", "step")
    for pk, at, step in rows:
        before = last.get(pk)
        assert before is None or at >= before[0], (pk, before, (at, step))
        last[pk] = (at, step)
    assert not Transition.objects.filter(at__gt=demo.anchor + timedelta(seconds=5)).exists()
    assert not Event.objects.filter(at__gt=demo.anchor + timedelta(hours=1)).exists()
    assert Complaint.objects.filter(received_at__lt=demo.anchor - timedelta(days=300)).exists()


def test_numbers_follow_the_order_of_registration() -> None:
    rows = Complaint.objects.order_by("created_at", "id").values_list("number", "created_at")
    wrong = [(one, other) for one, other in pairwise(rows) if one[0] >= other[0]]
    assert wrong == []


def test_every_audit_chain_is_whole() -> None:
    subjects = set(Entry.objects.values_list("subject", flat=True))
    assert {c.subject for c in Complaint.objects.all()} <= subjects
    assert [problem for subject in subjects for problem in broken_links(subject)] == []


def test_nobody_signed_or_confirmed_the_own_work() -> None:
    for opinion in Opinion.objects.select_related("resolution"):
        assert opinion.by_id != opinion.resolution.proposed_by_id
    for case in Complaint.objects.filter(outcome="withdrawn"):
        confirmed = case.transitions.get(step="withdraw")
        assert confirmed.by is not None
        assert confirmed.by.is_("supervisor")
        assert confirmed.by_id != case.withdrawal_requested_by_id


def test_nothing_waits_for_the_first_sweep(demo: Story) -> None:
    waiting = Outbox.objects.filter(done_at=None, cancelled_at=None)
    assert not waiting.filter(not_before__lte=demo.anchor).exists()
    assert not Deadline.objects.filter(state="running", ladder_at__lte=demo.anchor).exists()
    assert not archiving.due(demo.anchor).exists()


def test_letters_left_on_their_days_and_old_notices_are_read(demo: Story) -> None:
    letters = Notice.objects.select_related("outbox").exclude(way="in_app")
    for notice in letters.exclude(key__endswith=".consumer.2"):  # once more, after one came back
        waited = notice.created_at - notice.outbox.not_before
        assert timedelta(0) <= waited < timedelta(minutes=2), notice.outbox.key
    unread = Notice.objects.filter(way="in_app", read_at=None)
    assert 10 < unread.count() < 250
    assert not unread.filter(created_at__lt=demo.anchor - timedelta(days=12)).exists()
    old = Notice.objects.filter(way="manual", sent_at=None)
    assert not old.filter(created_at__lt=demo.anchor - timedelta(days=12)).exists()


def test_the_queue_looks_like_a_working_day(demo: Story) -> None:
    opened = Complaint.objects.open()
    today = Anchor(demo.anchor).today
    end = timezone.datetime.combine(today, timezone.datetime.max.time(), SHANGHAI)
    due_today = opened.filter(next_due_at__gt=demo.anchor, next_due_at__lte=end)
    assert 60 <= opened.count() <= 85
    assert 3 <= opened.overdue(demo.anchor).count() <= 25
    assert due_today.count() + opened.overdue(demo.anchor).count() >= 8
    assert 5 <= Complaint.objects.awaiting_counsel().count() <= 9
    assert len(set(opened.unassigned().values_list("team", flat=True))) == 3
    assert opened.filter(on_hold=True).count() == 3
    assert opened.filter(returned_by_counsel=True).exists()
    owners = Counter(opened.exclude(owner=None).values_list("owner__username", flat=True))
    assert owners["agent"] > 5
    assert owners["agent2"] > 3
    assert len(owners) >= 5


def test_telesales_complaints_have_risen_lately(demo: Story) -> None:
    told = Complaint.objects.filter(product_name__startswith="青禾牌益元胶囊")
    month = told.filter(received_at__gt=demo.anchor - timedelta(days=47)).count()
    assert month >= 12
    assert told.count() - month <= 3


def test_evidence_lies_in_the_store_as_what_it_is() -> None:
    kinds = Counter(Item.objects.values_list("content_type", flat=True))
    assert set(kinds) == {"image/png", "application/pdf", "audio/x-wav", "text/plain"}
    for item in Item.objects.all():
        assert store().size(item.sha256) == item.size


def test_colleagues_beside_the_demo_people_cannot_sign_in() -> None:
    for username in ("xu.wenjing", "gao.yang", "ma.xiao", "luo.jianing"):
        assert not User.objects.get(username=username).has_usable_password()


def test_a_second_load_changes_nothing(demo: Story) -> None:
    before = everything()
    assert load(demo.said.append).done_before
    assert everything() == before
