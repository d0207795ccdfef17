"""The known word that somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST = 80  # a longer word is no slip of the finger


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like `word`; None where nothing is like it."""
    if len(word) > LONGEST:
        return None
    found = get_close_matches(word.strip().lower(), list(known), n=1, cutoff=0.7)
    return found[0] if found else None
