"""Pull the plug at every write: the old state, or the new one with its record and its outbox rows;
never something in between. `tests/outages/test_killed_between_writes.py` has the other acts.
"""

from typing import Any

import pytest

from audit.models import Entry
from audit.record import broken_links
from complaints.actions import communication, intake
from complaints.lifecycle import STEPS
from complaints.models import Complaint, Event, Outbox, Transition
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import assemble
from tests.outages.plug import until_it_survives

pytestmark = pytest.mark.django_db(transaction=True)


def snapshot(complaint: Complaint) -> tuple[Any, ...]:
    fresh = Complaint.objects.get(pk=complaint.pk)
    return (
        fresh.state,
        fresh.version,
        Transition.objects.filter(complaint=complaint).count(),
        Event.objects.filter(complaint=complaint).count(),
        Outbox.objects.filter(complaint=complaint).count(),
        Entry.objects.filter(subject=complaint.subject).count(),
    )


@pytest.mark.parametrize(
    ("state", "code", "who", "fields"),
    [
        ("registered", "accept", "agent", {}),
        ("in_review", "sign", "counsel", {"opinion": "同意", "below_minimum_reason": "测试"}),
        ("offered", "consumer_accepts", "agent", {"means": "phone", "note": "同意"}),
        ("offered", "consumer_declines", "agent", {"reason": "太少"}),
    ],
)
def test_a_step_killed_at_any_write_happens_wholly_or_not_at_all(
    state: str, code: str, who: str, fields: dict[str, Any]
) -> None:
    cast = assemble()
    complaint = f.IN_STATE[state](cast)
    before = snapshot(complaint)

    def check(done: bool) -> None:
        after = snapshot(complaint)
        if not done:
            assert after == before
            return
        assert after[0] != before[0]
        assert after[1] == before[1] + 1
        assert after[2] == before[2] + 1
        transition = Transition.objects.filter(complaint=complaint).latest("id")
        assert {o.effect for o in transition.outbox.all()} == set(STEPS[code].effects)
        assert broken_links(complaint.subject) == []

    writes = until_it_survives(lambda: f.step(complaint, code, getattr(cast, who), **fields), check)
    assert writes > 4


def test_a_registration_killed_at_any_write_leaves_no_half_case() -> None:
    cast = assemble()

    def check(done: bool) -> None:
        assert Complaint.objects.count() == (1 if done else 0)
        assert Entry.objects.filter(verb="complaint.registered").count() == (1 if done else 0)

    until_it_survives(lambda: intake.register(f.values(), by=cast.agent), check)


def test_a_worker_killed_while_sending_sends_again_and_keeps_one_notice_per_receiver() -> None:
    cast = assemble()
    complaint = f.investigating(cast)

    def check(done: bool) -> None:
        notices = Notice.objects.filter(outbox__complaint=complaint).count()
        rows = Outbox.objects.filter(complaint=complaint, cancelled_at=None)
        waiting = rows.filter(done_at=None).count()
        assert (notices, waiting) == ((1, 0) if done else (0, 1))

    until_it_survives(send_waiting, check)
    assert send_waiting() == 0


def test_a_reply_killed_at_any_write_is_there_with_its_outbox_row_or_not_at_all() -> None:
    cast = assemble()
    complaint = f.investigating(cast)

    def check(done: bool) -> None:
        replies = Outbox.objects.filter(complaint=complaint, effect="reply_to_consumer").count()
        assert replies == complaint.communications.count() == (1 if done else 0)

    until_it_survives(
        lambda: communication.write(
            complaint.number, {"kind": "reply", "text": "您好"}, by=cast.agent
        ),
        check,
    )
