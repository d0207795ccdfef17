"""Being away: days, a deputy, and who receives meanwhile what would have come by itself.

The only module that writes absences. Cases are unknown here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Absence, Membership, User
from accounts.roles import Role
from audit.record import record

LONGEST = timedelta(days=366)


class AbsenceError(Exception):
    """An absence is refused: field ("" for the whole) → a sentence that says what to do."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


def today() -> date:
    """The day in the time zone of the business."""
    return timezone.localdate()


def in_force(day: date) -> QuerySet[Absence]:
    """Absences that count on the day."""
    return Absence.objects.filter(ended_at=None, first_day__lte=day, last_day__gte=day)


def coming(day: date) -> QuerySet[Absence]:
    """Absences that count on the day or later, the soonest first."""
    found = Absence.objects.filter(ended_at=None, last_day__gte=day)
    return found.select_related("user", "deputy").order_by("first_day", "pk")


@dataclass(frozen=True)
class Roster:
    """Who is away on one day. One statement, however many people are asked about."""

    day: date
    away: Mapping[int, Absence]

    @classmethod
    def of(cls, day: date) -> Roster:
        """Everybody who is away on the day, with their deputies."""
        found = in_force(day).select_related("deputy")
        return cls(day, {absence.user_id: absence for absence in found})

    def absence_of(self, user: User) -> Absence | None:
        """The person's absence on the day."""
        return self.away.get(user.pk)

    def line_of(self, user_id: int) -> list[int]:
        """Whoever stands in for somebody absent, and for those who are absent as well: ids."""
        found: list[int] = []
        at = self.away.get(user_id)
        while at is not None and at.deputy_id is not None and at.deputy_id not in found:
            found.append(at.deputy_id)
            at = self.away.get(at.deputy_id)
        return found

    def stand_in(self, user: User) -> User | None:
        """Who receives for somebody absent; None when nobody does.

        A deputy who is absent as well is represented by the own deputy, and so on; a circle ends
        with nobody.
        """
        seen, at = {user.pk}, self.away.get(user.pk)
        while at is not None and at.deputy is not None and at.deputy_id not in seen:
            deputy = at.deputy
            if not deputy.is_active:
                return None
            if deputy.pk not in self.away:
                return deputy
            seen.add(deputy.pk)
            at = self.away[deputy.pk]
        return None


def is_away(user: User, day: date | None = None) -> Absence | None:
    """The person's absence on the day (today), None when present."""
    return in_force(day or today()).filter(user=user).select_related("deputy").first()


def may_set(by: User, user: User) -> bool:
    """Oneself, or a supervisor who leads a team of the person."""
    if by.pk == user.pk:
        return True
    return by.is_(Role.SUPERVISOR) and not set(by.led_team_ids).isdisjoint(user.team_ids)


def led_by(by: User) -> QuerySet[User]:
    """The people whose absences a supervisor may set besides the own."""
    if not by.is_(Role.SUPERVISOR) or not by.led_team_ids:
        return User.objects.none()
    theirs = User.objects.filter(is_active=True, membership__team__in=by.led_team_ids)
    return theirs.exclude(pk=by.pk).distinct().order_by("name", "pk")


def possible_deputies(*users: User) -> QuerySet[User]:
    """Active people who share a team or a role with one of them."""
    teams = Membership.objects.filter(user__in=users, team__is_active=True).values("team")
    roles = sorted({role for user in users for role in user.roles})
    fits = Q(membership__team__in=teams) | Q(roles__overlap=roles)
    return User.objects.filter(fits, is_active=True).distinct().order_by("name", "pk")


def set_absence(
    user: User,
    *,
    first_day: date,
    last_day: date,
    deputy: User | None,
    note: str = "",
    by: User,
    now: datetime | None = None,
) -> Absence:
    """Enter days of absence. Raises AbsenceError with every reason why it cannot be."""
    now = now or timezone.now()
    errors = _wrong_days(first_day, last_day, timezone.localdate(now))
    if not may_set(by, user):
        errors[""] = _("只能登记自己的休假，或由所在团队的主管登记。")
    try:
        with transaction.atomic():
            _one_by_one()
            errors |= _wrong_deputy(user, deputy, first_day, last_day)
            if errors:
                raise AbsenceError(errors)
            absence = Absence.objects.create(
                user=user,
                first_day=first_day,
                last_day=last_day,
                deputy=deputy,
                note=note,
                by=by,
                created_at=now,
                tell_on_return=True,
            )
            days = [first_day.isoformat(), last_day.isoformat()]
            detail = {"days": days, "deputy": deputy.username if deputy else ""}
            record("absence.set", f"user:{user.username}", by, now, detail)
    except IntegrityError as error:
        if "one_absence_at_a_time" not in str(error):
            raise
        raise AbsenceError({"first_day": _overlap(user, first_day, last_day)}) from error
    return absence


def _one_by_one() -> None:
    """Absences are entered one after the other. A deputy is there on all those days, so that a
    circle would need two who became each other's deputy at the same moment.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('absences', 0))")


def _wrong_days(first: date, last: date, day: date) -> dict[str, str]:
    if last < first:
        return {"last_day": _("结束日期早于开始日期；请检查两个日期。")}
    if last < day:
        return {"last_day": _("这段时间已经过去；请填写今天或以后的结束日期。")}
    if last - first > LONGEST:
        return {"last_day": _("一次最多登记一年；请缩短，到期前再登记一次。")}
    return {}


def _overlap(user: User, first: date, last: date) -> str:
    other = Absence.objects.filter(
        user=user, ended_at=None, first_day__lte=last, last_day__gte=first
    ).first()
    days = f"{other.first_day} – {other.last_day}" if other else ""
    return _("与已登记的休假重叠（{days}）；请先取消那一段，或改用别的日期。").format(days=days)


def _wrong_deputy(user: User, deputy: User | None, first: date, last: date) -> dict[str, str]:
    if deputy is None:
        return {}
    if deputy.pk == user.pk:
        return {"deputy": _("不能由自己代理；请另选一位，或留空。")}
    if not possible_deputies(user).filter(pk=deputy.pk).exists():
        return {
            "deputy": _("{name} 不能代理：须在用，并与休假人同团队或同角色；请另选一位。").format(
                name=deputy.name
            )
        }
    away = Absence.objects.filter(
        user=deputy, ended_at=None, first_day__lte=last, last_day__gte=first
    ).first()
    if away is None:
        return {}
    return {
        "deputy": _("{name} 在 {days} 也休假；请另选一位。").format(
            name=deputy.name, days=f"{away.first_day} – {away.last_day}"
        )
    }


@transaction.atomic
def end_for(whose: Q, *, by: User, now: datetime) -> int:
    """End everything that counts today or later and fits; for whoever ends an account. Answers how
    many.
    """
    found = (
        coming(timezone.localdate(now)).filter(whose).select_for_update(of=("self",), no_key=True)
    )
    ended = list(found)
    for absence in ended:
        _end(absence, by, now)
    return len(ended)


@transaction.atomic
def without_deputy(user: User, *, by: User, now: datetime) -> int:
    """Nobody is represented by this person any more, now or later. Answers how many were."""
    found = (
        coming(timezone.localdate(now))
        .filter(deputy=user)
        .select_for_update(of=("self",), no_key=True)
    )
    left = list(found)
    for absence in left:
        absence.deputy = None
        absence.save(update_fields=["deputy"])
        detail = {"days": _days(absence), "deputy": ""}
        record("absence.without_deputy", f"user:{absence.user.username}", by, now, detail)
    return len(left)


def _days(absence: Absence) -> list[str]:
    return [absence.first_day.isoformat(), absence.last_day.isoformat()]


def _end(absence: Absence, by: User, now: datetime) -> None:
    absence.ended_at = now
    absence.save(update_fields=["ended_at"])
    record("absence.ended", f"user:{absence.user.username}", by, now, {"days": _days(absence)})


@transaction.atomic
def end(absence_id: int, *, by: User, now: datetime | None = None) -> Absence:
    """Back early, or called off. Ending twice changes nothing.

    Raises Absence.DoesNotExist, also for whoever may not set it.
    """
    now = now or timezone.now()
    absence = (
        Absence.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user")
        .get(pk=absence_id)
    )
    if not may_set(by, absence.user):
        raise Absence.DoesNotExist
    if absence.ended_at is None:
        _end(absence, by, now)
    return absence
