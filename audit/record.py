"""The only writer of the audit record."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

from django.db import connection

from audit.canonical import BEGINNING, compact, entry_of, entry_text, head
from audit.models import Entry
from config import bulk, request_id
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
_masks: list[Callable[[Any], Any]] = []
_PLAIN = {str, int, bool, type(None)}
Tails = dict[str, tuple[int, str]]  # subject → sequence and hash of its last entry
OWN = {n: n for n in ("verb", "subject", "sequence", "detail", "previous_hash", "hash")}


def digest(entry: Entry) -> str:
    """SHA-256 (hex) of the entry's canonical JSON, which contains the previous entry's hash."""
    return sha256(spelled(entry).encode()).hexdigest()


def spelled(entry: Entry) -> str:
    """The canonical JSON of which the hash is taken."""
    return entry_of(entry.__dict__)


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
    previous = BEGINNING if first else _held_tail(subject)
    act, who = _under(Act(verb, subject, detail or {}), by), _who(by)
    begins = head(who["actor"], who["actor_name"], at)
    entry = Entry(at=at, **who, **_entry(act, _said(act.detail), begins, previous))
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
    begins = head(who["actor"], who["actor_name"], at)
    if getattr(by, "acting_under", None):
        acts = [_under(act, by) for act in acts]
    for act in acts:
        key = id(act.detail)  # the same is said of many
        if key not in said:
            said[key] = _said(act.detail)
        entry = _entry(act, said[key], begins, tails.get(act.subject, BEGINNING))
        tails[act.subject] = (entry["sequence"], entry["hash"])
        entries.append(entry)
    return entries, Shape(Entry(at=at, **who), OWN)


def _under(act: Act, by: Actor | None) -> Act:
    """The act, with the emergency (紧急调阅) under which the person acts in this subject."""
    emergency = getattr(by, "acting_under", {}).get(act.subject)
    if emergency is None:
        return act
    return act._replace(detail={**act.detail, "emergency": emergency})


def _held_tail(subject: str) -> tuple[int, str]:
    """Sequence and hash of the chain's last entry, under its lock: one way to the server for two
    statements. The second looks only once the first has the lock, so that it sees what whoever held
    it before has committed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0));"
            " SELECT sequence, hash FROM audit_tail WHERE subject = %s",
            [f"audit:{subject}", subject],
        )
        return cursor.fetchone() or BEGINNING


def _last_of(subjects: Collection[str]) -> Tails:
    """Sequence and hash of each chain's last entry, as the trigger on the entries keeps them."""
    if not subjects:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject, sequence, hash FROM audit_tail WHERE subject = ANY(%s)",
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
    actor, request = by or SYSTEM, request_id.current()
    return {
        **{"actor": actor.username, "actor_name": actor.get_full_name()},
        "request_id": request,
    }


def register_mask(mask: Callable[[Any], Any]) -> None:
    """Name what masks a detail before it is chained, whoever wrote what into it."""
    _masks[:] = [mask]


def _said(detail: Mapping[str, Any]) -> tuple[Any, str]:
    """What is told, as it is stored, and its canonical JSON."""
    plain = _plain(detail)
    for mask in _masks:
        plain = mask(plain)
    return plain, compact(plain)


def _entry(
    act: Act, said: tuple[Any, str], begins: str, previous: tuple[int, str]
) -> dict[str, Any]:
    """The columns of an entry, besides who and when."""
    detail, text = said
    whole = entry_text(begins, text, previous, (act.subject, act.verb), request_id.current())
    return {
        "verb": act.verb,
        "subject": act.subject,
        "sequence": previous[0] + 1,
        "detail": detail,
        "previous_hash": previous[1],
        "hash": sha256(whole.encode()).hexdigest(),
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
