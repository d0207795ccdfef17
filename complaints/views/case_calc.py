"""The sum: which claims may be joined, what each comes to, and where only one of two is lawful."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from complaints import facts
from complaints.views.case_page import CasePage

IMPOSED = ("administrative", "public_security", "criminal")  # by an authority: no claim


@dataclass(frozen=True)
class Row:
    """One remedy with its arithmetic. `sure`: it holds on the facts that stand;
    `presumed`: until the business proves the contrary, or until a special rule is settled.
    """

    title: str
    presumed: bool
    formula: str
    amount: Decimal | None
    bounds: str
    sure: bool
    minimum: Decimal | None


@dataclass(frozen=True)
class CalcPane:
    """Sums that may be claimed together: `total` of what stands, `possible` if the open questions
    fall for the consumer. `either`: claims that hold and exclude one another; counsel chooses.
    """

    rows: list[Row]
    total: Decimal
    possible: Decimal
    floors: list[tuple[str, Decimal]]
    condition: str
    rule_set: str
    either: list[list[Row]]

    @property
    def presumed(self) -> bool:
        """A part of the sum holds by presumption or provisionally only."""
        return any(r.presumed for r in self.rows)

    @property
    def short(self) -> str:
        """The sum in one line: 3,980 + 3 × 3,980."""
        parts = [r.formula if r.formula and "[" not in r.formula else _plain(r) for r in self.rows]
        return rounded(" + ".join(part for part in parts if part))


def _plain(row: Row) -> str:
    return "" if row.amount is None else f"{row.amount:.2f}"


def rounded(formula: str) -> str:
    """Thousands separated, no empty cents: 3980.00 → 3,980."""
    return re.sub(r"\d+\.\d\d", lambda m: f"{Decimal(m.group()):,.2f}".removesuffix(".00"), formula)


def calc_pane(page: CasePage) -> CalcPane:
    """The best set of claims that may be joined, of what holds and of what is still open."""
    analysis = page.analysis
    claims = analysis["remedies"] if page.complaint.category else []
    holding = [r for r in claims if _counts(r)]
    sure = [r for r in holding if r["certain"]]
    could = analysis["possible_remedies"] if page.complaint.category else []
    best = facts.best_together([*holding, *(r for r in could if _counts(r))])
    rows = [_row(r, holding) for r in best]
    conditional = [r.title for r in rows if not r.sure and not r.presumed]
    return CalcPane(
        rows,
        _sum(facts.best_together(sure)),
        _sum(best),
        [(r.title, r.minimum) for r in rows if r.minimum is not None],
        _("、").join(conditional),
        analysis["rule_set"],
        [[_row(r, holding) for r in group] for group in facts.one_of(holding)],
    )


def _counts(remedy: dict[str, Any]) -> bool:
    """Something the consumer may claim in money; what an authority may impose is no claim."""
    return bool(remedy["amount"] or remedy["bounds"]) and remedy["kind"] not in IMPOSED


def _sum(remedies: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(r["amount"]) for r in remedies if r["amount"]), Decimal("0.00"))


def _row(remedy: dict[str, Any], holding: list[dict[str, Any]]) -> Row:
    holds, sure = remedy in holding, remedy in holding and remedy["certain"]
    amount = Decimal(remedy["amount"]) if remedy["amount"] else None
    minimum = Decimal(remedy["minimum"]) if remedy["minimum"] else None
    return Row(
        remedy["title"],
        holds and not sure,
        rounded(remedy["formula"] or ""),
        amount,
        _bounds(remedy["bounds"]),
        sure,
        minimum,
    )


def _bounds(bounds: dict[str, Any] | None) -> str:
    if not bounds:
        return ""
    if bounds["high"] is None:
        return _("不少于 ¥{low}").format(low=bounds["low"])
    return _("¥{low} 至 ¥{high}").format(low=bounds["low"], high=bounds["high"])
