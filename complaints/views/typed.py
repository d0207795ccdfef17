"""Days and moments as people type them on the telephone: 11-12, 昨天, 14:30; ISO comes out."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta

from complaints.workdays import SHANGHAI

_WORDS = {
    "今天": 0,
    "昨天": 1,
    "前天": 2,
    "today": 0,
    "yesterday": 1,
}
_FULL = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?")
_SHORT = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_TIME = re.compile(r"\s*[T ]?\s*(\d{1,2})[:：时](\d{2})?分?$")


def day(text: str, today: date) -> str:
    """ISO for 20261112, 2026/11/12, 2026年11月12日, 11-12 (the last one before today), 昨天.

    Anything else stays as it was typed, for the validator to refuse.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in _WORDS:
        return (today - timedelta(days=_WORDS[plain])).isoformat()
    try:
        if full := _FULL.fullmatch(plain):
            return date(*(int(part) for part in full.groups())).isoformat()
        if short := _SHORT.fullmatch(plain):
            month, number = (int(part) for part in short.groups())
            this_year = date(today.year, month, number)
            return (
                this_year if this_year <= today else date(today.year - 1, month, number)
            ).isoformat()
    except ValueError:
        pass
    return text


def moment(text: str, now: datetime) -> str:
    """ISO in Shanghai time for a day as above with an optional time, or a time alone (today)."""
    plain = unicodedata.normalize("NFKC", text).strip()
    today = now.astimezone(SHANGHAI).date()
    at = _TIME.search(plain)
    before = plain[: at.start()].strip() if at else plain
    typed = (day(before, today) if before else today.isoformat()) if plain else ""
    if not at or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", typed):
        return typed if re.fullmatch(r"\d{4}-\d{2}-\d{2}", typed) else text
    return f"{typed}T{int(at[1]):02d}:{at[2] or '00'}"
