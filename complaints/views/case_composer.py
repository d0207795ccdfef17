"""The composer: three texts that must never be confused, each with its own draft and its own
button.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from complaints.choices import CommunicationKind
from complaints.models import Complaint
from complaints.views.case_page import CasePage

Text = str | Promise
TABS: tuple[tuple[str, CommunicationKind, str], ...] = (
    ("reply", CommunicationKind.REPLY, "communicate"),
    ("note", CommunicationKind.INTERNAL_NOTE, "write_notes"),
    ("call", CommunicationKind.CALL_NOTE, "communicate"),
)


@dataclass(frozen=True)
class Way:
    """One way to reach the consumer: the button names channel and receiver."""

    channel: str
    label: str
    hint: str


@dataclass(frozen=True)
class Tab:
    """One of the three texts; `key` names its draft."""

    code: str
    kind: str
    title: Text
    shown: bool
    key: str
    text: str = ""
    errors: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()  # of its wording, before it leaves


@dataclass(frozen=True)
class Composer:
    """What this person may write on this case."""

    tabs: tuple[Tab, ...]
    ways: tuple[Way, ...]
    who: str
    waiting: bool = False  # a hold waits for the consumer
    undo: int = 0  # seconds in which a reply can be taken back


def draft_key(number: str, code: str) -> str:
    """Under which name a draft of the composer is kept."""
    return f"case:{number}:{code}"


def composer(
    page: CasePage,
    wanted: str,
    text: str = "",
    errors: tuple[str, ...] = (),
    asked: tuple[str, ...] = (),
) -> Composer | None:
    """The composer, or None for somebody who only reads.

    Notes may be written on a closed case too.
    """
    user, complaint = page.user, page.complaint
    allowed = [
        (code, kind)
        for code, kind, permission in TABS
        if (user.may(permission) if code == "note" else page.may(permission))
    ]
    if not allowed:
        return None
    codes = [code for code, _kind in allowed]
    current = wanted if wanted in codes else codes[0]
    tabs = tuple(
        Tab(
            code,
            kind.value,
            kind.label,
            code == current,
            draft_key(complaint.number, code),
            text if code == current else "",
            errors if code == current else (),
            asked if code == current else (),
        )
        for code, kind in allowed
    )
    undo = settings.SEND_UNDO_SECONDS
    who = complaint.consumer.name_masked or _("消费者")
    return Composer(tabs, ways_of(complaint), who, page.waits_for_consumer, undo)


def ways_of(complaint: Complaint) -> tuple[Way, ...]:
    """The ways in which this consumer can be reached, the best first.

    Only e-mail leaves by itself.
    """
    consumer = complaint.consumer
    who = consumer.name_masked or _("消费者")
    by_hand = _("由您人工送达并登记")
    ways = []
    if consumer.email_masked:
        label = _("发邮件给 {who}").format(who=who)
        ways.append(Way("email", label, consumer.email_masked))
    if consumer.phone_masked:
        phone = consumer.phone_masked
        ways.append(Way("phone", _("电话告知 {who}").format(who=who), f"{phone} · {by_hand}"))
        ways.append(Way("sms", _("短信发给 {who}").format(who=who), f"{phone} · {by_hand}"))
    if consumer.address_masked:
        letter = _("寄信给 {who}").format(who=who)
        ways.append(Way("letter", letter, f"{consumer.address_masked} · {by_hand}"))
    ways.append(Way("wechat", _("微信发给 {who}").format(who=who), by_hand))
    ways.append(Way("in_person", _("当面告知 {who}").format(who=who), by_hand))
    return tuple(ways)
