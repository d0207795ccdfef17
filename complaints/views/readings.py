"""谁看过这件案件: for supervisors and counsel who see the case, and for auditors."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs
from complaints import readers
from complaints.models import Complaint
from complaints.spans import Span
from complaints.views import list_export
from complaints.views.lookup import case_of
from complaints.views.reading_list import Readings, exported


@never_cache
@require_GET
@needs("read_readings")
def readings(request: HttpRequest, number: str) -> HttpResponse:
    """Who read the case."""
    return _page(request, case_of(request, number), Span.read(request.GET))


def _page(
    request: HttpRequest, complaint: Complaint, span: Span, refused: str = ""
) -> HttpResponse:
    found = Readings(span.sought(readers.of_case(complaint)), span, request.GET)
    action = reverse("readings_export", args=[complaint.number])
    context = {
        "complaint": complaint,
        "title": _("谁看过这件案件"),
        "clear": reverse("readings", args=[complaint.number]),
        "offer": list_export.offer(request, action, span.chosen, refused),
        **found.context(),
    }
    return render(request, "readings/case.html", context, status=422 if refused else 200)


@never_cache
@require_POST
@needs("read_readings")
def export(request: HttpRequest, number: str) -> HttpResponse:
    """The same as CSV, for a purpose."""
    complaint, span = case_of(request, number), Span.read(request.POST)
    if why := list_export.why_not(request, span.problems):
        return _page(request, complaint, span, why)
    sought = span.sought(readers.of_case(complaint))
    return exported(request, sought, {"case": complaint.number})
