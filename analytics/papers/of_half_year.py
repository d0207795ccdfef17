"""The half-year analysis as tables, for the page, a workbook and paper alike. No case and no
consumer is named in them; what leaves the house hides counts that could single somebody out.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from analytics.figures import Figure, Value
from analytics.half_year import Compared, HalfYear, Law
from analytics.overview import ClockKept
from analytics.papers.hidden import (
    INSIDE,
    SHOWN,
    Marked,
    each_alone,
    in_order,
    note_with,
    of_heat,
    of_parts,
    put,
    withheld,
)
from analytics.papers.of_half_cure import actions, causes, signals
from analytics.papers.of_overview import cell, count, heat, kind_of, parts, rights, share
from analytics.papers.tables import Cell, Column, Kind, Row, Table
from analytics.papers.trend import trend
from complaints.views.keeping_words import class_name


def tables(half: HalfYear, *, outside: bool) -> list[Table]:
    """Every chapter, to be read on the page or to leave the house (`outside`)."""
    found = half.found
    hidden = of_heat(found) if outside else SHOWN
    before = of_parts(half.past.by_category) if outside else INSIDE
    return [
        figures(half),
        laws(half),
        trend(half.found),
        categories(half, hidden.categories, before),
        heat(found.map, hidden.areas),
        rights(found.by_right, each_alone(found.by_right) if outside else INSIDE),
        parts(
            _("商品"),
            _("商品"),
            found.by_product,
            of_parts(found.by_product) if outside else INSIDE,
        ),
        signals(half, outside=outside),
        causes(half, outside=outside),
        actions(half),
        archive(half),
        classes(half),
    ]


def figures(half: HalfYear) -> Table:
    """Each measure of a window beside the half before."""
    columns = [
        Column(_("指标"), width=20),
        Column(_("本期"), Kind.NUMBER, 12),
        Column(_("上一个半年"), Kind.NUMBER, 12),
        Column(_("变化"), Kind.NUMBER, 10),
        Column(_("目标"), Kind.NUMBER, 10),
        Column(_("单位"), width=10),
        Column(_("口径"), width=48),
    ]
    rows = [
        _figure(one, half.past.figures[code])
        for code, one in half.found.figures.items()
        if one.measure.window == "window"
    ]
    return Table(_("指标"), columns, rows)


def _figure(one: Figure, before: Figure) -> Row:
    measure = one.measure
    kind = kind_of(str(measure.unit))
    return [
        str(measure.title),
        cell(one.value, kind, one.rows_url),
        cell(before.value, kind, before.rows_url),
        Cell(_change(one.value, before.value), Kind.NUMBER if kind is Kind.SHARE else kind),
        cell(one.target, kind),
        str(measure.unit),
        str(measure.meaning),
    ]


def _change(now: Value, before: Value) -> Decimal | None:
    return None if now is None or before is None else Decimal(now) - Decimal(before)


def laws(half: HalfYear) -> Table:
    """Kept and missed by the clock of the law, with the article that sets it."""
    columns = [
        Column(_("法定期限"), width=26),
        Column(_("法律依据"), width=30),
        Column(_("按期完成"), Kind.COUNT, 10),
        Column(_("逾期"), Kind.COUNT, 8),
        Column(_("至今未完成"), Kind.COUNT, 11),
        Column(_("按期率"), Kind.SHARE, 9),
        Column(_("上一个半年逾期"), Kind.COUNT, 12),
        Column(_("上一个半年按期率"), Kind.SHARE, 12),
    ]
    rows = [_law(law) for law in half.laws]
    now, before = [law.now for law in half.laws], [law.before for law in half.laws]
    total: Row = [
        _("合计"),
        "",
        _kept(now),
        _missed(now),
        sum(law.open for law in half.laws),
        share(_kept(now), _kept(now) + _missed(now)),
        _missed(before),
        share(_kept(before), _kept(before) + _missed(before)),
    ]
    note = _("到期日在期间内的法定期限；“至今未完成”是其中此刻仍未完成的，包括在“逾期”里。")
    return Table(_("法定期限与逾期"), columns, rows, total, note=note)


def _law(law: Law) -> Row:
    now, before = law.now, law.before
    return [
        law.label,
        law.basis,
        Cell(_kept([now]), Kind.COUNT, now.kept_url if now else ""),
        Cell(_missed([now]), Kind.COUNT, now.missed_url if now else ""),
        law.open,
        share(_kept([now]), _kept([now]) + _missed([now])),
        Cell(_missed([before]), Kind.COUNT, before.missed_url if before else ""),
        share(_kept([before]), _kept([before]) + _missed([before])),
    ]


def _kept(found: Sequence[ClockKept | None]) -> int:
    return sum(clock.kept for clock in found if clock)


def _missed(found: Sequence[ClockKept | None]) -> int:
    return sum(clock.missed for clock in found if clock)


def categories(half: HalfYear, hidden: Marked | None, before: Marked | None) -> Table:
    """What was complained of, beside the half before. What is hidden of each; None: nothing of it
    can be shown.
    """
    columns = [
        Column(_("类别"), width=34),
        Column(_("本期"), Kind.COUNT, 10),
        Column(_("占比"), Kind.SHARE, 10),
        Column(_("上一个半年"), Kind.COUNT, 12),
        Column(_("变化"), Kind.COUNT, 10),
    ]
    if hidden is None:
        return withheld(_("类别"), columns)
    found = half.categories
    whole, earlier = sum(row.part.n for row in found), sum(row.before for row in found)
    if before is None:  # whose sum is among the figures
        found, before = [row for row in found if row.part.n], {}
        columns = columns[:3]
    found = in_order(found, hidden, [(row.part.key, row.part.label) for row in found])
    rows = [_category(row, whole, hidden, before)[: len(columns)] for row in found]
    total = (_("合计"), whole, share(whole, whole), earlier, whole - earlier)[: len(columns)]
    return Table(_("类别"), columns, rows, total, note=note_with(hidden or before), bars=1)


def _category(row: Compared, whole: int, hidden: Marked, before: Marked) -> Row:
    part = row.part
    apart = part.key in hidden or part.key in before
    return (
        part.label,
        put(count(part), hidden.get(part.key)),
        None if part.key in hidden else share(part.n, whole),
        put(row.before, before.get(part.key)),
        None if apart else part.n - row.before,
    )


def archive(half: HalfYear) -> Table:
    """The files: what happened to them, and how they stand."""
    columns = [
        Column(_("档案"), width=34),
        Column(_("本期"), Kind.COUNT, 12),
        Column(_("上一个半年"), Kind.COUNT, 12),
    ]
    found = half.archive
    rows = [
        (_("归档案件"), *found.archived),
        (_("封存证据包"), *found.sealed),
        (_("到期销毁"), *found.destroyed),
        (_("诉讼保留中的案件（此刻）"), found.held, None),
        (_("诉讼保留事项（此刻）"), found.matters, None),
    ]
    return Table(_("档案"), columns, rows)


def classes(half: HalfYear) -> Table:
    """How long the files are kept, now."""
    columns = [Column(_("保管类别"), width=44), Column(_("案卷（此刻）"), Kind.COUNT, 14)]
    found = sorted(half.archive.classes.items(), key=lambda row: (-row[1], row[0]))
    rows = [(class_name(code), n) for code, n in found]
    total = (_("合计"), sum(n for _code, n in found))
    return Table(_("保管类别"), columns, rows, total)
