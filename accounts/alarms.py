"""Alarms: raised in the transaction of the act that caused them, told to those who must look.

    alarms.raise_alarm(AlarmKind.REVEAL_QUOTA, about=user, at=now, case=number, detail={"day": 21})

Whoever refuses an act raises the alarm in a transaction that commits, although the act itself does
not happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.alarm_models import OF_ACCOUNTS, Alarm, AlarmKind, AlarmNotice
from accounts.models import Membership, User
from accounts.roles import Role
from audit.record import record
from config.kept import forget, kept

CAP = 99
KEPT_SECONDS = 30


@transaction.atomic
def raise_alarm(
    kind: str,
    *,
    about: User | None,
    at: datetime,
    case: str = "",
    detail: Mapping[str, Any],
    quiet: timedelta = timedelta(0),
) -> Alarm:
    """Write an alarm, its entry in the record and who is told; all of it or nothing.

    `quiet`: an alarm of the same kind about the same person and case that is not older is answered
    instead of a new one, so that somebody who tries a thousand times makes no thousand mails; each
    try is in the record anyway. `detail`: plain values, never personal data.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"alarm:{kind}:{about.pk if about else ''}:{case}"],
        )
    if quiet:
        same = Alarm.objects.filter(kind=kind, about=about, case=case, at__gt=at - quiet)
        if (last := same.order_by("-pk").first()) is not None:
            return last
    alarm = Alarm.objects.create(
        kind=kind,
        about=about,
        about_name=about.name if about else "",
        at=at,
        case=case,
        detail=dict(detail),
    )
    told = [AlarmNotice(alarm=alarm, user=user, not_before=at) for user in receivers(kind, about)]
    AlarmNotice.objects.bulk_create(told)
    subject = f"user:{about.username}" if about else "alarms"
    record("alarm.raised", subject, None, at, {**detail, "alarm": kind, "case": case})
    users = [notice.user_id for notice in told]
    transaction.on_commit(lambda: _changed(users))
    return alarm


def receivers(kind: str, about: User | None) -> list[User]:
    """The supervisors who lead a team of the person (all, when nobody does), the auditors, and
    security for accounts; never the person.
    """
    active = User.objects.filter(is_active=True)
    if about is not None:
        active = active.exclude(pk=about.pk)
    people = list(active.filter(roles__contains=[Role.AUDITOR]))
    if kind in OF_ACCOUNTS:
        people += active.filter(roles__contains=[Role.SECURITY])
    if about is not None:
        teams = Membership.objects.filter(user=about, team__is_active=True).values("team")
        able = active.filter(roles__contains=[Role.SUPERVISOR])
        leads = Membership.objects.filter(team__in=teams, leads=True).values("user")
        people += list(able.filter(pk__in=leads)) or list(able)
    return list({user.pk: user for user in people}.values())


def visible_to(user: User) -> QuerySet[Alarm]:
    """The alarms that the person may see: all for auditors and security, those about people of the
    own teams for a supervisor; never those about the person.
    """
    if not user.may("see_alarms"):
        return Alarm.objects.none()
    rows = Alarm.objects.filter(~Q(about=user) | Q(about=None))
    if user.is_(Role.AUDITOR) or user.is_(Role.SECURITY):
        return rows
    people = Membership.objects.filter(team__in=user.led_team_ids).values("user")
    told = AlarmNotice.objects.filter(user=user).values("alarm")
    return rows.filter(Q(about__in=people) | Q(pk__in=told))


def unseen(user: User) -> int:
    """How many alarms the person was told of and has not seen, up to one more than `CAP`; at most
    half a minute old.
    """
    if not user.may("see_alarms"):
        return 0
    rows = AlarmNotice.objects.filter(user=user, seen_at=None)
    found = kept(kept_at(user.pk), KEPT_SECONDS, lambda: {"n": rows[: CAP + 1].count()})
    return found["n"]


@transaction.atomic
def see(user: User, pks: Iterable[int], *, at: datetime) -> int:
    """The person has looked at these alarms; answers how many were new to the person. Those that
    the person may not see are left out.
    """
    new = 0
    may = visible_to(user).filter(pk__in=list(pks)).order_by("pk")
    for pk in may.values_list("pk", flat=True):
        row, made = AlarmNotice.objects.select_for_update().get_or_create(
            alarm_id=pk, user=user, defaults={"seen_at": at}
        )
        if not made and row.seen_at is not None:
            continue
        if not made:
            row.seen_at = at
            row.save(update_fields=["seen_at"])
        new += 1
    if new:
        record("alarm.seen", f"user:{user.username}", user, at, {"count": new})
    transaction.on_commit(lambda: _changed([user.pk]))
    return new


def kept_at(pk: int) -> str:
    return f"alarms:{pk}"


def _changed(users: Iterable[int]) -> None:
    for pk in users:
        forget(kept_at(pk))


__all__ = ["AlarmKind", "raise_alarm", "receivers", "see", "unseen", "visible_to"]
