"""订单量 from a list: how much was sold per day, product and province, or what is wrong with it.

Pure: a table in, volumes or sentences out. All or nothing, because one wrong number would make
every figure wrong that is divided by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from analytics.series import tidy
from analytics.volume_rows import COLUMNS, Asked, Reading, Series, read_row, where
from complaints import places
from complaints.importing import sheets
from complaints.importing.headings import normalised
from complaints.importing.table import Table

MOST_VOLUMES = 200_000
MOST_FAULTS, MOST_NOTES = 200, 50
SHOWN_GAPS = 3
_DAY = timedelta(days=1)
Span = tuple[date, date]


@dataclass(frozen=True)
class Volume:
    """Orders of one day. `product` "" is all goods, `region` (code of `places`) "" the whole
    country; `row` is where it stands in the file.
    """

    day: date
    product: str
    region: str
    orders: int
    row: int


@dataclass(frozen=True)
class Fault:
    """What is wrong, or worth knowing: the row (None: the whole file), the column, a sentence."""

    row: int | None
    column: str
    message: str


@dataclass
class Volumes:
    """What a list says. `volumes` is empty while there are `faults`; `notes` are no reason against
    it; `more` faults are not listed.
    """

    rows: int = 0
    volumes: list[Volume] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    more: int = 0

    @property
    def sound(self) -> bool:
        """Whether it may be taken over."""
        return bool(self.volumes) and not self.faults

    @property
    def since(self) -> date | None:
        """The first day."""
        return min((v.day for v in self.volumes), default=None)

    @property
    def until(self) -> date | None:
        """The last day."""
        return max((v.day for v in self.volumes), default=None)

    @property
    def series(self) -> list[Series]:
        """(product, region) of which there are numbers."""
        return sorted({(v.product, v.region) for v in self.volumes})

    def refuse(self, row: int | None, column: str, message: str) -> None:
        """One more fault; of very many only the first are listed."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(row, column, message))
        else:
            self.more += 1

    def note(self, row: int | None, column: str, message: str) -> None:
        """Something worth knowing."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append(Fault(row, column, message))


def template_columns() -> list[str]:
    """The headings of a list to fill in, in the language of the screen."""
    return [str(COLUMNS[code].label) for code in ("day", "product", "region", "orders")]


def read(data: bytes, today: date) -> Volumes:
    """A CSV or a workbook. Raises FileRefused when it is no table at all."""
    return check(sheets.read(data, row_of=_headings), today)


def check(table: Table, today: date) -> Volumes:
    """Every row, and then whether days are missing between them. Nothing after `today`."""
    found = Volumes(rows=len(table.rows))
    columns = where(table.columns, found.refuse, found.note)
    if found.faults:
        return found
    asked = Asked(columns, table.columns, table.epoch, today)
    taken: dict[Series, dict[date, int]] = {}
    spelt: dict[str, str] = {}  # one product is one series, however it is spelt in other rows
    whole = True
    for row in table.rows:
        reading = read_row(row, asked)
        for fault in reading.faults:
            found.refuse(row.number, *fault)
        for note in reading.notes:
            found.note(row.number, *note)
        whole = whole and (reading.placed or reading.skipped)
        if reading.placed:
            product, region = reading.series
            reading.series = spelt.setdefault(tidy(product), product), region
            _take(reading, row.number, found, taken)
    if whole:  # else what looks like a gap is a row that could not be read
        _find_gaps(taken, found)
    return _closed(found)


def _headings(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows holds the headings: the one with most known ones."""
    if not rows:
        return None
    names = {h for c in COLUMNS.values() for h in c.headings}
    known = [len({h for cell in row if (h := normalised(cell)) in names}) for row in rows]
    return max(range(len(rows)), key=lambda i: (known[i], -i))


def _take(reading: Reading, row: int, found: Volumes, taken: dict[Series, dict[date, int]]) -> None:
    """The days of a row, each once; a total of several days is spread over them as evenly as whole
    numbers allow.
    """
    days = taken.setdefault(reading.series, {})
    span = [reading.since + n * _DAY for n in range((reading.until - reading.since).days + 1)]
    twice = next((day for day in span if day in days), None)
    if twice is not None:
        sentence = _("第 {first} 行已经有 {series} {day} 的订单量；请只留一行")
        named = said(reading.series)
        text = sentence.format(first=days[twice], series=named, day=twice.isoformat())
        found.refuse(row, "", text)
        return
    days.update(dict.fromkeys(span, row))
    if reading.orders is None:
        return
    each, rest = divmod(reading.orders, len(span))
    if len(found.volumes) + len(span) > MOST_VOLUMES:
        if not found.more:
            sentence = _("按日展开后超过 {most} 个数；请拆成几个文件分别导入")
            found.refuse(row, "", sentence.format(most=MOST_VOLUMES))
        return
    for place, day in enumerate(span):
        found.volumes.append(Volume(day, *reading.series, each + (place < rest), row))


def _find_gaps(taken: dict[Series, dict[date, int]], found: Volumes) -> None:
    """Days that are missing inside a series are faults; a series that begins later or ends earlier
    than the list is worth knowing.
    """
    every = [day for days in taken.values() for day in days]
    for series, days in sorted(taken.items()):
        missing = gaps(days)
        if missing:
            after = days[missing[0][1] + _DAY]
            found.refuse(after, "", _missing(series, missing))
        first, last = min(days), max(days)
        if (first, last) != (min(every), max(every)):
            sentence = _("{series} 只有 {since} 至 {until} 的订单量")
            found.note(None, "", sentence.format(series=said(series), since=first, until=last))


def gaps(days: Iterable[date]) -> list[Span]:
    """The spans that are missing between the first and the last of the days, oldest first."""
    ordered = sorted(set(days))
    return [
        (before + _DAY, after - _DAY)
        for before, after in pairwise(ordered)
        if after - before > _DAY
    ]


def joint(stored: Iterable[tuple[str, str, date]], new: Volumes) -> list[Fault]:
    """Days that are missing between what is stored (product, region, day) and what the list adds,
    for each series that both have.
    """
    known: dict[Series, set[date]] = {}
    for product, region, day in stored:
        known.setdefault((product, region), set()).add(day)
    added: dict[Series, set[date]] = {}
    for volume in new.volumes:
        added.setdefault((volume.product, volume.region), set()).add(volume.day)
    found = []
    for series in sorted(set(known) & set(added)):
        old = set(gaps(known[series]))
        between = [gap for gap in gaps(known[series] | added[series]) if gap not in old]
        if between:
            found.append(Fault(None, "", _missing(series, between)))
    return found


def said(series: Series) -> str:
    """A series in words: 青禾养生壶（浙江）."""
    product, region = series
    return _("{product}（{region}）").format(
        product=product or _("全部商品"), region=places.name_of(region) or _("全国")
    )


def _missing(series: Series, spans: Sequence[Span]) -> str:
    shown = _("、").join(_span(span) for span in spans[:SHOWN_GAPS])
    if len(spans) > SHOWN_GAPS:
        shown = _("{spans} 等 {n} 段").format(spans=shown, n=len(spans))
    sentence = _("{series} 缺少 {days} 的订单量；请补上，没有订单的日子填 0")
    return sentence.format(series=said(series), days=shown)


def _span(span: Span) -> str:
    since, until = span
    if since == until:
        return since.isoformat()
    return _("{since} 至 {until}").format(since=since.isoformat(), until=until.isoformat())


def _closed(found: Volumes) -> Volumes:
    """All or nothing, and in one order whatever the order of the rows."""
    if not found.volumes and not found.faults:
        found.refuse(None, "", _("没有订单量；请确认列名下面有数据"))
    found.faults.sort(key=lambda fault: fault.row or 0)
    if found.faults:
        found.volumes = []
    found.volumes.sort(key=lambda v: (v.product, v.region, v.day))
    return found
