"""Searches that a person keeps under a name: keep, rename, delete. Opening one is a link."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import needs, person
from accounts.models import User
from complaints.actions import searches
from complaints.errors import CaseError, Invalid, StaleVersion
from complaints.finding import facets
from complaints.finding.facets import FACETS
from complaints.finding.terms import asked
from complaints.models import SavedSearch


@require_http_methods(["GET", "POST"])
@needs("see_complaints")
def saved_searches(request: HttpRequest) -> HttpResponse:
    """The person's own; POST {name, q, and facets} keeps another one."""
    if request.method == "GET":
        return _page(request, request.GET.get("q", ""), _chosen(request.GET))
    name, query = request.POST.get("name", ""), request.POST.get("q", "")
    try:
        row = searches.save(name, query, _chosen(request.POST), by=person(request))
    except Invalid as refused:
        return _page(request, query, _chosen(request.POST), name, refused)
    messages.success(request, _("已保存搜索“{name}”").format(name=row.name))
    return redirect(address(row))


@require_http_methods(["GET", "POST"])
@needs("see_complaints")
def rename(request: HttpRequest, saved_search: int) -> HttpResponse:
    """Another name: POST {name, version}. The list has the form."""
    if request.method == "GET":
        get_object_or_404(searches.saved(person(request)), pk=saved_search)
        return redirect("saved_searches")
    version = request.POST.get("version", "")
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
    try:
        row = searches.rename(
            saved_search, request.POST.get("name", ""), by=person(request), version=number
        )
    except SavedSearch.DoesNotExist as missing:
        raise Http404 from missing
    except CaseError as refused:
        return _page(request, "", {}, request.POST.get("name", ""), refused, saved_search)
    messages.success(request, _("已改名为“{name}”").format(name=row.name))
    return redirect("saved_searches")


@require_POST
@needs("see_complaints")
def delete(request: HttpRequest, saved_search: int) -> HttpResponse:
    """It is gone; twice is a page that is not there."""
    try:
        name = searches.delete(saved_search, by=person(request))
    except SavedSearch.DoesNotExist as missing:
        raise Http404 from missing
    messages.success(request, _("已删除搜索“{name}”").format(name=name))
    return redirect("saved_searches")


def address(row: SavedSearch) -> str:
    """Where it is carried out."""
    return f"{reverse('search')}?{urlencode({'q': row.text, **_known(row.chosen)})}"


def kept_by(user: User) -> list[tuple[SavedSearch, str, str]]:
    """(search, its address, what it is narrowed by) of the person's own, by name. One statement."""
    language = get_language() or "zh-hans"
    rows = searches.saved(user)
    return [(row, address(row), facets.said(row.chosen, language)) for row in rows]


def _known(chosen: dict[str, Any]) -> dict[str, str]:
    codes = {facet.code for facet in FACETS}
    return {k: str(v) for k, v in chosen.items() if k in codes and (k, v) != ("stage", "any")}


def _chosen(given: Any) -> dict[str, str]:
    return {f.code: given[f.code] for f in FACETS if given.get(f.code)}


def _page(
    request: HttpRequest,
    query: str,
    chosen: dict[str, str],
    name: str = "",
    refused: CaseError | None = None,
    renamed: int = 0,
) -> HttpResponse:
    """The list with both forms; what was refused is said, and what was typed stands there again."""
    context = {
        "rows": kept_by(person(request)),
        "q": asked(query).whole,
        "problems": asked(query).problems,
        "chosen": chosen,
        "narrowed": facets.said(chosen, get_language() or "zh-hans"),
        "name": name,
        "refused": refused,
        "renamed": renamed,
        "most": searches.MOST,
        "name_length": searches.NAME_LENGTH,
    }
    status = 200 if refused is None else 409 if isinstance(refused, StaleVersion) else 422
    return render(request, "search/saved.html", context, status=status)
