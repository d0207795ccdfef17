"""What a moment does to the clocks, in words: on the sheet before it is sent, and in the
timeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from complaints import clock_words
from complaints.moments import Change
from complaints.workdays import SHANGHAI
from config.tags import moment
from legal_rules import deadline_table


def in_words(change: Change) -> str:
    """One sentence: which clock, and what becomes of it."""
    clock = clock_words.title_of(change.deadline)
    before = clock_words.marked(moment(change.before), provisional=change.was_provisional)
    due = clock_words.marked(
        moment(change.deadline.due_at), provisional=change.deadline.provisional
    )
    return _sentence(change.what, clock, before, due)


def kept_in_words(change: Mapping[str, Any]) -> str:
    """The same of a change that stands in the record."""
    clock = clock_words.title_of_row(change["entry"] or change["kind"])
    before, due = (
        clock_words.marked(
            moment(datetime.fromisoformat(at) if at else None), provisional=change.get(mark, False)
        )
        for at, mark in ((change["from"], "was_provisional"), (change["to"], "provisional"))
    )
    return _sentence(change["what"], clock, before, due)


def _sentence(what: str, clock: str, before: str, due: str) -> str:
    texts = {
        "started": _("“{clock}”开始计时，期限 {to}"),
        "moved": _("“{clock}”改期：{from} → {to}"),
        "held": _("“{clock}”改期：{from} → {to}"),
        "met": _("“{clock}”按期结束（期限 {to}）"),
        "missed": _("“{clock}”逾期结束（期限 {to}）"),
        "cancelled": _("“{clock}”取消"),
    }
    return texts[what].format_map({"clock": clock, "from": before, "to": due})


def moment_in_words(kind: str, at: datetime, precise: bool) -> str:
    """收到退回的商品 2026-11-20."""
    known = deadline_table.current().moments.get(kind)
    title = known.title.in_(clock_words.language()) if known else kind
    local = at.astimezone(SHANGHAI)
    return f"{title} {local:%Y-%m-%d %H:%M}" if precise else f"{title} {local:%Y-%m-%d}"
