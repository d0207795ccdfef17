"""Names of what figures are divided by, in the active language. A name that is gone is its code."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from analytics import occurrences as o
from analytics.dimensions import BETWEEN
from analytics.models import Occurrence
from complaints import places
from complaints.choices import Channel
from complaints.clock_words import title_of_row
from complaints.lifecycle import Outcome, Phase, State
from legal_rules.vocabulary import CATEGORIES, RIGHTS


def unknown() -> str:
    """For those of which it is not known."""
    return _("未填写")


def label(dimension: str, key: str) -> str:
    """The name of a value of a dimension."""
    lang = get_language() or "zh"
    if not key:
        return unknown()
    if dimension == "category" and key in CATEGORIES:
        return CATEGORIES[key].name_for(lang)
    if dimension == "right" and key in RIGHTS:
        return RIGHTS[key].name_for(lang)
    if dimension == "channel" and key in Channel.values:
        return str(Channel(key).label)
    if dimension == "phase" and key in Phase.values:
        return str(Phase(key).label)
    if dimension == "clock":
        return title_of_row(key)
    return _place(dimension, key)


def _place(dimension: str, key: str) -> str:
    if dimension == "area" and key in places.AREAS:
        return str(places.AREAS[key][0])
    if dimension == "region" and key in places.NAMES:
        return str(places.NAMES[key])
    return key


def split(key: str) -> tuple[str, str]:
    """Category and region of a cell of the heat map."""
    category, _between, region = key.rpartition(BETWEEN)
    return category, region


ENDS: dict[str, Any] = {
    o.KEPT: gettext_lazy("按期完成"),
    o.LATE: gettext_lazy("逾期完成"),
    o.BROKEN: gettext_lazy("没有完成"),
    o.RUNNING: gettext_lazy("逾期，尚未完成"),
    o.SILENT: gettext_lazy("尚未评价"),
    o.REOPENED: gettext_lazy("后来重新启动"),
    o.STAYED: gettext_lazy("没有重新启动"),
    o.SIGNED: gettext_lazy("签署"),
    o.SENT_BACK: gettext_lazy("退回"),
}


def key_words(measure: str, key: str) -> str:
    """What a list is narrowed to: a right, a phase, a clock."""
    dimension = {"right": "right", "open": "phase"}.get(measure, "")
    return label("clock" if measure.startswith("clocks") else dimension, key)


def what(one: Occurrence) -> str:
    """What was counted of a case, in words."""
    if one.value is not None:
        words = _("{n} 工作小时") if one.kind == o.RESPONDED else _("{n} 工作日")
        return words.format(n=f"{one.value / 10:,.1f}")
    if one.kind in (o.PAID, o.OWED):
        return _("{yuan} 元").format(yuan=f"{one.amount:,}")
    if one.kind == o.CLOCK:
        kind, _colon, end = one.key.rpartition(":")
        return f"{label('clock', kind)} · {ENDS[end]}"
    if one.kind == o.RIGHT:
        return label("right", one.key)
    if one.kind == o.CLOSED and one.key in Outcome.values:
        return str(Outcome(one.key).label)
    if one.kind == o.ASKED and one.key != o.SILENT:
        return _("{n} 分").format(n=one.key)
    return str(ENDS.get(one.key) or State(one.complaint.state).label)
