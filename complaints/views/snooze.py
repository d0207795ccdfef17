"""搁置: the form, and taking the case up again."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from complaints.actions import snoozing
from complaints.choices import DeadlineState
from complaints.clock_words import title_of
from complaints.errors import CaseError, NotAllowed
from complaints.models import Complaint, Deadline
from complaints.views import list_places
from complaints.views.acting import act, posted_of
from complaints.views.clocks import load
from complaints.views.sheets import Mark, Sheet, SheetForm, done, nothing_to_do

SHOWN = 3


class SnoozeForm(SheetForm):
    """Until when, and for what."""

    waiting_for = forms.CharField(
        label=gettext_lazy("等谁、等什么"),
        max_length=200,
        help_text=gettext_lazy("例如：等检测机构出报告。在案件和列表上可以看到。"),
    )
    until = forms.CharField(
        label=gettext_lazy("搁置到哪一天"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("到那天案件回到您的待办，排在最前。"),
    )


@require_http_methods(["GET", "POST"])
@needs("take")
@keeps_what_was_typed
def snooze(request: HttpRequest, number: str) -> HttpResponse:
    """Until a day, for what."""
    complaint, user, now = load(request, number), person(request), timezone.now()
    if complaint.owner_id != user.pk or not complaint.is_open:
        return nothing_to_do(request, number, _("只有责任人可以搁置自己未办结的案件"))
    form = SnoozeForm(posted_of(request))
    sheet = Sheet(complaint, _("搁置"), request.path, form, _("搁置"))
    sheet.draft, sheet.template = f"snooze:{number}", "case/snooze.html"
    last = snoozing.last_day(complaint, now)
    sheet.extra = {"deadlines": _deadlines(complaint), "last": last}
    if last is None and request.method == "GET":  # no fields for what could only be refused
        sheet.form, sheet.problems = None, [str(snoozing.TOO_LATE)]
    elif last is not None:
        form.fields["until"].widget.attrs["max"] = last.isoformat()
    values = {name: request.POST.get(name, "") for name in ("until", "waiting_for")}
    mark = Mark.read(request.POST.get("version", ""))
    answer = act(
        request,
        sheet,
        lambda: snoozing.put_aside(number, values, by=user, version=mark.version),
        _("已搁置；期限照常计算"),
        back="back_to_list",
    )
    if request.method == "GET":
        list_places.keep(request, answer, number, list_places.arrived(request, complaint))
    return answer


def _deadlines(complaint: Complaint) -> list[tuple[str, datetime]]:
    """The next of those that go on meanwhile."""
    running = Deadline.objects.filter(complaint=complaint, state=DeadlineState.RUNNING)
    return [(title_of(clock), clock.due_at) for clock in running.order_by("due_at")[:SHOWN]]


@require_POST
@needs("take")
def take_up(request: HttpRequest, number: str) -> HttpResponse:
    """结束搁置."""
    load(request, number)
    try:
        snoozing.take_up(number, by=person(request))
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError:
        return nothing_to_do(request, number, _("本案已经不在搁置中"))
    return done(request, number, _("搁置已结束，案件在您的待办里"))
