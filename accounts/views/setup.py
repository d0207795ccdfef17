"""The first start of an empty installation: first administrator, then a team and its people."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import first_run, people, signing_in
from accounts.access import needs
from accounts.forms import FirstAdministratorForm, StaffFormSet, TeamForm
from accounts.models import Team, User
from accounts.roles import Role

LINES = 6
_SUGGESTED = (Role.SUPERVISOR, Role.AGENT, Role.AGENT, Role.COUNSEL, Role.AUDITOR, Role.AGENT)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Open only while nobody administers the installation; needs the code from the terminal."""
    if not first_run.is_open():
        return redirect(
            "setup_people"
            if isinstance(request.user, User) and request.user.may("manage_users")
            else "login"
        )
    form = FirstAdministratorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        user = first_run.first_administrator(
            username=data["username"], name=data["name"], password=data["password1"]
        )
        if user is None:
            return redirect("login")
        return signing_in.by_password(request, user, reverse("setup_people"))
    return render(request, "accounts/setup.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
@needs("manage_users")
def setup_people(request: HttpRequest) -> HttpResponse:
    """The first team and its people in one go; passwords are shown once."""
    team_form = TeamForm(request.POST or None, initial={"name": _("客服一组")})
    del team_form.fields["is_active"]
    rows = StaffFormSet(
        request.POST if request.method == "POST" else None,
        initial=[{"role": r} for r in _SUGGESTED],
    )
    if request.method == "POST" and team_form.is_valid() & rows.is_valid():
        shown = _create(team_form, rows, request.user)
        response = render(
            request,
            "accounts/passwords.html",
            {"shown": shown, "title": _("团队和用户已建好"), "first": True},
        )
        response["Cache-Control"] = "no-store"
        return response
    if request.method == "POST":
        messages.error(request, _("有几处需要修改，见下面标出的地方。"))
    return render(request, "accounts/setup_people.html", {"team_form": team_form, "rows": rows})


@transaction.atomic
def _create(team_form: TeamForm, rows: StaffFormSet, by: User) -> list[tuple[User, str]]:
    team: Team = people.save_team(team_form.save(commit=False), by)
    shown = []
    for form in rows:
        data = form.cleaned_data
        if not data.get("username"):
            continue
        role = data["role"] or Role.AGENT
        in_team = role in (Role.AGENT, Role.SUPERVISOR)
        memberships = {team.pk: role == Role.SUPERVISOR} if in_team else {}
        shown.append(
            people.create(
                username=data["username"],
                name=data["name"],
                roles=[role],
                memberships=memberships,
                by=by,
            )
        )
    return shown
