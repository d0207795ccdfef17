"""Reading is recorded too: whatever shows a case says so, and one row tells of the whole answer.

`saw` may be called anywhere below a request; outside of one it does nothing. The middleware
(`config/readings.py`) writes the row before the answer leaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from audit.models import Reading
from audit.record import Actor

# Subject → nothing, in the order in which they were shown; None outside of a request.
_seen: ContextVar[dict[str, None] | None] = ContextVar("seen", default=None)


@dataclass(frozen=True)
class Shown:
    """What an answer was: the name of its route, the subject whose page it is ("" for a list), and
    what it shows of it or of every row.
    """

    page: str
    about: str = ""
    fields: Sequence[str] = ()


def saw(*subjects: str) -> None:
    """The answer that is being made shows these."""
    seen = _seen.get()
    if seen is not None:
        seen.update(dict.fromkeys(subjects))


@contextmanager
def collecting() -> Iterator[dict[str, None]]:
    """What is seen in here, filled while it goes on."""
    seen: dict[str, None] = {}
    token = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)


def note(
    shown: Shown, subjects: Sequence[str], by: Actor | None, at: datetime, request_id: str = ""
) -> None:
    """Write down one answer: one statement. `by` is None for whoever came by a link."""
    Reading(
        at=at,
        actor=by.username if by else "",
        actor_name=by.get_full_name() if by else "",
        page=shown.page[:80],
        about=shown.about,
        subjects=list(subjects),
        fields=list(shown.fields),
        request_id=request_id,
    ).save(force_insert=True)
