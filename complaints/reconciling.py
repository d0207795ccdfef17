"""Owed, paid and open: the money of the cases that somebody sees, by case and in total.

What is owed, agreed or signed counts with its sum; what was waived, and what we only offered and
did not do, counts with what was paid for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, Least

from accounts.models import User
from complaints.choices import CommitmentState, MeasureKind
from complaints.models import Commitment
from complaints.models.commitment import OWED, is_owed
from complaints.paying.sums import NOTHING, Standing
from complaints.querysets import scope_of

LIVE = OWED | Q(state=CommitmentState.KEPT)
UNPAID = LIVE & Q(amount__gt=F("paid"))
SHOWS = ("all", "open", "part", "overdue", "paid", "over")
_MONEY = DecimalField(max_digits=18, decimal_places=2)
_ZERO = Value(NOTHING, output_field=_MONEY)
_OWED = Case(
    When(LIVE, then=F("amount")), default=Least(F("amount"), F("paid")), output_field=_MONEY
)


def condition(show: str, now: datetime) -> Q:
    """Which promises are meant by a word of `SHOWS`."""
    found = {
        "all": LIVE | Q(paid__gt=0),
        "open": UNPAID,
        "part": UNPAID & Q(paid__gt=0),
        "overdue": UNPAID & Q(due_at__lt=now),
        "paid": LIVE & Q(paid__gte=F("amount")),
        "over": Q(paid__gt=F("amount")),
    }
    return found[show]


def promises(user: User, **narrowed: Any) -> QuerySet[Commitment]:
    """The promises of money that the person sees."""
    rows = Commitment.objects.filter(scope_of(user, "complaint__"), amount__gt=0, **narrowed)
    return rows.exclude(measure__kind=MeasureKind.WAIVER)


def _sums(only: Q | None = None) -> dict[str, Any]:
    """Owed, paid, open, overpaid; of what `only` says."""
    open_ = Case(When(UNPAID, then=F("amount") - F("paid")), default=_ZERO, output_field=_MONEY)
    over = Greatest(F("paid") - F("amount"), _ZERO, output_field=_MONEY)
    parts = {"owed": _OWED, "paid_sum": F("paid"), "open": open_, "over": over}
    return {name: Coalesce(Sum(part, filter=only), _ZERO) for name, part in parts.items()}


def by_case(rows: QuerySet[Commitment], now: datetime) -> QuerySet[Any, Any]:
    """The sums of each case, unsorted."""
    late = Sum(F("amount") - F("paid"), filter=condition("overdue", now))
    more = {"overdue": Coalesce(late, _ZERO), "next_due": Min("due_at", filter=UNPAID)}
    return rows.values("complaint_id").annotate(**_sums(), **more, n=Count("id"))


def standing(row: Commitment) -> Standing:
    """The same for a row that is read already."""
    live = row.state == CommitmentState.KEPT or is_owed(row.state, row.strength, row.source)
    return row.standing if live else Standing(min(row.amount or NOTHING, row.paid), row.paid)


@dataclass(frozen=True)
class Total:
    """The sums of what a word of `SHOWS` means, and of how many cases and promises."""

    show: str
    owed: Decimal
    paid: Decimal
    open: Decimal
    over: Decimal
    cases: int
    promises: int


def totals(rows: QuerySet[Commitment], now: datetime) -> Mapping[str, Total]:
    """One statement for all words of `SHOWS`."""
    wanted: dict[str, Any] = {}
    for show in SHOWS:
        meant = condition(show, now)
        for name, sums in _sums(meant).items():
            wanted[f"{show}_{name}"] = sums
        wanted[f"{show}_cases"] = Count("complaint", filter=meant, distinct=True)
        wanted[f"{show}_n"] = Count("id", filter=meant)
    found = rows.aggregate(**wanted)
    return {
        show: Total(
            show,
            found[f"{show}_owed"],
            found[f"{show}_paid_sum"],
            found[f"{show}_open"],
            found[f"{show}_over"],
            found[f"{show}_cases"],
            found[f"{show}_n"],
        )
        for show in SHOWS
    }
