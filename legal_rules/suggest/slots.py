"""Sums, dates and counts of a text, found once and put behind private characters of equal length,
so that patterns can say `{money}` and commas in 3,980.00 end no clause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FILL = "\ue0ff"
MARKS: dict[str, str] = {
    kind: chr(0xE000 + place)
    for place, kind in enumerate(
        (
            "money",  # an exact sum: Decimal
            "about",  # 7000多元, 近百元
            "rate",  # 25元/月, 每盒450元
            "date",  # a day: date
            "month",  # a month, a year, a day that cannot be told
            "days",  # 15天, 两周: int
            "span",  # 三个月, 一年, 半天
            "times",  # 三次: int
            "age",  # 10岁: int
            "km",  # 1001公里: int
            "people",  # 620人: int
            "multiple",  # 三倍
            "units",  # 40节, 20课时: int
            "code",  # a telephone, document or order number
        )
    )
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One of them, with its value where it is exact."""

    kind: str
    start: int
    end: int
    value: Any = None


def cover(text: str, slots: list[Slot]) -> str:
    """`text` with each slot behind its mark. `slots` in order, none within another."""
    parts, at = [], 0
    for slot in slots:
        parts += [text[at : slot.start], MARKS[slot.kind], FILL * (slot.end - slot.start - 1)]
        at = slot.end
    return "".join((*parts, text[at:]))
