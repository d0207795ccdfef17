"""How long a browser stays signed in.

Idle: since the person's last act (`acts.py` says what counts as one). Absolute: since the sign-in,
whatever is done. A session ends at whichever comes first.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings


def idle() -> timedelta:
    """How long nobody may do anything."""
    return timedelta(minutes=settings.SESSION_IDLE_MINUTES)


def absolute() -> timedelta:
    """How long one sign-in counts at most."""
    return timedelta(seconds=settings.SESSION_COOKIE_AGE)


def step() -> timedelta:
    """How exactly the last act is known: a busy person costs one write in this time, not one a
    request. A session may so end this much before the idle limit, never after it.
    """
    return min(timedelta(minutes=1), idle() / 10)


def end(began_at: datetime, last_act_at: datetime) -> datetime:
    """When the session ends if nothing more is done."""
    return min(last_act_at + idle(), began_at + absolute())
