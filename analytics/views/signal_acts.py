"""What is done about a signal on its page: steps, owner, cause, corrective action. What is refused
is shown again by that page.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from analytics import acting, curing, giving
from analytics.models import CauseGiven
from analytics.signal_life import MAY, STEPS
from analytics.views import pages
from analytics.views.forms import ActionForm, GiveForm, OwnerForm, StepForm
from analytics.views.signal_page import Desk, load, shown
from complaints.views.sheets import SheetForm


@require_POST
@needs(MAY)
@keeps_what_was_typed
def signal_step(request: HttpRequest, signal: int, signal_step: str) -> HttpResponse:
    """One step of its life."""
    step = signal_step
    one = load(request, signal)
    if step not in STEPS:
        raise Http404
    form = StepForm(STEPS[step], request.POST)
    return pages.act(
        request,
        form,
        lambda sent, version: acting.take(
            signal, step, by=one.user, reason=sent.get("reason", ""), version=version
        ),
        lambda _made: redirect("signal", signal),
        lambda _form, loose, status: _again(request, signal, status, loose, step, form),
        _("已登记：{step}").format(step=STEPS[step].title),
    )


def _again(
    request: HttpRequest,
    pk: int,
    status: int,
    loose: list[str],
    step: str,
    form: StepForm,
) -> HttpResponse:
    """The page as it is now, with the refused form in its place; what was typed stays, also where
    the step is possible no more.
    """
    one = load(request, pk)
    one.desks = [Desk(d.step, form, d.against) if d.step.code == step else d for d in one.desks]
    typed = request.POST.get("reason", "")
    lost = typed if all(d.step.code != step for d in one.desks) else ""
    return shown(request, one, status, problems=loose, lost=lost)


@require_POST
@needs(MAY)
@keeps_what_was_typed
def signal_owner(request: HttpRequest, signal: int) -> HttpResponse:
    """Somebody else answers for it."""
    one = load(request, signal)
    form = OwnerForm(acting.may_own(one.signal), request.POST)
    return _part(
        request,
        signal,
        "owner_form",
        form,
        lambda sent, version: acting.hand_over(
            signal, sent.get("owner", ""), by=one.user, version=version
        ),
        _("已变更负责人"),
    )


@require_POST
@needs(MAY)
@keeps_what_was_typed
def signal_cause(request: HttpRequest, signal: int) -> HttpResponse:
    """Why: a cause of the tree."""
    one = load(request, signal)
    form = GiveForm(giving.tree(), request.POST)
    return _part(
        request,
        signal,
        "give_form",
        form,
        lambda sent, _version: giving.of_signal(
            signal, sent.get("cause", ""), sent.get("why", ""), by=one.user
        ),
        _("已登记原因"),
    )


@require_POST
@needs(MAY)
@keeps_what_was_typed
def signal_action(request: HttpRequest, signal: int) -> HttpResponse:
    """A corrective action; the first one begins the cure."""
    one = load(request, signal)
    form = ActionForm(curing.may_own(), request.POST)
    return _part(
        request,
        signal,
        "action_form",
        form,
        lambda sent, _version: curing.open_one(sent, by=one.user, signal=signal),
        _("已登记整改措施"),
    )


def _part(
    request: HttpRequest, pk: int, name: str, form: SheetForm, does: Any, message: str
) -> HttpResponse:
    def again(_form: Any, loose: list[str], status: int) -> HttpResponse:
        return shown(request, load(request, pk), status, **{name: form, "problems": loose})

    return pages.act(request, form, does, lambda _made: redirect("signal", pk), again, message)


@require_POST
@needs(MAY)
def withdraw_cause(request: HttpRequest, given: int) -> HttpResponse:
    """It was not that after all."""
    row = pages.found_or_404(
        lambda: giving.withdraw(given, by=person(request)), CauseGiven.DoesNotExist
    )
    messages.success(request, _("已撤回这项原因"))
    if row.signal_id is not None:
        return redirect("signal", row.signal_id)
    return redirect("case_causes", row.complaint.number)
