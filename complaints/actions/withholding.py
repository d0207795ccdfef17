"""Taking a letter back before it leaves, and letting it go after all.

The step that caused the letter stays taken: only the letter is withheld. Who takes it back races
with the task that sends: the row belongs to one of them, and the other is told the truth.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.advance import lock
from complaints.errors import Invalid, NotAllowed
from complaints.leaving import TO_CONSUMER, leaves_at
from complaints.lifecycle import State
from complaints.models import Complaint, Event, Outbox
from complaints.signing import differences
from complaints.signing.liveness import LETTER, NotLive, letter_of
from complaints.validation import Refused

REPLY = "reply_to_consumer"  # taken back by `communication.undo`, which gives the text back


def may(user: User, effect: str) -> bool:
    """Whoever writes to consumers; the letter that counsel signed is counsel's too."""
    return user.may("communicate") or (effect == LETTER and user.may("sign_resolutions"))


def still_here(pk: int, now: datetime) -> Outbox | None:
    """The row, held until the end of the transaction, while it is certain that it has not left.

    None when it left, was cancelled, is being handed over, or may leave at any moment. Never waits
    for the row: its sender may be waiting for the case, which the caller holds.
    """
    rows = Outbox.objects.select_for_update(of=("self",), skip_locked=True)
    return rows.filter(pk=pk, done_at=None, cancelled_at=None, not_before__gt=now).first()


def withhold(number: str, pk: int, *, by: User, now: datetime | None = None) -> bool:
    """Take a letter back; False when it is too late.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid (no such letter, or it was cancelled).
    """
    now = now or timezone.now()
    with transaction.atomic():
        complaint = lock(number, by)
        row = _find(complaint, pk, by)
        if row.withheld_at is not None:
            return True  # a second click
        held = still_here(row.pk, now)
        if held is None:
            return False
        held.withheld_at, held.withheld_by = now, by
        held.save(update_fields=["withheld_at", "withheld_by"])
        _write(complaint, held, "withheld", by, now)
    return True


def release(number: str, pk: int, *, by: User, now: datetime | None = None) -> Outbox:
    """Let a withheld letter go; one that counsel signed only on a live signature. A second click
    finds it on its way.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    with transaction.atomic():
        complaint = lock(number, by)
        row = _find(complaint, pk, by)
        if row.withheld_at is None and row.done_at is None:
            return row
        row = _withheld(complaint, pk, by)
        if row.effect == LETTER:
            _refuse_unsigned(complaint)
        row.withheld_at = row.withheld_by = None
        row.not_before = leaves_at(row.effect, now)
        row.save(update_fields=["withheld_at", "withheld_by", "not_before"])
        _write(complaint, row, "released", by, now)
    return row


def discard(number: str, pk: int, reason: Any, *, by: User, now: datetime | None = None) -> None:
    """A withheld letter is not sent at all. The letter of an offer that still stands cannot be
    dropped: the consumer has to hear of it.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    try:
        reason = validation.text(reason, 2000, required=True, lines=True)
    except Refused as refusal:
        raise Invalid({"reason": [_("请写明为什么不再发出")]}) from refusal
    with transaction.atomic():
        complaint = lock(number, by)
        row = _withheld(complaint, pk, by)
        if row.effect == LETTER and complaint.state == State.OFFERED:
            words = _(
                "方案仍在等待消费者答复，处理意见函必须告知消费者；请发出，内容需要更正的请法务退回修改"
            )
            raise Invalid({"reason": [words]})
        row.cancelled_at, row.last_error = now, "discarded"
        row.save(update_fields=["cancelled_at", "last_error"])
        _write(complaint, row, "discarded", by, now, reason)


def _find(complaint: Complaint, pk: int, by: User) -> Outbox:
    rows = Outbox.objects.filter(complaint=complaint, effect__in=TO_CONSUMER - {REPLY})
    row = rows.filter(pk=pk).first()
    if row is None or row.cancelled_at is not None:
        raise Invalid({"letter": [_("没有这封待发的函件；可能已被取消，请刷新页面")]})
    if not may(by, row.effect):
        raise NotAllowed(_("您的角色不能撤回或发出给消费者的函件"))
    return row


def _withheld(complaint: Complaint, pk: int, by: User) -> Outbox:
    row = _find(complaint, pk, by)
    if row.withheld_at is None:
        raise Invalid({"letter": [_("这封函件没有被撤回：它已经发出，或者正在等待发出")]})
    return row


def _refuse_unsigned(complaint: Complaint) -> None:
    """Raises Invalid with what happened to the signature."""
    try:
        letter_of(complaint)
    except NotLive as not_live:
        words = _("处理意见函的签署已失效：{why}。不能发出，须由法务核对后重新签署，或者退回修改")
        why = differences.sentence(not_live.changed)
        raise Invalid({"letter": [words.format(why=why)]}) from not_live


def _write(
    complaint: Complaint, row: Outbox, what: str, by: User, now: datetime, text: str = ""
) -> None:
    detail = {"outbox": row.pk, "effect": row.effect, "attempts": row.attempts}
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.NOTICE,
        code=f"letter_{what}",
        text=text,
        detail=detail,
    )
    Complaint.objects.filter(pk=complaint.pk).update(updated_at=now)
    record(f"letter.{what}", complaint.subject, by, now, detail)
