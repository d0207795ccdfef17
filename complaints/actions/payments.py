"""Money paid to a consumer: written down with its reference, taken back by a reversal, never
edited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import posting, validation
from complaints.actions.commitment_record import may_keep, open_case, proved_by, recorded
from complaints.advance import find
from complaints.choices import CommitmentState, PaymentWay
from complaints.errors import Invalid
from complaints.models import Commitment, Complaint, Payment
from complaints.models.commitment import is_owed
from complaints.paying import proof
from complaints.paying.sums import NOTHING
from complaints.posting import Entry
from complaints.validation import Refused

NOTE_LIMIT = 500


def pay(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    commitment_id: int | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> list[Payment]:
    """Write down what was paid: `{amount, paid_on, way, reference, evidence?, note?}`. For one
    promise, or without `commitment_id` one transfer for all of the case that are open.

    More than is open needs a note that says why. Raises Complaint.DoesNotExist, NotAllowed,
    StaleVersion, Invalid.
    """
    now = now or timezone.now()
    may_keep(by, _("您的角色不能登记付款"))
    data = _cleaned(values)
    with transaction.atomic():
        complaint = open_case(number, by, version)
        _not_before_the_case(complaint, data["paid_on"])
        evidence = proved_by(complaint, data.get("evidence"))
        promises = _meant(complaint, commitment_id, data["amount"], data.get("note", ""))
        posting.one_at_a_time()
        _not_used(complaint, data["way"], data["reference"], by)
        entries = [
            Entry(
                promise,
                amount,
                data["paid_on"],
                data["way"],
                data["reference"],
                part,
                evidence,
                data.get("note", ""),
            )
            for part, (promise, amount) in enumerate(promises, start=1)
        ]
        return posting.post(entries, by, now)


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    return v.clean(
        {"amount": None, "paid_on": None, "way": None, "reference": None, **values},
        {
            "amount": some_money,
            "paid_on": paid_day,
            "way": lambda x: v.choice(x, PaymentWay.values, required=True),
            "reference": proof.reference,
            "evidence": v.item_number,
            "note": lambda x: v.text(x, NOTE_LIMIT),
            "currency": only_yuan,
        },
    )


def some_money(value: Any) -> Decimal:
    """More than nothing. Raises Refused."""
    amount = validation.money(value)
    if not amount:
        raise Refused(_("请填写付款金额；应大于零"))
    return amount


def paid_day(value: Any) -> date:
    """The day of a payment, today at the latest. Raises Refused."""
    day = validation.day(value)
    if day is None:
        raise Refused(_("请填写付款日期"))
    return day


def only_yuan(value: Any) -> str:
    """CNY. Raises Refused for every other currency."""
    if not proof.is_yuan(value):
        raise Refused(proof.only_yuan_sentence(str(value)))
    return "CNY"


def _not_before_the_case(complaint: Complaint, day: date) -> None:
    received = timezone.localdate(complaint.received_at)
    if day < received:
        sentence = _("付款日期早于收到投诉的 {day}；请核对").format(day=received.isoformat())
        raise Invalid({"paid_on": [sentence]})


def _meant(
    complaint: Complaint, commitment_id: int | None, amount: Decimal, note: str
) -> Sequence[tuple[Commitment, Decimal]]:
    """The promises that are paid, with the part of each. Raises Invalid."""
    found = money_promises([complaint])
    if commitment_id is None:
        return _spread(found, amount)
    promise = next((c for c in found if c.pk == commitment_id), None)
    if promise is None:
        if Commitment.objects.filter(complaint=complaint, pk=commitment_id).exists():
            sentence = _("这一项不是付款的措施；请登记快递单号或兑现经过")
            raise Invalid({"commitment": [sentence]})
        raise Invalid({"commitment": [_("没有这项承诺")]})
    if promise.state == CommitmentState.WAIVED:
        raise Invalid({"commitment": [_("消费者已书面放弃这一项；如仍付款，请先另立承诺")]})
    if promise.paid + amount > validation.MONEY_LIMIT:
        raise Invalid({"amount": [_("金额过大；请核对")]})
    if amount > promise.standing.open and not note:
        raise Invalid({"note": [more_than_open(promise.standing.open, amount)]})
    return [(promise, amount)]


def more_than_open(still: Decimal, amount: Decimal) -> str:
    """The sentence for somebody who pays more than is open."""
    sentence = _("未付 {open} 元，填写的是 {amount} 元，多出 {over} 元；请核对，确属多付请写明原因")
    over = amount - still
    return sentence.format(open=f"{still:,.2f}", amount=f"{amount:,.2f}", over=f"{over:,.2f}")


def _spread(found: Sequence[Commitment], amount: Decimal) -> Sequence[tuple[Commitment, Decimal]]:
    waiting = [c for c in found if payable(c)]
    total = sum((c.standing.open for c in waiting), NOTHING)
    if not waiting:
        raise Invalid({"commitment": [_("本案没有未付的措施")]})
    if total != amount:
        sentence = _("各项未付合计 {total} 元，与 {amount} 元不符；请逐项登记")
        words = sentence.format(total=f"{total:,.2f}", amount=f"{amount:,.2f}")
        raise Invalid({"amount": [words]})
    return [(c, c.standing.open) for c in waiting]


def payable(promise: Commitment) -> bool:
    """Whether money is still to be paid for it."""
    owed = is_owed(promise.state, promise.strength, promise.source)
    return (owed or promise.state != CommitmentState.WAIVED) and bool(promise.standing.open)


def money_promises(cases: Sequence[Complaint]) -> list[Commitment]:
    """The promises of money of locked cases, each with its case."""
    by_pk = {case.pk: case for case in cases}
    rows = Commitment.objects.filter(complaint__in=by_pk, amount__gt=0).select_related("measure")
    found = [row for row in rows.order_by("id") if row.asks_for == proof.PAYMENT]
    for row in found:
        row.complaint = by_pk[row.complaint_id]
    return found


def _not_used(complaint: Complaint, way: str, reference: str, by: User) -> None:
    """Raises Invalid, naming where the reference stands already: for this way anywhere, and in this
    case for whatever way, because one case has not two transfers under one number.
    """
    used = Payment.objects.filter(reference=reference, way__in=PaymentWay.values, reversed_at=None)
    used = used.filter(Q(way=way) | Q(commitment__complaint=complaint))
    payment = used.select_related("commitment__complaint").first()
    if payment is not None:
        number = payment.commitment.complaint.number
        raise Invalid({"reference": [stands_already(payment, number, by)]})


def stands_already(payment: Payment, number: str, by: User) -> str:
    """Where this reference was written down, as far as the person may know."""
    try:
        find(number, by)
    except Complaint.DoesNotExist:
        sentence = _("流水号 {reference} 已登记在您无权查看的案件；请核对，同一笔付款不能登记两次")
        return sentence.format(reference=payment.reference)
    sentence = _(
        "流水号 {reference} 已登记：案件 {number} 的“{what}”，{amount} 元，{day}；"
        "同一笔付款不能登记两次"
    )
    return sentence.format(
        reference=payment.reference,
        number=number,
        what=payment.commitment.text,
        amount=f"{payment.amount:,.2f}",
        day=payment.paid_on.isoformat(),
    )


def reverse(
    number: str,
    payment_id: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> list[Payment]:
    """Take a wrong entry, or a transfer that came back, out of the sums: `{reason}`. All parts of
    the transfer together; promises that are no longer wholly paid are open again.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    may_keep(by, _("您的角色不能冲正付款"))
    data = validation.clean(
        {"reason": None, **values},
        {"reason": lambda x: validation.text(x, NOTE_LIMIT, required=True)},
    )
    with transaction.atomic():
        complaint = open_case(number, by, version)
        parts = _parts(complaint, payment_id)
        again = posting.take_back(parts, data["reason"], by, now)
        first = parts[0]
        total = sum((p.amount for p in parts), NOTHING)
        detail = {
            "payment": first.pk,
            "amount": f"{total:.2f}",
            "reference": first.reference,
            "way": first.way,
            "open_again": [c.pk for c in again],
        }
        first.commitment.complaint = complaint
        recorded(first.commitment, by, now, "payment_reversed", text=data["reason"], **detail)
    return parts


def _parts(complaint: Complaint, payment_id: int) -> list[Payment]:
    """The payment with the others of its transfer. Raises Invalid."""
    paid = Payment.objects.filter(commitment__complaint=complaint)
    wanted = paid.filter(pk=payment_id).first()
    if wanted is None:
        raise Invalid({"payment": [_("本案没有这笔付款")]})
    if wanted.reversed_at is not None:
        raise Invalid({"payment": [_("这笔付款已经冲正")]})
    same = paid.filter(way=wanted.way, reference=wanted.reference, reversed_at=None)
    parts = list(same.select_related("commitment__measure").order_by("id"))
    promises: dict[int, Commitment] = {}
    for part in parts:  # parts for the same promise share one object
        part.commitment = promises.setdefault(part.commitment_id, part.commitment)
        part.commitment.complaint = complaint
    return parts
