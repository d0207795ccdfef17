"""The words of an e-mail to a colleague: one notice, or many by the instant at which they fall due.

Read again at the moment of sending: what the person has read meanwhile, may not see any more, or
what is settled is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from complaints.choices import DeadlineState
from complaints.models import Complaint, Deadline
from complaints.querysets import scope_of
from correspondence import words
from correspondence.models import Mail, Notice
from correspondence.transports import Message

SALT = "correspondence.wishes"
LISTED = 100  # lines of one digest; the application has the rest


@dataclass(frozen=True)
class Item:
    """One notice of a mail and, for a warning, the clock as it stands now."""

    notice: Notice
    complaint: Complaint
    deadline: Deadline | None


def message(mail: Mail, now: datetime) -> Message | None:
    """The e-mail, in the receiver's language; None when nothing is left to say."""
    user = mail.user
    items = _items(mail, user) if user.is_active and user.email else []
    if not items:
        return None
    with translation.override(user.language or "zh-hans"):
        subject, text = _one(items[0]) if len(items) == 1 else _many(items, user, now)
        wishes = wishes_address(user, items[0].notice.family if len(items) == 1 else "")
        text = "\n\n".join((text, _foot(wishes)))
    numbers = sorted({item.complaint.number for item in items})
    return Message(
        event="digest" if len(items) > 1 else items[0].notice.outbox.effect,
        at=mail.created_at,
        to=user.email,
        subject=subject,
        text=text,
        headers={
            "List-Unsubscribe": f"<{wishes}>",
            "X-Kesu-For": f"staff {user.username}",
            "X-Kesu-Cases": " ".join(numbers[:LISTED]),
        },
    )


def _items(mail: Mail, user: User) -> list[Item]:
    notices = list(
        Notice.objects.filter(scope_of(user, "outbox__complaint__"), mail=mail, read_at=None)
        .select_related("outbox__complaint", "behalf_of")
        .order_by("pk")
    )
    asked = {n.outbox.payload.get("deadline") for n in notices} - {None}
    clocks = Deadline.objects.in_bulk(asked)
    items: dict[object, Item] = {}
    for notice in notices:
        pk = notice.outbox.payload.get("deadline")
        clock = clocks.get(pk) if pk else None
        if pk and (clock is None or clock.state not in _RUNS):
            continue  # settled meanwhile
        # several steps of one clock's ladder are one line
        items[("clock", pk) if pk else notice.pk] = Item(notice, notice.outbox.complaint, clock)
    return list(items.values())


_RUNS = (DeadlineState.RUNNING, DeadlineState.HELD)


def case_address(complaint: Complaint) -> str:
    """Where the case is read."""
    return f"{settings.SITE_URL}{reverse('case', args=[complaint.number])}"


def wishes_address(user: User, family: str) -> str:
    """Where the receiver changes how such notices come; signed, so that no password is asked."""
    token = signing.dumps([user.pk, family], salt=SALT, compress=True)
    return f"{settings.SITE_URL}{reverse('mail_wishes', args=[token])}"


def _one(item: Item) -> tuple[str, str]:
    notice = item.notice
    why = _("为什么收到：{reason}").format(reason=notice.reason)
    return notice.subject, "\n\n".join((notice.body, case_address(item.complaint), why))


def _many(items: list[Item], user: User, now: datetime) -> tuple[str, str]:
    clocks = [(item.deadline, item) for item in items if item.deadline is not None]
    clocks.sort(key=lambda pair: (pair[0].due_at, pair[1].notice.pk))
    cases = len({item.complaint.pk for item in items})
    over = sum(deadline.due_at <= now for deadline, _item in clocks)
    subject = ngettext("{n} 条提醒和通知", "{n} 条提醒和通知", len(items)).format(n=len(items))
    if clocks:
        subject = _("{count}：{over} 项已到期，{soon} 项将到期").format(
            count=subject, over=over, soon=len(clocks) - over
        )
    lines = [_line(item, _still(item, deadline, now)) for deadline, item in clocks]
    lines += [_line(item, item.notice.subject) for item in items if item.deadline is None]
    blocks = [
        _("{name}，您好：").format(name=user.name),
        ngettext("以下涉及 {n} 件案件。", "以下涉及 {n} 件案件。", cases).format(n=cases),
        *lines[:LISTED],
    ]
    if len(lines) > LISTED:
        blocks.append(_("还有 {n} 条，请在系统的“通知”里查看。").format(n=len(lines) - LISTED))
    return subject, "\n\n".join(blocks)


def _still(item: Item, deadline: Deadline, now: datetime) -> str:
    """The warning as it would be written now."""
    case = item.complaint
    return words.of_clock(case.number, case.title, deadline, now)[0]


def _line(item: Item, subject: str) -> str:
    parts = [f"· {subject}", f"  {item.complaint.title}"]
    if item.notice.behalf_of is not None:
        parts.append("  " + _("代 {name} 收到").format(name=item.notice.behalf_of.name))
    return "\n".join([*parts, f"  {case_address(item.complaint)}"])


def _foot(wishes: str) -> str:
    return _("改变接收方式（只在站内、汇总、安静时段）：\n{address}").format(address=wishes)
