"""Users and teams, for administrators. Nothing here shows or counts a case."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import access, people
from accounts.access import needs
from accounts.forms import PersonForm, TeamForm
from accounts.models import Membership, Team, User
from accounts.roles import Role

PAGE = 100


@require_GET
@needs("see_people")
def users(request: HttpRequest) -> HttpResponse:
    """Everybody, with a search over name and user name. Five statements whatever their number."""
    q = request.GET.get("q", "").strip()
    memberships = Membership.objects.select_related("team").order_by("team__name")
    found = User.objects.prefetch_related(Prefetch("membership_set", memberships)).order_by(
        "-is_active", "username"
    )
    if q:
        found = found.filter(Q(username__icontains=q) | Q(name__icontains=q))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    for person in page:
        person.role_names = [Role(r).label for r in person.roles]
    may = access.person(request).may
    shown = {"manages": may("manage_users"), "ends_sessions": may("end_sessions")}
    return render(request, "accounts/users.html", {"page": page, "q": q, **shown})


def show_password(request: HttpRequest, shown: list[tuple[User, str]], title: str) -> HttpResponse:
    """A page with passwords to hand over, which no browser keeps."""
    response = render(request, "accounts/passwords.html", {"shown": shown, "title": title})
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@needs("manage_users")
def new_user(request: HttpRequest) -> HttpResponse:
    """A new person; the password is shown once."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        created = people.create(
            username=data["username"],
            name=data["name"],
            email=data["email"],
            roles=data["roles"],
            memberships=form.memberships,
            by=request.user,
        )
        return show_password(request, [created], _("已添加 %(name)s") % {"name": created[0].name})
    return render(request, "accounts/user_form.html", {"form": form, "person": None})


@require_http_methods(["GET", "POST"])
@needs("manage_users")
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one person; what the person may still do, and the end of it, is a page of its own."""
    person = get_object_or_404(User, pk=pk)
    form = PersonForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        try:
            people.change(
                person,
                name=data["name"],
                email=data["email"],
                roles=data["roles"],
                memberships=form.memberships,
                by=request.user,
            )
        except people.PeopleError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已保存 %(name)s") % {"name": data["name"]})
            return redirect("users")
    return render(request, "accounts/user_form.html", {"form": form, "person": person})


@require_POST
@needs("manage_users")
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new password for somebody else, shown once."""
    person = get_object_or_404(User, pk=pk)
    if person.pk == request.user.pk:
        return redirect("password")
    secret = people.reset_password(person, request.user)
    return show_password(
        request, [(person, secret)], _("%(name)s 的新密码") % {"name": person.name}
    )


@require_GET
@needs("manage_users")
def teams(request: HttpRequest) -> HttpResponse:
    """All teams with the number of their people."""
    found = Team.objects.annotate(
        size=Count("membership", filter=Q(membership__user__is_active=True))
    ).order_by("-is_active", "name")
    return render(request, "accounts/teams.html", {"teams": found})


@require_http_methods(["GET", "POST"])
@needs("manage_users")
def team(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Create or change a team."""
    instance = get_object_or_404(Team, pk=pk) if pk else None
    form = TeamForm(request.POST or None, instance=instance)
    if request.method == "POST" and form.is_valid():
        saved = people.save_team(form.save(commit=False), request.user)
        messages.success(request, _("已保存团队 %(name)s") % {"name": saved.name})
        return redirect("teams")
    return render(request, "accounts/team_form.html", {"form": form, "team": instance})
