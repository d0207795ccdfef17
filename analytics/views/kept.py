"""Pieces of pages that need not be made again.

- `of_turn`: nothing that they show has changed (`folding.stand`: the database itself says so, in
  the transaction of whoever changed it). Then they stand as they were read, for a minute at most,
  because clocks run out without anybody's doing; they say of which moment they are, and what they
  open is of that moment too.
- `pieces`: the look read its own numbers under its own scope, and they are the same as the last
  time; only the words, charts and tables are taken from then.

Nobody is shown what was made for another person. In the memory of the process, the last few; a
piece is some 80 KB.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple
from urllib.parse import quote_plus

MOST = 12
A_WHILE = timedelta(minutes=1)


class Pieces(NamedTuple):
    """HTML of one look. `at`: the moment of its numbers, as its addresses say it. `cases`: numbers
    of the cases that it names.
    """

    figures: str
    choice: str
    at: datetime
    cases: tuple[str, ...] = ()

    def now(self, at: datetime) -> Pieces:
        """The same for a look at another moment: an address of what runs on says which."""
        old, new = (quote_plus(moment.isoformat()) for moment in (self.at, at))
        figures = self.figures.replace(f"&amp;at={old}", f"&amp;at={new}")
        return self._replace(figures=figures, at=at)


_kept: OrderedDict[Hashable, Pieces] = OrderedDict()
_of_turns: OrderedDict[Hashable, Pieces] = OrderedDict()
_lock = Lock()


def of_turn(ground: Hashable | None, at: datetime, make: Callable[[], Pieces]) -> Pieces:
    """What was read of the same ground less than a minute ago, else it is read. `ground`: the turn
    and everything else that is shown follows from but the moment; None: it is read in any case.
    """
    found = None if ground is None else _get(_of_turns, ground)
    if found is None or not at - A_WHILE < found.at <= at:
        found = make()
        if ground is not None:
            _put(_of_turns, ground, found)
    return found


def pieces(ground: Hashable, at: datetime, make: Callable[[], Pieces]) -> Pieces:
    """What was made of the same ground, else it is made. `ground`: everything it follows from but
    the moment.
    """
    found = _get(_kept, ground)
    if found is not None:
        return found.now(at)
    made = make()
    _put(_kept, ground, made)
    return made


def _get(shelf: OrderedDict[Hashable, Pieces], ground: Hashable) -> Pieces | None:
    with _lock:
        found = shelf.get(ground)
        if found is not None:
            shelf.move_to_end(ground)
        return found


def _put(shelf: OrderedDict[Hashable, Pieces], ground: Hashable, made: Pieces) -> None:
    with _lock:
        shelf[ground] = made
        while len(shelf) > MOST:
            shelf.popitem(last=False)


def forget() -> None:
    """All of it."""
    with _lock:
        _kept.clear()
        _of_turns.clear()
