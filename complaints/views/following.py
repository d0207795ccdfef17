"""关注 and no more, from the case and from a notice."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import needs, person
from accounts.browser import back
from complaints.actions import following
from complaints.errors import CaseError, NotAllowed
from complaints.models import Complaint
from complaints.views.sheets import to_case


@require_POST
@needs("get_notices")
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """From now on the person hears of its steps and replies."""
    words = _("已关注：案件有新的步骤或往来时通知您")
    return _done(request, number, lambda: following.follow(number, by=person(request)), words)


@require_POST
@needs("get_notices")
def unfollow(request: HttpRequest, number: str) -> HttpResponse:
    """And no more; back to where one came from."""
    words = _("已取消关注 {number}").format(number=number)
    return _done(request, number, lambda: following.unfollow(number, by=person(request)), words)


def _done(request: HttpRequest, number: str, does: Callable[[], None], words: str) -> HttpResponse:
    try:
        does()
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, words)
    return back(request) if request.POST.get("next") else to_case(request, number)
