"""Who sees a case: each rule is a condition of the database, and `scope_of` puts them together.

The page 谁能看本案 (`complaints/seeing.py`) asks the same conditions one by one, so that what it
says is what decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, F, Func, Q, QuerySet, Value
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


class AskedOf(Func):
    """Keys of the cases about which these teams, or any, are asked now (协办). Said by value, not
    by a query set: two of them compare equal, so that a statement with one can be kept
    (`prepared.py`).
    """

    output_field = ArrayField(BigIntegerField())
    _OPEN = "SELECT complaint_id FROM complaints_teamconsult WHERE state = 'open'"

    def __init__(self, teams: Iterable[int] | None) -> None:
        of = [] if teams is None else [Value(sorted(teams), ArrayField(BigIntegerField()))]
        which = " AND team_id = ANY(%(expressions)s)" if of else ""
        super().__init__(*of, template=f"ARRAY({self._OPEN}{which})")


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


def about(teams: Iterable[int] | None, prefix: str = "") -> Q:
    """One of the teams, or any, is asked about the case now."""
    return Q(AmongThese(F(f"{prefix}pk"), AskedOf(teams)))


def is_asked(user: User) -> bool:
    """Whether a team of the person may be asked about some case now. No statement of its own."""
    works = user.is_(Role.AGENT) or user.is_(Role.SUPERVISOR)
    return works and bool(user.asked_team_ids)


def asked(user: User, prefix: str = "") -> Q:
    """A team of the person is asked about the case (协办), which is open and not confidential."""
    if not is_asked(user):
        return NOBODY
    live = Q(**{f"{prefix}confidential": False, f"{prefix}closed_at": None})
    return about(user.asked_team_ids, prefix) & live


def scope_of(user: Any, prefix: str = "", *, working: bool = False, own: bool = False) -> Q:
    """The condition under which a person sees a case (DOMAIN §5); `prefix` for related tables
    ("complaint__"). Whoever is named in a case never does. `working`: may also do something about
    it, which neither 临时查阅 nor 协办 permits. `own`: without any grant or question.
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
    if not own:
        scope |= _lent(user, prefix, working)
    return scope & apart


def _lent(user: User, prefix: str, working: bool) -> Q:
    """What others let the person see for a time; asked only where there may be something, else the
    lists of nearly everybody would ask for nothing.
    """
    scope = NOBODY
    if user.sees_more:
        scope |= granted(user, prefix, *((EMERGENCY,) if working else ()))
    if not working and is_asked(user):
        scope |= asked(user, prefix)
    return scope
