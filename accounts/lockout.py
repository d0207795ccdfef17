"""What django-axes knows about failed passwords, in the words of this product.

People type passwords and numbers of documents into the box for the name. What was typed there is
kept as a keyed hash alone: enough to count, nothing to read.
"""

from __future__ import annotations

from copy import copy
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off, get_failure_limit
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import ngettext

from accounts import devices, spraying
from accounts.alarms import AlarmKind, raise_alarm
from accounts.devices import kept as kept
from accounts.models import User
from audit.models import Entry
from audit.record import record

QUIET = timedelta(hours=1)  # one alarm a person in this time
FAILED, NOBODY = "sign_in_failed", spraying.NOBODYS  # verb; the chain of names nobody has
HOUR, MOST = timedelta(hours=1), 60  # entries of a chain in an hour
MINUTES = round(settings.AXES_COOLOFF_TIME * 60)


def kept_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """The same of an attempt (`AXES_USERNAME_CALLABLE`); None where no name was sent. What is tried
    in a browser that knows the person is counted apart: strangers behind the same address do not
    lock it out.
    """
    name = _name(request, credentials)
    return (devices.own(name) if devices.knows(request, name) else name) if name else None


def _name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    typed = (credentials or request.POST).get("username")
    return kept(str(typed)) if typed else ""


def forgive(username: str) -> None:
    """The person has shown who it is: failures of the name, from wherever, are forgotten."""
    for name in _both(username):
        reset(username=name)


def _both(username: str) -> tuple[str, str]:
    """The names under which failures are counted: of strangers, and of the own browsers."""
    name = kept(username)
    return name, devices.own(name)


class Handler(AxesDatabaseHandler):
    """Counts in the database, without what else stood in the form: an opinion or a text that was
    sent together with a wrong password is no business of the lock-out.
    """

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
    ) -> None:
        if request is None:
            return super().user_login_failed(sender, credentials, request, **kwargs)
        name = _name(request, credentials)
        if spraying.locked_until(request, name, timezone.now()) is not None:
            request.axes_locked_out, request.axes_credentials = True, credentials
            return None  # what is not looked at does not count
        if sender != __name__ and not _is_in(request):
            _write_down(request, str(credentials.get("username", "")), timezone.now())
        bare = copy(request)
        bare.GET, bare.POST = QueryDict(), QueryDict()
        super().user_login_failed(sender, credentials, bare, **kwargs)
        request.axes_locked_out = bare.axes_locked_out
        request.axes_credentials = bare.axes_credentials
        if spraying.count(request, name):
            request.axes_locked_out, request.axes_credentials = True, credentials
        return None

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        """Here for this name, or by what came from this address or at this name."""
        if super().is_locked(request, credentials):
            return True
        name = _name(request, credentials)
        return spraying.locked_until(request, name, timezone.now()) is not None


def _is_in(request: HttpRequest) -> bool:
    """Whoever is signed in confirms, which is written down where that is asked."""
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


@transaction.atomic
def _write_down(request: HttpRequest, typed: str, now: datetime) -> None:
    """A wrong password at the door, in the chain of whose name it was, or of nobody's: as many
    statements for a name that is unknown. Not what was typed; not while the name is locked out from
    there; and no more than `MOST` in an hour, so that who tries for days fills no record.
    """
    if is_locked(request, typed):
        return
    user = User.objects.filter(username=typed).first()
    subject = f"user:{user.username}" if user else NOBODY
    last = Entry.objects.filter(subject=subject).order_by("-sequence").values_list("verb", "at")
    lately = [verb for verb, at in last[:MOST] if verb == FAILED and at > now - HOUR]
    if len(lately) < MOST:
        record(FAILED, subject, None, now)


def count_failure(request: HttpRequest, username: str) -> None:
    """A code or passkey was wrong: it counts like a wrong password."""
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)


def is_locked(request: HttpRequest, username: str) -> bool:
    """True while no more tries are taken from here for this name."""
    return not AxesProxyHandler.is_allowed(request, {"username": username})


def tries_left(request: HttpRequest, username: str) -> str:
    """How often one may still try, as a sentence; "" when not at all.

    Counted for any name alike, so that it tells nothing about who exists.
    """
    credentials = {"username": username}
    left = get_failure_limit(request, credentials) - AxesProxyHandler.get_failures(
        request, credentials
    )
    return (
        ngettext("还可以再试 %(n)s 次。", "还可以再试 %(n)s 次。", left) % {"n": left}
        if left > 0
        else ""
    )


def locked_until(request: HttpRequest, username: str) -> datetime | None:
    """When the lock-out ends: the cool-off after the latest failed attempt, or later where the
    address or the name is locked as a whole. None when it cannot be told.
    """
    cool_off = get_cool_off(request)
    attempts = AxesProxyHandler.get_implementation().get_user_attempts(
        request, {"username": username}
    )
    latest = [
        moment
        for found in attempts
        for moment in found.order_by("-attempt_time").values_list("attempt_time", flat=True)[:1]
    ]
    ends = [max(latest) + cool_off] if latest and cool_off and _full(request, username) else []
    whole = spraying.locked_until(request, kept(username), timezone.now())
    return max([*ends, *filter(None, [whole])], default=None)


def is_whole(request: HttpRequest, username: str) -> bool:
    """True where not this name here, but the whole address or the whole name is locked."""
    return spraying.locked_until(request, kept(username), timezone.now()) is not None


def _full(request: HttpRequest, username: str) -> bool:
    credentials = {"username": username}
    failures = AxesProxyHandler.get_failures(request, credentials)
    return bool(failures >= get_failure_limit(request, credentials))


def notice(now: datetime) -> int:
    """Raise an alarm for each person whose name is locked out somewhere; answers how many. Done by
    a worker, so that the answer to the last try takes the same time whether the name is known.
    """
    since = now - timedelta(hours=settings.AXES_COOLOFF_TIME)
    tried = AccessAttempt.objects.filter(attempt_time__gte=since).values("username", "ip_address")
    locked = tried.annotate(failures=Sum("failures_since_start")).filter(
        failures__gte=settings.AXES_FAILURE_LIMIT
    )
    everywhere = tried.values("username").annotate(failures=Sum("failures_since_start"))
    attacked = everywhere.filter(failures__gte=spraying.NAME_TRIES).values_list(
        "username", flat=True
    )
    names = {row["username"] for row in locked} | set(attacked)
    everybody = User.objects.all() if names else User.objects.none()
    people = [user for user in everybody if not names.isdisjoint(_both(user.username))]
    for user in people:
        raise_alarm(AlarmKind.LOCKED_OUT, about=user, at=now, detail={}, quiet=QUIET)
    spraying.forget(now)
    return len(people)
