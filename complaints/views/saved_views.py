"""Saved views of the list: keep the filters that are on, change, share, delete. Opening one is a
link to the list (`queue_saved.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from accounts.models import User
from accounts.roles import Role
from complaints.actions import saved_views, view_alerts
from complaints.actions.saved_views import Wanted
from complaints.errors import CaseError, Invalid, NotAllowed, StaleVersion
from complaints.models.saved_views import SavedView, Scope
from complaints.views.queue_columns import COLUMNS, known
from complaints.views.queue_filters import Filters
from complaints.views.queue_saved import TITLES, same
from complaints.views.sheets import SheetForm, readable

NAMED = 5  # colleagues who are named where others use a view
_OWN_FIELDS = ("name", "share", "columns", "version", "filters", "csrfmiddlewaretoken")


class ViewForm(SheetForm):
    """Name, and who may open it."""

    name = forms.CharField(
        label=gettext_lazy("名称"),
        widget=forms.TextInput(
            attrs={"class": "input", "maxlength": saved_views.NAME_LENGTH, "autocomplete": "off"}
        ),
    )
    share = forms.ChoiceField(
        label=gettext_lazy("谁能打开"), widget=forms.Select(attrs={"class": "select"})
    )

    columns = forms.MultipleChoiceField(
        label=gettext_lazy("显示的列"),
        help_text=gettext_lazy("案件号和事由总是显示；都不选，就显示全部。"),
        choices=list(COLUMNS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, user: User, view: SavedView | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["share"]
        field.choices = _shares(user, view)


def _shares(user: User, view: SavedView | None) -> list[tuple[str, str]]:
    """(value, words) of whom the person may share with; and as it is."""
    found = [("personal", str(Scope.PERSONAL.label))]
    if user.is_(Role.SUPERVISOR):
        names = user.team_names
        found += [
            (f"team:{pk}", _("团队：{name}").format(name=names[pk])) for pk in user.led_team_ids
        ]
        found.append(("everyone", str(Scope.EVERYONE.label)))
    if view and _share_of(view) not in dict(found):
        name = view.team.name if view.team else str(Scope(view.scope).label)
        found.append((_share_of(view), name))
    return found


def _share_of(view: SavedView) -> str:
    return f"team:{view.team_id}" if view.scope == Scope.TEAM else view.scope


def _share(text: str) -> tuple[str, int | None]:
    """As a form sends it. Raises Invalid."""
    scope, _colon, team = text.partition(":")
    if scope == Scope.TEAM and team.isascii() and team.isdecimal() and len(team) < 10:
        return (scope, int(team))
    if text in (Scope.PERSONAL, Scope.EVERYONE):
        return (text, None)
    raise Invalid({"share": [_("请选择谁能打开这个视图")]})


@require_GET
@needs("see_complaints")
def views(request: HttpRequest) -> HttpResponse:
    """All views that the person may open, by kind."""
    user = person(request)
    rows = saved_views.visible_to(user).select_related("owner", "team").order_by("name", "pk")
    empty = Filters.read(QueryDict(), user, {"state": "any"})
    found = [(v, _in_words(v.filters, empty), saved_views.may_change(v, user)) for v in rows]
    kinds = [(title, [r for r in found if r[0].scope == scope]) for scope, title in TITLES.items()]
    return render(request, "queue/saved_views.html", {"kinds": [k for k in kinds if k[1]]})


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
@needs("see_complaints")
def new(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the address: POST {name, share} and the filters."""
    user = person(request)
    given, refused = readable(request.POST if request.method == "POST" else request.GET)
    filters = _filters(given, user)
    copied = saved_views.visible_to(user).filter(
        pk=_number(given.get("from", given.get("view", "")))
    )
    if request.method == "GET":
        return _page(request, filters, typed={"name": _suggested(copied.first(), user)})
    try:
        if refused:
            raise Invalid(refused)
        _understood(filters)
        wanted = Wanted(
            given.get("name", ""), _share(given.get("share", "")), filters.values, _columns(given)
        )
        view = saved_views.save(wanted, by=user)
    except CaseError as error:
        return _page(request, filters, typed=given, error=error)
    messages.success(request, _("已保存视图“{name}”").format(name=view.name))
    return redirect(f"{reverse('queue')}?view={view.pk}")


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
@needs("see_complaints")
def view(request: HttpRequest, queue_view: int) -> HttpResponse:
    """Name, people and conditions of one: GET shows what would become of the filters in the
    address; POST {name, share, version} and, with `filters`, those.
    """
    user = person(request)
    row = _found(queue_view, user)
    given, refused = readable(request.POST if request.method == "POST" else request.GET)
    filters = _filters(given, user)
    if request.method == "GET":
        return _page(request, filters, row)
    others = filters.values or {"state": "any"} if given.get("filters") else None
    try:
        if refused:
            raise Invalid(refused)
        if others is not None:
            _understood(filters)
        wanted = Wanted(
            given.get("name", row.name),
            _share(given.get("share", _share_of(row))),
            others,
            _columns(given) if "name" in given else None,
        )
        changed = saved_views.change(
            row.pk, wanted, by=user, version=_number(given.get("version", ""))
        )
    except SavedView.DoesNotExist as gone:
        raise Http404 from gone
    except CaseError as error:
        return _page(request, filters, _found(row.pk, user), typed=given, error=error)
    messages.success(request, _("已更新视图“{name}”").format(name=changed.name))
    return redirect(f"{reverse('queue')}?view={changed.pk}")


@require_POST
@needs("see_complaints")
def delete(request: HttpRequest, queue_view: int) -> HttpResponse:
    """It is gone; twice is a page that is not there."""
    user = person(request)
    row = _found(queue_view, user)
    try:
        name = saved_views.delete(row.pk, by=user, version=_number(request.POST.get("version", "")))
    except SavedView.DoesNotExist as gone:
        raise Http404 from gone
    except CaseError as error:
        empty = Filters.read(QueryDict(), user, {})
        return _page(request, empty, _found(row.pk, user), error=error)
    messages.success(request, _("已删除视图“{name}”").format(name=name))
    return redirect("queue_views")


def _found(pk: int, user: User) -> SavedView:
    row = saved_views.visible_to(user).select_related("owner", "team").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _filters(given: Mapping[str, Any], user: User) -> Filters:
    """The conditions among what was sent; what nobody understands is no condition of a view."""
    params = QueryDict(mutable=True)
    params.update({k: v for k, v in given.items() if k not in _OWN_FIELDS})
    return Filters.read(params, user, default={})


def _columns(given: QueryDict) -> list[str]:
    """All of them is none: a column that comes later is shown as well."""
    found = known(given.getlist("columns"))
    return [] if len(found) == len(COLUMNS) else found


def _understood(filters: Filters) -> None:
    if filters.problems:
        words = _("有的条件无法识别，没有保存；请先在列表里去掉它们，再保存。")
        raise Invalid({"filters": [*filters.problems, words]})


def _suggested(copied: SavedView | None, user: User) -> str:
    if copied is None:
        return ""
    name = (
        copied.name if copied.owner_id != user.pk else _("{name}（副本）").format(name=copied.name)
    )
    return name[: saved_views.NAME_LENGTH]


def _in_words(filters: Mapping[str, Any], known: Filters) -> str:
    """责任人 我、状态 未办结"""
    probe = Filters(known.user, {}, known.directory, view="?")
    probe.take_all({str(name): str(value) for name, value in filters.items()})
    words = [
        f"{chip.label} {chip.value}" + (_("（无法识别）") if chip.lost else "")
        for chip in probe.chips
    ]
    return _("、").join(words) or _("全部案件")


def _page(
    request: HttpRequest,
    filters: Filters,
    row: SavedView | None = None,
    *,
    typed: Mapping[str, Any] | None = None,
    error: CaseError | None = None,
) -> HttpResponse:
    """The form; what was refused is said, and what was typed stands there again."""
    user = person(request)
    start: dict[str, Any] = {"share": "personal", "columns": list(COLUMNS)}
    if row:
        start |= {"name": row.name, "share": _share_of(row)}
        start |= {"columns": known(row.columns) or list(COLUMNS)}
    form = ViewForm(user, row, initial={**start, **(typed or {})})
    loose = list(filters.problems)
    if error is not None:
        form = ViewForm(user, row, typed or start)
        loose = form.refuse(error.errors if isinstance(error, Invalid) else {})
        loose += [] if isinstance(error, Invalid) else [error.message]
    values = filters.values or ({} if row else {"state": "any"})
    changes = bool(row and values and not same(row.filters, values))
    context = {
        "row": row,
        "form": form,
        "loose": loose,
        "now_words": _in_words(row.filters, filters) if row else "",
        "new_words": _in_words(values, filters) if changes or not row else "",
        "changes": changes,
        "values": values,
        "asked": urlencode(values),
        "copy": urlencode(row.filters) if row else "",
        "alert": view_alerts.of(user).filter(view=row).first() if row else None,
        "may_change": row is None or saved_views.may_change(row, user),
        **_others(row, user),
    }
    return render(request, "queue/saved_view.html", context, status=_status(error))


def _others(row: SavedView | None, user: User) -> dict[str, Any]:
    """Who else may open it: how many, and the names of the first."""
    if row is None or not row.is_shared:
        return {"others": 0}
    found = saved_views.audience(row).exclude(pk=user.pk)
    names = list(found.values_list("name", flat=True))
    return {"others": len(names), "names": names[:NAMED], "more_names": len(names) > NAMED}


def _status(error: CaseError | None) -> int:
    if error is None:
        return 200
    return 409 if isinstance(error, StaleVersion) else 403 if isinstance(error, NotAllowed) else 422
