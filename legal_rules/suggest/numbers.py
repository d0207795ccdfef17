"""Numbers as people write them: 3,980.00, 3.98万, 两千八, 三千九百八十, 1万2, 5k.

number("三千九百八十") → Decimal("3980")      number("两三百") → None: no exact number
"""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = dict(
    zip(
        "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖",
        (0, 0, 1, 2, *range(2, 10), *range(1, 10)),
        strict=True,
    )
)
UNITS = {
    "十": 10,
    "拾": 10,
    "百": 100,
    "佰": 100,
    "千": 1000,
    "仟": 1000,
    "k": 1000,
    "万": 10_000,
    "w": 10_000,
    "亿": 10**8,
}
LONGEST = 16  # characters; anything longer is no sum of a consumer
_GREAT = 10_000
CHINESE = "[零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖十拾百佰千仟万亿]"
# 3,980.00 | 3980 | 3.98万 | 3万5千 | 5w | 三千九百八十
PATTERN = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)(?:\s?[万千百亿]{CHINESE}*\d?{CHINESE}?|[wk](?![a-z0-9]))?"
    rf"|{CHINESE}+"
)
_PART = re.compile(r"\d[\d,]*(?:\.\d+)?|.")


def number(written: str) -> Decimal | None:
    """The number, or None where it is no exact one (两三百, 百, a telephone number)."""
    if len(written) > LONGEST:
        return None
    total = section = Decimal(0)
    pending: Decimal | None = None
    last, gap = 0, False
    for part in _PART.findall(written.replace(" ", "")):
        if part in UNITS:
            unit = UNITS[part]
            if pending is None and unit != 10 and not (unit >= _GREAT and (section or total)):
                return None  # 百元, 万元: about
            if unit >= _GREAT:
                total, section = (total + section + (pending or 0)) * unit, Decimal(0)
            else:
                section += (1 if pending is None else pending) * unit
            pending, last, gap = None, unit, False
        else:
            figure = _figure(part)
            gap = gap or figure == 0
            if pending is not None and pending != 0:
                return _digit_by_digit(written)
            pending = figure
    return total + section + _tail(pending, last, gap)


def _figure(part: str) -> Decimal:
    return Decimal(DIGITS[part]) if part in DIGITS else Decimal(part.replace(",", ""))


def _tail(pending: Decimal | None, last: int, gap: bool) -> Decimal:
    """What stands behind the last unit: 两千八 is 2800, 两千零八 is 2008."""
    if pending is None:
        return Decimal(0)
    if last >= 100 and not gap and pending < 10:
        return pending * last / 10
    return pending


def _digit_by_digit(written: str) -> Decimal | None:
    """二零二六 is 2026, 两三百 is nothing exact."""
    figures = [DIGITS.get(c) for c in written]
    if None in figures or len(figures) < 3:
        return None
    return Decimal("".join(map(str, figures)))
