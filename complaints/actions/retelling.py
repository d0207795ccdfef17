"""Telling the consumer again: the same letter once more, or by another way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import identity_code
from complaints.actions import letters
from complaints.advance import lock, step_taken
from complaints.errors import Invalid, NotAllowed
from complaints.leaving import INSTEAD, RECEIPT, TO_CONSUMER, leaves_at
from complaints.models import Complaint, Event, Outbox
from complaints.signing import liveness

WITH_A_KEY = "ask_satisfaction"  # its link was kept by nobody: it cannot be written again


def send_again(number: str, notice_id: int, *, by: User, now: datetime | None = None) -> Outbox:
    """The same words once more by e-mail, to the address that the case has now; a letter that
    counsel signed only on a live signature.

    A second click makes no second letter: while one waits, it is the answer. Raises
    Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    _may(by)
    with transaction.atomic():
        complaint = lock(number, by)
        notice = _left(complaint, notice_id)
        _refuse_the_link(notice.outbox)
        if not complaint.consumer.email_masked:
            raise Invalid({"letter": [_("消费者没有登记邮箱；请先补充邮箱，或换一种方式告知")]})
        letters.refuse_unsigned(complaint, notice.outbox)
        key = f"{complaint.number}.again.{notice.pk}."
        waiting = Outbox.objects.filter(key__startswith=key, done_at=None, cancelled_at=None)
        if found := waiting.first():
            return found
        count = Outbox.objects.filter(key__startswith=key).count()
        row = Outbox.objects.create(
            complaint=complaint,
            transition=notice.outbox.transition,
            effect=notice.outbox.effect,
            key=f"{key}{count + 1}",
            payload={**notice.outbox.payload, "channel": "email", "again": notice.pk},
            created_at=now,
            not_before=leaves_at(notice.outbox.effect, now),
        )
        _write(complaint, "letter_again", _of(notice), by, now)
    return row


def by_hand(number: str, notice_id: int, *, by: User, now: datetime | None = None) -> Any:
    """The same words by a person: a letter that waits to be brought; answers it. The one that waits
    already is the answer to a second click.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    _may(by)
    with transaction.atomic():
        complaint = lock(number, by)
        notice = _left(complaint, notice_id)
        _refuse_the_link(notice.outbox)
        waiting = notice.outbox.notices.filter(user=None, way="manual", sent_at=None).first()
        if waiting is not None:
            return waiting
        letters.refuse_unsigned(complaint, notice.outbox)
        made = another(notice, now)
        _write(complaint, "letter_by_hand", _of(notice), by, now)
    return made


def bring_instead(number: str, row_id: int, *, by: User, now: datetime | None = None) -> bool:
    """A letter that waits for a machine is brought by a person: the same row leaves by hand, so it
    leaves by one way, whatever the machine does. False when it is too late; a second click finds it
    done.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    _may(by)
    with transaction.atomic():
        complaint = lock(number, by)
        row = _on_its_way(complaint, row_id)
        if row.payload.get("channel") == INSTEAD:
            return True
        # Whoever sends holds the row, and may want the case next: it is waited for only where the
        # case was to be held first.
        busy = row.effect != liveness.LETTER
        rows = Outbox.objects.select_for_update(of=("self",), skip_locked=busy)
        held = rows.filter(pk=row.pk, done_at=None, cancelled_at=None).first()
        if held is None:
            return False
        held.payload, held.not_before = {**held.payload, "channel": INSTEAD}, now
        held.save(update_fields=["payload", "not_before"])
        _write(complaint, "letter_by_hand", {"outbox": held.pk, "effect": held.effect}, by, now)
        transaction.on_commit(lambda: step_taken.send(sender=Complaint, transition_id=None))
    return True


def _on_its_way(complaint: Complaint, pk: int) -> Outbox:
    """A letter that may leave, or has left. Raises Invalid."""
    known = Outbox.objects.filter(complaint=complaint, effect__in=TO_CONSUMER - {RECEIPT})
    row = known.filter(pk=pk).first()
    if row is None:
        raise Invalid({"letter": [_("没有这封函件")]})
    if row.cancelled_at is not None:
        raise Invalid({"letter": [_("这封函件已经停止发出，请看告知记录里的原因")]})
    if row.withheld_at is not None:
        raise Invalid({"letter": [_("这封函件已被撤回；请先在案件页发出，再换一种方式告知")]})
    _refuse_the_link(row)
    letters.refuse_unsigned(complaint, row, "letter")
    return row


def another(notice: Any, now: datetime) -> Any:
    """The letter once more, for a person to bring. In the caller's transaction."""
    siblings = notice.outbox.notices
    return siblings.create(
        key=f"{notice.outbox.key}.consumer.{siblings.count() + 1}",
        way="manual",
        to=notice.outbox.complaint.consumer.phone_masked,
        created_at=now,
        subject=notice.subject,
        body=notice.body,
    )


def _refuse_the_link(row: Outbox) -> None:
    """Whoever brings a letter reads it, and the link is the consumer's alone. Raises Invalid."""
    if row.effect == identity_code.EFFECT:
        words = _("验证码只给消费者本人，不能再次发送或者代为送达；请在权利请求里另发一个")
        raise Invalid({"letter": [words]})
    if row.effect == WITH_A_KEY:
        words = _("满意度邀请里的链接只给消费者本人，不能再次发送或者代为送达；请改为电话回访")
        raise Invalid({"letter": [words]})


def _may(by: User) -> None:
    if not by.may("communicate"):
        raise NotAllowed(_("您的角色不能与消费者沟通，只能写内部备注"))


def _left(complaint: Complaint, notice_id: int) -> Any:
    """The notice, which was handed over once. Raises Invalid."""
    found = letters.find(complaint, notice_id)
    if found is None:
        raise Invalid({"letter": [_("没有这封函件")]})
    if found.sent_at is None:
        raise Invalid({"letter": [_("这封函件还没有发出；请先登记送达，或等待发出")]})
    if found.outbox.effect == liveness.LETTER:
        letters.refuse_earlier(complaint, found.outbox, "letter")
    return found


def _of(notice: Any) -> dict[str, Any]:
    return {"notice": notice.pk, "effect": notice.outbox.effect}


def _write(
    complaint: Complaint, code: str, detail: dict[str, Any], by: User, now: datetime
) -> None:
    kind = Event.Kind.NOTICE
    Event.objects.create(complaint=complaint, at=now, by=by, kind=kind, code=code, detail=detail)
    Complaint.objects.filter(pk=complaint.pk).update(updated_at=now)
    record(code.replace("_", ".", 1), complaint.subject, by, now, detail)
