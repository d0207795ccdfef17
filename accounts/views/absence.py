"""休假与代理: the own days away, and for supervisors those of their people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import absences, coming_back
from accounts.access import person
from accounts.forms_absence import AbsenceForm
from accounts.models import Absence, User


@require_http_methods(["GET", "POST"])
def absence(request: HttpRequest) -> HttpResponse:
    """Enter days away; below, what is entered already."""
    user = person(request)
    form = AbsenceForm(request.POST or None, by=user)
    if request.method == "POST" and form.is_valid() and form.save() is not None:
        messages.success(request, _("休假已登记"))
        return redirect("absence")
    return render(request, "accounts/absence.html", {"form": form, **_entered(user, form)})


def _entered(user: User, form: AbsenceForm) -> dict[str, Any]:
    """Current and coming absences: the own ones, the team's, and those the person stands in for."""
    day = absences.today()
    coming = absences.coming(day)
    return {
        "may_hand_over": user.may("take"),
        "today": day,
        "own": coming.filter(user=user),
        "over": coming_back.lately(user, timezone.now()) if user.may("take") else (),
        "standing_in": coming.filter(deputy=user),
        "team": coming.filter(user__in=[p.pk for p in form.people]) if form.people else (),
        "leads": bool(form.people),
    }


@require_POST
def end_absence(request: HttpRequest, absence: int) -> HttpResponse:
    """Back early, or called off."""
    user = person(request)
    try:
        ended = absences.end(absence, by=user)
    except Absence.DoesNotExist as missing:
        raise Http404 from missing
    messages.success(request, _("已结束 %(name)s 的休假") % {"name": ended.user.name})
    if ended.user_id == user.pk and user.may("take") and coming_back.took_place(ended):
        return redirect("returned", ended.pk)
    return redirect("absence")
