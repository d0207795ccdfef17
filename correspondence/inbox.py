"""A person's notices: what lies there, what is unread, and marking it read.

Each person sees only the own ones, and only of cases that the person may still see; but for those
that say that one sees a case no more.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.models import User
from complaints.querysets import scope_of
from config.kept import kept
from correspondence.models import Notice
from correspondence.who_is_told import TABLE

PAGE_SIZE = 30  # six controls a notice: more would be more Tab stops than anybody walks
CAP = 99
PARTING = [effect for effect, row in TABLE.items() if row.parting]
KEPT_SECONDS = 30


def may_read(user: User) -> Q:
    """Of cases that the person sees, and those that say good-bye to one."""
    return scope_of(user, "outbox__complaint__") | Q(outbox__effect__in=PARTING)


def of(user: User) -> QuerySet[Notice]:
    """The person's notices inside the application."""
    return Notice.objects.filter(may_read(user), user=user, way=Notice.Way.IN_APP)


def unread(user: User) -> QuerySet[Notice]:
    """Those not read yet."""
    return of(user).filter(read_at=None)


def kept_at(user: User) -> str:
    return f"notices:{user.pk}"


def count(user: User) -> int:
    """How many are unread, up to one more than `CAP`; at most half a minute old."""
    if not user.may("get_notices"):
        return 0
    found = kept(kept_at(user), KEPT_SECONDS, lambda: {"unread": unread(user)[: CAP + 1].count()})
    return found["unread"]


def forget(user: User) -> None:
    """The number is counted anew."""
    with contextlib.suppress(RedisError):
        cache.delete(kept_at(user))


def find(user: User, pk: int) -> Notice:
    """One of the person's notices. Raises Notice.DoesNotExist."""
    return of(user).select_related("outbox__complaint").get(pk=pk)


def read(user: User, pk: int, *, now: datetime | None = None) -> bool:
    """Mark one as read; False when it is not the person's, or was read before."""
    done = bool(unread(user).filter(pk=pk).update(read_at=now or timezone.now()))
    forget(user)
    return done


def read_all(user: User, *, now: datetime | None = None, until: datetime | None = None) -> int:
    """Mark all as read, or only those that came up to a moment; answers how many."""
    waiting = unread(user)
    if until is not None:
        waiting = waiting.filter(created_at__lte=until)
    done = waiting.update(read_at=now or timezone.now())
    forget(user)
    return done


@dataclass(frozen=True)
class Place:
    """Where a page begins: after an unread notice, or after one that was read."""

    read: bool = False
    after: int = 0

    @classmethod
    def of(cls, text: str) -> Place:
        """From the address (`u123`, `r123`); the beginning for anything else."""
        kind, number = text[:1], text[1:]
        if kind not in ("u", "r") or not (number.isascii() and number.isdecimal()):
            return cls()
        return cls(kind == "r", int(number)) if len(number) < 19 else cls()


@dataclass(frozen=True)
class Page:
    """One page: unread notices first, the newest of each before the others. `next` is the cursor
    of what follows, "" at the end.
    """

    notices: list[Notice]
    next: str


def page(user: User, place: Place, *, only_unread: bool = False, family: str = "") -> Page:
    """The notices from a place on, each part by its own index."""
    rows = (
        of(user)
        .select_related("outbox__complaint", "outbox__transition", "behalf_of")
        .order_by("-pk")
    )
    if family:
        rows = rows.filter(family=family)
    parts = [] if place.read else [rows.filter(read_at=None)]
    if not only_unread:
        parts.append(rows.filter(read_at__isnull=False))
    return _page(parts, place)


def _page(parts: Iterable[QuerySet[Notice]], place: Place) -> Page:
    found: list[Notice] = []
    for n, part in enumerate(parts):
        if place.after and n == 0:
            part = part.filter(pk__lt=place.after)
        found += part[: PAGE_SIZE + 1 - len(found)]
    shown = found[:PAGE_SIZE]
    if len(found) <= PAGE_SIZE:
        return Page(shown, "")
    last = shown[-1]
    return Page(shown, f"{'r' if last.read_at else 'u'}{last.pk}")
