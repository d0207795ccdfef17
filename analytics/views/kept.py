"""Pieces of pages that need not be made again: what follows from the same rows is the same words.

Nothing is kept instead of a look into the database. Every look reads its own numbers under its own
scope; only what is made of them (figures, charts, words) is taken from the last time that a look of
the same person in the same language read exactly the same. So nothing here can be out of date, and
nobody can be shown what somebody else may see.

In the memory of the process, the last few; a piece is some 80 KB.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from threading import Lock
from typing import NamedTuple
from urllib.parse import quote_plus

MOST = 24


class Pieces(NamedTuple):
    """HTML of one look. `at`: when it was made, as its addresses say it."""

    figures: str
    choice: str
    at: datetime

    def now(self, at: datetime) -> Pieces:
        """The same for a look at another moment: an address of what runs on says which."""
        old, new = (quote_plus(moment.isoformat()) for moment in (self.at, at))
        return Pieces(self.figures.replace(f"&amp;at={old}", f"&amp;at={new}"), self.choice, at)


_kept: OrderedDict[Hashable, Pieces] = OrderedDict()
_lock = Lock()


def pieces(ground: Hashable, at: datetime, make: Callable[[], Pieces]) -> Pieces:
    """What was made of the same ground, else it is made. `ground`: everything it follows from but
    the moment.
    """
    with _lock:
        found = _kept.get(ground)
        if found is not None:
            _kept.move_to_end(ground)
    if found is not None:
        return found.now(at)
    made = make()
    with _lock:
        _kept[ground] = made
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return made


def forget() -> None:
    """All of it."""
    with _lock:
        _kept.clear()
