"""打印: the page of a case and the list of cases as documents on A4. A print is a kind of export:
it is on record before it leaves; a list is printed for a purpose by whoever shows who sits here.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import needs, person
from complaints.actions import printing
from complaints.errors import NotAllowed
from complaints.models import Complaint
from complaints.views import case_paper, list_export, list_paper
from complaints.views.archive_package import attached
from complaints.views.case import load
from complaints.views.queue import current_of, title_of
from complaints.views.queue_filters import Filters
from complaints.views.queue_saved import SavedViews
from complaints.views.queue_views import sections_for

PDF = "application/pdf"


@require_POST
@never_cache
@needs("see_complaints")
def print_case(request: HttpRequest, number: str) -> HttpResponse:
    """The case as its page shows it to this person. A POST: it is recorded."""
    page = load(request, number)
    try:
        printing.of_case(number, by=person(request), now=page.now)
    except Complaint.DoesNotExist as missing:
        raise Http404 from missing
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    return attached(case_paper.pages(page), f"{number}.pdf", PDF)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("see_complaints")
def print_list(request: HttpRequest) -> HttpResponse:
    """What is going to be printed and what for; then the list, whose filters the address holds as
    that of the list itself does.
    """
    user, now = person(request), timezone.now()
    filters, title = _asked(request)
    if request.method == "GET":
        return _page(request, filters, title)
    if why := list_export.why_not(request, filters.problems):
        return _page(request, filters, title, why)
    listed = list_paper.cases_of(user, filters, now)
    if filters.problems:  # too many searches before this one, or words that find nothing
        return _page(request, filters, title, _("没有打印：{why}").format(why=filters.problems[-1]))
    if not listed.rows:
        return _page(request, filters, title, _("没有可以打印的案件：列表是空的，请改变筛选。"))
    purpose = list_export.purpose_of(request)
    found = (listed.total, len(listed.rows))
    printing.of_list(filters.values, purpose, found, by=user, now=now)
    name = f"cases-{timezone.localdate(now)}.pdf"
    return attached(list_paper.pages(user, filters, title, purpose, listed), name, PDF)


def _asked(request: HttpRequest) -> tuple[Filters, str]:
    """The filters of the address, and the name of the list."""
    user = person(request)
    ready_made, saved = sections_for(user), SavedViews(user, request.GET.get("view", ""))
    default = ready_made[0].views[0].filters
    filters = saved.filters(request.GET, default=default)
    current = current_of((*ready_made, *saved.sections()), filters, saved)
    return filters, str(title_of(current, filters))


def _page(request: HttpRequest, filters: Filters, title: str, refused: str = "") -> HttpResponse:
    context = {
        "title": title,
        "filters": filters,
        "most": list_paper.MOST,
        "back": filters.address(),
        "offer": list_export.offer(request, request.get_full_path(), {}, refused),
    }
    return render(request, "queue/print.html", context, status=422 if refused else 200)
