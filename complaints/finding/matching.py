"""The cases that hold every word: those whose number, order or person the whole query is on top,
then the latest; and how many of each kind.

No more than `MOST` are looked at: they are listed, paged and counted in memory, and only what the
person may see is ever among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, NamedTuple

from django.db.models import F, Q

from complaints.finding.holding import Persons, exact, holding
from complaints.finding.terms import Asked
from complaints.lifecycle import OPEN_STATES
from complaints.querysets import ComplaintQuerySet
from complaints.workdays import SHANGHAI

MOST = 2_000  # cases that are listed and counted
TOGETHER = 20_000  # cases that are fetched by their keys; more are walked by when they came in
FINISHED, OPEN, ANY = "finished", "open", "any"
STAGES = (FINISHED, "archived", "closed", OPEN, ANY)
FACETS = ("stage", "category", "outcome", "year", "files")


class Hit(NamedTuple):
    """What facets count of a case that was found. `exact`: by its number, order or person."""

    pk: int
    received: Any
    state: str
    category: str
    outcome: str
    items: int
    exact: bool = False

    def values(self, facet: str) -> tuple[str, ...]:
        """Under which choices of a facet it is counted."""
        if facet == "stage":
            if self.state in OPEN_STATES:
                return OPEN, ANY
            return (FINISHED, self.state, ANY)
        if facet == "year":
            return (str(self.received.astimezone(SHANGHAI).year),)
        if facet == "files":
            return ("yes",) if self.items else ("no",)
        return (str(getattr(self, facet)),)


@dataclass(frozen=True)
class Found:
    """The cases that hold the words, before and after what was chosen; `capped`: there are more
    than are looked at, and only the latest are here.
    """

    hits: Sequence[Hit]
    chosen: Mapping[str, str]
    capped: bool

    @property
    def narrowed(self) -> list[Hit]:
        """Those that were chosen, the exact ones on top and else the latest first."""
        return [hit for hit in self.hits if self._is_chosen(hit, "")]

    def counts(self, facet: str) -> Counter[str]:
        """Of each choice of a facet, how many there are with the other facets as chosen."""
        fitting = (hit for hit in self.hits if self._is_chosen(hit, facet))
        return Counter(value for hit in fitting for value in hit.values(facet))

    def _is_chosen(self, hit: Hit, apart: str) -> bool:
        return all(v in hit.values(f) for f, v in self.chosen.items() if f != apart)


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
        return Found([], chosen, False)
    top = exact(asked, persons)
    cases = holding(visible, asked.terms, persons, min(TOGETHER, 100 * most))
    hits = _latest(cases, most)
    if capped := len(hits) > most:
        narrow = [_condition(facet, value) for facet, value in chosen.items()]
        hits = (_latest(cases.filter(reduce(and_, narrow)), most) if narrow else hits)[:most]
    first = [hit for hit in hits if hit.pk in top]
    if top and len(first) < len(top):  # by the number with its signs, or older than the latest
        first = _latest(visible.filter(pk__in=top), most)
    rest = [hit for hit in hits if hit.pk not in top]
    return Found([*(hit._replace(exact=True) for hit in first), *rest], chosen, capped)


def _latest(cases: ComplaintQuerySet, most: int) -> list[Hit]:
    rows = cases.annotate(items=F("folder__items_numbered")).order_by("-received_at", "-id")
    columns = ("pk", "received_at", "state", "category", "outcome", "items")
    return [Hit(*row) for row in rows.values_list(*columns)[: most + 1]]


def _condition(facet: str, value: str) -> Q:
    """The choice of a facet as a question to the database."""
    if facet == "stage":
        open_ = Q(state__in=OPEN_STATES)
        return {OPEN: open_, FINISHED: ~open_, ANY: Q()}.get(value, Q(state=value))
    if facet == "year":
        return Q(received_at__year=int(value))
    if facet == "files":
        return Q(folder__items_numbered__gt=0) if value == "yes" else Q(folder__items_numbered=0)
    return Q(**{facet: value})
