"""离职与停用: everything that a person could still do here ends in one transaction, at once.

What hangs on a person is told by parts. Those of this app stand below; apps above add their own
when they start (`register`), so that nothing here knows a case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts import absences, keys, people, sessions
from accounts.models import Membership, User
from accounts.people import PeopleError
from accounts.roles import Role
from audit.record import Actor, record

LAST = 9
Count = Callable[[User, datetime], int]
End = Callable[[User, User, datetime], int]


class Why(TextChoices):
    """Why somebody may not sign in any more. No free words: they would be about a person."""

    LEFT = "left", pgettext_lazy("leaving", "离职")
    MOVED = "moved", pgettext_lazy("leaving", "调离岗位")
    SUSPENDED = "suspended", pgettext_lazy("leaving", "停用待查")


@dataclass(frozen=True)
class Part:
    """One kind of thing that hangs on a person.

    `count(user, now)`: how many; `end(user, by, now)`: ends them in the caller's transaction and
    answers how many. Without `end` they stay until somebody else takes them up; `hint` says how.
    `voided`: they count no more because they were asked for before the person left; nothing has to
    be done. `by_leads`: the leads of the person's teams can hand them over before. `turn`: when it
    is ended,
    `LAST` after all cases are held. Everybody takes locks in one order (person, files that are
    worked through, cases, ends of chains), so that two who need the same never wait for each other.
    """

    code: str
    title: str | Promise
    count: Count
    end: End | None = None
    hint: str | Promise = ""
    by_leads: bool = False
    turn: int = LAST
    voided: bool = False

    @property
    def stays(self) -> bool:
        """Whether it hangs on until somebody else takes it up."""
        return self.end is None and not self.voided


@dataclass(frozen=True)
class Hanging:
    """How many of a part a person has, or had."""

    part: Part
    number: int


_PARTS: dict[str, Part] = {}


def register(*parts: Part) -> None:
    """Add what an app knows of a person. Called once, at the start."""
    _PARTS.update({part.code: part for part in parts})


def parts() -> list[Part]:
    """All of them, as a page lists them."""
    return list(_PARTS.values())


def hanging(user: User, now: datetime) -> list[Hanging]:
    """What hangs on the person, with the parts of which there is nothing."""
    return [Hanging(part, part.count(user, now)) for part in parts()]


def leads(user: User) -> list[User]:
    """Who leads a team of the person, by name."""
    found = Membership.objects.filter(team__in=user.team_ids, leads=True).exclude(user=user)
    return list(
        User.objects.filter(is_active=True, membership__in=found).distinct().order_by("name")
    )


def may_end(by: User, user: User) -> bool:
    """Whoever looks after accounts, never oneself."""
    return by.pk != user.pk and by.may("end_accounts")


@transaction.atomic
def leave(user: User, why: str, *, by: User, now: datetime | None = None) -> dict[str, int]:
    """The person may do nothing any more; answers how many of each part were ended. Of somebody who
    has left already nothing is changed.

    The password is taken away; whoever comes back gets a new one. Raises PeopleError.
    """
    now = now or timezone.now()
    people.lock_administrators()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if refused := _refused(user, why, by):
        raise PeopleError(refused)
    if not user.is_active:
        return {}
    void = {part.code: part.count(user, now) for part in parts() if part.voided}  # as until now
    user.is_active, user.left_at = False, now
    user.set_unusable_password()
    user.save(update_fields=["is_active", "left_at", "password"])
    in_turn = sorted(parts(), key=lambda part: part.turn)
    ended = {part.code: part.end(user, by, now) for part in in_turn if part.end} | void
    detail = {"why": why, "ended": {code: number for code, number in ended.items() if number}}
    record("user_left", f"user:{user.username}", by, now, detail)
    return ended


def _refused(user: User, why: str, by: User) -> str:
    if why not in Why.values:
        return _("请选择原因。")
    if user.pk == by.pk:
        return _("不能停用自己；请由另一位管理员或安全管理员操作。")
    if not by.may("end_accounts"):
        return _("只有系统管理员和安全管理员可以停用账号。")
    administers = User.objects.filter(roles__contains=[Role.ADMINISTRATOR], is_active=True)
    if user.is_(Role.ADMINISTRATOR) and not administers.exclude(pk=user.pk).exists():
        return _("这是最后一位可以登录的管理员；请先添加另一位。")
    return ""


@transaction.atomic
def come_back(user: User, *, by: User, now: datetime | None = None) -> str:
    """The person may sign in again, with a new password to hand over. Nothing that was ended
    returns. Raises PeopleError.
    """
    now = now or timezone.now()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not by.may("manage_users"):
        raise PeopleError(_("只有系统管理员可以恢复账号。"))
    if user.is_active:
        raise PeopleError(_("{name} 可以登录，不需要恢复。").format(name=user.name))
    secret = people.new_secret()
    user.is_active, user.must_change_password = True, True
    user.set_password(secret)
    user.save(update_fields=["is_active", "must_change_password", "password"])
    record("user_returned", f"user:{user.username}", by, now)
    return secret


def _sessions(user: User, now: datetime) -> int:
    return sessions.of(user, now).count()


def _end_sessions(user: User, by: User, now: datetime) -> int:
    return sessions.end_all(user, by=by, at=now)


def _keys(user: User, now: datetime) -> int:
    return keys.usable(now).filter(user=user).count()


def _end_keys(user: User, by: Actor, now: datetime) -> int:
    return keys.revoke_all(user, by=by, now=now)


def _own_absences(user: User, now: datetime) -> int:
    return absences.coming(timezone.localdate(now)).filter(user=user).count()


def _stands_in(user: User, now: datetime) -> int:
    return absences.coming(timezone.localdate(now)).filter(deputy=user).count()


def _end_own_absences(user: User, by: User, now: datetime) -> int:
    return absences.end_for(Q(user=user), by=by, now=now)


def _end_standing_in(user: User, by: User, now: datetime) -> int:
    return absences.without_deputy(user, by=by, now=now)


register(
    Part("sessions", gettext_lazy("正在登录的设备"), _sessions, _end_sessions),
    Part("api_keys", gettext_lazy("程序密钥"), _keys, _end_keys),
    Part("absences", gettext_lazy("登记的休假"), _own_absences, _end_own_absences),
    Part(
        "stands_in",
        gettext_lazy("为同事代理"),
        _stands_in,
        _end_standing_in,
        gettext_lazy("这些同事休假期间没有代理人了，转给上一级。"),
    ),
)
