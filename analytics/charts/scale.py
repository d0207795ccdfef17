"""Axes with round numbers, and words that fit a width."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def ticks(largest: float, wanted: int = 4, *, whole: bool = True) -> list[float]:
    """Round numbers from 0 up to at least `largest`, about `wanted` of them above 0.

    `whole`: counted things, never a tick of half a case.
    """
    largest = max(largest, 1.0 if whole else 1e-9)
    size = 10 ** math.floor(math.log10(largest / wanted))
    step = next(s * size for s in STEPS if s * size * wanted >= largest * (1 - 1e-9))
    if whole:
        step = max(1.0, math.ceil(step))
    count = math.ceil(largest / step - 1e-9)
    return [round(step * i, 10) for i in range(count + 1)]


def spread(wished: Sequence[float], apart: float) -> list[float]:
    """The same heights in the same order, moved so that neighbours are `apart` from one another."""
    placed: list[float] = []
    for height in sorted(wished):
        placed.append(max(height, placed[-1] + apart) if placed else height)
    # what was pushed down is pulled back together around where it wanted to be
    shift = sum(p - w for p, w in zip(placed, sorted(wished), strict=True)) / max(1, len(placed))
    by_rank = [p - shift for p in placed]
    ranks = sorted(range(len(wished)), key=lambda i: wished[i])
    found = [0.0] * len(wished)
    for place, index in zip(by_rank, ranks, strict=True):
        found[index] = place
    return found


def width_of(text: str, size: float = 12) -> float:
    """About how wide a text is, in pixels: full-width signs are as wide as the letters are high."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return size * (wide + 0.56 * (len(text) - wide))


def clipped(text: str, room: float, size: float = 12) -> str:
    """The text, or as much of its beginning as has room before an ellipsis."""
    if width_of(text, size) <= room:
        return text
    while text and width_of(text, size) > room - size:
        text = text[:-1]
    return text.rstrip() + "…"
