"""The table of deadlines: which time limits the law sets, and what this system does with each.

    table = deadline_table.current()          table.entries["penalty8_15d"].length → 15
    case = Traits(sectors=frozenset({"finance"}))
    table.clocks_for("general_reply", day, case) → the entry that runs, or None
    table.companions("general_reply", day, case) → entries that start and end with that kind
    table.started_by("goods_returned", day, case) → entries that a moment starts

Pure Python; usable without Django and without a database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from legal_rules import place
from legal_rules.deadline_checks import in_order
from legal_rules.deadline_load import load_regimes
from legal_rules.deadline_moments import MOMENTS, load_moments
from legal_rules.deadline_terms import Entry, Moment, Regime, Traits
from legal_rules.reasoning import source

DEADLINES = place.PACKAGE / "deadlines"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Every entry, moment and regime by id, as the files stand; `sha256` over all of them.

    `clocks`: the entries that run, special before general.
    """

    entries: Mapping[str, Entry]
    moments: Mapping[str, Moment]
    regimes: Mapping[str, Regime]
    sha256: str
    clocks: tuple[Entry, ...] = field(repr=False)

    def clocks_for(self, kind: str, on: date, case: Traits) -> Entry | None:
        """The clock of that kind for a case on that day; None where the table has none."""
        those = (entry for entry in self.clocks if entry.clock and entry.clock.kind == kind)
        return next(iter(_first_of_each_kind(those, on, case)), None)

    def companions(self, kind: str, on: date, case: Traits) -> list[Entry]:
        """Clocks of other kinds that the steps of this kind of the lifecycle start and end too."""
        those = (
            entry
            for entry in self.clocks
            if entry.clock and entry.clock.with_ == kind and entry.clock.kind != kind
        )
        return _first_of_each_kind(those, on, case)

    def started_by(self, moment: str, on: date, case: Traits) -> list[Entry]:
        """Clocks that the moment starts by itself, one of each kind."""
        those = (
            entry
            for entry in self.clocks
            if entry.clock and entry.clock.with_ is None and entry.clock.starts == moment
        )
        return _first_of_each_kind(those, on, case)


def _first_of_each_kind(entries: Iterable[Entry], on: date, case: Traits) -> list[Entry]:
    """Those that apply to the case and are in force on the day; of each kind the first."""
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.clock and entry.in_force_on(on) and entry.applies.to(case):
            found.setdefault(entry.clock.kind, entry)
    return list(found.values())


@cache
def current() -> Table:
    """The table of this installation, read once per process. Raises LawError."""
    return load(DEADLINES)


def load(root: Path) -> Table:
    """The table of a folder. Raises LawError for its first mistake."""
    moments = load_moments(source.read(root / MOMENTS, root))
    regimes, entries = load_regimes(root, moments)
    return Table(
        MappingProxyType({entry.id: entry for entry in entries}),
        MappingProxyType(moments),
        MappingProxyType({regime.id: regime for regime in regimes}),
        _sha256(root),
        tuple(in_order(entries)),
    )


def _sha256(root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(root.glob("*.yaml")):
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
