"""Texts of a case: replies that leave through the outbox, notes that never do; and what is being
typed.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import followers, public_promises, validation
from complaints.actions import holds, mentioning, withholding
from complaints.advance import check_version, find, lock
from complaints.choices import Channel, CommunicationKind
from complaints.errors import Invalid, NotAllowed
from complaints.leaving import leaves_at
from complaints.models import Communication, Complaint, Event, Hold, Outbox

REPLY_CHANNELS = ("email", "phone", "sms", "wechat", "letter", "in_person")
DOUBLE_CLICK = timedelta(seconds=10)
DRAFTS_KEPT = timedelta(days=30)
DRAFT_LIMIT = 400_000  # characters of JSON
KEY_LIMIT = 120
# The place of a draft: words joined by colons ("intake", "case:TS26-000001:reply").
DRAFT_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}(:[A-Za-z0-9_-]{1,40}){0,6}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def write(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    once: bool = False,
    now: datetime | None = None,
) -> Communication:
    """Add a text `{kind, channel?, text, inbound?, still_waiting?, anyway?}`. What comes from the
    consumer ends a hold that waits for it, unless `still_waiting`; `anyway` says why it leaves
    although its wording was questioned (`wording_check.py`). `once`: the same words of the same
    person a moment ago were a double click, and are the answer; that one no longer waits is heeded.

    A reply waits in the outbox (`leaving.py`), so that it can be undone; notes stay inside. Raises
    Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now, data = now or timezone.now(), _cleaned(values)
    kind, inbound = data["kind"], data.get("inbound", False)
    if not by.may("write_notes" if kind == CommunicationKind.INTERNAL_NOTE else "communicate"):
        raise NotAllowed(_("您的角色不能与消费者沟通，只能写内部备注"))
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        note = kind == CommunicationKind.INTERNAL_NOTE
        people = mentioning.named(complaint, data["text"], by) if note else []
        before = _a_moment_ago(complaint, kind, data["text"], inbound, by, now) if once else None
        written = before or put(
            complaint,
            kind,
            data["text"],
            by=by,
            now=now,
            channel=data.get("channel", ""),
            inbound=inbound,
            anyway=data.get("anyway", ""),
        )
        if people and not before:
            mentioning.keep(written, people, now)
        answers = inbound and kind != CommunicationKind.INTERNAL_NOTE
        if answers and not data.get("still_waiting", False):
            holds.consumer_answered(complaint, by, now, "reply")
    return written


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    return v.clean(
        {"kind": None, "text": None, **values},
        {
            "kind": lambda x: v.choice(x, CommunicationKind.values, required=True),
            "channel": lambda x: v.choice(x, {*Channel.values, *REPLY_CHANNELS}),
            "text": lambda x: v.text(x, v.TEXT_LIMIT, required=True, lines=True),
            "inbound": v.flag,
            "still_waiting": v.flag,
            "anyway": lambda x: v.text(x, 500),
        },
    )


def _a_moment_ago(
    complaint: Complaint, kind: str, text: str, inbound: bool, by: User, now: datetime
) -> Communication | None:
    same = Communication.objects.filter(complaint=complaint, kind=kind, inbound=inbound, by=by)
    recent = same.filter(text=text, at__gt=now - DOUBLE_CLICK, outbox__cancelled_at=None)
    return recent.select_related("outbox").order_by("-id").first()


def put(
    complaint: Complaint,
    kind: str,
    text: str,
    *,
    by: User,
    now: datetime,
    channel: str = "",
    inbound: bool = False,
    anyway: str = "",
    about: Mapping[str, int] | None = None,
) -> Communication:
    """Add a text to a case whose lock the caller holds. `about`: of which letter about personal
    data it is the text (`rights`, `letter`); that one leaves at once. Raises Invalid for an e-mail
    to somebody without an address.
    """
    outbox = None
    if kind == CommunicationKind.REPLY and not inbound:
        channel = _way_out(complaint, channel)
        outbox = _outbox(complaint, channel, now, about or {})
    written = Communication.objects.create(
        complaint=complaint,
        kind=kind,
        inbound=inbound,
        channel=channel,
        text=text,
        at=now,
        by=by,
        outbox=outbox,
    )
    _record(written, anyway)
    if kind == CommunicationKind.REPLY:
        followers.of_reply(written)
    if kind == CommunicationKind.CALL_NOTE and not inbound:
        public_promises.replied(complaint, now)
    return written


def _way_out(complaint: Complaint, wanted: str) -> str:
    """The channel of a reply: the wanted one, else e-mail, else the phone. Raises Invalid for an
    e-mail to somebody without an address.
    """
    has_address = bool(complaint.consumer.email_masked)
    if wanted == "email" and not has_address:
        raise Invalid({"channel": [_("消费者没有登记邮箱；请换一种渠道，或先补充邮箱")]})
    return wanted or ("email" if has_address else "phone")


def _outbox(complaint: Complaint, channel: str, now: datetime, about: Mapping[str, int]) -> Outbox:
    key = f"{complaint.number}.reply.{uuid.uuid4()}"
    return Outbox.objects.create(
        complaint=complaint,
        effect="reply_to_consumer",
        key=key,
        payload={"channel": channel, **about},
        created_at=now,
        not_before=leaves_at("reply_to_consumer", now, by_person=not about),
    )


def _record(written: Communication, anyway: str = "") -> None:
    """The text in the timeline and the audit log; the case was touched, its version stays. With the
    reason why it was sent although its words were questioned.
    """
    complaint, detail = written.complaint, {"communication": written.pk, "channel": written.channel}
    Event.objects.create(
        complaint=complaint,
        at=written.at,
        by=written.by,
        kind=Event.Kind.COMMUNICATION,
        code=written.kind,
        text=written.text,
        detail={**detail, "inbound": written.inbound, **({"anyway": anyway} if anyway else {})},
        visible_to_consumer=written.kind == CommunicationKind.REPLY,
    )
    Complaint.objects.filter(pk=complaint.pk).update(updated_at=written.at)
    verb, kept = f"communication.{written.kind}", {"sent_anyway": True} if anyway else {}
    record(verb, complaint.subject, written.by, written.at, {**detail, **kept})


def undo(number: str, communication_id: int, *, by: User, now: datetime | None = None) -> bool:
    """Take back a reply that has not left yet; False when it is too late. A second click finds it
    taken back.
    """
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
        if text.outbox.cancelled_at is not None:
            return True
        waiting = withholding.still_here(text.outbox.pk, now)
        if waiting is None:
            return False
        waiting.cancelled_at = now
        waiting.save(update_fields=["cancelled_at"])
        Event.objects.create(
            complaint=complaint,
            at=now,
            by=by,
            kind=Event.Kind.COMMUNICATION,
            code="undone",
            detail={"communication": text.pk},
        )
        if Hold.objects.filter(asked=text, ended_at=None).exists():
            holds.consumer_answered(complaint, by, now, "undone")  # nothing was asked after all
        record("communication.undone", complaint.subject, by, now, {"communication": text.pk})
    return True


def text_of(number: str, communication_id: int, *, by: User) -> str:
    """The words of a text of a case. Raises Complaint.DoesNotExist, Communication.DoesNotExist."""
    return Communication.objects.get(complaint=find(number, by), pk=communication_id).text
