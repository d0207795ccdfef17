"""The clocks of the house and the ladders of warnings: `regimes.yaml`, read strictly. A mistake has
its file, its line and what to do about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from complaints.choices import DeadlineNature, HoldReason
from complaints.clock import Rung, Terms
from complaints.lifecycle import State
from legal_rules.deadline_clock import MOST, MOST_DAYS, length_of
from legal_rules.deadline_names import LADDERS, OWED_BY, ROLES, SECTORS, UNITS
from legal_rules.deadline_parts import one_of, some_of, whole
from legal_rules.deadline_terms import Entry, Extend
from legal_rules.reasoning import source
from legal_rules.reasoning.source import Table
from legal_rules.terms import Label
from legal_rules.vocabulary import CATEGORIES

WARNED = ("owner", "team_lead", "supervisor", "counsel")
ASKED = ("asked", "asked_lead")  # of another team, warned by the clock of its answer alone
NATURES = (DeadlineNature.INTERNAL.value, DeadlineNature.PROMISED.value)
STATES = [state.value for state in State]
MOST_TIMES = 20  # extensions of one clock


@dataclass(frozen=True)
class Row:
    """One clock of the table.

    `entry` names the row, `kind` what it times. `source` is its id in the law, "" for our own.
    `runs_in`: states in which it may run; none: whatever the state (`after_close`: even closed).
    `starts`, `stops` and `restarts` (counted anew from there) are moments, `alongside` the kind
    that it runs along with.
    """

    entry: str
    kind: str
    title: Label
    nature: str
    terms: Terms
    owed_by: str = "enterprise"
    source: str = ""
    citation: Mapping[str, Any] | None = None
    pausable_by: tuple[str, ...] = ()
    extend: Extend | None = None
    ladder: tuple[Rung, ...] = ()
    runs_in: tuple[str, ...] = ()
    starts: str = ""
    stops: tuple[str, ...] = ()
    restarts: tuple[str, ...] = ()
    alongside: str = ""
    after_close: bool = False
    signed_with: str = ""  # the regime that counsel signs
    law: Entry | None = None


@dataclass(frozen=True)
class Own:
    """The whole file. `states`: kind set by the law → the states in which it runs."""

    rows: tuple[Row, ...]
    promised: tuple[Row, ...]
    asked: tuple[Row, ...]
    ladders: Mapping[str, tuple[Rung, ...]]
    sectors: Mapping[str, tuple[str, ...]]
    states: Mapping[str, tuple[str, ...]]


def read(path: Path) -> Own:
    """Raises source.LawError."""
    top = source.read(path, path.parent)
    top.only((), ("ladders", "sectors", "clocks", "promised", "asked", "legal_kinds"))
    ladders = _ladders(top.mapping("ladders").only((), LADDERS))
    sectors = top.mapping("sectors").only(CATEGORIES)
    legal = top.mapping("legal_kinds")
    found = Own(
        tuple(_row(row, ladders) for row in top.tables("clocks")),
        tuple(_promised(row, ladders) for row in top.tables("promised")),
        tuple(_asked(row) for row in top.tables("asked")),
        ladders,
        {category: some_of(sectors, category, SECTORS) for category in sectors},
        {kind: _runs_in(legal.mapping(kind).only((), ("runs_in",))) for kind in legal},
    )
    rows = [row for part in ("clocks", "promised", "asked") for row in top.tables(part)]
    _each_kind_once(rows, found.states)
    return found


def _each_kind_once(rows: list[Table], legal: Mapping[str, object]) -> None:
    """Of a kind one clock runs in a case; it is ours or the law's."""
    seen = set(legal)
    for row in rows:
        if row["kind"] in seen:
            raise row.error("declared_twice", "kind", given=row["kind"])
        seen.add(row["kind"])


def _ladders(ladders: Table) -> dict[str, tuple[Rung, ...]]:
    return {name: tuple(_rung(rung) for rung in ladders.tables(name)) for name in ladders}


def _rung(rung: Table, warned: Sequence[str] = WARNED) -> Rung:
    """At a share of the time, or so long after the due instant."""
    rung.only(("percent", "after", "unit"), ("who",))
    who = one_of(rung, "who", warned)
    if "percent" in rung:
        rung.only((), ("percent", "who"))
        return Rung(who, whole(rung, "percent", 100))
    rung.only((), ("after", "unit", "who"))
    unit = one_of(rung, "unit", [name for name in UNITS if name != "immediate"], "unknown_unit")
    return Rung(who, None, whole(rung, "after", MOST.get(unit, MOST_DAYS)), unit)


def _runs_in(row: Table) -> tuple[str, ...]:
    return some_of(row, "runs_in", STATES)


def _pausable_by(row: Table) -> tuple[str, ...]:
    """Reasons for a hold; an empty list says that none stops it."""
    return some_of(row, "pausable_by", HoldReason.values) if row.get("pausable_by") else ()


def _row(row: Table, ladders: Mapping[str, tuple[Rung, ...]]) -> Row:
    row.only(
        ("owed_by", "pausable_by", "extend"),
        ("kind", "title", "nature", "length", "unit", "runs_in"),
    )
    nature = one_of(row, "nature", NATURES)
    length, unit = length_of(row)
    return Row(
        entry=row.text("kind"),
        kind=row.text("kind"),
        title=row.label("title"),
        nature=nature,
        terms=Terms(length or 0, unit or "", own=nature == DeadlineNature.INTERNAL),
        owed_by=one_of(row, "owed_by", OWED_BY) if "owed_by" in row else "enterprise",
        pausable_by=_pausable_by(row),
        extend=_extend(row.mapping("extend")) if "extend" in row else None,
        ladder=ladders["default"],
        runs_in=_runs_in(row),
    )


def _promised(row: Table, ladders: Mapping[str, tuple[Rung, ...]]) -> Row:
    """The clock of a promise: each brings its own terms, so the row has none that counts."""
    row.only((), ("kind", "title", "pausable_by"))
    return Row(
        entry=row.text("kind"),
        kind=row.text("kind"),
        title=row.label("title"),
        nature=DeadlineNature.PROMISED.value,
        terms=Terms(0, "until", own=True),
        pausable_by=_pausable_by(row),
        ladder=ladders["default"],
        after_close=True,
    )


def _asked(row: Table) -> Row:
    """The clock of a question to another team: each brings its own terms, like a promise."""
    row.only((), ("kind", "title", "ladder"))
    return Row(
        entry=row.text("kind"),
        kind=row.text("kind"),
        title=row.label("title"),
        nature=DeadlineNature.INTERNAL.value,
        terms=Terms(0, "until", own=True),
        ladder=tuple(_rung(rung, (*ASKED, *WARNED)) for rung in row.tables("ladder")),
    )


def _extend(row: Table) -> Extend:
    row.only((), ("by", "unit", "by_role", "at_most"))
    unit = one_of(row, "unit", [name for name in UNITS if name != "immediate"], "unknown_unit")
    return Extend(
        to=(),
        by=whole(row, "by", MOST.get(unit, MOST_DAYS)),
        unit=unit,
        by_role=one_of(row, "by_role", ROLES),
        at_most=whole(row, "at_most", MOST_TIMES),
        tell_consumer=False,
    )
