"""How long a file is kept and why: the classes of `retention.yaml`, and which one fits a case.

The law's own entries stand in `legal_rules/deadlines/retention.yaml`. A class says how long files
are kept here, never shorter than one of its entries asks.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from django.utils import timezone

from complaints import regimes
from complaints.models import Complaint, Retention
from legal_rules import deadline_table
from legal_rules.deadline_terms import Citation, Entry, Traits
from legal_rules.reasoning import source
from legal_rules.reasoning.source import Table
from legal_rules.terms import Label
from legal_rules.vocabulary import CATEGORIES, INSTRUMENTS

FILE = Path(__file__).with_name("retention.yaml")
MOST_YEARS = 30
_KEYS = ("by_hand", "categories", "law", "cites")


@dataclass(frozen=True)
class Class:
    """One class. `sure`: its years stand in a text that was read; else counsel has to confirm it.
    `by_hand`: never proposed. `years` from closing.
    """

    code: str
    title: Label
    years: int
    sure: bool
    by_hand: bool
    categories: tuple[str, ...]
    law: tuple[Entry, ...]
    cites: tuple[Citation, ...]
    why: Label

    def fits(self, case: Traits, on: date) -> bool:
        """Whether it is one to propose for the case: the first entry of the law decides."""
        if self.by_hand or (self.categories and case.category not in self.categories):
            return False
        return not self.law or (self.law[0].in_force_on(on) and self.law[0].applies.to(case))

    def basis(self, lang: str) -> list[tuple[str, str, str]]:
        """(law, article, its words), those of the table first."""
        found = [(c, e.name_of(c, lang)) for e in self.law for c in e.citations]
        found += [(c, INSTRUMENTS[c.instrument].short.in_(lang)) for c in self.cites]
        return [(name, c.article, c.text) for c, name in found]


@cache
def classes() -> dict[str, Class]:
    """Code → class, special before general. Raises source.LawError with file and line."""
    top = source.read(FILE, FILE.parent).only((), ("classes",))
    return {row.text("id"): _class(row) for row in top.tables("classes")}


def _class(row: Table) -> Class:
    row.only(_KEYS, ("id", "title", "years", "sure", "why"))
    entries = deadline_table.current().entries
    found = Class(
        row.text("id"),
        row.label("title"),
        row["years"],
        row["sure"] is True,
        row.get("by_hand") is True,
        row.names("categories"),
        tuple(entries[name] for name in row.names("law")),
        tuple(_cited(each) for each in row.tables("cites")),
        row.label("why"),
    )
    if mistake := _mistake(found):
        raise ValueError(f"{row.file}:{row.line}: {found.code}: {mistake}")
    return found


def _cited(row: Table) -> Citation:
    row.only(("paragraph",), ("instrument", "article", "text"))
    paragraph = row.get("paragraph")
    return Citation(row.text("instrument"), row.text("article"), paragraph, None, row.text("text"))


def _mistake(found: Class) -> str:
    if not isinstance(found.years, int) or not 1 <= found.years <= MOST_YEARS:
        return f"years must be a whole number from 1 to {MOST_YEARS}"
    if not (found.law or found.cites):
        return "a class names its legal basis"
    if unknown := set(found.categories) - set(CATEGORIES):
        return f"unknown categories: {sorted(unknown)}"
    if unknown := {c.instrument for c in found.cites} - set(INSTRUMENTS):
        return f"unknown instruments: {sorted(unknown)}"
    for entry in found.law:
        least = entry.length if entry.unit == "year" and entry.retention else None
        if least and not (entry.retention and entry.retention.longest) and found.years < least:
            return f"{entry.id} asks for at least {least} years"
    return ""


def proposed(complaint: Complaint) -> Class:
    """What fits the case: the longest, then the first of the table."""
    case = regimes.traits(complaint)
    on = timezone.localdate(complaint.closed_at or complaint.received_at)
    fitting = [each for each in classes().values() if each.fits(case, on)]
    return max(fitting, key=lambda each: each.years)  # `general` fits every case


def until(closed_at: datetime, years: int) -> date:
    """The last day on which it is kept: the corresponding day so many years later, or the end of
    that month (Civil Code, Article 202).
    """
    day = timezone.localdate(closed_at)
    year = day.year + years
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


@dataclass(frozen=True)
class Kept:
    """The class of a case as it stands: set, or only proposed."""

    code: str
    years: int
    until: date | None
    row: Retention | None

    @property
    def known(self) -> Class | None:
        """The class; None for one that is no longer in the table."""
        return classes().get(self.code)


def of(complaint: Complaint) -> Kept:
    """How long the case is kept. One statement."""
    row = Retention.objects.select_related("set_by").filter(complaint=complaint).first()
    if row is not None:
        return Kept(row.code, row.years, row.until, row)
    found = proposed(complaint)
    last = until(complaint.closed_at, found.years) if complaint.closed_at else None
    return Kept(found.code, found.years, last, None)
