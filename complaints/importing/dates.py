"""Dates and times as people write them. What can be read in two ways is refused, never guessed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from complaints.importing.table import EXCEL_EPOCH
from complaints.validation import Refused
from complaints.workdays import SHANGHAI

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T\s]?(\d{2})(\d{2})(\d{2})?)?")
_SHORT_YEAR = re.compile(r"\d{1,2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*[日号]?(?!\d).*")
_SERIAL = re.compile(r"(\d{5})(?:\.(\d+))?")
_WEEKDAY = re.compile(r"\(?(?:星期|周|礼拜)[一二三四五六日天]\)?")
_CLOCK = re.compile(
    r"(上午|早上|凌晨|中午|下午|晚上|am|pm)?\s*(\d{1,2})\s*(?:[:点时]\s*(?:(\d{1,2})\s*[:分]?\s*(?:(\d{1,2})(?:\.\d+)?\s*秒?)?)?)\s*(am|pm)?"
)
_LATE, _NOON = {"下午", "晚上", "pm"}, {"中午"}


@dataclass(frozen=True)
class Read:
    """A date, or a moment in Shanghai; `note` says what was left out or how it was understood, ""
    when nothing.
    """

    value: date | datetime
    note: str = ""

    @property
    def day(self) -> date:
        """The calendar day."""
        return self.value.date() if isinstance(self.value, datetime) else self.value


def read(text: str, *, epoch: date = EXCEL_EPOCH) -> Read:
    """The date or moment. Raises Refused with what to write instead."""
    written = text.strip()
    plain = _WEEKDAY.sub(" ", unicodedata.normalize("NFKC", written)).strip().lower()
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}[t ][\d:.]+(z|[+-]\d{2}:?\d{2})", plain):
        moment = _iso(plain)
        if moment is not None:
            return Read(moment.astimezone(SHANGHAI))
    for reader in (_compact, _serial, _year_first, _year_last):
        found = reader(plain, written, epoch)
        if found is not None:
            return found
    if _SHORT_YEAR.fullmatch(plain):
        raise Refused(
            _("“{value}”的年份不完整；请写四位年份，例如 2026-11-23").format(value=written[:40])
        )
    raise _not_a_date(written)


def _iso(plain: str) -> datetime | None:
    try:
        return parse_datetime(plain.upper().replace(" ", "T", 1))
    except ValueError:
        return None


def _compact(plain: str, written: str, epoch: date) -> Read | None:
    match = _COMPACT.fullmatch(plain)
    if match is None:
        return None
    day = _day(match[1], match[2], match[3], written)
    if match[4] is None:
        return Read(day)
    return Read(_at(day, int(match[4]), int(match[5]), int(match[6] or 0), written))


def _serial(plain: str, written: str, epoch: date) -> Read | None:
    """A spreadsheet's date that lost its format: days since the epoch."""
    match = _SERIAL.fullmatch(plain)
    if match is None:
        return None
    start = datetime(epoch.year, epoch.month, epoch.day, tzinfo=SHANGHAI)
    moment = start + timedelta(days=float(plain), milliseconds=500)
    moment = moment.replace(microsecond=0)
    if not 1990 <= moment.year <= 2100:
        raise _not_a_date(written)
    note = _("“{value}”按表格软件的日期序号读作 {day}").format(
        value=written[:20], day=moment.date().isoformat()
    )
    return Read(moment if moment.time() != time(0) else moment.date(), note)


def _year_first(plain: str, written: str, epoch: date) -> Read | None:
    match = _YEAR_FIRST.match(plain)
    if match is None:
        return None
    return _with_time(_day(match[1], match[2], match[3], written), plain, match.end(), written)


def _year_last(plain: str, written: str, epoch: date) -> Read | None:
    """11/23/2026 and 23/11/2026 are clear; 03/04/2026 is not, unless both are the same number."""
    match = _YEAR_LAST.match(plain)
    if match is None:
        return None
    first, second = int(match[1]), int(match[2])
    if first <= 12 and second <= 12 and first != second:
        raise Refused(
            _(
                "“{value}”可能是 {a} 月 {b} 日，也可能是 {b} 月 {a} 日；请写成 2026-11-23 的样子"
            ).format(value=written[:40], a=first, b=second)
        )
    month, day = (second, first) if first > 12 else (first, second)
    return _with_time(_day(match[3], str(month), str(day), written), plain, match.end(), written)


def _with_time(day: date, plain: str, end: int, written: str) -> Read:
    """A time after the date; one that was cut off ("2026/7/7 8") leaves the day, and says so."""
    if plain[end - 1 : end + 1].isdigit() and len(plain) > end:
        raise _not_a_date(written)  # 2026/7/112: where does the day end?
    rest = plain[end:].strip(" \t,，t")
    if not rest:
        return Read(day)
    if re.fullmatch(r"\d{1,2}:?", rest):
        note = _("时间不完整（“{value}”），只取日期").format(value=written[:40])
        return Read(day, note)
    match = _CLOCK.fullmatch(rest)
    if match is None:
        raise _not_a_date(written)
    half, hour = match[1] or match[5] or "", int(match[2])
    if (half in _LATE and hour < 12) or (half in _NOON and hour < 3):
        hour += 12
    if half in {"am", "凌晨"} and hour == 12:
        hour = 0
    return Read(_at(day, hour, int(match[3] or 0), int(match[4] or 0), written))


def _day(year: str, month: str, day: str, written: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise _not_a_date(written) from error


def _at(day: date, hour: int, minute: int, second: int, written: str) -> datetime:
    try:
        return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)
    except ValueError as error:
        raise _not_a_date(written) from error


def _not_a_date(written: str) -> Refused:
    return Refused(
        _("“{value}”不是日期；请写成 2026-11-23 或 2026-11-23 14:40").format(value=written[:40])
    )
