"""Browsers that know a person: a signed cookie says who has signed in here.

It opens nothing and counts as nothing but this: strangers who try somebody's name cannot lock the
person out of the own browser (OWASP: device cookies). Tries from here are still counted by name and
address, five in a quarter of an hour.
"""

from __future__ import annotations

import unicodedata
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "accounts.devices"
KEPT = timedelta(days=90)
PEOPLE = 5  # of a browser that several use: the last ones
PREFIX = "__Host-" if settings.SESSION_COOKIE_NAME.startswith("__Host-") else ""
COOKIE = f"{PREFIX}kesu_device"


def kept(name: str) -> str:
    """What is kept of a name that was typed: HMAC-SHA-256 under SECRET_KEY, 64 hex digits."""
    plain = unicodedata.normalize("NFKC", name).strip()
    return salted_hmac("accounts.lockout", plain, algorithm="sha256").hexdigest()


def _mark(name: str) -> str:
    """Of the kept hash of a name: it tells neither the name nor that hash."""
    return salted_hmac(SALT, name, algorithm="sha256").hexdigest()[:32]


def own(name: str) -> str:
    """Under which the tries of a person in the own browsers are counted, 64 hex digits."""
    return salted_hmac(f"{SALT}.own", name, algorithm="sha256").hexdigest()


def _known(request: HttpRequest) -> list[str]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        return []
    return [str(mark) for mark in found]


def knows(request: HttpRequest, name: str) -> bool:
    """True when this person has signed in in this browser; `name`: the kept hash of the name."""
    mark = _mark(name)
    return any(constant_time_compare(mark, each) for each in _known(request))


def remember(request: HttpRequest, answer: HttpResponse, name: str) -> None:
    """The person has signed in here."""
    mark = _mark(name)
    marks = [mark, *(each for each in _known(request) if each != mark)][:PEOPLE]
    answer.set_cookie(
        COOKIE,
        signing.dumps(marks, salt=SALT),
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
