"""The only writer of the audit record."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from django.db import connection

from audit.models import Entry


class Actor(Protocol):
    """Anyone with a user name; the system itself is `SYSTEM`."""

    username: str

    def get_full_name(self) -> str: ...


class _System:
    username = "system"

    def get_full_name(self) -> str:
        return "系统"


SYSTEM = _System()


def digest(entry: Entry) -> str:
    """SHA-256 (hex) of the entry's canonical JSON, which contains the previous entry's hash."""
    body = {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "actor_name": entry.actor_name,
        "verb": entry.verb,
        "subject": entry.subject,
        "sequence": entry.sequence,
        "detail": entry.detail,
        "previous_hash": entry.previous_hash,
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


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
    subject wait for each other (advisory lock until commit).
    """
    actor = by or SYSTEM
    previous: tuple[int, str] | None = None
    if not first:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"audit:{subject}"]
            )
        previous = (
            Entry.objects.filter(subject=subject)
            .order_by("-sequence")
            .values_list("sequence", "hash")
            .first()
        )
    entry = Entry(
        at=at,
        actor=actor.username,
        actor_name=actor.get_full_name(),
        verb=verb,
        subject=subject,
        sequence=previous[0] + 1 if previous else 1,
        detail=json.loads(json.dumps(detail or {}, ensure_ascii=False, default=str)),
        previous_hash=previous[1] if previous else "",
    )
    entry.hash = digest(entry)
    entry.save(force_insert=True)
    return entry


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
