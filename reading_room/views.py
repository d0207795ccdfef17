"""法规: the list of laws, a law, an article as it was law on a day. Reading only, for all staff."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from reading_room import library, search, words
from reading_room.article_page import ArticlePage
from reading_room.library import Law
from reading_room.paging import BadCursor, Cursor
from reading_room.search_page import SearchPage
from reading_room.shelf import STATES, Shelf
from reading_room.statute_page import StatutePage

TABS = ("articles", "changes")


@require_GET
def statutes(request: HttpRequest) -> HttpResponse:
    """Every law that can be read; or, with words to look for, the articles that hold them."""
    problems: list[str] = []
    query = request.GET.get("find", "").strip()[: search.LIMIT]
    state = next((s for s in STATES if s == request.GET.get("state", "")), None)
    if request.GET.get("state") and state is None:
        problems.append(_("没有这种效力状态，已显示全部。"))
    at, shelf = _cursor(request, problems), Shelf(timezone.localdate(), state)
    context = {"query": query, "state": state, "states": words.STATES, "problems": problems}
    if query:
        return render(request, "law/found.html", context | {"found": SearchPage(query, shelf, at)})
    return render(request, "law/list.html", context | {"page": shelf.page(at)})


@require_GET
def statute(request: HttpRequest, instrument: str) -> HttpResponse:
    """One text of a law; with a day, the text of that day."""
    law = library.find(instrument) if library.is_code(instrument) else None
    if law is None:
        return _missing(request, instrument)
    problems: list[str] = []
    day = _day(request, problems)
    shown = StatutePage(law, _cursor(request, problems))
    then = library.in_force(shown.laws, day) if day else None
    if day and then and then.code != law.code:
        return redirect(f"{reverse('statute', args=[then.code])}?on={day.isoformat()}")
    if day and then is None:
        problems.append(_nothing_on(day))
    tab = next((t for t in TABS if t == request.GET.get("tab")), TABS[0])
    context = {**_common(law, day, problems), "shown": shown, "tab": tab}
    return render(request, "law/statute.html", context)


@require_GET
def article(request: HttpRequest, instrument: str, article: str) -> HttpResponse:
    """One article, as it stands in the text or, with a day, as it was law on that day."""
    law = library.find(instrument) if library.is_code(instrument) else None
    if law is None:
        return _missing(request, instrument)
    problems: list[str] = []
    day = _day(request, problems)
    shown = ArticlePage(law, article, day, _number(request.GET.get("stored", "")))
    if not library.is_article(article) or (shown.asked is None and shown.shown is None):
        return _missing(request, instrument, law, article)
    if day and shown.target is None:
        problems.append(_nothing_on(day))
    context = _common(law, day, problems) | {"shown": shown}
    context["source"] = _source(shown.target)
    return render(request, "law/article.html", context)


def _common(law: Law, day: date | None, problems: list[str]) -> dict[str, Any]:
    return {
        "law": law,
        "day": day,
        "problems": problems,
        "states": words.STATES,
        "source": _source(law),
        "doubtful": words.DOUBTFUL,
    }


def _source(law: Law | None) -> Any:
    """How its text came to us, in words."""
    code = law.stored.text_source if law and law.stored else ""
    return words.SOURCES.get(code, code)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _day(request: HttpRequest, problems: list[str]) -> date | None:
    """The day that the address asks for; what is no day is said and left out."""
    text = request.GET.get("on", "").strip()
    try:
        return library.read_day(text) if text else None
    except ValueError:
        message = _("“{value}”不是有效日期，已忽略；请按 2026-11-23 的格式填写。")
        problems.append(message.format(value=text[:20]))
        return None


def _cursor(request: HttpRequest, problems: list[str]) -> Cursor | None:
    text = request.GET.get("cursor", "")
    try:
        return Cursor.read(text) if text else None
    except BadCursor:
        problems.append(_("分页位置无效，已从第一页开始。"))
        return None


def _nothing_on(day: date) -> str:
    message = _(
        "{day} 当日没有载入的有效文本：此前的文本没有存入，或者本法规当日还没有施行、已经失效。"
    )
    return message.format(day=day.isoformat())


def _missing(request: HttpRequest, code: str, law: Law | None = None, no: str = "") -> HttpResponse:
    context = {"code": code[:64], "law": law, "no": no[:12]}
    return render(request, "law/missing.html", context, status=404)
