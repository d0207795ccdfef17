"""Where a person is signed in, and the end of it: by the person, by whoever looks after accounts,
or because something changed that the sign-in rested on.

What is ended is refused at the next request of that browser, whatever it asks for. What was
typed there waits as a draft.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Session, User
from accounts.sessions import device, limits
from accounts.sessions.store import SIGN_IN, hashed
from audit.record import Actor, record

SHOWN = 50  # browsers of one person on a page; nobody sits before more

__all__ = ["began", "end_all", "end_one", "left", "limits", "of", "rotate"]


def of(user: User, now: datetime) -> QuerySet[Session]:
    """Where the person is signed in now, the latest act first."""
    return Session.objects.filter(user=user, expire_date__gt=now).order_by("-last_act_at", "-id")


@transaction.atomic
def end_all(user: User, *, but: str = "", by: Actor | None, at: datetime) -> int:
    """End the person's sessions at once, except the one with the key `but`; answers how many were
    ended. Recorded when there was one.
    """
    found = Session.objects.filter(user=user, expire_date__gt=at)
    if but:
        found = found.exclude(session_key=hashed(but))
    ended, _each = found.delete()
    if ended:
        record("sessions_ended", f"user:{user.username}", by, at, {"sessions": ended})
    return ended


@transaction.atomic
def end_one(user: User, session: int, *, by: Actor, at: datetime) -> Session | None:
    """End one of the person's sessions, by its id; None when it has ended already or is another
    person's.
    """
    found = of(user, at).filter(pk=session).first()
    if found is None or not Session.objects.filter(pk=session).delete()[0]:
        return None
    record("sessions_ended", f"user:{user.username}", by, at, {"sessions": 1})
    return found


def left(*, user: User | None, **_more: Any) -> None:
    """Somebody signed out by hand (signal `user_logged_out`)."""
    if isinstance(user, User):
        record("signed_out", f"user:{user.username}", user, timezone.now())


def rotate(request: HttpRequest) -> None:
    """A new key for the session, because it may do more from now on: one that somebody planted or
    read before is worth nothing. What the session holds, and its limits, stay.
    """
    request.session.cycle_key()


def began(*, request: HttpRequest, **_more: Any) -> None:
    """Somebody has signed in (signal `user_logged_in`): say from where. Signing in again in a
    session that was signed in already begins it anew, with another key.
    """
    if SIGN_IN in request.session:
        rotate(request)
    request.session[SIGN_IN] = {
        "began": timezone.now().isoformat(),
        "device": device.family(request.META.get("HTTP_USER_AGENT", "")),
        "address": request.META.get("REMOTE_ADDR") or None,
    }
