"""Failed sign-ins from one address over many names, and at one name from many addresses.

django-axes counts per name and address, five in a quarter of an hour: that stops whoever guesses at
one name from one place. Here the same rows are summed up the other two ways:

* an address (IPv6: the /64 that one customer of a provider has) with `SIGN_IN_TRIES` failures in a
  quarter of an hour. Whoever mistyped and then got in does not count any more, so that an office
  behind one address may mistype a great deal;
* a name with `NAME_TRIES` failures, wherever they came from.

Then nothing is taken from there for five minutes, ten the next time, and so on up to four hours.
It never locks out who belongs here: a browser in which the same person has signed in (`devices.py`)
and somebody who is signed in are asked as if there were no lock-out of this kind, and a passkey or
the enterprise's own accounts let people in all the while.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from accounts import devices
from accounts.alarms import AlarmKind, raise_alarm
from accounts.models import SignInLock
from audit.record import record

NAME_TRIES = 25
FIRST, LONGEST = timedelta(minutes=5), timedelta(hours=4)
FORGOTTEN = timedelta(days=1)  # after so long without another the next lock-out is a first one
QUIET = timedelta(hours=1)  # one alarm in this time
NOBODYS = "sign_in:unknown"  # the chain of what happens at the door and is no person's


def network_of(address: str | None) -> str:
    """What is taken for one place: the IPv4 address, or the /64 of an IPv6 one; "" for none."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    inside = getattr(found, "ipv4_mapped", None) or found
    return str(ipaddress.ip_network(f"{inside}/{32 if inside.version == 4 else 64}", strict=False))


def _counted(request: HttpRequest, name: str) -> Iterator[tuple[str, QuerySet[AccessAttempt], int]]:
    """(subject, its failures, how many are taken) of both ways to count; `name`: the kept hash."""
    if network := network_of(getattr(request, "axes_ip_address", None)):
        rows = AccessAttempt.objects.extra(where=["ip_address <<= %s::inet"], params=[network])
        yield f"from:{network}", rows, settings.SIGN_IN_TRIES
    if name:
        yield f"name:{name}", AccessAttempt.objects.filter(username=name), NAME_TRIES


def excepted(request: HttpRequest, name: str) -> bool:
    """True for who belongs here: signed in as this person, or in a browser that knows them."""
    user = getattr(request, "user", None)
    here = user is not None and user.is_authenticated and devices.kept(user.get_username()) == name
    return here or devices.knows(request, name)


def locked_until(request: HttpRequest, name: str, now: datetime) -> datetime | None:
    """When a try is taken again; None when one is taken now. One statement."""
    if excepted(request, name):
        return None
    subjects = [f"from:{network_of(getattr(request, 'axes_ip_address', None))}", f"name:{name}"]
    rows = SignInLock.objects.filter(subject__in=subjects, until__gt=now)
    until: datetime | None = rows.aggregate(until=Max("until"))["until"]
    return until


def count(request: HttpRequest, name: str) -> bool:
    """A try has failed, and its row stands. True when no more are taken from here on."""
    now = timezone.now()
    since = now - timedelta(hours=settings.AXES_COOLOFF_TIME)
    locked = False
    for subject, rows, most in _counted(request, name):
        lock = SignInLock.objects.filter(subject=subject).first()
        after = max(since, lock.until) if lock else since
        failures = rows.filter(attempt_time__gt=after).aggregate(n=Sum("failures_since_start"))["n"]
        if (failures or 0) >= most:
            _lock(subject, now)
            locked = True
    return locked and not excepted(request, name)


def forget(now: datetime) -> None:
    """Remove what no later lock-out follows upon any more."""
    SignInLock.objects.filter(until__lte=now - FORGOTTEN).delete()


@transaction.atomic
def _lock(subject: str, now: datetime) -> None:
    """Of many who fail at once one locks; the others find it done."""
    SignInLock.objects.get_or_create(subject=subject, defaults={"at": now, "until": now})
    row = SignInLock.objects.select_for_update().get(subject=subject)
    if row.until > now:
        return
    row.times = row.times + 1 if row.times and now - row.until < FORGOTTEN else 1
    row.at, row.until = now, now + min(FIRST * 2 ** min(row.times - 1, 10), LONGEST)
    row.save()
    what, _sep, where = subject.partition(":")
    detail = {"what": what, "times": row.times, "until": row.until.isoformat(timespec="seconds")}
    record("sign_in_locked", NOBODYS, None, now, detail)
    if what == "from":
        raise_alarm(AlarmKind.SPRAYING, about=None, at=now, detail={"network": where}, quiet=QUIET)
