"""How numbers are written on axes and in figures."""

from __future__ import annotations

CHINESE = ((1e8, "亿"), (1e4, "万"))
ENGLISH = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))
NARROW = 8  # digits and separators that a figure has room for


def plain(value: float, places: int = 0) -> str:
    """1234567.8 → 1,234,568; a whole number has no places, whatever is asked for: 4.0 → 4."""
    text = f"{value:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def short(value: float, language: str, places: int = 0, room: int = NARROW) -> str:
    """The number in at most about `room` signs: 1,234 · 123.5万 · 1.2m."""
    full = plain(value, places)
    if len(full) <= room:
        return full
    units = ENGLISH if language.startswith("en") else CHINESE
    for size, word in units:
        if abs(value) >= size:
            share = value / size
            return plain(share, 1 if abs(share) < 1000 else 0) + word
    return full
