"""How long a text message is: characters, and the parts in which it is sent and charged."""

from __future__ import annotations

from dataclasses import dataclass

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO = frozenset("^{}\\[~]|€")  # of that alphabet, in two places each


@dataclass(frozen=True)
class Length:
    """`characters` as a person counts them, `parts` as the gateway does."""

    characters: int
    parts: int


def length(text: str) -> Length:
    """Chinese: 70 characters in one part, 67 in each of several; Latin letters: 160 and 153."""
    if not text:
        return Length(0, 0)
    if all(one in _GSM7 or one in _TWO for one in text):
        units, one_part, each = sum(1 + (c in _TWO) for c in text), 160, 153
    else:
        units, one_part, each = len(text.encode("utf-16-le")) // 2, 70, 67
    return Length(len(text), 1 if units <= one_part else -(-units // each))
