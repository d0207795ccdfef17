"""A notice for 2027 that nobody published: plausible, and right in what the law fixes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta

from complaints.workdays import STATE, Calendar

YEAR = 2027
UNPUBLISHED = STATE.without(2027).without(2028)
TITLE = "国务院办公厅关于2027年部分节假日安排的通知"
_OFF = (
    ("元旦", "2027-01-01", 4),
    ("春节", "2027-02-05", 8),
    ("清明节", "2027-04-03", 3),
    ("劳动节", "2027-05-01", 5),
    ("端午节", "2027-06-09", 1),
    ("中秋节", "2027-09-15", 1),
    ("国庆节", "2027-10-01", 7),
)
_WORK = (
    ("元旦补班", "2027-01-16"),
    ("春节补班", "2027-01-31"),
    ("春节补班", "2027-02-13"),
    ("劳动节补班", "2027-04-25"),
    ("劳动节补班", "2027-05-08"),
    ("国庆节补班", "2027-09-26"),
    ("国庆节补班", "2027-10-09"),
)
Row = tuple[str, str, str]


def rows() -> list[Row]:
    """(date, 放假 or 补班, name), in order of the notice."""
    off = [
        ((date.fromisoformat(first) + timedelta(days=n)).isoformat(), "放假", name)
        for name, first, length in _OFF
        for n in range(length)
    ]
    return [*off, *((day, "补班", name) for name, day in _WORK)]


def as_csv(found: Iterable[Row] | None = None, headings: Row = ("日期", "类型", "名称")) -> bytes:
    """The file as a spreadsheet would save it."""
    out = io.StringIO()
    csv.writer(out).writerows([headings, *(rows() if found is None else found)])
    return out.getvalue().encode("utf-8-sig")


def changed(**days: Row | None) -> bytes:
    """The file with some rows otherwise: d0101=("2027-01-01", …), None leaves the row out."""
    found = {"d" + day[5:].replace("-", ""): (day, kind, name) for day, kind, name in rows()}
    found.update(days)  # type: ignore[arg-type]
    return as_csv(row for row in found.values() if row is not None)


def of_2026(**days: Row | None) -> bytes:
    """The State Council's notice for 2026, with some rows otherwise as in `changed`."""
    names = {1: "元旦", 2: "春节", 4: "清明节", 5: "劳动节", 6: "端午节", 9: "中秋节", 10: "国庆节"}
    marked = [(day, "放假") for day in STATE.off] + [(day, "补班") for day in STATE.work]
    found = {
        f"d{day:%m%d}": (day.isoformat(), kind, names[day.month])
        for day, kind in sorted(marked)
        if day.year == 2026
    }
    found.update(days)  # type: ignore[arg-type]
    return as_csv(row for row in found.values() if row is not None)


def without_2027(calendar: Calendar = STATE) -> Calendar:
    """What is known before the notice comes."""
    return calendar.without(2027).without(2028)
