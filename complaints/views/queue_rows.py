"""One page of a list of cases: keyset paging, in the order of the list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from complaints import snoozed
from complaints.models import Complaint, Deadline, Hold, Outbox
from complaints.querysets import ComplaintQuerySet
from complaints.views.queue_row import Line, Row

PAGE_SIZE = 25  # two screens; half of what a page of fifty weighs
Case = TypeVar("Case", Complaint, Line)
Rows = TypeVar("Rows", bound=QuerySet[Any, Any])

# Why the clocks stand still, NULL when they run: one column of the cases' own statement.
OPEN_HOLD = Subquery(
    Hold.objects.filter(complaint=OuterRef("pk"), ended_at=None).values("reason")[:1]
)


# A letter was taken back and has not left: somebody still has to decide.
WITHHELD = Exists(
    Outbox.objects.filter(
        complaint=OuterRef("pk"), withheld_at__isnull=False, done_at=None, cancelled_at=None
    )
)


class BadCursor(ValueError):
    """The cursor in the address is not one of ours."""


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: the key of the row beside it, and whether the page lies before
    it.
    """

    backwards: bool
    moment: datetime | None
    pk: int

    @classmethod
    def read(cls, text: str) -> Cursor:
        """From the address. Raises BadCursor."""
        try:
            way, moment, pk = (
                base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
                .decode()
                .split("|")
            )
            if way not in ("n", "p") or int(pk) < 0 or int(pk) >= 2**63:
                raise BadCursor
            return cls(
                way == "p",
                datetime.fromisoformat(moment).astimezone(UTC) if moment else None,
                int(pk),
            )
        except (ValueError, binascii.Error, OverflowError) as error:
            raise BadCursor from error

    def __str__(self) -> str:
        way, moment = "p" if self.backwards else "n", self.moment.isoformat() if self.moment else ""
        text = f"{way}|{moment}|{self.pk}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Order:
    """Sorted by one moment and then by id; cases without the moment come last. `always`: none is
    without it, and the index of the cases knows no place for those.
    """

    field: str
    newest_first: bool = False
    always: bool = False

    def key(self, complaint: Complaint | Line, backwards: bool) -> Cursor:
        """The place beside this row."""
        return Cursor(backwards, getattr(complaint, self.field), complaint.pk)

    def sort(self, cases: Rows, backwards: bool) -> Rows:
        """In the list's order, or in the reverse of it."""
        descending = self.newest_first != backwards
        moment = F(self.field)
        nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
        nulls = {} if self.always else nulls
        return cases.order_by(
            moment.desc(**nulls) if descending else moment.asc(**nulls),
            "-id" if descending else "id",
        )

    def beyond(self, cases: Rows, at: Cursor, size: int) -> Rows:
        """Of the rows on the cursor's far side, more than a page of `size` shows."""
        return cases.filter(pk__in=any_of(self.keys(cases, at, size)))

    def keys(self, cases: QuerySet[Any, Any], at: Cursor | None, size: int) -> list[QuerySet[Any]]:
        """More keys than a page of `size` shows, from the cursor on; one set for each index."""
        beyond, backwards = (self._beyond(at), at.backwards) if at else ([Q()], False)
        parts = [self.sort(cases.filter(part), backwards) for part in beyond]
        return [part.values("pk")[: size + 1] for part in parts]

    def _beyond(self, at: Cursor) -> list[Q]:
        """Conditions that an index of the order answers from the cursor on, however far behind it
        lies: with or without the moment, because no index knows a place for both at once.
        """
        side, edge = ("lt", "lte") if self.newest_first != at.backwards else ("gt", "gte")
        without = Q(**{f"{self.field}__isnull": True})
        further = Q(**{f"id__{side}": at.pk})
        if at.moment is None:
            rest = [Q(**{f"{self.field}__isnull": False})] if at.backwards else []
            return [without & further, *rest]
        beside = Q(**{f"{self.field}__{edge}": at.moment})
        here = beside & (Q(**{f"{self.field}__{side}": at.moment}) | further)
        return [here] if self.always or at.backwards else [here, without]

    def cut(
        self, found: list[Case], cursor: Cursor | None, size: int
    ) -> tuple[list[Case], str, str]:
        """Of what was found, one row more than a page has: the page in the order of the list, and
        the cursors before and after it ("" where the list ends).
        """
        backwards = bool(cursor and cursor.backwards)
        more, found = len(found) > size, found[:size]
        if backwards:
            found.reverse()
        before = more if backwards else cursor is not None
        after = cursor is not None if backwards else more
        return (
            found,
            str(self.key(found[0], True)) if before and found else "",
            str(self.key(found[-1], False)) if after and found else "",
        )


def any_of(keys: Sequence[QuerySet[Any]]) -> QuerySet[Any]:
    """What is in one of these sets of keys."""
    first, *others = keys
    return first.union(*others, all=True) if others else first


BY_DUE = Order("next_due_at")
BY_TURN = Order("turn_at")  # `snoozed.turn`: what was put aside stands first once it is back
BY_CLOSING = Order("closed_at", newest_first=True)
BY_RECEIPT = Order("received_at", newest_first=True, always=True)


def order_of(filters: Mapping[str, str]) -> Order:
    """Finished cases by when they were closed, all others by what is due next; what a search finds
    among both by when it was received, because nothing is due of a finished case.
    """
    state = filters.get("state", "any")
    if state in ("done", "closed", "archived"):
        return BY_CLOSING
    return BY_RECEIPT if state == "any" and "q" in filters else BY_DUE


def list_order(filters: Mapping[str, str]) -> Order:
    """The same of the list on the screen: of one's own open cases those that are back come first.
    Its counts need no order but that of the index.
    """
    order = order_of(filters)
    return BY_TURN if order is BY_DUE and filters.get("owner") == "me" else order


def from_here(
    cases: ComplaintQuerySet, order: Order, at: Cursor | None, size: int, now: datetime
) -> ComplaintQuerySet:
    """Of the cases, with their `turn_at`, those from the cursor on, more than a page of `size`
    shows. No index knows whose turn it is by now: what is back and what is not are each read from
    one, else all open cases of a person would be fetched for one page.
    """
    if order is not BY_TURN:
        return order.beyond(cases, at, size) if at else cases
    back = snoozed.back(now)
    keys = [
        *BY_TURN.keys(cases.filter(back), at, size),
        *BY_DUE.keys(cases.filter(~back), at, size),
    ]
    return cases.filter(pk__in=any_of(keys))


@dataclass(frozen=True)
class Page:
    """Rows of one page and the cursors beside it ("" where the list ends)."""

    rows: list[Row]
    previous: str
    next: str


def page(
    cases: ComplaintQuerySet,
    order: Order,
    cursor: Cursor | None,
    now: datetime,
    size: int = PAGE_SIZE,
) -> Page:
    """One page.

    Two statements whatever the number of rows: the cases with their people, and their clocks.
    """
    backwards = bool(cursor and cursor.backwards)
    if cursor:
        cases = order.beyond(cases, cursor, size)
    clocks = Prefetch(
        "deadlines",
        Deadline.objects.filter(state__in=["running", "held"]).order_by("due_at"),
        to_attr="clocks",
    )
    # The page's keys first: a search may find thousands, and only the page's rows need the rest.
    keys = order.sort(cases, backwards).values("pk")[: size + 1]
    found = list(
        order.sort(cases.filter(pk__in=keys), backwards)
        .select_related("consumer", "owner")
        .annotate(hold_reason=OPEN_HOLD, withheld=WITHHELD)
        .defer("narrative", "findings", "withdrawal_words", "consumer__data_key")
        .prefetch_related(clocks)
    )
    found, previous, following = order.cut(found, cursor, size)
    return Page([Row(c, now) for c in found], previous, following)
