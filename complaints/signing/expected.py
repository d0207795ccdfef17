"""What a part that differs was signed as, and what stands there now: for whoever has to mend it.

Of texts only the characters that differ are shown, with their place: letters name people, and what
a command prints ends up in logs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from complaints.models import Opinion
from complaints.signing import statements, verify
from complaints.signing.canonical import content, hash_of

LONGEST = 60  # characters of a value that are shown
# Parts without a value of their own: they say themselves what is wrong.
_BARE = ("signature", "record", "key", "voided", "missing", "met")


@dataclass(frozen=True)
class Value:
    """One part: what was signed and what stands there. `at`: from which character on they differ;
    None for what is no text.
    """

    part: str
    signed: Any
    stands: Any
    at: int | None = None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        place = {} if self.at is None else {"at": self.at}
        return {"part": self.part, **place, "expected": self.signed, "found": self.stands}

    @property
    def words(self) -> str:
        """应为“退”，现为“不退” (from which character on)."""
        said = _("应为“{signed}”，现为“{stands}”").format(
            signed=_shown(self.signed), stands=_shown(self.stands)
        )
        return said if self.at is None else _("第 {n} 字起").format(n=self.at) + said


def values(opinion: Opinion, faults: Sequence[str]) -> list[Value]:
    """Of each part that differs, as far as it has a value. Only what the key signed is believed:
    the statement, or, where that was changed, the columns beside it.
    """
    if opinion.statement is None or verify.misshapen(opinion):
        return []
    columns, statement = statements.as_it_stands(opinion), opinion.statement
    if "signature" in faults or "key" in faults:
        if not statements.is_by_its_key(opinion, said=columns):
            return []
        names = [part for part in faults if part in statement or part in columns]
        return [_value(n, columns.get(n), statement.get(n)) for n in names]
    kept, stands = opinion.covered or {}, content(opinion.resolution, opinion)
    found = []
    for part in faults:
        if part.partition(".")[0] in _BARE:
            continue
        signed, now = _pair(opinion, part, kept, stands, columns)
        if signed != now:
            found.append(_value(part, signed, now))
    return found


def _pair(
    opinion: Opinion,
    part: str,
    kept: Mapping[str, Any],
    stands: Mapping[str, Any],
    columns: Mapping[str, Any],
) -> tuple[Any, Any]:
    """(signed, what stands there)."""
    statement = opinion.statement or {}
    if part == "content":
        now = opinion.content_hash
        resolution = opinion.resolution.content_hash
        return statement["content"], now if now != statement["content"] else resolution
    if part == "kept":
        return statement["content"], hash_of(kept)
    if part.startswith("kept."):
        name = part.removeprefix("kept.")
        return at_place(stands, name), at_place(kept, name)
    name = part.partition(".")[0]
    if name in kept or name in stands:
        pair = at_place(kept, part), at_place(stands, part)
        if pair[0] != pair[1]:
            return pair
    return statement.get(name), columns.get(name)


def at_place(covered: Mapping[str, Any], part: str) -> Any:
    """What a content says at `measures.2.amount`, `evidence.3`, `rules.cpl.55.1`; None: nothing."""
    name, _dot, rest = part.partition(".")
    value = covered.get(name)
    if not rest or value is None:
        return value
    if name in ("evidence", "rules"):
        key = "number" if name == "evidence" else "rule"
        return next((row for row in value if str(row[key]) == rest), None)
    if isinstance(value, Mapping):
        return value.get(rest)
    number, _dot, key = rest.partition(".")
    row = value[int(number) - 1] if int(number) <= len(value) else None
    return row.get(key) if row is not None and key else row


def _value(part: str, signed: Any, stands: Any) -> Value:
    if isinstance(signed, str) and isinstance(stands, str):
        start, one, other = differing(signed, stands)
        if part.endswith(_TEXTS) or max(len(signed), len(stands)) > LONGEST:
            return Value(part, one[:LONGEST], other[:LONGEST], start + 1)
    if isinstance(signed, Mapping) and isinstance(stands, Mapping):
        names = [n for n in {**signed, **stands} if signed.get(n) != stands.get(n)]
        return Value(part, {n: signed.get(n) for n in names}, {n: stands.get(n) for n in names})
    return Value(part, signed, stands)


# Free texts, however short: they may name people.
_TEXTS = ("letter", "explanation", "opinion", "reason", "description", "says", "found", "words")


def differing(one: str, other: str) -> tuple[int, str, str]:
    """(where, what the one says there, what the other): without the same beginning and end."""
    start, shorter = 0, min(len(one), len(other))
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return start, one[start : len(one) - end], other[start : len(other) - end]


def _shown(value: Any) -> str:
    if value in (None, "", [], {}):
        return _("（空）")
    if isinstance(value, Mapping):
        return _("；").join(f"{name}: {_shown(each)}" for name, each in value.items())
    return str(value)[: LONGEST * 2]
