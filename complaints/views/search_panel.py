"""The panel of the search box (Ctrl K): what the person searched for lately, the first hits while
typing, and forgetting. Without scripts the box leads to the page, which shows the same.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from accounts.models import User
from complaints import person_search
from complaints.actions import searches
from complaints.finding import listing
from complaints.finding.terms import asked
from complaints.models.person_search import Door
from complaints.views.saved_searches import kept_by

FIRST = 8  # hits in the panel


@never_cache
@require_GET
@needs("see_complaints")
def quick(request: HttpRequest) -> HttpResponse:
    """The inside of the panel: the first hits of `q`; without one what was searched for lately."""
    user, query = person(request), request.GET.get("q", "").strip()
    words = asked(query)
    if not query:
        return _remembered(request)
    page = listing.first(user, words, most=FIRST, door=Door.PANEL)
    context = {
        "query": query,
        "page": page,
        "problems": [*words.problems, *page.persons.problems],
        "later": not all(map(person_search.is_whole, (term.typed for term in words.terms))),
        "said": _said(page),
    }
    return render(request, "search/quick.html", context)


def _said(page: listing.Page) -> str:
    """What a screen reader is told."""
    if page.persons.free is not None:
        return _("这次没有查找")
    if not page.rows:
        return _("没有找到")
    if page.found.capped:
        return _("列出最先的 {n} 件，按回车看全部").format(n=len(page.rows))
    return ngettext("找到 {n} 件", "找到 {n} 件", len(page.rows)).format(n=len(page.rows))


def kept(user: User) -> dict[str, Any]:
    """What was searched for lately and what is kept under a name. Two statements."""
    return {"recent": list(searches.recent(user)), "saved": kept_by(user)}


def _remembered(request: HttpRequest) -> HttpResponse:
    return render(request, "search/remembered.html", {**kept(person(request)), "inside": True})


@require_POST
@needs("see_complaints")
def remember(request: HttpRequest) -> HttpResponse:
    """A query that was sent off or of which a hit was opened. Answers with nothing."""
    searches.remember(request.POST.get("q", ""), by=person(request))
    return HttpResponse(status=204)


@require_POST
@needs("see_complaints")
def forget(request: HttpRequest) -> HttpResponse:
    """Take one query out of what was searched for lately (`recent`), or all."""
    one = request.POST.get("recent", "")
    if one == "all":
        searches.forget(by=person(request))
    elif one.isascii() and one.isdigit() and len(one) < 18:
        searches.forget(by=person(request), pk=int(one))
    if not request.headers.get("HX-Request"):
        return redirect("search")
    answer = _remembered(request)
    answer["HX-Trigger"] = json.dumps({"announce": {"value": _("已从最近的搜索里移除")}})
    return answer
