"""谁看过此人的资料: for auditors. The telephone or document goes by form, never by address; the
answer is found under the key of a consumer.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import needs, person
from audit.reading import saw
from complaints import readers
from complaints.enumeration import Stopped
from complaints.readers import Person
from complaints.spans import Span
from complaints.views import list_export
from complaints.views.reading_list import Readings, exported


@never_cache
@require_http_methods(["GET", "POST"])
@needs("read_audit")
def readings(request: HttpRequest) -> HttpResponse:
    """Whose data; posting finds the person."""
    if request.method == "POST":
        return _find(request)
    span, who = Span.read(request.GET), request.GET.get("person", "")
    return _page(request, _person(request, who) if who else None, span)


def _find(request: HttpRequest) -> HttpResponse:
    """By the number of a case, else by the exact telephone, else by the exact document."""
    names = ("number", "phone", "id_number")
    number, phone, document = (request.POST.get(name, "").strip()[:100] for name in names)
    span = Span.read(request.POST)
    if not (number or phone or document):
        refused = _("请填写案件号、手机号或证件号码中的一项")
        return _page(request, None, span, 422, refused=refused)
    try:
        found = readers.find(number, phone, document, person(request), timezone.now())
    except Stopped as stopped:
        return _page(request, None, span, 429, refused=stopped.message, number=number)
    if found is None:
        refused = _("没有找到这样的消费者：手机号和证件号码须完整、准确；案件号须在您的范围内")
        return _page(request, None, span, 422, refused=refused, number=number)
    return redirect(
        f"{reverse('audit_readings')}?{urlencode({'person': str(found), **span.chosen})}"
    )


def _person(request: HttpRequest, key: str) -> Person:
    """Raises Http404."""
    try:
        found = readers.person(UUID(key), person(request))
    except ValueError as wrong:
        raise Http404 from wrong
    if found is None:
        raise Http404
    saw(*found.subjects)
    return found


def _page(
    request: HttpRequest,
    who: Person | None,
    span: Span,
    status: int = 200,
    not_exported: str = "",
    **more: Any,
) -> HttpResponse:
    context: dict[str, Any] = {
        "who": who,
        "span": span,
        "title": _("谁看过此人的资料"),
        "clear": reverse("audit_readings"),
        **more,
    }
    if who is not None:
        keep, action = {"person": str(who.consumer.pk)}, reverse("audit_readings_export")
        context["offer"] = list_export.offer(request, action, keep | span.chosen, not_exported)
        context |= Readings(span.sought(who.subjects), span, request.GET, keep).context()
    return render(request, "readings/person.html", context, status=status)


@never_cache
@require_POST
@needs("read_audit")
def export(request: HttpRequest) -> HttpResponse:
    """The same as CSV, for a purpose."""
    who, span = _person(request, request.POST.get("person", "")), Span.read(request.POST)
    if why := list_export.why_not(request, span.problems):
        return _page(request, who, span, 422, not_exported=why)
    about = {"person": str(who.consumer.pk)}
    return exported(request, span.sought(who.subjects), about)
