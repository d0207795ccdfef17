"""The parts of a content, each with its own hash: enough to say what changed since somebody read
it, without keeping its texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from complaints.signing.canonical import hash_of
from complaints.signing.differences import NAMES

_SHORT = 16  # hex digits: these tell parts apart and prove nothing
_KEYS = {"evidence": "number", "rules": "rule"}


def parts_of(covered: Mapping[str, Any]) -> dict[str, str]:
    """Part as `differences` names it → a short hash of what it says; rows each on their own."""
    return dict(_parts(covered))


def _parts(covered: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in covered.items():
        if name in _KEYS or name in ("measures", "points"):
            for n, row in enumerate(value or [], 1):
                yield f"{name}.{row[_KEYS[name]] if name in _KEYS else n}", _short(row)
        elif name not in ("complaint", "version", "format"):
            yield name, _short(value)


def _short(value: Any) -> str:
    return hash_of({"": value})[:_SHORT]


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The parts that differ, in reading order."""
    differing = [part for part in {**before, **now} if before.get(part) != now.get(part)]
    order = list(NAMES)

    def place(part: str) -> tuple[int, int, str]:
        name, _dot, rest = part.partition(".")
        known = order.index(name) if name in order else len(order)
        return known, int(rest) if rest.isdecimal() else 0, rest

    return sorted(differing, key=place)
