"""A person's notices: what lies there, what is unread, and marking it read. Each person sees only
the own ones.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from correspondence.models import Notice


def of(user: User) -> QuerySet[Notice]:
    """The person's notices inside the application."""
    return Notice.objects.filter(user=user, way=Notice.Way.IN_APP)


def unread(user: User) -> QuerySet[Notice]:
    """Those not read yet."""
    return of(user).filter(read_at=None)


def read(user: User, pk: int, *, now: datetime | None = None) -> bool:
    """Mark one as read; False when it is not the person's, or was read before."""
    return bool(unread(user).filter(pk=pk).update(read_at=now or timezone.now()))


def read_all(user: User, *, now: datetime | None = None, until: datetime | None = None) -> int:
    """Mark all as read, or only those that came up to a moment; answers how many."""
    waiting = unread(user)
    if until is not None:
        waiting = waiting.filter(created_at__lte=until)
    return waiting.update(read_at=now or timezone.now())
