"""The parts of two analyses beside each other, for `comparison.py`: in both, or in one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from legal_rules.analysis import Json

Row = Mapping[str, Any]


def plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def listed(side: Json, key: str) -> Sequence[Row]:
    found = side.get(key)
    return found if isinstance(found, list) else ()


def paired(
    before: Json, after: Json, key: str, name: str
) -> Iterable[tuple[str, Row | None, Row | None]]:
    old = {row[name]: row for row in listed(before, key)}
    new = {row[name]: row for row in listed(after, key)}
    for each in dict.fromkeys((*old, *new)):
        yield each, old.get(each), new.get(each)


def named(side: Json) -> dict[str, object]:
    """The answers that the rules shown name."""
    return {
        element["fact"]: element["value"]
        for rule in listed(side, "rules")
        for element in (*rule["elements"], *rule["defences"])
        if element["value"] is not None
    }


def more(old: Row, new: Row) -> list[str]:
    """What an open rule asks now and did not ask before."""
    return [fact for fact in new["missing"] if fact not in old["missing"]]


def book(side: Json) -> str:
    return f"{side.get('rule_set')} ({str(side.get('rulebook_sha256'))[:12]})"


def sums(side: Json) -> dict[str, Row]:
    return {
        row["rule"]: {**row, "possible": key == "possible_remedies"}
        for key in ("remedies", "possible_remedies")
        for row in listed(side, key)
    }


def figures(remedy: Row | None) -> tuple[str | None, str | None, str | None, bool]:
    """Exact sum, lowest and highest, and whether the rule is still open."""
    if remedy is None:
        return None, None, None, False
    bounds, amount = remedy.get("bounds") or {}, remedy.get("amount")
    low, high = bounds.get("low"), bounds.get("high")
    return amount, low, high, bool(remedy["possible"]) and bool(amount or low)


def exposures(side: Json) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for row in listed(side, "exposure"):
        found.setdefault((row["rule"], row["citation"]), []).append(row["range"].rstrip("。. "))
    return found
