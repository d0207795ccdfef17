"""Causes and corrective actions of half a year as tables."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from analytics import effects, half_cure
from analytics.half_year import HalfYear
from analytics.models import CorrectiveAction
from analytics.papers.hidden import note_with, put
from analytics.papers.tables import Cell, Column, Kind, Table, Value
from analytics.small_cells import alone


def causes(half: HalfYear, *, outside: bool) -> Table:
    """Why it happened, as people found it; small counts are hidden where it leaves the house."""
    columns = [
        Column(pgettext("root cause", "原因"), width=40),
        Column(_("案件"), Kind.COUNT, 10),
        Column(_("信号"), Kind.COUNT, 10),
        Column(_("上一个半年案件"), Kind.COUNT, 14),
    ]

    def cases(n: int) -> Value | Cell:
        return put(n, alone(n) if outside else None)

    found = half_cure.causes(half)
    rows = [(row.label, cases(row.cases), row.signals, cases(row.before)) for row in found]
    few = outside and any(alone(n) for row in found for n in (row.cases, row.before))
    words = _("期间内登记、没有撤回的原因。一件案件可能有几项原因，所以不加总。")
    note = note_with(few, words)
    return Table(pgettext("root cause", "原因"), columns, rows, note=note)


def actions(half: HalfYear) -> Table:
    """What is done so that it does not happen again, and what came of it."""
    columns = [
        Column(_("整改措施"), width=44),
        Column(pgettext("root cause", "原因"), width=26),
        Column(pgettext("report", "负责人"), width=12),
        Column(_("完成期限"), Kind.DAY, 12),
        Column(_("完成日期"), Kind.DAY, 12),
        Column(_("状态"), width=16),
        Column(_("效果"), width=34),
    ]
    today = timezone.localdate(half.at)
    found, more = half_cure.actions(half)
    rows = [
        (
            action.what,
            action.cause.path if action.cause else "",
            action.owner.name,
            action.due_on,
            action.done_on,
            _("已逾期") if action.is_overdue(today) else action.get_state_display(),
            effects.said(action) if action.state == CorrectiveAction.State.CHECKED else "",
        )
        for action in found
    ]
    note = _("期间内登记、到期或者完成的措施。")
    if half.asked.team is not None:
        note = _(
            "期间内登记、到期或者完成的措施，针对有这个团队案件的信号，或者登记在这个团队案件上的原因。"
        )
    if more:
        words = ngettext(
            "{note}只列出期限最早的 {shown} 项，其余 {n} 项在“整改措施”页查看。",
            "{note}只列出期限最早的 {shown} 项，其余 {n} 项在“整改措施”页查看。",
            more,
        )
        note = words.format(note=note, shown=len(found), n=more)
    return Table(_("整改措施"), columns, rows, note=note)
