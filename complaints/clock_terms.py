"""How long a clock runs: a length in a unit, or a day that was promised. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from complaints import workdays
from complaints.workdays import CountingError


class ClockError(ValueError):
    """Happenings that no clock can have: `code` says which mistake."""

    def __init__(self, code: str, at: datetime | None = None) -> None:
        super().__init__(code)
        self.code, self.at = code, at


@dataclass(frozen=True)
class Terms:
    """How long: a length in a unit.

    `own`: counted by the enterprise's own calendar (internal clocks; a promise or a clock of the
    law never is). `back`: the term ends so long before the event at which it is counted.
    The unit `until` has no length but the day, or the hour, that was promised.
    """

    length: int
    unit: str
    own: bool = False
    back: bool = False
    until: date | datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values, the shape that `from_json` reads."""
        values = {"length": self.length, "unit": self.unit, "own": self.own, "back": self.back}
        return values if self.until is None else {**values, "until": self.until.isoformat()}

    @staticmethod
    def agreed(end: date | datetime) -> Terms:
        """A day or an hour that was promised."""
        return Terms(0, workdays.UNTIL, own=True, until=end)

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Terms:
        """Raises ClockError for a length or unit that cannot be counted."""
        if values.get("unit") == workdays.UNTIL:
            return Terms.agreed(_day_or_hour(values.get("until")))
        terms = Terms(
            values.get("length", -1),
            values.get("unit", ""),
            bool(values.get("own")),
            bool(values.get("back")),
        )
        try:
            workdays.checked(terms.length, terms.unit)
        except CountingError as error:
            raise ClockError(error.code) from error
        if terms.back and terms.unit not in workdays.DAYS:
            raise ClockError("unit")
        return terms


def _day_or_hour(text: object) -> date | datetime:
    """A day `2026-11-27`, or an instant with its offset. Raises ClockError."""
    try:
        if len(str(text)) == len("2026-11-27"):
            return date.fromisoformat(str(text))
        instant = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise ClockError("until") from error
    if instant.tzinfo is None:
        raise ClockError("until")
    return instant
