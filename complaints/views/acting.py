"""What every sheet of a case does: show the form, act, say what happened."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import Complaint
from complaints.views.sheets import Sheet, Text, done, readable, refused, show
from evidence.receive import FileRefused


def act(
    request: HttpRequest,
    sheet: Sheet,
    does: Callable[[], object],
    message: Text,
    back: str = "case",
) -> HttpResponse:
    """GET shows the sheet, POST acts; refused, the sheet again with the sentences. `back`: the page
    of the case to which one returns.
    """
    if request.method != "POST":
        return show(request, sheet)
    try:
        _posted, unreadable = readable(request.POST)
        if unreadable:
            raise Invalid(unreadable)
        does()
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except FileRefused as error:
        return refused(request, sheet, Invalid({"file": [error.message]}))
    except CaseError as error:
        return refused(request, sheet, error)
    return done(request, sheet.complaint.number, message, sheet.draft, back=back)


def posted_of(request: HttpRequest) -> QueryDict | None:
    """What was sent, without control characters; None where nothing was."""
    return readable(request.POST)[0] if request.method == "POST" else None
