"""Numbers in free text, masked before the text is kept for the search: those of persons
(accounts/masking), and besides every long number, whether or not it holds by its check digits. The
search shows passages to many who never open the case.
"""

from __future__ import annotations

import re

from accounts import masking as numbers

_DATE = r"(?P<date>(?:19|20)\d\d[-/.](?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12]\d|0?[1-9])(?!\d))"
_CASE = r"(?P<case>\bTS\d\d-\d{4,8}(?!\d))"
_NUMBER = r"(?P<number>\d(?:[ \-‐‑–—·•\u00a0]?\d){10,}[Xx]?|\d{9,}[Xx]?)"
_SPOKEN = r"(?P<spoken>[零〇一二三四五六七八九幺两](?:[ 、，,]?[零〇一二三四五六七八九幺两]){8,})"
_MAIL = r"(?P<mail>[A-Za-z0-9._%+\-]+(?=@[A-Za-z0-9\-]+\.[A-Za-z0-9]))"
# A masked number, whole: 138****2719, **** 6604, w***@example.com
_MASKED = re.compile(r"[0-9A-Za-z._%+\-]*\*{3,} ?[0-9A-Za-z@._\-]*")
_PERSONAL = re.compile(f"{_DATE}|{_CASE}|{_MAIL}|{_NUMBER}|{_SPOKEN}", re.ASCII)


def masked(text: str) -> str:
    """The text with each of them masked in its middle; dates and shorter numbers stay."""
    return _PERSONAL.sub(_mask, numbers.masked(text))


def without_numbers(text: str) -> str:
    """The text without its masked numbers: what is left of one in a text is not found by its parts,
    or four digits and a surname would lead to somebody.
    """
    return _MASKED.sub(" ", text)


def is_personal(text: str) -> bool:
    """Whether any of it would be masked."""
    return masked(text) != text


def _mask(match: re.Match[str]) -> str:
    whole = match.group(0)
    if match["date"] or match["case"]:
        return whole
    if match["mail"]:
        return f"{whole[0]}***"
    bare = re.sub(r"[^0-9A-Za-z零〇一二三四五六七八九幺两]", "", whole)
    return bare[:3] + "*" * max(4, len(bare) - 7) + bare[-4:]
