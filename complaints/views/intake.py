"""来电登记: writing a complaint down while the consumer is on the telephone."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from accounts.models import User
from complaints import enumeration
from complaints.actions import drafts, half_typed, intake_once, steps
from complaints.actions.intake_values import clean_registration
from complaints.errors import CaseError, Invalid
from complaints.models import Complaint
from complaints.seen import saw_cases
from complaints.told_facts import Decisions
from complaints.views import own_drafts
from complaints.views.intake_done import told_to_the_caller
from complaints.views.intake_form import IntakeForm
from complaints.views.intake_hints import Hints

DRAFT = re.compile(r"intake(:[A-Za-z0-9]{1,40})?")  # under which a form keeps what is typed
_ANOTHER = "another"  # ?form=: beside those that are unfinished


@never_cache
@require_http_methods(["GET", "POST"])
@needs("register_complaints")
@keeps_what_was_typed
def intake(request: HttpRequest) -> HttpResponse:
    """The form. POST registers and leads to the number; `then=accept` also takes the case up."""
    user = person(request)
    form = IntakeForm(request.POST if request.method == "POST" else None, user)
    if not form.is_bound or form.decide():
        return _page(request, form)
    try:
        number = _register(form, user, _key(request))
    except Invalid as refused:
        if "told" in refused.errors:
            form.forget_decisions()
        form.refuse(refused.errors)
        return _page(request, form, status=422)
    except intake_once.AlreadySent as sent:
        if not sent.same:
            form.name_anew()
            return _page(request, form, status=409, sent=sent.number)
        number = sent.number
    if request.POST.get("then") == "accept":
        with suppress(CaseError):  # the next page says what is missing
            steps.take(number, "accept", {}, by=user)
    key = _key(request)
    kept = f"?{urlencode({'form': key})}" if key else ""  # the browser's own copy ends there
    return redirect(reverse("intake_done", args=[number]) + kept)


def _key(request: HttpRequest) -> str:
    """Under which the form keeps its draft: named by the form or in the address; "" when neither
    does, or not as we do.
    """
    sent = request.POST.get(own_drafts.FIELD, "") or request.GET.get("form", "")
    return sent if DRAFT.fullmatch(sent) else ""


def _register(form: IntakeForm, user: User, draft: str) -> str:
    """The number of the new case. Raises Invalid with everything that is wrong, AlreadySent."""
    now = timezone.now()
    values, lacking = form.values(now), form.lacking()
    if lacking:
        raise Invalid({**_refusals(values, now), **lacking})
    told = _told(form, user)
    case = intake_once.register_form(
        values, form.token, by=user, draft=draft, told=told, links=form.links, now=now
    )
    enumeration.settle(values["consumer"], user, now)
    return case.number


def _told(form: IntakeForm, user: User) -> dict[str, dict[str, Any]]:
    """The accepted facts as answers. Raises Invalid when they cannot be read."""
    try:
        Decisions.read(str(form.typed["told"]))
    except (ValueError, RecursionError) as error:
        sentence = _("采纳的事实没有读懂，没有登记；请在右侧重新采纳后再提交")
        raise Invalid({"told": [sentence]}) from error
    return _hints(form, user).answers


def _refusals(values: dict[str, Any], now: datetime) -> dict[str, list[str]]:
    """What the action would refuse beside; an empty narrative is said at the sentence above it."""
    try:
        clean_registration(values, now)
    except Invalid as refused:
        return {k: v for k, v in refused.errors.items() if k != "narrative" or values["narrative"]}
    return {}


def _page(
    request: HttpRequest, form: IntakeForm, status: int = 200, sent: str = ""
) -> HttpResponse:
    user = person(request)
    saw_cases(sent)
    hints = _hints(form, user)
    if form.is_bound:
        form.show_ticks_beside()
    context = {
        "form": form,
        "hints": hints,
        "sent": sent,
        **_begun(request, user, bound=form.is_bound),
    }
    return render(request, "intake/intake.html", context, status=status)


def _begun(request: HttpRequest, user: User, *, bound: bool) -> dict[str, Any]:
    """The draft of this form and those beside it."""
    found, asked = intake_once.unfinished(user), _key(request)
    another = not asked and request.GET.get("form") == _ANOTHER
    draft = half_typed.new_intake_key() if another else found.chosen(asked)
    others = {key: kept for key, kept in found.found.items() if key != draft}
    return {
        "draft": draft,
        "drafts": {} if bound else found.found,
        "others": drafts.as_lines(others),
        "restored": draft in found.found and not bound,
    }


def _hints(form: IntakeForm, user: User) -> Hints:
    asked, told = (str(form.data.get(name, "")) for name in ("asked", "told"))
    hints = Hints(form.values(), user, asked, told)
    hints.ticked = frozenset(form.links)
    return hints


@never_cache
@require_POST
@needs("register_complaints")
@keeps_what_was_typed
def hints(request: HttpRequest) -> HttpResponse:
    """The side pane for what stands in the form: session, person, teams, cases, and where a whole
    number stands there, that it was looked for.
    """
    user = person(request)
    form = IntakeForm(request.POST, user)
    return render(request, "intake/live.html", {"hints": _hints(form, user), "live": True})


@never_cache
@require_GET
@needs("register_complaints")
def done(request: HttpRequest, number: str) -> HttpResponse:
    """The number to read out, what to tell the caller, and what is still missing."""
    user = person(request)
    visible = Complaint.objects.visible_to(user).select_related("consumer", "owner")
    complaint = get_object_or_404(visible, number=number)
    context = {
        "complaint": complaint,
        "draft": _key(request) or "intake",
        **told_to_the_caller(complaint, user),
    }
    return render(request, "intake/done.html", context)
