"""The choices of a filter of the list, which come when its menu is opened: some have a hundred, and
every list carried them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from complaints.views.queue_filters import LABELS, Filters
from complaints.views.queue_saved import SavedViews

MORE = "more"  # the menu with several filters
SINGLE = ("category", "owner", "team")
IN_MORE = ("state", "phase", "channel", "snoozed", "idle", "protection")


@dataclass(frozen=True)
class Closed:
    """A menu before it is opened: its name, what stands on it, and where its choices are."""

    name: str
    label: Any
    url: str


def closed(filters: Filters) -> list[Closed]:
    """Of the filters that are not on; `MORE` last, whatever is on."""
    names = [n for n in SINGLE if n == "category" or filters.directory.teams]
    asked = urlencode(filters.spelled or {"state": "any"})
    return [
        Closed(name, LABELS.get(name, _("筛选")), f"{reverse('queue_menu', args=[name])}?{asked}")
        for name in (*(n for n in names if n not in filters.values), MORE)
    ]


@require_GET
@needs("see_complaints")
def choices(request: HttpRequest, menu: str) -> HttpResponse:
    """What can be chosen, swapped into the menu; without scripts a page of its own."""
    if menu not in (*SINGLE, MORE):
        raise Http404
    saved = SavedViews(person(request), request.GET.get("view", ""))
    filters = saved.filters(request.GET, default={"state": "any"})
    names = [n for n in IN_MORE if n not in filters.values] if menu == MORE else [menu]
    context = {
        "title": LABELS.get(menu, _("筛选")),
        "name": menu,
        "menus": [filters.menu(n) for n in names],
        "filters": filters,
        "kept": tuple((k, v) for k, v in filters.spelled.items() if not k.startswith("received")),
    }
    inside = request.headers.get("HX-Request")
    return render(request, "queue/choices.html" if inside else "queue/choices_page.html", context)
