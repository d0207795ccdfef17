"""Causes and corrective actions of half a year as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from analytics import half_cure, signal_words
from analytics.half_year import HalfYear
from analytics.models import CauseGiven, CorrectiveAction, Signal
from analytics.papers.hidden import note_with, put
from analytics.papers.tables import Cell, Column, Kind, Row, Table, Value
from analytics.signal_life import State
from analytics.small_cells import LEAST, alone
from analytics.views.lines import Line, lines

A = CorrectiveAction.State


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


def signals(half: HalfYear, *, outside: bool) -> Table:
    """What was out of the ordinary, whether it was real, and why it happened, in people's words.
    One of few cases is named without its counts where it leaves the house.
    """
    columns = [
        Column(_("发现日期"), Kind.DAY, 12),
        Column(pgettext("report", "信号"), width=40),
        Column(_("状态"), width=14),
        Column(_("判断的理由"), width=36),
        Column(_("原因与依据"), width=44),
    ]
    found, more = half_cure.signals(half)
    rows = [
        (
            timezone.localdate(one.signal.detected_at),
            _named(one.signal, outside=outside),
            str(State(one.signal.state).label),
            one.reason,
            "\n".join(_given(given) for given in one.given),
        )
        for one in found
    ]
    note = _("期间内发现的信号，和期间内有人处理过的信号；件数是全企业的，不含保密案件。")
    if outside and any(one.signal.observed < LEAST for one in found):
        note += _("少于 {n} 件的信号不写件数。").format(n=LEAST)
    return Table(_("信号与原因"), columns, rows, note=_cut(note, len(found), more))


def _named(signal: Signal, *, outside: bool) -> str:
    few = outside and signal.observed < LEAST
    return signal_words.subject_of(signal) if few else signal_words.sentence(signal)


def _given(one: CauseGiven) -> str:
    return _("{cause}：{why}").format(cause=one.cause.path, why=one.why)


def actions(half: HalfYear) -> Table:
    """What is done so that it does not happen again, what proves it and what came of it."""
    columns = [
        Column(_("整改措施"), width=40),
        Column(_("针对"), width=26),
        Column(pgettext("report", "负责人"), width=16),
        Column(_("完成期限"), Kind.DAY, 13),
        Column(_("完成日期"), Kind.DAY, 13),
        Column(_("状态"), width=14),
        Column(_("完成的证据或取消的理由"), width=36),
        Column(_("证据文件"), Kind.COUNT, 9),
        Column(_("效果"), width=32),
    ]
    found, more = half_cure.actions(half)
    rows = [_action(line) for line in lines(found)]
    note = _("期间内登记、到期或者完成的措施。")
    if half.asked.team is not None:
        note = _(
            "期间内登记、到期或者完成的措施，针对有这个团队案件的信号，或者登记在这个团队案件上的原因。"
        )
    note = _cut(note, len(found), more)
    short = _on_paper(columns, rows, note)
    return Table(_("整改措施"), columns, rows, note=note, printed=short)


PROOF, FILES = 6, 7  # columns of an action


def _on_paper(columns: Sequence[Column], rows: Sequence[Row], note: str) -> Table:
    """The number of files with the words of the proof, so that the words have room."""

    def put_together(row: Row) -> Row:
        n = row[FILES]
        words = ngettext("（{n} 个证据文件）", "（{n} 个证据文件）", int(str(n))).format(n=n)
        proof = f"{row[PROOF]}{words}" if n else row[PROOF]
        return [*row[:PROOF], proof, *row[FILES + 1 :]]

    widths = dict(enumerate((34, 26, 12, 13, 13, 20, 34, 30)))
    kept = [*columns[:FILES], *columns[FILES + 1 :]]
    narrow = [replace(column, width=widths[n]) for n, column in enumerate(kept)]
    return Table(_("整改措施"), narrow, [put_together(row) for row in rows], note=note)


def _action(line: Line) -> Row:
    action = line.action
    return (
        action.what,
        line.about,
        action.owner.name,
        action.due_on,
        action.done_on,
        _("已逾期") if line.overdue else action.get_state_display(),
        action.evidence,
        sum(file.withdrawn_at is None for file in action.files.all()),
        line.effect if action.state == A.CHECKED else "",
    )


def _cut(note: str, shown: int, more: int) -> str:
    """With how many are left out, where any are."""
    if not more:
        return note
    words = ngettext(
        "{note}只列出最早的 {shown} 项，其余 {n} 项在“信号与整改”页查看。",
        "{note}只列出最早的 {shown} 项，其余 {n} 项在“信号与整改”页查看。",
        more,
    )
    return words.format(note=note, shown=shown, n=more)
