"""What one person may still do here, and the end of it: 账号与离职."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import access, leaving, training
from accounts.access import needs
from accounts.forms_security import LeaveForm, TrainingForm
from accounts.models import ApiKey, TrainingRecord, User
from accounts.people import PeopleError
from accounts.roles import PERMISSIONS, Role
from accounts.views.people import show_password
from audit.models import Entry


@require_GET
@needs("see_people")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """The page: what hangs on the person, keys, training, and what was ended when."""
    return render(request, "accounts/account.html", _shown(request, pk))


def _shown(
    request: HttpRequest, pk: int, *, leave: LeaveForm | None = None, form: Any = None
) -> dict[str, Any]:
    person, by, now = get_object_or_404(User, pk=pk), access.person(request), timezone.now()
    found = leaving.hanging(person, now)
    return {
        "person": person,
        "role_names": [Role(role).label for role in person.roles],
        "hanging": found,
        "nothing_hangs": not any(each.number for each in found),
        "lead_names": _("、").join(lead.name for lead in leaving.leads(person)),
        "ends_sessions": by.may("end_sessions") and by.pk != person.pk,
        "last": _last_left(person),
        "may_end": leaving.may_end(by, person),
        "leave_form": leave or LeaveForm(),
        "manages": by.may("manage_users"),
        "keys": ApiKey.objects.filter(user=person).order_by("-pk")[:50],
        "now": now,
        "revokes": by.may("manage_keys"),
        "training": person.training.select_related("entered_by", "withdrawn_by")[:50],
        "training_form": form or TrainingForm(),
        "trains": by.may("manage_training") and by.pk != person.pk,
        "today": timezone.localdate(now),
        "handles": bool(set(training.HANDLERS) & set(person.roles)),
        "trained_until": training.until(person, timezone.localdate(now)),
    }


def _last_left(person: User) -> dict[str, Any] | None:
    """When and why the person left last, and what was ended; nothing for whoever never did."""
    entry = (
        Entry.objects.filter(subject=f"user:{person.username}", verb="user_left")
        .order_by("-pk")
        .first()
    )
    if entry is None:
        return None
    titles = {part.code: part.title for part in leaving.parts()}
    ended = entry.detail.get("ended", {})
    why = entry.detail.get("why", "")
    return {
        "at": entry.at,
        "by": entry.actor_name,
        "why": leaving.Why(why).label if why in leaving.Why.values else why,
        "ended": [(titles.get(code, code), number) for code, number in ended.items()],
    }


@require_POST
@needs("end_accounts")
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """停用: at once, everything."""
    person, form = get_object_or_404(User, pk=pk), LeaveForm(request.POST)
    if not form.is_valid():
        shown = _shown(request, pk, leave=form)
        return render(request, "accounts/account.html", shown, status=422)
    try:
        leaving.leave(person, form.cleaned_data["why"], by=access.person(request))
    except PeopleError as refused:
        form.add_error(None, str(refused))
        shown = _shown(request, pk, leave=form)
        return render(request, "accounts/account.html", shown, status=422)
    messages.success(request, _("%(name)s 的账号已停用") % {"name": person.name})
    return redirect("account", pk)


@require_POST
@needs("manage_users")
def come_back(request: HttpRequest, pk: int) -> HttpResponse:
    """恢复: a new password, shown once; nothing that was ended returns."""
    person = get_object_or_404(User, pk=pk)
    try:
        secret = leaving.come_back(person, by=access.person(request))
    except PeopleError as refused:
        messages.error(request, str(refused))
        return redirect("account", pk)
    return show_password(
        request, [(person, secret)], _("%(name)s 可以登录了") % {"name": person.name}
    )


@require_POST
@needs("manage_training")
def enter_training(request: HttpRequest, pk: int) -> HttpResponse:
    """登记培训 of one person."""
    person, form = get_object_or_404(User, pk=pk), TrainingForm(request.POST)
    if form.is_valid():
        try:
            training.enter(person, **form.cleaned_data, by=access.person(request))
        except training.TrainingError as refused:
            for field, sentence in refused.errors.items():
                form.add_error(field if field in form.fields else None, sentence)
        else:
            messages.success(request, _("已登记 %(name)s 的培训") % {"name": person.name})
            return redirect("account", pk)
    return render(request, "accounts/account.html", _shown(request, pk, form=form), status=422)


@require_http_methods(["GET", "POST"])
@needs("manage_training")
def withdraw_training(request: HttpRequest, record: int) -> HttpResponse:
    """撤销 of a record that was entered wrongly, with a reason."""
    found = get_object_or_404(TrainingRecord.objects.select_related("user"), pk=record)
    typed, error = request.POST.get("reason", "")[:300], ""
    if request.method == "POST":
        try:
            training.withdraw(record, reason=typed, by=access.person(request))
        except training.TrainingError as refused:
            error = str(refused)
        else:
            messages.success(request, _("培训记录已撤销"))
            return redirect("account", found.user_id)
    shown = {"record": found, "typed": typed, "error": error}
    return render(request, "accounts/training_withdraw.html", shown, status=422 if error else 200)


@require_GET
@needs("see_people")
def permissions(request: HttpRequest) -> HttpResponse:
    """The table of roles: what each may do, from the very table that decides."""
    rows = [
        (permission.title, [role in permission.roles for role in Role])
        for permission in PERMISSIONS.values()
    ]
    return render(
        request, "accounts/permissions.html", {"rows": rows, "roles": [r.label for r in Role]}
    )
