"""Asking the consumer for documents: one act sends the message, stops the clocks that may be
stopped for it, and sets the reminders. What comes in reply starts them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import letter_occasions, letter_writing, validation
from complaints.actions import communication, holds
from complaints.advance import check_version, lock
from complaints.choices import Channel, CommunicationKind, HoldReason
from complaints.errors import NotAllowed
from complaints.models import Complaint, Hold
from complaints.validation import Refused
from letters.blocks import Paragraph, Run
from letters.rendering import plain
from letters.values import paragraphs

MOST_ITEMS = 20


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
        letter = as_letter(complaint, data["items"], data["until"], data["text"], now)
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


def as_letter(
    complaint: Complaint, items: list[str], until: date, opening: str, now: datetime
) -> str:
    """The whole message to the consumer, from the template; with an own opening in the place of
    its first sentence.
    """
    lang = complaint.consumer.language
    values = letter_occasions.of_request(complaint, items, until, lang=lang, now=now)
    letter = letter_writing.written("documents", values, lang=lang).letter
    blocks = list(letter.blocks)
    if opening:
        blocks[1:2] = [Paragraph((Run(text),)) for text in paragraphs(opening)]
    return plain(blocks, letter.language)
