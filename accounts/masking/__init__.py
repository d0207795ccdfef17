"""Numbers of persons in free text: found in whatever way they are written, and masked (control C1).

`find` and `masked` are what other rooms use. Models use the fields of `accounts.masking.fields`,
which mask at every save and hand the originals to the vault (`accounts.masking.originals`).
Numbers of the enterprise itself (`OWN_NUMBERS`, `ENTERPRISE_CONTACT`) stay.
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from accounts.masking import finding
from accounts.masking.finding import Kind, Span, written

__all__ = ["Kind", "Span", "find", "masked", "written"]


@lru_cache(maxsize=4)
def _own(*said: str) -> frozenset[str]:
    """What the enterprise says of itself: each number and mail address, in its plain form."""
    parts = [part.strip() for text in said for part in text.split(",")]
    found = [span.value for text in (*parts, *said) for span in finding.find(text)]
    return frozenset(part for part in (*parts, *found) if part)


def find(text: str) -> list[Span]:
    """Every number of a person in the text, from left to right, none overlapping another."""
    own = _own(settings.OWN_NUMBERS, settings.ENTERPRISE_CONTACT, settings.ENTERPRISE_DATA_CONTACT)
    return finding.find(text, own)


def masked(text: str) -> str:
    """The text with each of them masked; masked once more it is the same."""
    return written(text, find(text))
