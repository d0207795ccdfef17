"""The words of an e-mail to a colleague: one notice, or many by the instant at which they fall due.

Read again at the moment of sending: what the person has read meanwhile, may not see any more, or
what is settled is left out.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from complaints.models import Complaint
from correspondence import inbox, said
from correspondence.models import Mail, Notice
from correspondence.said import Said
from correspondence.transports import Message

SALT = "correspondence.wishes"
LISTED = 100  # lines of one digest; the application has the rest


def message(mail: Mail, now: datetime) -> Message | None:
    """The e-mail, in the receiver's language; None when nothing is left to say."""
    user = mail.user
    if not (user.is_active and user.email):
        return None
    with translation.override(user.language or "zh-hans"):
        items = _items(mail, user, now)
        if not items:
            return None
        subject, text = _one(items[0]) if len(items) == 1 else _many(items, user, now)
        wishes = wishes_address(user, items[0].notice.family if len(items) == 1 else "")
        text = "\n\n".join((text, _foot(wishes)))
    numbers = sorted({_case(item).number for item in items})
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


def _items(mail: Mail, user: User, now: datetime) -> list[Said]:
    notices = list(
        Notice.objects.filter(inbox.may_read(user), mail=mail, read_at=None)
        .select_related("outbox__complaint", "outbox__transition", "behalf_of")
        .order_by("pk")
    )
    items: dict[tuple[str, int], Said] = {}
    for each in said.again(notices, now):
        about_a_clock = "deadline" in each.notice.outbox.payload
        if about_a_clock and (each.clock is None or each.clock.state not in said.RUNS):
            continue  # settled meanwhile
        if each.over:
            continue
        # several steps of one clock's ladder are one line
        key = ("clock", each.clock.pk) if each.clock else ("notice", each.notice.pk)
        items[key] = each
    return list(items.values())


def case_address(complaint: Complaint) -> str:
    """Where the case is read."""
    return f"{settings.SITE_URL}{reverse('case', args=[complaint.number])}"


def wishes_address(user: User, family: str) -> str:
    """Where the receiver changes how such notices come; signed, so that no password is asked."""
    token = signing.dumps([user.pk, family], salt=SALT, compress=True)
    return f"{settings.SITE_URL}{reverse('mail_wishes', args=[token])}"


def _case(item: Said) -> Complaint:
    found: Complaint = item.notice.outbox.complaint
    return found


def _one(item: Said) -> tuple[str, str]:
    why = _("为什么收到：{reason}").format(reason=item.reason)
    page = said.address_of(item.notice.outbox) or case_address(_case(item))
    return item.subject, "\n\n".join((item.text, page, why))


def _many(items: list[Said], user: User, now: datetime) -> tuple[str, str]:
    clocks = [(item.clock.due_at, item) for item in items if item.clock is not None]
    clocks.sort(key=lambda pair: (pair[0], pair[1].notice.pk))
    cases = len({_case(item).pk for item in items})
    over = sum(due <= now for due, _item in clocks)
    subject = ngettext("{n} 条提醒和通知", "{n} 条提醒和通知", len(items)).format(n=len(items))
    if clocks:
        subject = _("{count}：{over} 项已到期，{soon} 项将到期").format(
            count=subject, over=over, soon=len(clocks) - over
        )
    lines = [_line(item) for _due, item in clocks]
    lines += [_line(item) for item in items if item.clock is None]
    blocks = [
        _("{name}，您好：").format(name=user.name),
        ngettext("以下涉及 {n} 件案件。", "以下涉及 {n} 件案件。", cases).format(n=cases),
        *lines[:LISTED],
    ]
    if len(lines) > LISTED:
        blocks.append(_("还有 {n} 条，请在系统的“通知”里查看。").format(n=len(lines) - LISTED))
    return subject, "\n\n".join(blocks)


def _line(item: Said) -> str:
    case = _case(item)
    if page := said.address_of(item.notice.outbox):
        return f"· {item.subject}\n  {page}"
    parts = [f"· {item.subject}", f"  {case.title}"]
    if item.notice.behalf_of is not None:
        parts.append("  " + _("代 {name} 收到").format(name=item.notice.behalf_of.name))
    return "\n".join([*parts, f"  {case_address(case)}"])


def _foot(wishes: str) -> str:
    return _("改变接收方式（只在站内、汇总、安静时段）：\n{address}").format(address=wishes)
