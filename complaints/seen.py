"""What tells the record of reading that cases are shown (audit/reading.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from audit.reading import saw

CASE, CONSUMER = "complaint:", "consumer:"


def saw_cases(*numbers: str | None) -> None:
    """The answer shows the cases of these numbers."""
    saw(*(f"{CASE}{number}" for number in numbers if number))


# What happened between two cases: the story of one names the other.
NAMING = ("linked", "unlinked", "merged_in", "merge_undone", "unmerged")


def saw_named(code: str, detail: Mapping[str, Any]) -> None:
    """The answer shows an entry of a story, perhaps with the number of another case."""
    if code in NAMING:
        saw_cases(detail.get("number"))


def saw_members(rows: Iterable[Any]) -> None:
    """The answer shows these rows of a mass case: its cases, or people who have not complained
    (`consumer`; whoever has a case is seen with it).
    """
    for row in rows:
        member = getattr(row, "complaint", None)
        saw_cases(member.number if member else row.number)
        if member is None:
            saw(f"{CONSUMER}{row.consumer_id}")


def seen_as(shape: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """A shape of a row of a mass case that says that the row is shown."""

    def shown(row: Any) -> dict[str, Any]:
        saw_members([row])
        return shape(row)

    return shown
