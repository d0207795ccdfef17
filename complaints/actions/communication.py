"""Texts of a case: replies that leave through the outbox, notes that never do; and what is being
typed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import vault
from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.advance import lock
from complaints.choices import Channel, CommunicationKind
from complaints.errors import Invalid, NotAllowed
from complaints.models import Communication, Complaint, Draft, Event, Outbox

UNDO_WINDOW = timedelta(seconds=30)
REPLY_CHANNELS = ("email", "phone", "sms", "wechat", "letter", "in_person")
DRAFT_LIMIT = 400_000


def write(
    number: str, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> Communication:
    """Add a text `{kind, channel?, text, inbound?}`.

    A reply waits 30 s in the outbox, so that it can be undone; notes stay inside. Raises
    Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    v = validation
    data = v.clean(
        {"kind": None, "text": None, **values},
        {
            "kind": lambda x: v.choice(x, CommunicationKind.values, required=True),
            "channel": lambda x: v.choice(x, {*Channel.values, *REPLY_CHANNELS}),
            "text": lambda x: v.text(x, v.TEXT_LIMIT, required=True, lines=True),
            "inbound": v.flag,
        },
    )
    kind, inbound = data["kind"], data.get("inbound", False)
    if not by.may("write_notes" if kind == CommunicationKind.INTERNAL_NOTE else "communicate"):
        raise NotAllowed(_("您的角色不能与消费者沟通，只能写内部备注"))
    with transaction.atomic():
        complaint = lock(number, by)
        outbox = None
        channel = data.get("channel", "")
        if kind == CommunicationKind.REPLY and not inbound:
            channel = channel or ("email" if complaint.consumer.email_masked else "phone")
            if channel == "email" and not complaint.consumer.email_masked:
                raise Invalid({"channel": [_("消费者没有登记邮箱；请换一种渠道，或先补充邮箱")]})
            outbox = _outbox(complaint, channel, now)
        text = Communication.objects.create(
            complaint=complaint,
            kind=kind,
            inbound=inbound,
            channel=channel,
            text=data["text"],
            at=now,
            by=by,
            outbox=outbox,
        )
        Event.objects.create(
            complaint=complaint,
            at=now,
            by=by,
            kind=Event.Kind.COMMUNICATION,
            code=kind,
            text=data["text"],
            detail={"communication": text.pk, "channel": channel, "inbound": inbound},
            visible_to_consumer=kind == CommunicationKind.REPLY,
        )
        Complaint.objects.filter(pk=complaint.pk).update(updated_at=now)
        record(
            f"communication.{kind}",
            complaint.subject,
            by,
            now,
            {"communication": text.pk, "channel": channel},
        )
    return text


def _outbox(complaint: Complaint, channel: str, now: datetime) -> Outbox:
    key = f"{complaint.number}.reply.{uuid.uuid4()}"
    return Outbox.objects.create(
        complaint=complaint,
        effect="reply_to_consumer",
        key=key,
        payload={"channel": channel},
        created_at=now,
        not_before=now + UNDO_WINDOW,
    )


def undo(number: str, communication_id: int, *, by: User, now: datetime | None = None) -> bool:
    """Take back a reply that has not left yet; False when it is too late."""
    now = now or timezone.now()
    with transaction.atomic():
        complaint = lock(number, by)
        text = (
            Communication.objects.select_related("outbox")
            .filter(complaint=complaint, pk=communication_id, by=by)
            .first()
        )
        if text is None or text.outbox is None:
            raise Invalid({"communication": [_("没有可以撤回的消息")]})
        waiting = Outbox.objects.filter(
            pk=text.outbox.pk, done_at=None, cancelled_at=None, not_before__gt=now
        )
        if not waiting.update(cancelled_at=now):
            return False
        Event.objects.create(
            complaint=complaint,
            at=now,
            by=by,
            kind=Event.Kind.COMMUNICATION,
            code="undone",
            detail={"communication": text.pk},
        )
        record("communication.undone", complaint.subject, by, now, {"communication": text.pk})
    return True


# --- drafts


def _context(user: User, key: str) -> str:
    return f"complaints_draft|{user.pk}|{key}"


def save_draft(user: User, key: str, data: Any, now: datetime | None = None) -> datetime:
    """Keep what the person is typing under `key`, sealed. Raises Invalid when it is too large."""
    now = now or timezone.now()
    body = json.dumps(data, ensure_ascii=False)
    if not key or len(key) > 120 or len(body) > DRAFT_LIMIT:
        raise Invalid({"data": [_("草稿过大，没有保存；请把全文作为证据附件上传")]})
    context = _context(user, key)
    wrapped = vault.new_data_key(context)
    Draft.objects.update_or_create(
        user=user,
        key=key,
        defaults={
            "data_key": wrapped,
            "sealed": vault.seal(wrapped, context, "data", body),
            "updated_at": now,
        },
    )
    return now


def load_draft(user: User, key: str) -> tuple[Any, datetime] | None:
    """The draft and when it was saved; None when there is none."""
    draft = Draft.objects.filter(user=user, key=key).first()
    if draft is None:
        return None
    return json.loads(
        vault.unseal(bytes(draft.data_key), _context(user, key), "data", bytes(draft.sealed))
    ), draft.updated_at


def drop_draft(user: User, key: str) -> None:
    """Forget the draft once its text was taken."""
    Draft.objects.filter(user=user, key=key).delete()
