"""A case by its number, for pages: 404 for a missing one and for one of other people alike."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from accounts.access import person
from complaints import advance
from complaints.models import Complaint
from complaints.seen import saw_cases


def case_of(request: HttpRequest, number: str) -> Complaint:
    """The case, if the person may see it. Raises Http404."""
    try:
        found = advance.find(number, person(request))
    except Complaint.DoesNotExist as missing:
        raise Http404 from missing
    saw_cases(number)
    return found
