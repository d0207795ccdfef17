"""Asking the consumer for documents: one act sends the message, stops the clocks that may be
stopped for it, and sets the reminders. What comes in reply starts them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import validation
from complaints.actions import communication, holds
from complaints.advance import check_version, lock
from complaints.choices import Channel, CommunicationKind, HoldReason
from complaints.errors import NotAllowed
from complaints.models import Hold
from complaints.validation import Refused

MOST_ITEMS = 20
LANGUAGE = "zh-hans"  # of letters, whatever the language of whoever writes


def ask_for_documents(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Hold:
    """Ask: `{items, text?, until, channel?}`; `items` is a list, or text with one a line.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    holds.may_hold(by)
    if not by.may("communicate"):
        raise NotAllowed(_("您的角色不能与消费者沟通"))
    v = validation
    data = v.clean(
        {"items": None, "until": None, "text": "", **values},
        {
            "items": listed,
            "until": lambda x: _until(x, now),
            "text": lambda x: v.text(x, 5000, lines=True),
            "channel": lambda x: v.choice(x, {*Channel.values, *communication.REPLY_CHANNELS}),
        },
    )
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        opening = data["text"] or default_text(complaint.title)
        letter = as_letter(opening, data["items"], data["until"].isoformat())
        asked = communication.put(
            complaint,
            CommunicationKind.REPLY,
            letter,
            by=by,
            now=now,
            channel=data.get("channel", ""),
        )
        hold = {
            "reason": HoldReason.CONSUMER.value,
            "note": _("请消费者补充：{items}").format(items=_("、").join(data["items"]))[:2000],
            "expected_end": data["until"],
            "items": data["items"],
        }
        return holds.begin(complaint, hold, by=by, now=now, asked=asked)


def listed(value: Any) -> list[str]:
    """The items, one each. Raises Refused."""
    rows = value.splitlines() if isinstance(value, str) else value
    if rows is not None and not isinstance(rows, (list, tuple)):
        raise Refused(_("请逐行写明需要补充的材料"))
    items = [item for row in rows or () if (item := validation.text(row, 200))]
    if not items:
        raise Refused(_("请逐行写明需要补充的材料"))
    if len(items) > MOST_ITEMS:
        raise Refused(_("一次最多 {n} 项；请合并同类材料").format(n=MOST_ITEMS))
    return list(dict.fromkeys(items))


def _until(value: Any, now: datetime) -> Any:
    day = holds.expected(value, now)
    if day is None:
        raise Refused(_("请填写希望消费者在哪天之前补充"))
    return day


def default_text(title: str) -> str:
    """How the message begins unless the person writes something else."""
    with translation.override(LANGUAGE):
        text = _("您好：\n\n您反映的“{title}”我们正在核实，请您补充以下材料：")
        return text.format(title=title)


def as_letter(opening: str, items: list[str], until: str) -> str:
    """The whole message to the consumer."""
    numbered = "\n".join(f"{n}. {item}" for n, item in enumerate(items, start=1))
    with translation.override(LANGUAGE):
        closing = _(
            "请在 {day} 之前直接回复本消息或来电。手头没有的，请告诉我们，"
            "我们会按现有材料继续办理；法律规定的答复期限不受影响。"
        ).format(day=until)
    return f"{opening}\n\n{numbered}\n\n{closing}"
