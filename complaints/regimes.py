"""The table of clocks: which there are, and which of them a case gets.

Rows of the law come from `legal_rules/deadlines/`, our own from `regimes.yaml`. The lifecycle names
kinds; several rows may be of one kind (15 days in general, 15 days extendable for a bank): the
first that applies to the case on that day wins, special before general. Rows that run `with` a
kind, or start from a moment (时间节点), come along.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from complaints import own_regimes
from complaints.clock import Rung, Terms
from complaints.own_regimes import Own, Row
from legal_rules import deadline_table
from legal_rules.deadline_terms import Entry, Traits

FILE = Path(__file__).with_name("regimes.yaml")


class Case(Protocol):
    """The columns of a complaint that are looked at."""

    channel: str
    category: str
    claims: list[str]
    risk_flags: list[str]


def traits(case: Case) -> Traits:
    """What of this case decides."""
    sectors = {"general", *settings.INDUSTRIES, *_own().sectors.get(case.category, ())}
    return Traits(
        frozenset(sectors),
        str(case.channel),
        case.category,
        frozenset(case.claims),
        frozenset(case.risk_flags),
    )


def kinds() -> list[str]:
    """Every kind that the lifecycle may name, in the order of the table."""
    return [*(row.kind for row in _own().rows), *_own().states]


def row_for(kind: str, on: date, case: Traits) -> Row | None:
    """The row of this kind that applies to the case on that day; None when the law of that day
    sets none.
    """
    for row in _own().rows:
        if row.kind == kind:
            return row
    entry = deadline_table.current().clocks_for(kind, on, case)
    return _law_row(entry) if entry else None


def alongside(kind: str, on: date, case: Traits) -> list[Row]:
    """Rows of other kinds that run along with this one."""
    found = deadline_table.current().companions(kind, on, case)
    return [_law_row(entry) for entry in found]


def on_its_day(row: Row, on: date, case: Traits) -> Row:
    """What stood in the row's place on the day from which its clock is counted: that day's law
    decides. The row itself where nothing of the kind counted from that moment then.
    """
    found = row_for(row.kind, on, case) if row.law is not None and row.starts else None
    if found is None or (found.starts, found.alongside) != (row.starts, row.alongside):
        return row
    return found


def started_by(moment: str, on: date, case: Traits) -> list[Row]:
    """Rows that a moment starts, for this case on that day."""
    found = deadline_table.current().started_by(moment, on, case)
    return [_law_row(entry) for entry in found]


def applying(on: date, case: Traits) -> list[Row]:
    """Rows of the law that apply to the case on that day, whatever starts them."""
    return [
        _law_row(entry)
        for entry in deadline_table.current().clocks
        if entry.in_force_on(on) and entry.applies.to(case)
    ]


@cache
def row(entry: str) -> Row | None:
    """The row of that name; None when it is no longer in the table."""
    for own in (*_own().rows, *_own().promised, *_own().asked):
        if own.entry == entry:
            return own
    found = deadline_table.current().entries.get(entry)
    return _law_row(found) if found is not None and found.clock is not None else None


@cache
def moments_of(step: str) -> tuple[str, ...]:
    """Moments that a step of the lifecycle makes and that some clock rests on."""
    table = deadline_table.current()
    used = {
        name
        for entry in table.clocks
        if entry.clock
        for name in (entry.clock.starts, *entry.clock.stops)
    }
    return tuple(m.id for m in table.moments.values() if m.step == step and m.id in used)


@cache
def first_of(kind: str) -> Row | None:
    """The first row of a kind, whatever the case: for its name."""
    for entry in deadline_table.current().clocks:
        if entry.clock is not None and entry.clock.kind == kind:
            return _law_row(entry)
    return None


def ladder(name: str) -> tuple[Rung, ...]:
    """Who is warned when. Raises KeyError."""
    return _own().ladders[name]


def own_rows() -> tuple[Row, ...]:
    """The internal and promised clocks of the house."""
    return _own().rows


def _law_row(entry: Entry) -> Row:
    clock = entry.clock
    if clock is None or entry.unit is None:
        raise ValueError(f"{entry.id} is no running clock")
    first = next((c for c in entry.citations if c.external is None), None)
    return Row(
        entry=entry.id,
        kind=clock.kind,
        title=entry.title,
        nature=entry.nature,
        terms=Terms(entry.length or 0, entry.unit, own=entry.nature == "internal", back=entry.back),
        owed_by=entry.owed_by,
        source=entry.id if entry.nature == "statutory" else "",
        citation={"instrument": first.instrument, "article": first.article} if first else None,
        pausable_by=clock.pausable_by,
        extend=clock.extend,
        ladder=ladder(clock.ladder),
        runs_in=_own().states.get(clock.kind, ()),
        starts=clock.starts or "",
        stops=clock.stops,
        restarts=clock.restarts,
        alongside=clock.with_ or "",
        after_close=clock.after_close,
        signed_with=entry.regime,
        law=entry,
    )


@cache
def _own() -> Own:
    """Raises source.LawError with file and line."""
    return own_regimes.read(FILE)
