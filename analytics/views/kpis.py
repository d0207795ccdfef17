"""Figures as the dashboard shows them: value, change, target in words, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from analytics.figures import Figure
from analytics.measures import NOW, Measure
from config.numerals import plain, short

# The eight that stand on top, in this order; the others are in the table below.
FIRST = (
    *("open", "overdue", "due_today", "first_response"),
    *("time_to_close", "satisfaction", "repeat", "promises_kept"),
)


@dataclass(frozen=True)
class Kpi:
    """One figure in words. `tone`: good, bad or ""."""

    code: str
    title: Any
    value: str
    unit: Any
    rows_url: str
    n: int
    known: bool
    change: str
    change_words: str
    line: str
    tone: str
    before: str
    target: str
    meaning: Any
    figure: Figure

    @property
    def lines(self) -> list[tuple[str, Any]]:
        """Its definition: (title, words)."""
        return definition(self.figure.measure, self.figure)


def kpi(figure: Figure) -> Kpi:
    """The figure in the language of the page."""
    measure = figure.measure
    line, tone = _line(figure)
    change, words = _change(figure)
    return Kpi(
        measure.code,
        measure.title,
        figure.shown,
        measure.unit if figure.value is not None else "",
        figure.rows_url,
        figure.n,
        figure.value is not None,
        change,
        words,
        line,
        tone,
        "" if figure.previous is None else number(figure.previous),
        target_words(measure),
        measure.meaning,
        figure,
    )


def number(value: Decimal | int | float) -> str:
    """A figure without its unit: at most one decimal place."""
    return short(float(value), get_language() or "zh", 1)


def target_words(measure: Measure) -> str:
    """≤ 4 or ≥ 98, "" for none."""
    if measure.target is None:
        return ""
    sign = "≤" if measure.better == "less" else "≥"
    return f"{sign} {plain(float(measure.target), 1)}"


def _line(figure: Figure) -> tuple[str, str]:
    """What the value means in a few words, and whether that is good or bad."""
    measure = figure.measure
    if figure.value is None:
        return _("没有数据"), ""
    if measure.target is not None and figure.met is not None:
        if measure.target == 0 and measure.code == "overdue":
            return (_("没有超时"), "good") if figure.met else (_("需今天清零"), "bad")
        words = _("达标 · 目标 {target}") if figure.met else _("未达标 · 目标 {target}")
        return words.format(target=target_words(measure)), "good" if figure.met else "bad"
    if measure.code == "due_today":
        return _("今天 24 时前"), ""
    if figure.previous is not None:
        return _("上期 {n}").format(n=number(figure.previous)), ""
    return (_("此刻") if measure.window == NOW else _("没有上期可比")), ""


def _change(figure: Figure) -> tuple[str, str]:
    """↑1.2, and the same in words; nothing where there is nothing to compare."""
    if figure.change is None or figure.value is None:
        return "", ""
    size = number(abs(figure.change))
    if size == "0":
        return "", _("与上期持平")
    if figure.change > 0:
        return f"↑{size}", _("比上期多 {n}").format(n=size)
    return f"↓{size}", _("比上期少 {n}").format(n=size)


def definition(measure: Measure, figure: Figure | None = None) -> list[tuple[str, Any]]:
    """What it means, what is divided by what, from where: (title, words)."""
    lines: list[tuple[str, Any]] = [(_("含义"), measure.meaning)]
    counted = _("分子") if measure.denominator else pgettext("measure", "计入")
    lines.append((counted, measure.numerator))
    if measure.denominator:
        lines.append((_("分母"), measure.denominator))
    if figure is not None and figure.of is not None:
        words = _("{n} / {of}").format(n=plain(figure.n), of=plain(figure.of))
        lines.append((pgettext("dashboard", "本期"), words))
    window = _("此刻，不受所选日期影响") if measure.window == NOW else _("所选日期")
    lines.append((_("时间"), window))
    lines.append((_("来源"), measure.source))
    if measure.target is not None:
        lines.append((_("目标"), f"{target_words(measure)} {measure.unit}"))
    return lines
