"""@ in an internal note: who is offered, and that the one who is named has read it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from complaints.actions import mentioning
from complaints.models import Complaint
from complaints.views.case import load
from complaints.views.sheets import to_case

LONGEST = 20  # characters of a name that is looked for


@require_GET
@needs("write_notes")
def colleagues(request: HttpRequest, number: str) -> HttpResponse:
    """Colleagues who see the case, for the list at the text (static/js/quick.js)."""
    page = load(request, number)
    typed = request.GET.get("q", "").replace("\0", "")[:LONGEST]
    found = mentioning.offered(page.complaint, typed, page.user) if page.may_act else []
    names = [user.name for user in found]
    people = [(user, user.username if names.count(user.name) > 1 else user.name) for user in found]
    return render(request, "case/colleagues.html", {"people": people})


@require_POST
@needs("get_notices")
def mention_read(request: HttpRequest, number: str, communication_id: int) -> HttpResponse:
    """The person has the note before the eyes that names them."""
    try:
        found = mentioning.read(number, communication_id, by=person(request))
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    if not found:
        raise Http404
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return to_case(request, number, f"?show=internal#said-{communication_id}")
