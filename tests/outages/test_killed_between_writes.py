"""Every act on a case, killed at each of its writes: the database is wholly the old one, or wholly
the new one with its record and its messages. `tests/complaints/test_crash.py` has the commonest.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from audit.record import broken_links
from audit.seal import seal
from complaints.actions import assignment, communication, facts, holds, intake
from complaints.actions import resolution as resolutions
from complaints.lifecycle import STEPS
from complaints.models import Complaint, Package, Sealing, Transition
from tests import factories as f
from tests.cast import Cast, assemble
from tests.days import in_days
from tests.live import environment
from tests.outages.plug import everything, until_it_survives

pytestmark = pytest.mark.django_db(transaction=True)

Act = Callable[[], Any]


def survives(case: Complaint, act: Act) -> int:
    """Kill the act at each write; the number of writes."""
    before, records = everything(), Entry.objects.filter(subject=case.subject).count()

    def check(done: bool) -> None:
        after = everything()
        if not done:
            assert after == before
            return
        assert after["complaints_complaint"] != before["complaints_complaint"]
        assert Entry.objects.filter(subject=case.subject).count() > records
        assert broken_links(case.subject) == []

    return until_it_survives(act, check)


def agreed(cast: Cast) -> dict[str, Any]:
    """Two cases of one consumer."""
    return {"into": f.investigating(cast).number, "reason": "同一事项"}


STEPS_TAKEN: dict[str, tuple[str, str, dict[str, Any] | Callable[[Cast], dict[str, Any]]]] = {
    "submit": ("resolving", "agent", {"waits": True}),
    "send_back": ("in_review", "counsel", {"comments": "补正"}),
    "reinvestigate": ("in_review", "counsel", {"reason": "补充事实"}),
    "decline": (
        "registered",
        "supervisor",
        {"reason": "not_our_business", "explanation": "请拨打 12315"},
    ),
    "refer_out": (
        "executing",
        "supervisor",
        lambda _cast: {"body": "市场监管局", "reference": "TJ-2", "date": in_days(0)},
    ),
    "merge": ("investigating", "agent", agreed),
    "reopen": ("closed", "supervisor", {"reason": "消费者提出新的证据"}),
}


@pytest.mark.parametrize("code", STEPS_TAKEN)
def test_a_step_happens_wholly_or_not_at_all(code: str) -> None:
    cast = assemble()
    state, who, given = STEPS_TAKEN[code]
    fields = given(cast) if callable(given) else given
    case = f.IN_STATE[state](cast)
    writes = survives(case, lambda: f.step(case, code, getattr(cast, who), **fields))
    taken = Transition.objects.filter(complaint=case).latest("id")
    assert {o.effect for o in taken.outbox.all()} == set(STEPS[code].effects)
    assert writes > 4


def test_an_offer_is_sent_back_with_its_letter_its_signature_and_its_clocks_or_not_at_all() -> None:
    cast = assemble()
    case = f.offered(cast)
    survives(case, lambda: f.step(case, "send_back", cast.counsel, comments="补正"))
    assert case.resolutions.get().status == "returned"


def test_the_end_of_an_investigation_takes_its_answers_and_its_analysis_along() -> None:
    cast = assemble()
    case = f.with_evidence(f.investigating(cast), cast.agent)
    why = f.explained(case)
    survives(
        case,
        lambda: f.step(case, "conclude", cast.agent, findings="查明", cannot_be_established=why),
    )


def test_a_withdrawal_is_asked_and_confirmed_wholly_or_not_at_all() -> None:
    cast = assemble()
    case = f.investigating(cast)
    words = {"consumers_words": "我不投诉了"}
    survives(case, lambda: f.step(case, "withdraw", cast.agent, **words))
    survives(case, lambda: f.step(case, "withdraw", cast.supervisor, **words))
    case.refresh_from_db()
    assert case.outcome == "withdrawn"


def test_closing_and_archiving_happen_wholly_or_not_at_all() -> None:
    from correspondence.tasks import send_waiting

    cast = assemble()
    case = f.executing(cast)
    promise = case.commitments.get()
    survives(
        case,
        lambda: f.paid(promise, cast.agent),
    )
    survives(case, lambda: f.step(case, "complete", cast.agent))
    send_waiting()
    survives(case, lambda: f.step(case, "archive", cast.supervisor))


def test_an_external_decision_comes_with_its_promises() -> None:
    cast = assemble()
    case = f.external(cast)
    f.with_evidence(case, cast.agent, text="调解书")
    survives(
        case,
        lambda: f.step(case, "external_decision", cast.counsel, outcome="execute", evidence=1),
    )
    assert case.commitments.count() == 1


def acts(cast: Cast) -> dict[str, tuple[Complaint, Act]]:
    """What is done beside the steps."""
    open_case, drafting, held = f.investigating(cast), f.resolving(cast), f.investigating(cast)
    hold = holds.start(held.number, {"reason": "expert", "note": "送检"}, by=cast.agent)
    number = open_case.number
    return {
        "facts": (
            open_case,
            lambda: facts.answer(number, {"tx_living_consumption": True}, by=cast.agent),
        ),
        "edit": (
            open_case,
            lambda: intake.edit(
                number,
                {"price_paid": "1.00", "consumer": {"phone": "12000000001"}},
                by=cast.agent,
            ),
        ),
        "draft": (
            drafting,
            lambda: resolutions.save_draft(drafting.number, f.proposal(), by=cast.agent),
        ),
        "hand over": (
            open_case,
            lambda: assignment.assign(number, by=cast.supervisor, user=cast.colleague, note="请办"),
        ),
        "share": (
            open_case,
            lambda: assignment.share_with_counsel(number, by=cast.agent, note="请看"),
        ),
        "hold": (
            open_case,
            lambda: holds.start(number, {"reason": "consumer", "note": "等材料"}, by=cast.agent),
        ),
        "resume": (held, lambda: holds.end(held.number, hold.pk, by=cast.agent)),
        "note": (
            open_case,
            lambda: communication.write(
                number, {"kind": "internal_note", "text": "备注"}, by=cast.agent
            ),
        ),
    }


ACTS = ("facts", "edit", "draft", "hand over", "share", "hold", "resume", "note")


@pytest.mark.parametrize("name", ACTS)
def test_an_act_happens_wholly_or_not_at_all(name: str) -> None:
    known = acts(assemble())
    assert tuple(known) == ACTS
    survives(*known[name])


def test_a_case_is_taken_by_one_person_wholly_or_not_at_all() -> None:
    cast = assemble()
    case = f.registered(cast)
    assignment.assign(case.number, by=cast.supervisor, user=None, note="退回")
    survives(case, lambda: assignment.take_next(cast.colleague))
    case.refresh_from_db()
    assert case.owner == cast.colleague


def test_a_package_is_sealed_wholly_or_not_at_all() -> None:
    cast = assemble()
    case = f.archived(cast)
    waiting = Sealing.objects.get(complaint=case)
    seal(timezone.now())  # the blocks of the record are a matter of their own
    command = [sys.executable, "-m", "tests.outages.sealing_killed", str(waiting.pk)]
    done = subprocess.run(  # noqa: S603
        command, env=environment(), capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 3
    assert Package.objects.filter(sealing=waiting).count() == 1
    assert broken_links(case.subject) == []
