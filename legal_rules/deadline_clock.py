"""The figures and the clock of an entry of the table of deadlines, read strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from legal_rules.deadline_names import HOLDS, LADDERS, LIFECYCLE, ROLES, UNITS
from legal_rules.deadline_parts import one_of, some_of, truth, whole
from legal_rules.deadline_terms import ClockTerms, Extend, Moment
from legal_rules.reasoning.source import Table

KIND, LONGEST_KIND = re.compile(r"[a-z][a-z0-9_]{1,29}"), 30
MOST = {"hour": 10_000, "working_hour": 10_000, "month": 240, "year": 50}
MOST_DAYS = 4000


def length_of(row: Table) -> tuple[int | None, str | None]:
    """(length, unit). (None, "immediate") and (None, None) have no figure. Raises LawError."""
    if "unit" not in row:
        if "length" in row:
            raise row.error("length_and_unit", "length")
        return None, None
    unit = one_of(row, "unit", UNITS, "unknown_unit")
    if (unit == "immediate") != ("length" not in row):
        raise row.error("length_and_unit", "unit")
    return (whole(row, "length", MOST.get(unit, MOST_DAYS)) if "length" in row else None), unit


def clock_of(row: Table, moments: Mapping[str, Moment]) -> ClockTerms:
    """How the entry of a row runs. Raises LawError."""
    clock = row.mapping("clock").only(
        ("with", "starts", "stops", "restarts", "pausable_by", "extend", "after_close"),
        ("kind", "ladder"),
    )
    if "with" not in clock and "starts" not in clock:
        raise clock.error("with_or_starts")
    terms = ClockTerms(
        kind=_kind(clock, "kind"),
        with_=one_of(clock, "with", LIFECYCLE) if "with" in clock else None,
        starts=one_of(clock, "starts", moments, "no_moment") if "starts" in clock else None,
        stops=some_of(clock, "stops", moments, "no_moment"),
        restarts=some_of(clock, "restarts", moments, "no_moment"),
        pausable_by=some_of(clock, "pausable_by", HOLDS),
        extend=_extend(clock.mapping("extend"), row) if "extend" in clock else None,
        ladder=one_of(clock, "ladder", LADDERS),
        after_close=truth(clock, "after_close"),
    )
    if truth(row, "back") and (terms.with_ or terms.pausable_by or terms.extend or terms.restarts):
        raise clock.error("counted_back")
    return terms


def _kind(clock: Table, key: str) -> str:
    if not KIND.fullmatch(clock.text(key)):
        raise clock.error("bad_id", key, given=clock[key], most=LONGEST_KIND)
    return clock.text(key)


def _extend(row: Table, entry: Table) -> Extend:
    row.only(("to", "by", "tell_consumer"), ("unit", "by_role", "at_most"))
    at_most, to = whole(row, "at_most", 9), tuple(row.listed("to"))
    extend = Extend(
        to=to,
        by=whole(row, "by", MOST_DAYS) if "by" in row else None,
        unit=one_of(row, "unit", UNITS, "unknown_unit"),
        by_role=one_of(row, "by_role", ROLES),
        at_most=at_most,
        tell_consumer=truth(row, "tell_consumer"),
    )
    if ("to" in row) == ("by" in row) or ("to" in row and not _growing(entry, to, at_most)):
        raise row.error("bad_extension")
    return extend


def _growing(entry: Table, to: tuple[object, ...], at_most: int) -> bool:
    lengths = [each for each in (entry.get("length"), *to) if type(each) is int]
    return len(lengths) == at_most + 1 == len(to) + 1 and all(
        one < other for one, other in pairwise(lengths)
    )
