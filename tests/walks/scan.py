"""Finds personal numbers in any text: those that could be somebody's, by their checksums."""

from __future__ import annotations

import re

_ALONE = r"(?<![0-9A-Za-z.]){}(?![0-9A-Za-z])"
_MOBILE = re.compile(_ALONE.format(r"1[3-9]\d(?:[ -]?\d{4}){2}"))
_IDENTITY = re.compile(_ALONE.format(r"\d{6}(?:19|20)\d{9}[\dXx]"))
_CARD = re.compile(_ALONE.format(r"[3-6]\d{3}(?:[ -]?\d{4}){2,3}[ -]?\d{0,4}"))
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_identity_number(text: str) -> bool:
    """GB 11643: the last character is a checksum of the others."""
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == text[-1].upper()


def is_card_number(text: str) -> bool:
    """Luhn, 16 to 19 digits."""
    digits = [int(d) for d in re.sub(r"\D", "", text)]
    if not 16 <= len(digits) <= 19:
        return False
    doubled = [d if i % 2 == 0 else d * 2 - 9 * (d > 4) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def personal_numbers(text: str) -> list[str]:
    """Mobile, identity and card numbers that stand in the text unmasked."""
    return [
        *_MOBILE.findall(text),
        *filter(is_identity_number, _IDENTITY.findall(text)),
        *filter(is_card_number, _CARD.findall(text)),
    ]
