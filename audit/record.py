"""The only writer of the audit record."""

import json
import json.encoder
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

from django.db import connection

from audit.models import Entry
from config import bulk
from config.bulk import Shape


class Actor(Protocol):
    """Anyone with a user name; the system itself is `SYSTEM`."""

    username: str

    def get_full_name(self) -> str: ...


class _System:
    username = "system"

    def get_full_name(self) -> str:
        return "系统"


SYSTEM = _System()
_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_PLAIN = {str, int, bool, type(None)}
_quoted = json.encoder.encode_basestring  # as `_canonical` writes a string
Tails = dict[str, tuple[int, str]]  # subject → sequence and hash of its last entry
OWN = {n: n for n in ("verb", "subject", "sequence", "detail", "previous_hash", "hash")}
BEGINNING = (0, "")  # before the first entry of a chain


def digest(entry: Entry) -> str:
    """SHA-256 (hex) of the entry's canonical JSON, which contains the previous entry's hash: names
    in order, nothing between, the instant in UTC.
    """
    return sha256(spelled(entry).encode()).hexdigest()


def spelled(entry: Entry) -> str:
    """The canonical JSON of which the hash is taken."""
    who = {"actor": entry.actor, "actor_name": entry.actor_name}
    place = entry.previous_hash, entry.sequence
    return _text(_head(who, entry.at), _canonical(entry.detail), place, entry.subject, entry.verb)


def _head(who: Mapping[str, str], at: datetime) -> str:
    """Where the canonical JSON begins: all that entries of one act have in common."""
    return _canonical({**who, "at": at.astimezone(UTC).isoformat(timespec="microseconds")})[:-1]


def _digest(head: str, detail: str, place: tuple[str, int], subject: str, verb: str) -> str:
    return sha256(_text(head, detail, place, subject, verb).encode()).hexdigest()


def _text(head: str, detail: str, place: tuple[str, int], subject: str, verb: str) -> str:
    return (
        f'{head},"detail":{detail},"previous_hash":"{place[0]}","sequence":{place[1]},'
        f'"subject":{_quoted(subject)},"verb":{_quoted(verb)}}}'
    )


class Act(NamedTuple):
    """What one entry says, besides who did it and when."""

    verb: str
    subject: str
    detail: Mapping[str, Any]


def record(
    verb: str,
    subject: str,
    by: Actor | None,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
    *,
    first: bool = False,
) -> Entry:
    """Append one entry to the subject's chain, in the caller's transaction.

    `detail` holds plain JSON values and never personal data in clear. `first` skips the look-up of
    the previous entry for a subject that was created in this very transaction. Writers of one
    subject wait for each other (advisory lock until commit); writers of a case's chain hold the
    lock of the case besides, for the sake of `chain`.
    """
    previous = BEGINNING
    if not first:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"audit:{subject}"]
            )
        previous = _last_of([subject]).get(subject, BEGINNING)
    act, who = Act(verb, subject, detail or {}), _who(by)
    entry = Entry(at=at, **who, **_entry(act, _said(act.detail), _head(who, at), previous))
    entry.save(force_insert=True)
    return entry


def record_many(acts: Sequence[Act], by: Actor | None, at: datetime) -> None:
    """Append entries to the chains of many subjects: two statements however many. Their locks are
    the caller's (`chain`).
    """
    entries, shape = chain(acts, by, at)
    bulk.spread(entries, [shape])


def chain(
    acts: Sequence[Act], by: Actor | None, at: datetime, tails: Tails | None = None
) -> tuple[list[dict[str, Any]], Shape]:
    """Entries that continue the chains of many subjects, in their order: what differs from one to
    the next, and the shape of their rows. The caller writes them (`bulk.spread`), together with the
    rows of which they tell.

    The caller holds a lock that keeps every other writer of these subjects away, such as the lock
    of the case (an advisory lock each would fill the server's table of locks). `tails` remembers
    where the chains end for a next call under the same locks.
    """
    tails = {} if tails is None else tails
    tails |= _last_of({act.subject for act in acts} - tails.keys())
    who, entries, said = _who(by), [], {}
    head = _head(who, at)
    for act in acts:
        key = id(act.detail)  # the same is said of many
        if key not in said:
            said[key] = _said(act.detail)
        entry = _entry(act, said[key], head, tails.get(act.subject, BEGINNING))
        tails[act.subject] = (entry["sequence"], entry["hash"])
        entries.append(entry)
    return entries, Shape(Entry(at=at, **who), OWN)


def _last_of(subjects: Collection[str]) -> Tails:
    """Sequence and hash of each chain's last entry, one look into the index each."""
    if not subjects:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.subject, e.sequence, e.hash FROM unnest(%s) s(subject), LATERAL (SELECT "
            "sequence, hash FROM audit_entry WHERE subject = s.subject ORDER BY sequence DESC "
            "LIMIT 1) e",
            [list(subjects)],
        )
        return {subject: (sequence, hashed) for subject, sequence, hashed in cursor.fetchall()}


def _plain(value: Any) -> Any:
    """As it comes back from the database, where the hash has to be found again."""
    if _is_plain(value):
        return value
    return json.loads(json.dumps(value, ensure_ascii=False, default=str))


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind is dict:
        named = {*map(type, value)} <= {str}
        return named and (
            {*map(type, value.values())} <= _PLAIN or all(map(_is_plain, value.values()))
        )
    return all(map(_is_plain, value)) if kind is list else kind in _PLAIN


def _who(by: Actor | None) -> dict[str, str]:
    actor = by or SYSTEM
    return {"actor": actor.username, "actor_name": actor.get_full_name()}


def _said(detail: Mapping[str, Any]) -> tuple[Any, str]:
    """What is told, as it is stored, and its canonical JSON."""
    plain = _plain(detail)
    return plain, _canonical(plain)


def _entry(act: Act, said: tuple[Any, str], head: str, previous: tuple[int, str]) -> dict[str, Any]:
    """The columns of an entry, besides who and when."""
    detail, text = said
    sequence, before = previous[0] + 1, previous[1]
    return {
        "verb": act.verb,
        "subject": act.subject,
        "sequence": sequence,
        "detail": detail,
        "previous_hash": before,
        "hash": _digest(head, text, (before, sequence), act.subject, act.verb),
    }


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold: the entry's number, and whether it is gone or altered."""

    sequence: int
    missing: bool


def breaks(entries: Iterable[Entry]) -> list[Break]:
    """Every place where the chain of one subject, given from its beginning, does not hold.

    Every hash is worked out again. Entries cut off at the very end leave no trace in the chain
    itself.
    """
    found = []
    previous, expected = "", 1
    for entry in entries:
        if entry.sequence != expected:
            found.append(Break(expected, missing=True))
            expected = entry.sequence
        if entry.previous_hash != previous or entry.hash != digest(entry):
            found.append(Break(entry.sequence, missing=False))
        previous, expected = entry.hash, expected + 1
    return found


def broken_links(subject: str) -> list[str]:
    """Where the chain of one subject does not hold: a sentence per broken entry, [] when it is
    whole.
    """
    entries = Entry.objects.filter(subject=subject).order_by("sequence").iterator()
    return [
        f"{subject}: entry {b.sequence} "
        + ("is missing" if b.missing else "does not match its hash")
        for b in breaks(entries)
    ]
