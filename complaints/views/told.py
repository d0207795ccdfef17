"""告知记录: how and when the consumer was told, what became of each letter, and telling again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from complaints import delivery
from complaints.actions import retelling
from complaints.advance import find
from complaints.errors import CaseError, NotAllowed
from complaints.models import Complaint


@require_GET
@needs("see_complaints")
def told(request: HttpRequest, number: str) -> HttpResponse:
    """Every letter in every way in which it was tried, the newest first."""
    user = person(request)
    try:
        complaint = find(number, user)
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    rows = delivery.told(complaint)
    context = {"case": complaint, "rows": rows, "may": user.may("communicate")}
    return render(request, "case/told.html", context)


@require_POST
@needs("communicate")
def again(request: HttpRequest, number: str, letter_id: int) -> HttpResponse:
    """The same letter once more by e-mail."""

    def send() -> HttpResponse:
        retelling.send_again(number, letter_id, by=person(request))
        messages.success(request, _("函件将再次发送；发出前可以在案件页撤回"))
        return redirect("told", number)

    return _acted(request, number, send)


@require_POST
@needs("communicate")
def by_hand(request: HttpRequest, number: str, letter_id: int) -> HttpResponse:
    """The same letter by a person, who says next how it was brought."""

    def make() -> HttpResponse:
        made = retelling.by_hand(number, letter_id, by=person(request))
        return redirect("letter", number, made.pk)

    return _acted(request, number, make)


@require_POST
@needs("communicate")
def bring(request: HttpRequest, number: str, outgoing: int) -> HttpResponse:
    """A letter that waits is brought by a person instead of sent."""

    def switch() -> HttpResponse:
        if retelling.bring_instead(number, outgoing, by=person(request)):
            messages.success(request, _("不再自动发出；函件稍后在此列为“待人工送达”，送达后请登记"))
        else:
            messages.error(request, _("来不及更换：函件已经发出，或者正在交给邮件服务器"))
        return redirect("told", number)

    return _acted(request, number, switch)


def _acted(request: HttpRequest, number: str, does: Callable[[], Any]) -> HttpResponse:
    try:
        answer: HttpResponse = does()
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        messages.error(request, error.message)
        return redirect("told", number)
    return answer
