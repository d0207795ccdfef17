"""Who sees a case: each rule is a condition of the database, and `scope_of` puts them together.

The page 谁能看本案 (`complaints/seeing.py`) asks the same conditions one by one, so that what it
says is what decides.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role

NOBODY = Q(pk__in=[])
READ, EMERGENCY = "read", "emergency"  # `models.access.AccessKind`, which stands on top of this


class AmongThese(Func):
    """`id = ANY(ARRAY(SELECT …))`: worked out once and looked up by an index, also beside an OR."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def named(user: User, prefix: str = "") -> Q:
    """The case speaks of the person."""
    return Q(**{f"{prefix}named_people__user": user.pk})


def of_own_team(user: User, prefix: str = "") -> Q:
    """A team of an agent, or one that a supervisor leads."""
    teams = set(user.team_ids if user.is_(Role.AGENT) else ()) | set(led(user))
    return Q(**{f"{prefix}team__in": sorted(teams)})


def led(user: User) -> list[int]:
    """The teams that a supervisor leads."""
    return user.led_team_ids if user.is_(Role.SUPERVISOR) else []


def not_kept_from(user: User, prefix: str = "") -> Q:
    """Not confidential, or the person's own, or of a team that the person leads."""
    return (
        Q(**{f"{prefix}confidential": False})
        | Q(**{f"{prefix}owner": user.pk})
        | Q(**{f"{prefix}team__in": led(user)})
    )


def with_counsel(prefix: str = "") -> Q:
    """The case was with counsel."""
    return Q(**{f"{prefix}shared_with_counsel": True})


def running(user: User, at: datetime, *kinds: str) -> QuerySet[Any]:
    """The grants of the person that count at the moment (临时查阅, 紧急调阅)."""
    decisions: Any = apps.get_model("complaints", "AccessDecision")
    rows = decisions.objects.filter(user=user.pk, agreed=True, ends_at__gt=at, end=None)
    found: QuerySet[Any] = rows.filter(kind__in=kinds or (READ, EMERGENCY))
    return found


def granted(user: User, prefix: str, *kinds: str) -> Q:
    """Somebody let the person look into the case for a time that is not over."""
    cases = running(user, timezone.now(), *kinds).values("complaint_id")
    return Q(AmongThese(F(f"{prefix}pk"), ArraySubquery(cases)))


def scope_of(user: Any, prefix: str = "", *, working: bool = False) -> Q:
    """The condition under which a person sees a case (DOMAIN §5); `prefix` for related tables
    ("complaint__"). Whoever is named in a case never does. `working`: may also do something about
    it, which 临时查阅 does not permit.
    """
    if not isinstance(user, User) or not user.is_active or not user.may("see_complaints"):
        return NOBODY
    apart = ~named(user, prefix)  # nobody reads of oneself
    if user.is_(Role.AUDITOR):
        return apart
    scope = NOBODY
    if user.is_(Role.AGENT) or user.is_(Role.SUPERVISOR):
        scope |= of_own_team(user, prefix) & not_kept_from(user, prefix)
    if user.is_(Role.COUNSEL):
        scope |= with_counsel(prefix)
    if user.sees_more:  # else the lists of nearly everybody would ask for nothing
        scope |= granted(user, prefix, *((EMERGENCY,) if working else ()))
    return scope & apart
