"""The cases that hold every word: those whose number, order or person the whole query is on top,
then the latest; and how many of each kind.

No more than `MOST` are looked at: they are listed, paged and counted in memory, and only what the
person may see is ever among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, attrgetter
from typing import Any, NamedTuple

from django.db.models import OuterRef, Q, Subquery

from complaints.finding.holding import Persons, among, exact, looked_up
from complaints.finding.terms import Asked
from complaints.lifecycle import OPEN_STATES
from complaints.querysets import ComplaintQuerySet
from complaints.workdays import SHANGHAI
from evidence.models import Folder

MOST = 2_000  # cases that are listed and counted
TOGETHER = 20_000  # cases that are fetched by their keys; more are walked by when they came in
WALKED = 500  # then so many are listed and counted: each case on the way is asked
FINISHED, OPEN, ANY = "finished", "open", "any"
STAGES = (FINISHED, "archived", "closed", OPEN, ANY)


class Hit(NamedTuple):
    """What facets count of a case that was found. `exact`: by its number, order or person."""

    pk: int
    received: Any
    state: str
    category: str
    outcome: str
    items: int
    exact: bool = False


def _year(hit: Hit) -> int:
    year: int = hit.received.astimezone(SHANGHAI).year
    return year


# What of a case a facet looks at: of two thousand cases it is counted first, and only the few
# different ones are asked under which choices they fall.
_SEEN: dict[str, Callable[[Hit], Any]] = {
    "stage": attrgetter("state"),
    "category": attrgetter("category"),
    "outcome": attrgetter("outcome"),
    "year": _year,
    "files": lambda hit: bool(hit.items),
}


def _values(facet: str, seen: Any) -> tuple[str, ...]:
    """Under which choices of a facet a case is counted of which this was seen."""
    if facet == "stage":
        return (OPEN, ANY) if seen in OPEN_STATES else (FINISHED, seen, ANY)
    if facet == "files":
        return ("yes",) if seen else ("no",)
    return (str(seen),)


@dataclass(frozen=True)
class Found:
    """The cases that hold the words, before and after what was chosen; `capped`: there are more
    than this many, which are looked at, and only the latest are here; 0 where all are.
    """

    hits: Sequence[Hit]
    chosen: Mapping[str, str]
    capped: int

    @property
    def narrowed(self) -> list[Hit]:
        """Those that were chosen, the exact ones on top and else the latest first."""
        return self._but("")

    def counts(self, facet: str) -> Counter[str]:
        """Of each choice of a facet, how many there are with the other facets as chosen."""
        counts: Counter[str] = Counter()
        for seen, many in Counter(map(_SEEN[facet], self._but(facet))).items():
            for value in _values(facet, seen):
                counts[value] += many
        return counts

    def _but(self, apart: str) -> list[Hit]:
        """The hits with what was chosen of every facet but one."""
        fitting = list(self.hits)
        for facet, value in self.chosen.items():
            if facet != apart and (facet, value) != ("stage", ANY):
                see = _SEEN[facet]
                fitting = [hit for hit in fitting if value in _values(facet, see(hit))]
        return fitting


def found(
    visible: ComplaintQuerySet,
    asked: Asked,
    chosen: Mapping[str, str],
    persons: Persons,
    most: int = 0,
) -> Found:
    """At most four statements: the exact ones, how common the words are, the rarest, the cases; and
    two more where there are more than are looked at (`most`), with what was chosen.
    """
    most = most or MOST
    if not asked.terms:
        return Found([], chosen, 0)
    top = exact(asked, persons)
    known = looked_up(asked.terms, persons, min(TOGETHER, 100 * most))
    most = min(most, WALKED) if known.keys is None else most
    cases = among(visible, asked.terms, persons, known)
    hits = _latest(cases, most)
    if capped := len(hits) > most:
        narrow = [_condition(*choice) for choice in chosen.items() if choice != ("stage", ANY)]
        hits = (_latest(cases.filter(reduce(and_, narrow)), most) if narrow else hits)[:most]
    first = [hit for hit in hits if hit.pk in top]
    if top and len(first) < len(top):  # by the number with its signs, or older than the latest
        first = _latest(visible.filter(pk__in=top), most)
    rest = [hit for hit in hits if hit.pk not in top]
    hits = [*(hit._replace(exact=True) for hit in first), *rest]
    return Found(hits, chosen, most if capped else 0)


def _latest(cases: ComplaintQuerySet, most: int) -> list[Hit]:
    """The folder is asked of those that stay, not joined to all that are sorted."""
    folder = Folder.objects.filter(pk=OuterRef("folder")).values("items_numbered")[:1]
    rows = cases.annotate(items=Subquery(folder)).order_by("-received_at", "-id")
    columns = ("pk", "received_at", "state", "category", "outcome", "items")
    return [Hit(*row) for row in rows.values_list(*columns)[: most + 1]]


def _condition(facet: str, value: str) -> Q:
    """The choice of a facet as a question to the database."""
    if facet == "stage":
        open_ = Q(state__in=OPEN_STATES)
        return {OPEN: open_, FINISHED: ~open_}.get(value, Q(state=value))
    if facet == "year":
        return Q(received_at__year=int(value))
    if facet == "files":
        return Q(folder__items_numbered__gt=0) if value == "yes" else Q(folder__items_numbered=0)
    return Q(**{facet: value})
