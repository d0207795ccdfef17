"""What the variables of a template take, and how a value is said in either language.

Nothing is guessed: None, an empty text or list, and the words that a programme writes for nothing
(None, null, NaN) say nothing, and the variable stays open.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

_BEIJING = timezone(timedelta(hours=8))
_NOTHING = {"None", "null", "undefined", "NaN"}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_BREAKS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Control characters, halves of characters, and marks that turn the direction of writing around.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass(frozen=True)
class Measure:
    """One thing we do, as the letter says it. Sums in yuan."""

    what: str
    amount: Decimal | None = None
    note: str = ""
    formula: str = ""
    basis: str = ""
    due: date | None = None


@dataclass(frozen=True)
class Point:
    """One point at issue: what the consumer says, what we found, and what follows."""

    title: str
    says: str = ""
    found: str = ""
    finding: str = ""


def lines(value: Any) -> str:
    """A text with its line ends, as it is kept: composed characters, nothing that is not seen."""
    text = _BREAKS.sub("\n", unicodedata.normalize("NFC", str(value)))
    text = _UNSEEN.sub("", text).replace("\t", " ")
    text = "\n".join(line.strip() for line in text.split("\n")).strip()
    return "" if text in _NOTHING else text


def line(value: Any) -> str:
    """The same on one line."""
    return " ".join(lines(value).split("\n")).strip() if value is not None else ""


def paragraphs(value: Any) -> list[str]:
    """A text in its paragraphs, which blank lines part."""
    if value is None:
        return []
    return [part for part in re.split(r"\n{2,}", lines(value)) if part]


def several(value: Any) -> list[str]:
    """A list of short texts without its empty ones. Raises TypeError for a bare text."""
    if value is None:
        return []
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError("wants a list of texts")
    return [text for one in value if (text := line(one))]


def day(value: Any, lang: str) -> str:
    """2026年11月26日 / 26 November 2026, in Beijing; words are left as they are."""
    if isinstance(value, datetime):
        value = value.astimezone(_BEIJING).date() if value.tzinfo else value.date()
    if not isinstance(value, date):
        return line(value)
    if lang.startswith("en"):
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日"


def money(value: Any) -> str:
    """3,980.00. Raises TypeError for a float, which cannot hold a sum, ValueError for no number."""
    if isinstance(value, float):
        raise TypeError("a sum is a Decimal, never a float")
    if value is None or (isinstance(value, str) and not line(value)):
        return ""
    try:
        amount = Decimal(line(value).replace(",", ""))
    except ArithmeticError as bad:
        raise ValueError("not a sum in yuan") from bad
    if not amount.is_finite():
        raise ValueError("not a sum in yuan")
    return f"{amount:,.2f}"


def salutation(name_masked: str, lang: str) -> str:
    """How to address a person of whom the file shows the masked name (李**).

    How they wish to be called only a person knows. Empty where the surname is not to be seen.
    """
    surname = line(name_masked).split("*")[0].strip()
    if not ("一" <= surname[:1] <= "鿿") or lang.startswith("en"):
        return ""
    return f"尊敬的{surname}先生/女士"
