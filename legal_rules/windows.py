"""期间: windows of the law that run from dates of a case: return, rescission, limitation, bars.

    windows({"tx_delivery_date": "2026-03-01"}, today, Traits(category="return_no_reason"))

Pure Python. What a rule concludes from them is the rule's; this says when each begins and ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from legal_rules import deadline_table, deadline_telling
from legal_rules.deadline_terms import Entry, Traits, Window
from legal_rules.reasoning.derived import months_after
from legal_rules.reasoning.holidays import LIBRARY, Holidays
from legal_rules.vocabulary import CATEGORIES

# open: it runs; kept: the right was used inside it; over: it ended unused; unknown: not decided by
# what is answered.
State = Literal["open", "kept", "over", "unknown"]
KEPT: Mapping[bool | None, State] = {True: "kept", False: "over", None: "unknown"}
MONTHS = {"month": 1, "year": 12}
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """One window of a case; the days None while the fact that begins it is not answered.

    `provisional`: the end touches a year without a notice (暂定).
    """

    entry: Entry
    start: date | None
    until: date | None
    state: State
    provisional: bool = False

    def as_json(self, lang: str) -> dict[str, Any]:
        """In plain JSON."""
        first = self.entry.citations[0]
        return {
            "id": self.entry.id,
            "title": self.entry.title.in_(lang),
            "length": deadline_telling.figure(self.entry, lang),
            "from": self.start.isoformat() if self.start else None,
            "until": self.until.isoformat() if self.until else None,
            "provisional": self.provisional,
            "state": self.state,
            "citation": None if first.external else first.citation(),
            "basis": deadline_telling.cite(self.entry, first, lang),
            "note": self.entry.why.in_(lang) if self.entry.why else "",
        }


def windows(
    facts: Facts,
    on: date,
    case: Traits,
    days: Holidays = LIBRARY,
) -> list[Span]:
    """The windows of a case as they stand on a day, in the order of the table.

    `facts`: normal values (dates in ISO form). `days`: the days off that are known. A window whose
    beginning is not known is named only where the category points to it.
    """
    named = CATEGORIES[case.category].deadlines if case.category in CATEGORIES else ()
    found = []
    for entry in deadline_table.current().entries.values():
        if entry.window is None or entry.window.from_fact is None:
            continue
        if not entry.applies.to(case):
            continue
        span = _Reckoned(entry, entry.window, facts, days).span(on)
        pointed = entry.id in named or case.category in entry.applies.categories
        if span is not None and (span.start is not None or pointed):
            found.append(span)
    return found


@dataclass(frozen=True, slots=True)
class _Reckoned:
    """One window and the dates of one case."""

    entry: Entry
    window: Window
    facts: Facts
    days: Holidays

    def span(self, on: date) -> Span | None:
        """None where the law that sets it was not yet, or no longer, in force."""
        begun = self._day(self.window.from_fact)
        if begun is None:
            return Span(self.entry, None, None, "unknown")
        if not self.entry.in_force_on(begun):
            return None
        start, lost = self._latest_start(begun)
        end = self._bounded(_end(self.entry, start))
        state: State = "unknown" if lost else self._state(end, on)
        last = self.days.last_day(end)
        return Span(self.entry, start, last, state, self.days.is_provisional(end))

    def _latest_start(self, begun: date) -> tuple[date, bool]:
        """Where it begins anew; and whether that is not known, because the day that is known came
        when it had ended and there may have been earlier ones.
        """
        anew = self._day(self.window.anew_from)
        if anew is None or anew <= begun:
            return begun, False
        return (anew, False) if self.days.in_time(anew, _end(self.entry, begun)) else (begun, True)

    def _state(self, end: date, on: date) -> State:
        used = self._day(self.window.used_on)
        if used is not None:
            return KEPT[self.days.in_time(used, end)]
        if (running := self.days.in_time(on, end)) is not False:
            return "open" if running else "unknown"
        saving = (self.window.used_on, self.window.anew_from)
        unanswered = any(name and self._day(name) is None for name in saving)
        return "unknown" if unanswered else "over"

    def _bounded(self, end: date) -> date:
        """Not beyond the years after a day at which it ends whatever happened."""
        if self.window.no_later is None:
            return end
        fact, years = self.window.no_later
        day = self._day(fact)
        return end if day is None else min(end, months_after(day, 12 * years))

    def _day(self, fact: str | None) -> date | None:
        value = self.facts.get(fact) if fact else None
        if isinstance(value, date):
            return value
        return date.fromisoformat(value[:10]) if isinstance(value, str) and value else None


def _end(entry: Entry, start: date) -> date:
    """The day on which its length ends (民法典 201, 202), before it moves off a holiday."""
    length, unit = entry.length or 0, entry.unit or ""
    if unit in MONTHS:
        return months_after(start, length * MONTHS[unit])
    return start + timedelta(days=length)
