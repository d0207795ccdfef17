"""Refuses between entries: two of one id, versions that overlap, clocks that are never reached."""

from __future__ import annotations

from collections.abc import Iterable

from legal_rules.deadline_terms import Entry, Regime
from legal_rules.reasoning.source import LawError


def _wrong(entry: Entry, code: str, /, **given: object) -> LawError:
    return LawError(entry.file, entry.line, code, **given)


def check(regimes: Iterable[Regime], entries: list[Entry]) -> None:
    """Refuses what is wrong between entries that are sound one by one. Raises LawError."""
    _check_ids(regimes, entries)
    _check_versions(entries)
    _check_reach(entries)


def _check_ids(regimes: Iterable[Regime], entries: Iterable[Entry]) -> None:
    seen: dict[str, str] = {}
    for regime in regimes:
        if regime.id in seen:
            raise LawError(regime.file, 1, "same_deadline", id=regime.id, other=seen[regime.id])
        seen[regime.id] = regime.file
    for entry in entries:
        if entry.id in seen:
            raise _wrong(entry, "same_deadline", id=entry.id, other=seen[entry.id])
        seen[entry.id] = entry.file


def _check_versions(entries: Iterable[Entry]) -> None:
    known = {entry.id: entry for entry in entries}
    for entry in known.values():
        if entry.replaces is None:
            continue
        if entry.replaces not in known:
            raise _wrong(entry, "no_deadline", given=entry.replaces)
        earlier = known[entry.replaces]
        if earlier.until is None or earlier.until >= entry.from_:
            raise _wrong(entry, "versions_overlap", id=earlier.id, day=entry.from_)


def _check_reach(entries: list[Entry]) -> None:
    """Refuses a clock that never runs, because another of its kind is always asked first."""
    clocks = in_order(entries)
    for place, entry in enumerate(clocks):
        for before in clocks[:place]:
            if before.clock and entry.clock and _displaces(before, entry):
                raise _wrong(entry, "never_reached", id=before.id)


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """The clocks in the order in which they are asked: special before general, as they stand."""
    clocks = [entry for entry in entries if entry.clock]
    return sorted(clocks, key=lambda entry: not entry.applies.special)


def _displaces(before: Entry, entry: Entry) -> bool:
    one, other = before.clock, entry.clock
    same = one and other and (one.kind, one.with_) == (other.kind, other.with_)
    if not same or (one and other and not one.with_ and one.starts != other.starts):
        return False
    ends = before.until is None or (entry.until is not None and entry.until <= before.until)
    return before.from_ <= entry.from_ and ends and before.applies.covers(entry.applies)
