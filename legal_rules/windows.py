"""期间: windows of the law that run from dates of a case: return, rescission, limitation, bars.

    windows({"tx_delivery_date": "2026-03-01"}, date(2026, 3, 5), category="return_no_reason")

Pure Python. What a rule concludes from them is the rule's; this says when each begins and ends.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from legal_rules import deadline_table, deadline_telling
from legal_rules.deadline_terms import Entry, Window
from legal_rules.reasoning.derived import last_day, months_after
from legal_rules.vocabulary import CATEGORIES

# open: it runs; kept: the right was used inside it; over: it ended unused; unknown: not decided by
# what is answered.
State = Literal["open", "kept", "over", "unknown"]
MONTHS = {"month": 1, "year": 12}
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """One window of a case; the days None while the fact that begins it is not answered."""

    entry: Entry
    start: date | None
    until: date | None
    state: State

    def as_json(self, lang: str) -> dict[str, Any]:
        """In plain JSON."""
        first = self.entry.citations[0]
        return {
            "id": self.entry.id,
            "title": self.entry.title.in_(lang),
            "length": deadline_telling.figure(self.entry, lang),
            "from": self.start.isoformat() if self.start else None,
            "until": self.until.isoformat() if self.until else None,
            "state": self.state,
            "citation": None if first.external else first.citation(),
            "basis": deadline_telling.cite(self.entry, first, lang),
            "note": self.entry.why.in_(lang) if self.entry.why else "",
        }


def windows(
    facts: Facts,
    on: date,
    *,
    category: str = "",
    sectors: Collection[str] = (),
    channel: str = "",
    claims: Collection[str] = (),
    risks: Collection[str] = (),
) -> list[Span]:
    """The windows of a case as they stand on a day, in the order of the table.

    `facts`: normal values (dates in ISO form). A window whose beginning is not known is named only
    where the category points to it.
    """
    named = CATEGORIES[category].deadlines if category in CATEGORIES else ()
    found = []
    for entry in deadline_table.current().entries.values():
        if entry.window is None or entry.window.from_fact is None:
            continue
        if not entry.applies.to(
            sectors=sectors, channel=channel, category=category, claims=claims, risks=risks
        ):
            continue
        span = _span(entry, entry.window, facts, on)
        pointed = entry.id in named or category in entry.applies.categories
        if span is not None and (span.start is not None or pointed):
            found.append(span)
    return found


def _span(entry: Entry, window: Window, facts: Facts, on: date) -> Span | None:
    """The window; None where the law that sets it was not yet, or no longer, in force."""
    begun = _day(facts, window.from_fact)
    if begun is None:
        return Span(entry, None, None, "unknown")
    if not entry.in_force_on(begun):
        return None
    start, lost = _latest_start(entry, window, facts, begun)
    end = _bounded(_end(entry, start), window, facts)
    return Span(entry, start, end, "unknown" if lost else _state(window, facts, end, on))


def _latest_start(entry: Entry, window: Window, facts: Facts, begun: date) -> tuple[date, bool]:
    """Where it begins anew; and whether that is not known, because the day that is known came when
    it had ended and there may have been earlier ones.
    """
    anew = _day(facts, window.anew_from)
    if anew is None or anew <= begun:
        return begun, False
    return (anew, False) if anew <= _end(entry, begun) else (begun, True)


def _state(window: Window, facts: Facts, end: date, on: date) -> State:
    used = _day(facts, window.used_on)
    if used is not None:
        return "kept" if used <= end else "over"
    if on <= end:
        return "open"
    saving = (window.used_on, window.anew_from)
    unanswered = any(name and _day(facts, name) is None for name in saving)
    return "unknown" if unanswered else "over"


def _bounded(end: date, window: Window, facts: Facts) -> date:
    """Not beyond the years after a day at which it ends whatever happened."""
    if window.no_later is None:
        return end
    fact, years = window.no_later
    day = _day(facts, fact)
    return end if day is None else min(end, last_day(months_after(day, 12 * years)))


def _end(entry: Entry, start: date) -> date:
    """The last day (民法典 201–203)."""
    length, unit = entry.length or 0, entry.unit or ""
    if unit in MONTHS:
        return last_day(months_after(start, length * MONTHS[unit]))
    return last_day(start + timedelta(days=length))


def _day(facts: Facts, fact: str | None) -> date | None:
    value = facts.get(fact) if fact else None
    if isinstance(value, date):
        return value
    return date.fromisoformat(value[:10]) if isinstance(value, str) and value else None
