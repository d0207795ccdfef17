"""What changes after counsel signed voids the signature, and no letter leaves on a void one."""

from collections.abc import Callable
from typing import Any

import pgtrigger
import pytest

from audit.models import Entry
from complaints.actions import analysis, editing, letters
from complaints.actions import facts as fact_actions
from complaints.errors import Invalid
from complaints.models import Complaint, Event, Measure, Opinion, Outbox, Resolution, Voided
from complaints.signing import differences, liveness
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast

LETTER = liveness.LETTER


def signed(case: Complaint) -> Opinion:
    return Opinion.objects.get(resolution__complaint=case, signed=True)


def letter(case: Complaint) -> Outbox:
    return Outbox.objects.get(complaint=case, effect=LETTER)


def sent(case: Complaint) -> list[Notice]:
    return list(Notice.objects.filter(outbox__complaint=case, outbox__effect=LETTER))


def more_evidence(case: Complaint, cast: Cast) -> None:
    f.with_evidence(case, cast.agent, "后来的聊天记录")


def another_fact(case: Complaint, cast: Cast) -> None:
    f.answer(case, cast.agent, tx_price_paid="100.00")


def another_price(case: Complaint, cast: Cast) -> None:
    editing.edit(case.number, {"price_paid": "12.00"}, by=cast.agent)


ACTS: dict[str, Callable[[Complaint, Cast], None]] = {
    "evidence.2": more_evidence,
    "analysis": another_fact,
    "analysis ": another_price,
}


@pytest.mark.parametrize("part", ACTS)
def test_what_changes_before_the_letter_leaves_voids_the_signature(part: str, cast: Cast) -> None:
    case = f.offered(cast)
    ACTS[part](case, cast)
    void = Voided.objects.get(opinion=signed(case))
    assert void.changed == [part.strip()]
    assert void.by == cast.agent
    event = Event.objects.get(complaint=case, code="signature_voided")
    assert event.detail["changed"] == [part.strip()]
    assert Entry.objects.filter(subject=case.subject, verb="signature.voided").exists()
    send_waiting()
    assert sent(case) == []
    assert letter(case).cancelled_at is not None
    told = set(Notice.objects.filter(family="review").values_list("user__username", flat=True))
    assert {"agent", "counsel"} <= told


def test_a_signature_of_what_still_stands_lets_the_letter_leave_as_signed(cast: Cast) -> None:
    case = f.offered(cast)
    f.answer(case, cast.agent, tx_price_paid="3980.00")  # as the record has it
    assert not Voided.objects.exists()
    send_waiting()
    assert [n.body for n in sent(case)] == [f.LETTER]


def test_proof_that_comes_after_the_letter_left_voids_nothing(cast: Cast) -> None:
    case = f.offered(cast)
    send_waiting()
    more_evidence(case, cast)
    assert not Voided.objects.exists()
    another_fact(case, cast)
    assert Voided.objects.get().changed == ["analysis.facts"]


def test_a_letter_that_waits_when_the_consumer_agrees_leaves_as_it_was_signed(cast: Cast) -> None:
    case = f.step(f.offered(cast), "consumer_accepts", cast.agent, means="phone", note="同意")
    more_evidence(case, cast)
    another_fact(case, cast)
    assert not Voided.objects.exists()
    send_waiting()
    assert [n.body for n in sent(case)] == [f.LETTER]
    other = f.closed(cast, order_number="SO-2")
    tampered(other, "letter")
    send_waiting()
    assert sent(other) == []


def test_an_act_that_fails_voids_nothing(cast: Cast) -> None:
    case = f.offered(cast)
    with pytest.raises(Invalid):
        fact_actions.answer(case.number, {"tx_price_paid": "x"}, by=cast.agent)
    assert not Voided.objects.exists()


def tampered(case: Complaint, what: str) -> None:
    version = Resolution.objects.filter(complaint=case)
    if what == "letter":
        version.update(letter=f.LETTER.replace("退还", "退回"))
    elif what == "measures.1.amount":
        Measure.objects.filter(resolution__in=version).update(amount="3980.01")
    elif what == "returned":
        version.update(status="superseded")
    else:
        with pgtrigger.ignore("complaints.Opinion:opinion_is_append_only"):
            Opinion.objects.update(signature="")


@pytest.mark.parametrize("what", ["letter", "measures.1.amount", "signature", "returned"])
def test_what_was_altered_in_the_database_stops_the_letter_loudly(what: str, cast: Cast) -> None:
    case = f.offered(cast)
    tampered(case, what)
    for _each in ("the letter", "the notices about it"):
        send_waiting()
    assert sent(case) == []
    row = letter(case)
    assert row.done_at is None
    assert row.cancelled_at is not None
    assert what in row.last_error
    event = Event.objects.get(complaint=case, code="letter_stopped")
    assert event.detail["changed"][0] == what
    assert Entry.objects.filter(subject=case.subject, verb="letter.stopped").exists()
    stopped = Notice.objects.filter(outbox__effect="tell_letter_stopped")
    assert {"agent", "counsel"} <= set(stopped.values_list("user__username", flat=True))
    assert differences.sentence([what]) in stopped.first().subject  # type: ignore[union-attr]


def test_a_change_that_no_act_noted_stops_the_letter_too(cast: Cast) -> None:
    """Such as another rulebook, which comes with a new version of the program."""
    case = f.offered(cast)
    Complaint.objects.filter(pk=case.pk).update(transaction_date="2025-01-01")
    send_waiting()
    assert sent(case) == []
    assert letter(case).last_error == "signature: analysis"
    void = Voided.objects.get(opinion=signed(case))
    assert (void.changed, void.by) == (["analysis"], None)


def test_a_letter_on_a_signature_without_key_does_not_leave(cast: Cast) -> None:
    case = f.offered(cast)
    with pgtrigger.ignore("complaints.Opinion:opinion_is_append_only"):
        Opinion.objects.update(statement=None, covered=None, signature="", key_id="")
    send_waiting()
    assert sent(case) == []
    assert "unsigned" in letter(case).last_error


def test_a_letter_that_a_person_was_to_bring_is_not_brought_any_more(cast: Cast) -> None:
    case = f.offered(cast, consumer={"name": "王测试", "phone": "12012345678"})
    send_waiting()
    [notice] = sent(case)
    assert notice.sent_at is None
    more_evidence(case, cast)
    with pytest.raises(Invalid, match="签署已失效：证据 2与签署时不一致"):
        letters.delivered(case.number, notice.pk, "已电话宣读", by=cast.agent)


def redrafted(case: Complaint, cast: Cast) -> Complaint:
    """Declined before its letter left, drafted anew, with counsel."""
    f.step(case, "consumer_declines", cast.agent, reason="太少")
    f.resolutions.save_draft(case.number, {"letter": f.LETTER + "二"}, by=cast.agent)
    return f.step(case, "submit", cast.agent)


def test_a_letter_that_waits_does_not_leave_on_the_signature_of_a_later_version(
    cast: Cast,
) -> None:
    case = redrafted(f.offered(cast), cast)
    words = {"opinion": "同意", "below_minimum_reason": "测试"}
    f.step(case, "sign", cast.counsel, **words, conditions=["先补录音"])
    send_waiting()
    assert sent(case) == []
    other = redrafted(f.offered(cast, order_number="SO-2"), cast)
    f.step(other, "sign", cast.counsel, **words)
    send_waiting()
    send_waiting()
    assert [n.body for n in sent(other)] == [f.LETTER + "二"]


def test_renewing_the_analysis_while_counsel_reads_voids_nothing_that_is_not_signed(
    cast: Cast,
) -> None:
    case = f.in_review(cast)
    another_price(case, cast)
    analysis.renew(case.number, by=cast.counsel)
    assert not Voided.objects.exists()


def test_every_part_has_words() -> None:
    parts: list[Any] = ["letter", "measures.2", "measures.2.amount", "evidence.3", "kept.letter"]
    assert (
        differences.in_words(["points.2", "points.1.finding"]) == "第 2 个争点、第 1 个争点的认定"
    )
    assert differences.in_words(parts) == (
        "致消费者函、第 2 项措施、第 2 项措施的金额、证据 3、签署时留存的内容（致消费者函）"
    )
    assert differences.words_of("rules.cpl.55.1").startswith("规则“")
    assert differences.sentence(["unsigned"]).startswith("签署于启用数字签名之前")
