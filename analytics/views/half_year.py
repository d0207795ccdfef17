"""半年投诉分析: the page, and the same as Excel and PDF."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from analytics.half_year import HalfYear, half_year, halves
from analytics.measures import PERMISSION
from analytics.papers import of_half_year
from analytics.papers.of_overview import window
from analytics.papers.shown import in_rows
from analytics.periods import Half
from analytics.views.exporting import as_file, paper_of, recorded, scope_in_words, why_not
from analytics.views.report_form import teams_of
from complaints.errors import Invalid
from complaints.views import list_export

EARLIEST = 2015


@never_cache
@require_GET
@needs(PERMISSION)
def page(request: HttpRequest) -> HttpResponse:
    """The half that is asked for, or the last one that is over."""
    found, problems = _read(request, request.GET)
    return _page(request, found, problems)


def _read(request: HttpRequest, sent: Mapping[str, str]) -> tuple[HalfYear, list[str]]:
    """What is asked for; what is not understood is left out and said."""
    user, now = person(request), timezone.now()
    running = Half.of(timezone.localdate(now))
    problems: list[str] = []
    typed, team = sent.get("half", "").strip(), sent.get("team", "").strip()
    half = Half.read(typed) if typed else running.before
    if half is None or not EARLIEST <= half.year <= running.year or half > running:
        words = _("没有“{value}”这个半年；请重新选择")
        problems.append(words.format(value=typed[:40]))
        half = running.before
    try:
        return half_year(user, half, team, now), problems
    except Invalid as error:
        problems += [sentence for said in error.errors.values() for sentence in said]
    return half_year(user, half, "", now), problems


def _page(
    request: HttpRequest, found: HalfYear, problems: list[str], refused: str = ""
) -> HttpResponse:
    user = person(request)
    keep = {"half": found.half.code, "team": found.asked.params.get("team", "")}
    keep = {name: value for name, value in keep.items() if value}
    context = {
        "found": found,
        "tables": in_rows(of_half_year.tables(found, outside=False)),
        "window": window(found.half.since, found.half.until),
        "scope": scope_in_words(user),
        "halves": halves(timezone.localdate(found.at)),
        "teams": teams_of(user),
        "team": keep.get("team", ""),
        "problems": problems,
        "offer": list_export.offer(request, reverse("half_year_export"), keep, refused),
    }
    status = 422 if refused else 200
    return render(request, "reports/half_year.html", context, status=status)


@never_cache
@require_POST
@needs(PERMISSION)
def export(request: HttpRequest) -> HttpResponse:
    """The same as a file, for a purpose."""
    found, problems = _read(request, request.POST)
    if why := why_not(request, problems):
        return _page(request, found, problems, why)
    title = _("半年投诉分析：{half}").format(half=found.half.words)
    tables = of_half_year.tables(found, outside=True)
    paper = paper_of(request, title, found.asked, tables, found.at, written=True)
    recorded(request, "half_year", found.asked.params, found.at)
    return as_file(paper, request.POST["format"], f"{_('半年投诉分析')}-{found.half.code}")
