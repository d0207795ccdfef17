"""How much a person may offer without asking anybody. Reads no database and imports no model.

A person's own limit stands before that of the roles; among several roles the highest counts. The
newest word that is in force counts; `lifted` gives a person back to the roles. None: no limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

NOTHING = Decimal("0.00")
MOST = Decimal("999999999999.99")
Amount = Decimal | None
Defaults = Mapping[str, Amount]


@dataclass(frozen=True)
class Limit:
    """One word about a role or a person, in the order (`place`) in which they were said."""

    amount: Amount
    valid_from: date
    place: int
    role: str = ""
    user: int | None = None
    lifted: bool = False


def limit_of(
    user: int, roles: Sequence[str], limits: Iterable[Limit], today: date, defaults: Defaults
) -> Amount:
    """Up to which sum the person may offer; nothing without a role that has a limit."""
    said = [each for each in limits if each.valid_from <= today]
    own = _newest(each for each in said if each.user == user)
    if own is not None and not own.lifted:
        return own.amount
    found = [of_role(role, said, today, defaults) for role in roles]
    return None if None in found else max((each for each in found if each), default=NOTHING)


def of_role(role: str, limits: Iterable[Limit], today: date, defaults: Defaults) -> Amount:
    """Up to which sum a role may offer."""
    said = _newest(e for e in limits if e.role == role and e.valid_from <= today)
    return defaults.get(role, NOTHING) if said is None else said.amount


def _newest(limits: Iterable[Limit]) -> Limit | None:
    return max(limits, key=lambda each: (each.valid_from, each.place), default=None)


def together(*amounts: Decimal) -> Decimal:
    """What counts towards a limit, in all; no more than can be written down."""
    return min(sum(amounts, NOTHING), MOST)


def covers(limit: Amount, amount: Decimal) -> bool:
    """Whether somebody with the limit may offer or approve the sum."""
    return limit is None or amount <= limit
