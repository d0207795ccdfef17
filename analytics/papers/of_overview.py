"""What a dashboard shows, as tables: the same window, the same filters, the same numbers. No case
and no consumer is named in them. Where a table leaves the house (`Hidden`), counts that could
single somebody out are hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from analytics.papers.hidden import (
    INSIDE,
    NONE_HIDDEN,
    SHOWN,
    HeatMarks,
    Hidden,
    Marked,
    each_alone,
    in_order,
    note_with,
    of_heat,
    of_parts,
    put,
    withheld,
)
from analytics.papers.tables import Cell, Column, Kind, Row, Table, Value
from analytics.papers.trend import trend
from analytics.small_cells import Mark

if TYPE_CHECKING:
    from analytics.figures import Figure
    from analytics.overview import Heat, Overview, Part

MOST_ROWS = 30  # of products and the like on paper; a workbook has them all
_HUNDRED = Decimal(100)
Named = Sequence[tuple[str, str]]


def tables(overview: Overview) -> list[Table]:
    """Every part, in the order of the page, to leave the house."""
    hidden = of_heat(overview)
    kept = [(c.label, c.kept, c.missed) for c in overview.by_clock]
    return [
        figures(overview.figures.values()),
        trend(overview),
        parts(_("类别"), _("类别"), overview.by_category, hidden.categories),
        places(overview, hidden),
        parts(_("渠道"), _("渠道"), overview.by_channel, of_parts(overview.by_channel)),
        parts(_("商品"), _("商品"), overview.by_product, of_parts(overview.by_product)),
        parts(_("品牌"), _("品牌"), overview.by_brand, of_parts(overview.by_brand)),
        parts(_("团队"), _("团队"), overview.by_team),
        rights(overview.by_right, each_alone(overview.by_right)),
        clocks(kept),
        phases(overview.by_phase),
        load(overview),
    ]


def figures(found: Iterable[Figure]) -> Table:
    """Every figure with how it is defined."""
    number = Kind.NUMBER
    columns = [
        Column(_("指标"), width=18),
        Column(_("数值"), number, 12),
        Column(_("单位"), width=10),
        Column(_("目标"), number, 10),
        Column(_("是否达标"), width=10),
        Column(_("上一期间"), number, 12),
        Column(_("变化"), number, 10),
        Column(_("分子"), Kind.COUNT, 10),
        Column(_("分母"), Kind.COUNT, 10),
        Column(_("时间范围"), width=12),
        Column(_("口径"), width=50),
        Column(_("分子的口径"), width=34),
        Column(_("分母的口径"), width=34),
        Column(_("来源"), width=20),
    ]
    rows = [_figure(one) for one in found]
    on_paper = [replace(columns[n], width=w) for n, w in _ON_PAPER.items()]
    short = Table(_("指标"), on_paper, [[row[n] for n in _ON_PAPER] for row in rows])
    return Table(_("指标"), columns, rows, printed=short)


_ON_PAPER = {0: 16, 1: 10, 2: 9, 3: 8, 5: 8, 7: 8, 8: 8, 10: 40}  # columns and their widths


def _figure(one: Figure) -> Row:
    measure = one.measure
    kind = kind_of(str(measure.unit))
    met = {None: "", True: _("达标"), False: _("未达标")}[one.met]
    change = None if one.value is None or one.previous is None else one.value - one.previous
    moving = Kind.NUMBER if kind is Kind.SHARE else kind  # of percentages: points of a hundred
    return [
        str(measure.title),
        cell(one.value, kind, one.rows_url),
        str(measure.unit),
        cell(one.target, kind),
        met,
        cell(one.previous, kind),
        Cell(change, moving),
        one.n,
        one.of,
        _("此刻") if measure.window == "now" else _("所选日期"),
        str(measure.meaning),
        str(measure.numerator),
        str(measure.denominator),
        str(measure.source),
    ]


def kind_of(unit: str) -> Kind:
    """How a number of such a unit is shown."""
    if unit == "%":
        return Kind.SHARE
    if unit == _yuan():
        return Kind.MONEY
    return Kind.COUNT if unit in _whole() else Kind.NUMBER


def _yuan() -> str:
    from analytics.measures import MEASURES

    return str(MEASURES["paid"].unit)


def _whole() -> tuple[str, str]:
    from analytics.measures import MEASURES

    return str(MEASURES["received"].unit), str(MEASURES["clocks_missed"].unit)


def cell(value: Decimal | int | None, kind: Kind, url: str = "") -> Cell:
    """The value of a figure; percentages become fractions."""
    if kind is Kind.SHARE and value is not None:
        return Cell(Decimal(value) / _HUNDRED, kind, url)
    return Cell(value, kind, url)


def count(part: Part) -> Cell:
    """How many, and where they are listed."""
    return Cell(part.n, Kind.COUNT, part.rows_url)


def share(part: int, whole: int) -> Value:
    """A fraction; nothing of nothing."""
    return Decimal(part) / whole if whole else None


def parts(name: str, heading: str, found: Sequence[Part], hidden: Marked | None = INSIDE) -> Table:
    """How many were received of each value. `hidden` None: nothing of it can be shown."""
    columns = [
        Column(heading, width=34),
        Column(_("新增投诉"), Kind.COUNT, 12),
        Column(_("占比"), Kind.SHARE, 10),
    ]
    if hidden is None:
        return withheld(name, columns)
    whole = sum(part.n for part in found)
    found = in_order(found, hidden, [(part.key, part.label) for part in found])
    rows: list[Row] = [
        (
            part.label,
            put(count(part), hidden.get(part.key)),
            None if part.key in hidden else share(part.n, whole),
        )
        for part in found
    ]
    total = (_("合计"), whole, share(whole, whole))
    table = Table(name, columns, rows, total, bars=1, note=note_with(hidden))
    if len(rows) <= MOST_ROWS:
        return table
    short = [*rows[:MOST_ROWS], _others(found[MOST_ROWS:], found[:MOST_ROWS], hidden, whole)]
    return replace(table, printed=replace(table, rows=short))


def _others(rest: Sequence[Part], seen: Sequence[Part], hidden: Marked, whole: int) -> Row:
    """Summed up in a line; a sum that could tell what is hidden above is hidden too."""
    n = sum(part.n for part in rest)
    apart = all(any(part.key in hidden for part in some) for some in (rest, seen))
    words = _("其余 {n} 项").format(n=sum(part.values for part in rest))
    return (words, put(n, Mark.APART if apart else None), None if apart else share(n, whole))


def rights(found: Sequence[Part], hidden: Marked = INSIDE) -> Table:
    """How often a right is touched."""
    columns = [Column(_("被侵害的权利"), width=34), Column(_("件数"), Kind.COUNT, 12)]
    found = in_order(found, hidden, [(part.key, part.label) for part in found])
    rows = [(part.label, put(count(part), hidden.get(part.key))) for part in found]
    note = note_with(hidden, _("一件案件可能涉及几项权利，所以不加总。"))
    return Table(_("权利"), columns, rows, note=note, bars=1)


def heat(found: Heat, hidden: HeatMarks | None = NONE_HIDDEN) -> Table:
    """Categories by regions, with the totals of both. `hidden` None: nothing of it can be shown."""
    if hidden is None:
        return withheld(_("类别×地区"), [Column(_("类别"), width=30)])
    numbers = {key: part.n for key, part in found.cells.items()}
    categories = in_order(found.rows, hidden.rows, found.rows)
    regions = in_order(found.columns, hidden.columns, found.columns)
    return _crossed(categories, regions, numbers, hidden)


def places(overview: Overview, hidden: Hidden = SHOWN) -> Table:
    """Categories by provinces; paper has the large regions, as the page."""
    found = heat(overview.heat, hidden.heat)
    if overview.map is overview.heat:
        return found
    return replace(found, printed=heat(overview.areas, hidden.areas))


def _crossed(
    rows: Named, columns: Named, numbers: Mapping[tuple[str, str], int], hidden: HeatMarks
) -> Table:
    counts = [[numbers.get((key, region), 0) for region, _label in columns] for key, _l in rows]
    lines: list[Row] = [
        [
            label,
            *(put(n, hidden.cells.get((key, r))) for n, (r, _l) in zip(row, columns, strict=True)),
            put(sum(row), hidden.rows.get(key)),
        ]
        for (key, label), row in zip(rows, counts, strict=True)
    ]
    across = [sum(column) for column in zip(*counts, strict=True)] or [0] * len(columns)
    below = [put(n, hidden.columns.get(r)) for n, (r, _l) in zip(across, columns, strict=True)]
    head = [
        Column(_("类别"), width=30),
        *(Column(label, Kind.COUNT, 9) for _key, label in columns),
        Column(_("合计"), Kind.COUNT, 9),
    ]
    total = [_("合计"), *below, sum(across)]
    note = note_with(hidden.cells)
    return Table(_("类别×地区"), head, lines, total, note=note, heat=True)


def clocks(found: Sequence[tuple[str, int, int]]) -> Table:
    """(clock, kept, missed): the statutory ones that fell due."""
    columns = [
        Column(_("法定期限"), width=40),
        Column(_("按期完成"), Kind.COUNT, 12),
        Column(_("逾期"), Kind.COUNT, 12),
        Column(_("合计"), Kind.COUNT, 12),
        Column(_("按期率"), Kind.SHARE, 10),
    ]
    rows = [(label, k, m, k + m, share(k, k + m)) for label, k, m in found]
    kept, missed = sum(k for _l, k, _m in found), sum(m for _l, _k, m in found)
    total = (_("合计"), kept, missed, kept + missed, share(kept, kept + missed))
    return Table(_("法定期限"), columns, rows, total)


def phases(found: Sequence[Part]) -> Table:
    """Open cases by where they stand, now."""
    columns = [Column(_("阶段"), width=24), Column(_("未办结"), Kind.COUNT, 12)]
    rows = [(part.label, count(part)) for part in found]
    return Table(_("阶段"), columns, rows, (_("合计"), sum(part.n for part in found)), bars=1)


def load(overview: Overview) -> Table:
    """Open cases of each person, now."""
    columns = [
        Column(_("责任人"), width=24),
        Column(_("未办结"), Kind.COUNT, 12),
        Column(_("已超时"), Kind.COUNT, 12),
        Column(_("今日到期"), Kind.COUNT, 12),
    ]
    found = overview.load
    rows = [(one.name, one.open, one.overdue, one.due_today) for one in found]
    total = (
        _("合计"),
        sum(one.open for one in found),
        sum(one.overdue for one in found),
        sum(one.due_today for one in found),
    )
    return Table(_("责任人"), columns, rows, total, bars=1)


def window(since: date, until: date) -> str:
    """2026-10-01 至 2026-10-30（30 日）"""
    days = (until - since) // timedelta(days=1) + 1
    return _("{since} 至 {until}（{days} 日，北京时间）").format(
        since=since, until=until, days=days
    )
