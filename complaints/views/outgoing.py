"""Letters on their way to the consumer: taking one back, letting it go, dropping it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import needs, person
from complaints.actions import withholding
from complaints.errors import CaseError, NotAllowed
from complaints.leaving import undo_window
from complaints.models import Complaint
from complaints.views.act_forms import ReasonForm
from complaints.views.acting import act, posted_of
from complaints.views.case import load
from complaints.views.sheets import Sheet, to_case


@require_POST
@needs("see_complaints")
def withhold(request: HttpRequest, number: str, outgoing: int) -> HttpResponse:
    """Take a letter back within its seconds; too late is said."""

    def back() -> None:
        if withholding.withhold(number, outgoing, by=person(request)):
            words = _("已撤回，函件没有发出。步骤本身没有撤销；请决定发出还是修改")
            messages.success(request, words)
        else:
            messages.error(request, _("来不及撤回：撤回时间已过，函件已经发出，或者马上就会发出"))

    return _acted(request, number, back)


@require_POST
@needs("see_complaints")
def release(request: HttpRequest, number: str, outgoing: int) -> HttpResponse:
    """Let a withheld letter go after all."""

    def let_go() -> None:
        withholding.release(number, outgoing, by=person(request))
        seconds = int(undo_window().total_seconds())
        words = _("函件将在 {n} 秒后发出，在此之前可以撤回").format(n=seconds)
        messages.success(request, words if seconds else _("函件正在发出"))

    return _acted(request, number, let_go)


def _acted(request: HttpRequest, number: str, does: Callable[[], None]) -> HttpResponse:
    try:
        does()
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        messages.error(request, error.message)
    return to_case(request, number)


@require_http_methods(["GET", "POST"])
@needs("communicate")
def discard(request: HttpRequest, number: str, outgoing: int) -> HttpResponse:
    """A withheld letter is not sent at all, and why."""
    page, posted = load(request, number), posted_of(request)
    sheet = Sheet(
        page.complaint, _("不再发出这封函件"), request.path, ReasonForm(posted), _("不再发出")
    )
    sheet.draft = f"discard:{number}:{outgoing}"
    reason = posted.get("reason", "") if posted is not None else ""
    return act(
        request,
        sheet,
        lambda: withholding.discard(number, outgoing, reason, by=page.user),
        _("已登记，不再发出"),
    )
