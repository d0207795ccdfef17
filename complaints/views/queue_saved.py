"""The saved views at the left of the list, under the ready-made ones, and the one that is open."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    CharField,
    ExpressionWrapper,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from complaints.actions import saved_views
from complaints.lifecycle import OPEN_STATES, PHASE_OF
from complaints.models.saved_views import Scope, ViewAlert
from complaints.views.queue_directory import Directory
from complaints.views.queue_filters import Filters
from complaints.views.queue_views import Section, View

SHOWN = 6  # of each kind, at the left of the list; all stand on the page of views
COUNTED = 12  # counted with the ready-made ones, in the same statement
TITLES = {
    Scope.PERSONAL: gettext_lazy("我的视图"),
    Scope.TEAM: gettext_lazy("团队视图"),
    Scope.EVERYONE: gettext_lazy("共享视图"),
}
_OPEN_PHASES = {PHASE_OF[state] for state in OPEN_STATES}
_OF_OPEN_CASES = ("overdue", "due_today", "due_on")  # none of them finds a finished case


class Saved(NamedTuple):
    """What the list knows of a view. `owner`: id; `alert`: whether the person is told of it (True:
    and it has crossed, which was not seen; None: is not).
    """

    pk: int
    name: str
    scope: str
    team: int | None
    owner: int
    owner_name: str
    filters: Mapping[str, Any]
    columns: list[str]
    version: int
    alert: bool | None

    @property
    def key(self) -> str:
        """Among the ready-made ones."""
        return f"saved {self.pk}"

    @property
    def address(self) -> str:
        """The link that opens it."""
        return f"{reverse('queue')}?view={self.pk}"


def _rows_for(user: User) -> Any:
    """Of those that a person may open, in the columns of `Colleague`."""
    more: dict[str, Any] = {name: name for name in ("pk", "scope", "filters", "columns", "version")}
    own = ViewAlert.objects.filter(user=user, view=OuterRef("pk"))
    new = ExpressionWrapper(Q(crossed_at__isnull=False, seen_at=None), BooleanField())
    more["alert"] = Subquery(own.values_list(new)[:1])
    return saved_views.visible_to(user).values_list(
        "owner_id",
        "owner__name",
        Value(None, ArrayField(CharField())),
        "team_id",
        "name",
        Value(False),
        Cast(JSONObject(**more), TextField()),
    )


class SavedViews:
    """Those that a person may open, and the one that the address names: what it says is `asked`, an
    id if it is one. Read with the colleagues, in one statement.
    """

    def __init__(self, user: User, asked: str) -> None:
        self.user, self.asked = user, asked
        self.directory = Directory(user, beside=lambda: _rows_for(user))

    @cached_property
    def rows(self) -> list[Saved]:
        """By name."""
        found = []
        for row in self.directory.beside:
            more = json.loads(row.beside or "{}")
            view = Saved(
                name=row.team, owner=row.user_id, owner_name=row.name, team=row.team_id, **more
            )
            found.append(view)
        return sorted(found, key=lambda view: (view.name, view.pk))

    @cached_property
    def opened(self) -> Saved | None:
        """The view that the address names, if the person may open it."""
        return next((row for row in self.rows if str(row.pk) == self.asked), None)

    def filters(self, params: Any, default: Mapping[str, str]) -> Filters:
        """Of the address: those that are spelled out, else those of the view."""
        row = self.opened
        view = (row.pk, row.filters or {"state": "any"}) if row else None
        if self.asked and row is None:
            return self._without(params)
        return Filters.read(params, self.user, default, view, self.directory)

    def _without(self, params: Any) -> Filters:
        """The view is not there, or not for this person: said, and nothing else is shown in its
        place, unless the address spells the filters out.
        """
        filters = Filters.read(params, self.user, {}, None, self.directory)
        spelled = filters.values or filters.problems
        words = _("没有这个视图，或者它没有与您共享。请向发给您链接的同事要带筛选条件的链接。")
        if spelled:
            words = _("没有这个视图，或者它没有与您共享；下面按链接里的筛选条件列出。")
        else:
            filters.lost["view"] = self.asked[:20]
        filters.problems.insert(0, words)
        return filters

    def differs(self, filters: Filters) -> bool:
        """Whether other filters are on than those of the open view."""
        return bool(
            self.opened and not same(self.opened.filters, {**filters.lost, **filters.values})
        )

    def sections(self) -> tuple[Section, ...]:
        """Headings with the first views of each kind; the open one is always among them."""
        found = []
        for scope, title in TITLES.items():
            rows = [row for row in self.rows if row.scope == scope]
            first = rows[:SHOWN]
            if self.opened in rows[SHOWN:]:
                first[-1:] = [row for row in rows if row == self.opened]
            if rows:
                found.append(Section(title, tuple(_as_view(row) for row in first)))
        return tuple(found)

    def countable(self, filters: Filters) -> list[View]:
        """Those at the left that are counted: of open cases, which an index leads to, and without
        words, which would have to be looked for.
        """
        views = [view for section in self.sections() for view in section.views]
        open_ones = [view for view in views if is_countable(view.filters)]
        return [view for view in open_ones if filters.understands(view.filters)][:COUNTED]


class Tools(NamedTuple):
    """What can be done with the filters that are on: where they are kept as a new view, and of the
    open one whose it is, whether it differs, and where it is changed.
    """

    new: str
    row: Saved | None
    differs: bool
    is_own: bool
    changes: str
    any: bool
    alerts: int
    new_alerts: int


def tools_of(saved: SavedViews, filters: Filters) -> Tools:
    """Of the list as it is shown."""
    row = saved.opened
    asked = urlencode({**filters.lost, **filters.values} or {"state": "any"})
    changes = f"{reverse('queue_view', args=[row.pk])}?{asked}" if row else ""
    query = f"{asked}&view={row.pk}" if row else asked
    is_own = bool(row and row.owner == saved.user.pk)
    address = f"{reverse('queue_view_new')}?{query}"
    told = [view.alert for view in saved.rows if view.alert is not None]
    return Tools(
        new=address,
        row=row,
        differs=saved.differs(filters),
        is_own=is_own,
        changes=changes,
        any=bool(saved.rows),
        alerts=len(told),
        new_alerts=sum(told),
    )


def _as_view(row: Saved) -> View:
    filters = {str(name): str(value) for name, value in row.filters.items()}
    return View(row.key, "filter", row.name, filters, saved=row.pk, owner=row.owner_name)


def is_countable(filters: Mapping[str, str]) -> bool:
    """Whether the filters leave open cases alone and look for no words."""
    state, phase = filters.get("state", "any"), filters.get("phase")
    is_open = state == "open" or state in OPEN_STATES or phase in _OPEN_PHASES
    return "q" not in filters and (is_open or any(name in filters for name in _OF_OPEN_CASES))


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both leave the same cases; any state is no filter."""
    a, b = ({k: v for k, v in m.items() if (k, v) != ("state", "any")} for m in (one, other))
    return a == b
