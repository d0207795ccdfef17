"""Lawful worlds through the front door: a case reaches a state by taking the steps, never by
setting it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from complaints import carrying, limits
from complaints.actions import approvals, feedback, intake, payments, signature, steps
from complaints.actions import evidence as evidence_actions
from complaints.actions import facts as fact_actions
from complaints.actions import resolution as resolutions
from complaints.facts import missing_for_conclusion
from complaints.models import Approval, Commitment, Complaint, Payment
from tests.cast import Cast

NARRATIVE = (
    "11 月 9 日接到自称健康顾问的来电，称胶囊三个疗程根治高血压，停药也不反弹。"
    "当日付款 3980 元，服用五日无效，要求退一赔三。"
)
CONSUMER = {
    "name": "王测试",
    "phone": "12012345678",
    "email": "consumer@example.com",
    "address": "浙江省杭州市青禾路 1 号",
}
LETTER = (
    "尊敬的王女士：\n您反映的问题已经核实。我们将退还价款。"
    "如不同意，可拨打 12315、向消费者协会投诉、申请仲裁或提起诉讼。\n青禾生活"
)


def signed_part(body: object) -> str:
    """What counsel signed of a letter as it left: the link under it is left away."""
    return str(body).partition("\n\n您可以在 ")[0]


POINT = {
    "title": "外呼时是否承诺根治高血压",
    "consumer_says": "来电称三个疗程根治高血压",
    "we_found": "录音第 2 分钟有这句话",
    "for_numbers": [1],
    "against_numbers": [],
    "burden": "consumer",
    "finding": "established",
    "finding_words": "您反映的情况属实",
    "fact": "fr_false_statement",
}


def values(**changes: Any) -> dict[str, Any]:
    """What a complete registration sends."""
    return {
        "channel": "phone",
        "narrative": NARRATIVE,
        "claims": ["refund"],
        "category": "telesales_fraud",
        "consumer": dict(CONSUMER),
        "product": {"name": "青禾牌益元胶囊", "category": "保健食品"},
        "order_number": "SO-1",
        "price_paid": "3980.00",
        **changes,
    }


def registered(
    cast: Cast, by: Any = None, now: datetime | None = None, **changes: Any
) -> Complaint:
    """A case in `registered`, owned by whoever registered it."""
    return intake.register(values(**changes), by=by or cast.agent, owned=True, now=now)


def step(
    complaint: Complaint, code: str, by: Any, now: datetime | None = None, **fields: Any
) -> Complaint:
    """Take one step in a browser session, re-authenticated just now."""
    now = now or timezone.now()
    if code == "sign" and "take_over" not in fields:
        fields["take_over"] = taken_over(complaint)
    waits = fields.pop("waits", False)
    done = steps.take(complaint.number, code, fields, by=by, reauthenticated_at=now, now=now)
    if code == "submit" and not waits and approved(done, now):
        done.refresh_from_db()
    return done


def approved(complaint: Complaint, now: datetime | None = None) -> bool:
    """What the author may not offer alone is approved by whoever may; False where nothing waits."""
    rows = Approval.objects.filter(resolution__complaint=complaint, decided_at=None)
    asked = rows.filter(resolution__status="submitted").select_related("resolution").last()
    if asked is None:
        return False
    author = asked.resolution.proposed_by_id
    [by, *_more] = limits.deciders(complaint, asked.amount, author, asked.level)
    approvals.decide(complaint.number, {"approve": True}, by=by, now=now)
    return True


def taken_over(complaint: Complaint) -> dict[str, str]:
    """A reason for every draft rule that carries the proposal."""
    resolution = signature.as_it_would_be_signed(Complaint.objects.get(pk=complaint.pk))
    drafts = carrying.drafts(resolution) if resolution else []
    return {each.rule.id: "核对过条文，由本人承担" for each in drafts}


def with_evidence(complaint: Complaint, by: Any, text: str = "通话录音文字稿") -> Complaint:
    """One text file as evidence."""
    evidence_actions.add(
        complaint.number,
        [text.encode()],
        "call.txt",
        {"title": "外呼录音", "proves": "销售时的承诺"},
        by=by,
    )
    return complaint


def investigating(cast: Cast, **changes: Any) -> Complaint:
    """Accepted."""
    return step(registered(cast, **changes), "accept", cast.agent)


def explained(complaint: Complaint) -> dict[str, str]:
    """A reason for every fact that cannot be established."""
    fresh = Complaint.objects.get(pk=complaint.pk)
    return {m["fact"]: "经核实仍无法查明" for m in missing_for_conclusion(fresh)}


def resolving(cast: Cast, **changes: Any) -> Complaint:
    """Investigated, with evidence and findings."""
    complaint = with_evidence(investigating(cast, **changes), cast.agent)
    return step(
        complaint,
        "conclude",
        cast.agent,
        findings="外呼人员作了疗效保证",
        cannot_be_established=explained(complaint),
    )


def drafted(cast: Cast, **changes: Any) -> Complaint:
    """With a complete proposal."""
    complaint = resolving(cast, **changes)
    resolutions.save_draft(complaint.number, proposal(), by=cast.agent)
    return Complaint.objects.get(pk=complaint.pk)


def proposal(**changes: Any) -> dict[str, Any]:
    """A complete resolution: refund of the price within seven days."""
    due = (timezone.localdate() + timedelta(days=7)).isoformat()
    return {
        "measures": [
            {
                "kind": "refund",
                "amount": "3980.00",
                "formula": "3980.00",
                "description": "退还价款",
                "due": due,
            }
        ],
        "explanation": "销售时的说法与事实不符",
        "legal_basis": ["《消费者权益保护法》第二十条"],
        "letter": LETTER,
        **changes,
    }


def in_review(cast: Cast, **changes: Any) -> Complaint:
    """With counsel."""
    return step(drafted(cast, **changes), "submit", cast.agent)


def offered(cast: Cast, **changes: Any) -> Complaint:
    """Signed; the letter leaves."""
    return step(
        in_review(cast, **changes),
        "sign",
        cast.counsel,
        opinion="同意",
        below_minimum_reason="测试",
    )


def executing(cast: Cast, **changes: Any) -> Complaint:
    """The consumer agreed."""
    return step(
        offered(cast, **changes),
        "consumer_accepts",
        cast.agent,
        means="phone",
        note="电话中明确同意",
    )


def closed(cast: Cast, **changes: Any) -> Complaint:
    """Everything kept, closed."""
    complaint = executing(cast, **changes)
    return step(carried_out(complaint, cast.agent), "complete", cast.agent)


def paid(commitment: Commitment, by: Any, now: datetime | None = None, **changes: Any) -> Payment:
    """All that is open of a promise is paid today."""
    sent = {
        "amount": str(commitment.standing.open),
        "paid_on": timezone.localdate(now).isoformat(),
        "way": "bank",
        "reference": f"P-{commitment.pk}",
        **changes,
    }
    number = commitment.complaint.number
    return payments.pay(number, sent, by=by, commitment_id=commitment.pk, now=now)[0]


def carried_out(complaint: Complaint, by: Any) -> Complaint:
    """Everything that was promised is paid or done, with its proof."""
    for commitment in complaint.commitments.all():
        if commitment.asks_for == "payment":
            paid(commitment, by)
        else:
            feedback.settle(
                complaint.number,
                commitment.pk,
                by=by,
                state="kept",
                proof="已完成，顺丰 SF1234567890123",
            )
    return complaint


def archived(cast: Cast, **changes: Any) -> Complaint:
    """Sealed. The letters have to be out before."""
    from correspondence.tasks import send_waiting

    complaint = closed(cast, **changes)
    send_waiting()
    return step(complaint, "archive", cast.supervisor)


def external(cast: Cast, **changes: Any) -> Complaint:
    """Referred to a mediation body."""
    return step(
        investigating(cast, **changes),
        "refer_out",
        cast.supervisor,
        body="市市场监管局",
        reference="TJ-1",
        date=timezone.localdate().isoformat(),
    )


IN_STATE: dict[str, Callable[..., Complaint]] = {
    "registered": registered,
    "investigating": investigating,
    "resolving": drafted,
    "in_review": in_review,
    "offered": offered,
    "executing": executing,
    "external": external,
    "closed": closed,
    "archived": archived,
}


def answer(complaint: Complaint, by: Any, **facts: Any) -> Complaint:
    """Record plain answers."""
    return fact_actions.answer(complaint.number, facts, by=by)
