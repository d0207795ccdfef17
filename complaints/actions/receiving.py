"""A file on its way into a case, and out of the store: kept, refused and recorded when dangerous,
or let go when no case needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from typing import Protocol

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from accounts.models import User
from audit.record import record
from complaints.errors import CaseError
from complaints.models import Package
from evidence import holding
from evidence.clamd import Infected
from evidence.models import Item
from evidence.receive import FileRefused, Stored, taken
from evidence.store import Incoming, store

# Who else keeps files in the store: whether one of this hash is needed.
_others: list[Callable[[str], bool]] = []


class HasSubject(Protocol):
    """What a file is of: a case, or what another application keeps files for."""

    @property
    def subject(self) -> str:
        """Its name in the audit record."""


def register(needs: Callable[[str], bool]) -> None:
    """Have files stay that rows of another application need."""
    if needs not in _others:
        _others.append(needs)


@contextmanager
def received(
    of: HasSubject, content: Iterable[bytes] | Incoming, name: str, by: User, now: datetime
) -> Iterator[Stored]:
    """The file lies in the store; its rows are written inside the `with`. Where they are refused
    the file goes again, unless somebody else has the very same one.

    Not inside a transaction that a refusal would undo: what a virus scanner found is recorded.
    Raises FileRefused.
    """
    with ExitStack() as stack:
        try:
            stored = stack.enter_context(taken(content, name))
        except Infected as infected:
            detail = {"sha256": infected.sha256, "found": infected.found}
            with transaction.atomic():
                record("evidence.infected", of.subject, by, now, detail)
            raise
        try:
            yield stored
        except (CaseError, FileRefused, ObjectDoesNotExist):
            with suppress(OSError):
                let_go(stored.sha256)
            raise


def let_go(sha256: str) -> None:
    """Destroy a stored file that nothing needs any more, or not yet. Raises OSError."""
    with transaction.atomic():
        holding.goes(sha256)
        if not is_needed(sha256):
            store().discard(sha256)


def is_needed(sha256: str) -> bool:
    """Whether an item or a package of a case that is still there is this file, or what another
    application keeps.
    """
    items = Item.objects.filter(sha256=sha256, folder__complaint__destroyed_at=None)
    packages = Package.objects.filter(sha256=sha256, sealing__complaint__destroyed_at=None)
    return items.exists() or packages.exists() or any(needs(sha256) for needs in _others)
