"""Setting up to which sum a role or a person may offer without asking."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from audit.record import record
from complaints import authority, limits, validation
from complaints.errors import Invalid, NotAllowed
from complaints.models import AuthorityLimit
from complaints.validation import Refused

ROLES = (Role.AGENT, Role.SUPERVISOR, Role.COUNSEL)


def set_limit(
    values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> AuthorityLimit:
    """`{role or user, amount or unlimited, valid_from?}`; `{user, lifted}` ends a person's own one.

    Raises NotAllowed, Invalid.
    """
    now = now or timezone.now()
    if not by.may("manage_limits"):
        raise NotAllowed(_("您的角色不能设定金额权限"))
    today = timezone.localdate(now)
    data = _cleaned(values, today)
    user = data.get("user")
    if refusal := _may_not(data, by, today):
        raise NotAllowed(refusal)
    limit = AuthorityLimit.objects.create(
        role=data["role"] or "",
        user=user,
        amount=None if data["lifted"] or data["unlimited"] else data["amount"],
        lifted=data["lifted"],
        valid_from=data["valid_from"] or today,
        set_by=by,
        set_at=now,
    )
    record("authority.limit_set", f"limit/{_whose(limit)}", by, now, _said(limit))
    return limit


def _whose(limit: AuthorityLimit) -> str:
    return limit.user.username if limit.user else limit.role


def _said(limit: AuthorityLimit) -> dict[str, Any]:
    return {
        "role": limit.role,
        "user": limit.user.username if limit.user else "",
        "amount": None if limit.amount is None else f"{limit.amount:.2f}",
        "lifted": limit.lifted,
        "valid_from": limit.valid_from.isoformat(),
    }


def _cleaned(values: Mapping[str, Any], today: date) -> dict[str, Any]:
    v = validation
    fields = ("role", "user", "amount", "unlimited", "lifted", "valid_from")
    data = v.clean(
        {**dict.fromkeys(fields), **values},
        {
            "role": lambda x: v.choice(x, [str(role) for role in ROLES]),
            "user": _user,
            "amount": v.money,
            "unlimited": v.flag,
            "lifted": v.flag,
            "valid_from": lambda x: _from(x, today),
        },
    )
    if bool(data["role"]) == (data["user"] is not None):
        raise Invalid({"user": [_("请选择一个角色或者一个人，只选其一")]})
    if data["lifted"] and data["role"]:
        raise Invalid({"lifted": [_("只有个人的权限可以取消；角色的权限请改为新的金额")]})
    said = [data["amount"] is not None, data["unlimited"], data["lifted"]]
    if not any(said):
        raise Invalid({"amount": [_("请填写金额，或选不限额")]})
    if said.count(True) > 1:
        sentence = _("金额、不限额、取消个人权限只能选一样；请只留一样")
        raise Invalid({"amount": [sentence]})
    return data


def _user(value: Any) -> User | None:
    name = validation.plain(value, 150)
    if not name:
        return None
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise Refused(_("没有“{user}”这个用户；请核对用户名").format(user=name[:60]))
    return user


def _from(value: Any, today: date) -> date | None:
    day = validation.day(value, future=True)
    if day is not None and day < today:
        raise Refused(_("生效日期不能早于今天"))
    return day


def _may_not(data: Mapping[str, Any], by: User, today: date) -> str:
    """Nobody sets the own limit; supervisors set those of their teams' agents, up to their own."""
    user: User | None = data["user"]
    if user is not None and user.pk == by.pk:
        return _("不能设定自己的金额权限；请由另一位主管或管理员设定")
    if by.is_(Role.ADMINISTRATOR):
        return ""
    if user is None or not user.is_(Role.AGENT) or user.is_(Role.SUPERVISOR):
        return _("主管只能设定本团队坐席个人的金额权限；角色和主管的权限由管理员设定")
    if not set(user.team_ids) & set(by.led_team_ids):
        return _("这位同事不在您负责的团队；请由其主管或管理员设定")
    mine = limits.limit_of(by, today)
    wanted = data["amount"] or authority.NOTHING
    too_much = mine is not None and (data["unlimited"] or wanted > mine)
    if too_much and not data["lifted"]:
        words = _("不能超过您自己的权限 {limit} 元")
        return words.format(limit=f"{mine:,.2f}")
    return ""
