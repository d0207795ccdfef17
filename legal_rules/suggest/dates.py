"""Days as people name them: 2026年3月1日, 3月1日, 上周三, 昨天, 三天前, 当天.

What names no certain day (三月份, 半个月前, a day still to come) becomes a slot without a value.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from legal_rules.suggest.numbers import number
from legal_rules.suggest.slots import Slot

_MONTH = r"(?<!\d)(?:1[0-2]|0?[1-9](?!\d)|十[一二]?|[一二三四五六七八九])"
_DAY = (
    r"(?:3[01]|[12]\d|0?[1-9](?!\d)"
    r"|三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九])"
)
_LONG_YEAR = r"(?:(?:19|20)\d\d|二[〇零]{1,2}[一二三四五六七八九]?[〇零一二三四五六七八九])"
_SHORT_YEAR = r"(?<!\d)[0-2]\d"
_YEAR = rf"(?:{_LONG_YEAR}|{_SHORT_YEAR})"
_ABOUT_MONTH = rf"{_MONTH}\s?月(?:[上中下]旬|份|[初中底末](?!学))?"
# 3号线, 2号楼 and 9月1日游 name no day
_DAY_SIGN = r"\s?(?:日(?![游元本语币])|号(?![线楼店院厅柜门馆仓栋机码]))"
_PATTERN = re.compile(
    rf"(?:(?P<year>{_YEAR})\s?年\s?|(?P<named>今年|去年|前年|本年)的?\s?)?"
    rf"(?P<month>{_MONTH})\s?月(?:份)?\s?(?P<day>{_DAY}){_DAY_SIGN}"
    r"|(?<!\d)(?P<full>(?:19|20)\d\d(?P<sep>[-/.])(?:1[0-2]|0?[1-9])(?P=sep)(?:3[01]|[12]\d|0?[1-9]))(?!\d)"
    rf"|(?P<since>(?:{_LONG_YEAR}\s?年|今年|去年|前年|本年|明年)\s?(?:{_ABOUT_MONTH})?|{_SHORT_YEAR}\s?年\s?{_ABOUT_MONTH})"
    rf"|(?<![\d个]){_MONTH}\s?月(?:份|[初中底末](?!学)|[上中下]旬|(?=[,;。、]|$))"
    r"|(?P<near>今[天日早晚]|大前天|昨[天日晚]|前[天日晚])"
    r"|(?<!每)(?P<week>上上|上|这|本)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])(?![年岁])"
    r"|(?P<ago>\d{1,3}|[一二两三四五六七八九十]{1,3})\s?(?P<unit>天|日|周|个?星期|个?礼拜)(?:以)?前"
    r"|(?:\d{1,3}|[一二两三四五六七八九十几半]{1,3})\s?(?:个?多?月|年)(?:以)?前"
    r"|(?P<same>当[天日晚](?!地)|同[日天]|次日|第二天|隔天|第三天)"
)
_NAMED = {"今年": 0, "本年": 0, "去年": 1, "前年": 2}
_NEAR = {"大": 3, "前": 2, "昨": 1, "今": 0}
_LATER = {"次": 1, "隔": 1, "第二天": 1, "第三天": 2}
_WEEKDAYS = "一二三四五六日"
COMING = timedelta(days=31)  # 12月3日 said in November is as likely still to come


class _Reader:
    """Reads from left to right: what was named before helps to understand what follows."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.anchor: date | None = None  # the last certain day, for 当天
        self.since: date | None = None  # the first day of the year or month said last

    def read(self, found: re.Match[str]) -> date | None:
        """The day that was named, or None for one that is not certain."""
        day = self._day(found)
        if day is not None and (day > self.on or day.year < 1950):
            day = None
        if not found["same"] or day is None:
            self.anchor = day
        return day

    def _day(self, found: re.Match[str]) -> date | None:
        if found["month"]:
            return self._calendar(found)
        if found["full"]:
            return self._remember(_make(*map(int, re.split("[-/.]", found["full"]))))
        if found["near"]:
            return self.on - timedelta(days=_NEAR[found["near"][0]])
        if found["weekday"]:
            return self._weekday(found["week"], found["weekday"])
        if found["ago"]:
            return self._ago(found["ago"], found["unit"])
        if found["same"]:
            return self._same(found["same"])
        if found["since"]:
            self._begin(found["since"])
        return None

    def _begin(self, written: str) -> None:
        """A year, or a month of it, that was named without a day."""
        year, _sign, rest = written.partition("年")
        named = _NAMED.get(f"{year}年")
        month = rest.partition("月")[0].strip() if "月" in rest else "1"
        when = _year(year.strip()) if named is None else self.on.year - named
        self.since = _make(when, _small(month), 1)

    def _calendar(self, found: re.Match[str]) -> date | None:
        month, day = _small(found["month"]), _small(found["day"])
        if found["year"]:
            return self._remember(_make(_year(found["year"]), month, day))
        if found["named"]:
            return self._remember(_make(self.on.year - _NAMED[found["named"]], month, day))
        return self._without_year(month, day)

    def _without_year(self, month: int, day: int) -> date | None:
        """The first such day since the year said last, else the last one before today."""
        if self.since:
            for year in (self.since.year, self.since.year + 1):
                candidate = _make(year, month, day)
                if candidate and self.since <= candidate <= self.on:
                    return candidate
        candidate = _make(self.on.year, month, day)
        if candidate and candidate <= self.on:
            return candidate
        if candidate and candidate - self.on <= COMING:
            return None
        return _make(self.on.year - 1, month, day)

    def _remember(self, day: date | None) -> date | None:
        self.since = day.replace(day=1) if day else self.since
        return day

    def _weekday(self, week: str | None, name: str) -> date:
        place = _WEEKDAYS.index("日" if name == "天" else name)
        if week is None:  # the last such day
            return self.on - timedelta(days=(self.on.weekday() - place) % 7)
        monday = self.on - timedelta(days=self.on.weekday())
        back = {"上上": 14, "上": 7}.get(week, 0)
        return monday + timedelta(days=place - back)

    def _ago(self, count: str, unit: str) -> date | None:
        exact = number(count)
        if exact is None:
            return None
        return self.on - timedelta(days=int(exact) * (1 if unit in "天日" else 7))

    def _same(self, word: str) -> date | None:
        later = _LATER.get(word, _LATER.get(word[0], 0))
        return self.anchor + timedelta(days=later) if self.anchor else None


def days(text: str, on: date) -> list[Slot]:
    """The dates of a folded text in order, read on the day `on`: kind date, or month."""
    reader, result = _Reader(on), []
    for found in _PATTERN.finditer(text):
        day = reader.read(found)
        result.append(Slot("date" if day else "month", *found.span(), day))
    return result


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _small(written: str) -> int:
    return int(number(written) or 0)


def _year(written: str) -> int:
    year = int(number(written) or 0)
    return year + 2000 if year < 100 else year
