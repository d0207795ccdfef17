"""One page of what was found: the rows with their passages, and the way to the pages beside it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import User
from complaints import person_search
from complaints.finding import matching, snippets
from complaints.finding.matching import Found, Hit
from complaints.finding.snippets import Shown
from complaints.finding.terms import Asked, Term
from complaints.models import Complaint, WordsChanged
from complaints.person_search import Hits
from complaints.seen import saw_cases

SIZE = 20
LATE = timedelta(minutes=1)  # in less, a case is usually read


@dataclass(frozen=True)
class Row:
    """A case that was found, and what is shown of it. `exact`: by its number, order or person."""

    case: Complaint
    shown: Shown
    exact: bool = False


@dataclass(frozen=True)
class Page:
    """Rows, cursors ("" at the ends), and all that was found. `lost`: the cursor was none.
    `persons`: what came of looking for persons.
    """

    rows: list[Row]
    found: Found
    total: int
    previous: str = ""
    next: str = ""
    lost: bool = False
    persons: Hits = field(default_factory=Hits)


def page(
    user: User,
    asked: Asked,
    chosen: Mapping[str, str],
    cursor: str = "",
    *,
    door: str,
) -> Page:
    """At most eight statements, however many are found, and those of looking for a person. The
    cursor is the key of the row before the page, not a count: what comes in meanwhile moves
    nothing.
    """
    visible, size = Complaint.objects.visible_to(user), SIZE
    hits = person_search.look_up((term.typed for term in asked.terms), visible, by=user, door=door)
    found = matching.found(visible, asked, chosen, hits.keys)
    rows = found.narrowed
    start, lost = _start(rows, cursor)
    here = rows[start : start + size]
    before = start - size
    return Page(
        rows=_rows(here, asked.terms),
        found=found,
        total=len(rows),
        previous=(_cursor(rows[before - 1]) if before > 0 else "first") if start else "",
        next=_cursor(here[-1]) if start + size < len(rows) else "",
        lost=lost,
        persons=hits,
    )


def first(user: User, asked: Asked, *, most: int, door: str) -> Page:
    """The first hits while somebody is typing. A number of a person is looked for once it is whole:
    each that nobody has would count as a miss (`enumeration.py`). As many statements as `page`.
    """
    visible = Complaint.objects.visible_to(user)
    typed = [term.typed for term in asked.terms if person_search.is_whole(term.typed)]
    hits = person_search.look_up(typed, visible, by=user, door=door)
    found = matching.found(visible, asked, {}, hits.keys, most)
    return Page(_rows(found.hits[:most], asked.terms), found, len(found.hits), persons=hits)


def still_reading(user: User, now: datetime) -> bool:
    """Whether words of a case that the person may see have waited for long. One statement."""
    late = WordsChanged.objects.filter(since__lte=now - LATE)
    return bool(Complaint.objects.visible_to(user).filter(pk__in=late.values("complaint")).exists())


def _rows(hits: Sequence[Hit], terms: Sequence[Term]) -> list[Row]:
    keys = [hit.pk for hit in hits]
    if not keys:
        return []
    cases: Any = Complaint.objects.filter(pk__in=keys).select_related("consumer", "owner")
    known = {case.pk: case for case in cases.defer("narrative", "findings", "consumer__data_key")}
    texts = snippets.of_cases(keys, terms)
    rows = [
        Row(known[hit.pk], texts.get(hit.pk, Shown([])), hit.exact)
        for hit in hits
        if hit.pk in known
    ]
    saw_cases(*(row.case.number for row in rows))
    return rows


def _key(hit: Hit) -> tuple[bool, float, int]:
    return (not hit.exact, -hit.received.timestamp(), -hit.pk)


def _cursor(hit: Hit) -> str:
    place = "x" if hit.exact else ""
    return f"{place}{hit.received.astimezone(UTC):%Y%m%d%H%M%S.%f}-{hit.pk}"


def _start(hits: Sequence[Hit], cursor: str) -> tuple[int, bool]:
    """Where the page begins, and whether the cursor was none of ours."""
    if not cursor or cursor == "first":
        return 0, False
    moment, _dash, key = cursor.removeprefix("x").partition("-")
    try:
        at = datetime.strptime(moment, "%Y%m%d%H%M%S.%f").replace(tzinfo=UTC).timestamp()
        place = (not cursor.startswith("x"), -at, -int(key))
        return bisect_right(hits, place, key=_key), False
    except (ValueError, OverflowError):
        return 0, True
