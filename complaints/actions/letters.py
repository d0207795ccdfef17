"""Letters that no machine can bring: a person reads them out or posts them, and says so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import public_promises, validation
from complaints.advance import lock
from complaints.delivery import BY_PERSON
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event, Outbox
from complaints.signing import differences
from complaints.signing.liveness import LETTER, NotLive, letter_of, standing
from complaints.validation import Refused


def find(complaint: Complaint, letter_id: int) -> Any:
    """The notice to the consumer (subject, body, to, way, sent_at); None when there is none.

    Read through the outbox row it belongs to: what leaves the house is unknown here.
    """
    row: Any = Outbox.objects.filter(complaint=complaint, notices__pk=letter_id).first()
    return row.notices.filter(pk=letter_id, user=None).first() if row else None


def waits(letter: Any) -> bool:
    """No machine can bring it, and nobody has yet."""
    by_hand = letter is not None and letter.way == "manual" and letter.sent_at is None
    return by_hand and letter.outbox.cancelled_at is None


def delivered(
    number: str,
    letter_id: int,
    note: Any,
    *,
    by: User,
    how: Any = "",
    reference: Any = "",
    now: datetime | None = None,
) -> None:
    """Record that the letter was brought, `how` (`delivery.BY_PERSON`), with the tracking number
    (`reference`) of one that was posted.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    if not by.may("communicate"):
        raise NotAllowed(_("您的角色不能与消费者沟通，只能写内部备注"))
    try:
        note = validation.text(note, 2000, required=True, lines=True)
    except Refused as refusal:
        raise Invalid({"note": [_("请写明何时、以什么方式送达")]}) from refusal
    how, reference = _brought(how, reference)
    with transaction.atomic():
        complaint = lock(number, by)
        letter = find(complaint, letter_id)
        if letter is None:
            raise Invalid({"note": [_("没有这封函件")]})
        if not waits(letter):
            raise Invalid({"note": [_("这封函件已经发出或登记送达")]})
        refuse_unsigned(complaint, letter.outbox)
        letter.sent_at = letter.delivered_at = now
        letter.brought, letter.reference = how, reference
        letter.save(update_fields=["sent_at", "delivered_at", "brought", "reference"])
        Event.objects.create(
            complaint=complaint,
            at=now,
            by=by,
            kind=Event.Kind.NOTICE,
            code="delivered",
            text=f"{letter.subject}\n{note}",
            detail={"notice": letter.pk, "how": how, "reference": reference},
        )
        record("letter.delivered", complaint.subject, by, now, {"notice": letter.pk})
        public_promises.letter_left(letter.outbox, now)


def _brought(how: Any, reference: Any) -> tuple[str, str]:
    """How it was brought. Raises Invalid; a letter without its tracking number proves nothing."""
    v = validation
    given = v.clean(
        {"how": how, "reference": reference},
        {"how": lambda x: v.choice(x, BY_PERSON), "reference": lambda x: v.reference(x, 100)},
    )
    if given["how"] == "letter" and not given["reference"]:
        raise Invalid({"reference": [_("邮寄的请填写邮件号码，以便证明何时送达")]})
    return given["how"] or "", given["reference"]


def refuse_unsigned(complaint: Complaint, row: Outbox, field: str = "note") -> None:
    """A letter that counsel signed leaves on a live signature, by hand too; one of an earlier
    version no more. Raises Invalid.
    """
    if row.effect != LETTER:
        return
    refuse_earlier(complaint, row, field)
    try:
        letter_of(complaint)
    except NotLive as not_live:
        words = _("这封函件的签署已失效：{why}。不要再送达；此前已经送达的，请登记为通话记录或备注")
        why = differences.sentence(not_live.changed)
        raise Invalid({field: [words.format(why=why)]}) from not_live


def refuse_earlier(complaint: Complaint, row: Outbox, field: str) -> None:
    """A live signature covers the letter of its own version, not of one before. Raises Invalid."""
    signatures = standing(complaint)
    if signatures and row.created_at < signatures[-1].at:
        words = _("这是较早一版方案的处理意见函，不能再次告知；请发送现在这一版的函件")
        raise Invalid({field: [words]})
