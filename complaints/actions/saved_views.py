"""Views of the list that people keep under a name: saved, changed, shared, deleted.

Whoever saves one owns it. A supervisor shares with the teams that he leads, or with everybody. Only
the owner changes a view; of an owner who has left, whoever might share it in the same way. All
others keep a copy of their own. What becomes of a shared one stands in the audit record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import PERMISSIONS, Role
from audit.record import record
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.finding.masking import is_personal
from complaints.finding.personal import may_name
from complaints.finding.terms import asked
from complaints.models.saved_views import SavedView, Scope

MOST = 50  # of one person
NAME_LENGTH = 60
PERSONAL = (Scope.PERSONAL, None)


@dataclass(frozen=True)
class Wanted:
    """What a view is to be. `filters` and `columns` as the list read them, None: as they are;
    `share`: the scope, and the team's id where it is one.
    """

    name: str
    share: tuple[str, int | None] = PERSONAL
    filters: Mapping[str, str] | None = None
    columns: Sequence[str] | None = None


def visible_to(user: User) -> QuerySet[SavedView]:
    """The own ones, those of the person's teams, and those for everybody."""
    return SavedView.objects.filter(
        Q(owner=user)
        | Q(scope=Scope.EVERYONE)
        | Q(scope=Scope.TEAM, team__in=sorted(user.team_ids))
    )


def may_share(user: User, share: tuple[str, int | None]) -> bool:
    """Whether the person may let the others open a view."""
    scope, team = share
    if scope == Scope.PERSONAL:
        return True
    if not user.is_(Role.SUPERVISOR):
        return False
    return team in user.led_team_ids if scope == Scope.TEAM else scope == Scope.EVERYONE


def may_change(view: SavedView, user: User) -> bool:
    """Its owner; when the owner has left, whoever might share it in the same way."""
    if view.owner_id == user.pk:
        return True
    return not view.owner.is_active and may_share(user, (view.scope, view.team_id))


def audience(view: SavedView) -> QuerySet[User]:
    """Who else may open it: active colleagues who see cases, by name."""
    if not view.is_shared:
        return User.objects.none()
    roles = sorted(PERMISSIONS["see_complaints"].roles)
    found = User.objects.filter(is_active=True, roles__overlap=roles).exclude(pk=view.owner_id)
    if view.scope == Scope.TEAM:
        found = found.filter(membership__team=view.team_id)
    return found.order_by("name", "pk")


def save(wanted: Wanted, *, by: User, now: datetime | None = None) -> SavedView:
    """Keep a new one. Raises Invalid: {name|filters|share: [sentence]}, NotAllowed."""
    now, name = now or timezone.now(), _named(wanted.name)
    filters = _nameless(wanted.filters or {}, by)
    _may(by, wanted.share)
    scope, team = wanted.share
    try:
        with transaction.atomic():
            held = User.objects.select_for_update(no_key=True).get(pk=by.pk)  # counted one by one
            if SavedView.objects.filter(owner=held).count() >= MOST:
                raise Invalid({"name": [_("最多保存 {n} 个视图；请先删除不用的").format(n=MOST)]})
            view = SavedView.objects.create(
                owner=by,
                name=name,
                scope=scope,
                team_id=team,
                filters=filters,
                columns=list(wanted.columns or ()),
                created_at=now,
                changed_at=now,
            )
            _recorded("view.saved", view, by, now, shared_before=False)
            return view
    except IntegrityError as error:
        raise _taken(name) from error


def change(
    pk: int, wanted: Wanted, *, by: User, version: int, now: datetime | None = None
) -> SavedView:
    """Another name, conditions, columns or people. Raises SavedView.DoesNotExist, also for what the
    person may not open; NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    try:
        with transaction.atomic():
            view = _held(pk, by, version)
            shared_before = view.is_shared
            if wanted.share != (view.scope, view.team_id):
                _may(by, wanted.share)
            view.name = _named(wanted.name)
            view.scope, view.team_id = wanted.share
            if wanted.filters is not None:
                view.filters = _nameless(wanted.filters, by)
            if wanted.columns is not None:
                view.columns = list(wanted.columns)
            view.version, view.changed_at = view.version + 1, now
            view.save()
            _recorded("view.changed", view, by, now, shared_before=shared_before)
            return view
    except IntegrityError as error:
        raise _taken(wanted.name.strip()) from error


def delete(pk: int, *, by: User, version: int, now: datetime | None = None) -> str:
    """Its name. Raises SavedView.DoesNotExist, NotAllowed, StaleVersion."""
    with transaction.atomic():
        view = _held(pk, by, version)
        _recorded("view.deleted", view, by, now or timezone.now(), shared_before=view.is_shared)
        view.delete()
        return view.name


def _held(pk: int, by: User, version: int) -> SavedView:
    view = visible_to(by).select_for_update(of=("self",), no_key=True).get(pk=pk)
    if not may_change(view, by):
        words = _("“{name}”是 {owner} 保存的视图，只有本人能修改；您可以另存为自己的视图")
        raise NotAllowed(words.format(name=view.name, owner=view.owner.name))
    if view.version != version:
        words = _("视图“{name}”刚在别处修改过；下面是现在的内容，请看过再改")
        raise StaleVersion(words.format(name=view.name), view.version)
    return view


def _may(by: User, share: tuple[str, int | None]) -> None:
    if not may_share(by, share):
        raise NotAllowed(
            _("只有主管可以共享视图：与自己负责的团队，或者与所有同事；请先保存为自己的视图")
        )


def _recorded(verb: str, view: SavedView, by: User, now: datetime, *, shared_before: bool) -> None:
    """What others see is recorded; what a person keeps for himself is not."""
    if view.is_shared or shared_before:
        detail: dict[str, Any] = {"name": view.name, "scope": view.scope, "team": view.team_id}
        record(verb, view.subject, by, now, {**detail, "filters": dict(view.filters)})


def _nameless(filters: Mapping[str, str], by: User) -> dict[str, str]:
    """The conditions, none of which may name a consumer."""
    query = filters.get("q", "")
    if query and may_name(asked(query), by):
        raise Invalid(
            {
                "filters": [
                    _(
                        "列表里查找的词可能是消费者的号码或姓名，不能保存在视图里；"
                        "请先去掉，或者换成内容里的词。"
                    )
                ]
            }
        )
    return dict(filters) or {"state": "any"}


def _named(name: str) -> str:
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not name:
        raise Invalid({"name": [_("请填写名称")]})
    if len(name) > NAME_LENGTH:
        raise Invalid({"name": [_("名称最多 {n} 个字").format(n=NAME_LENGTH)]})
    if is_personal(name):
        raise Invalid({"name": [_("名称里有像消费者号码的内容；请换一个名称")]})
    return name


def _taken(name: str) -> Invalid:
    return Invalid({"name": [_("您已有名为“{name}”的视图；请换一个名称").format(name=name)]})
