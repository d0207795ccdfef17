"""Owed, paid and open: yuan, exact."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Standing:
    """How one promise of money stands."""

    owed: Decimal
    paid: Decimal

    @property
    def open(self) -> Decimal:
        """What is still to be paid; never negative."""
        return max(self.owed - self.paid, NOTHING)

    @property
    def over(self) -> Decimal:
        """What was paid beyond what is owed."""
        return max(self.paid - self.owed, NOTHING)

    @property
    def code(self) -> str:
        """unpaid, part, paid or over."""
        if self.over:
            return "over"
        if not self.open:
            return "paid"
        return "part" if self.paid else "unpaid"
