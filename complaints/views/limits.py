"""金额权限: up to which sum who may offer without asking, for administrators and supervisors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import needs, person
from accounts.models import User
from accounts.roles import Role
from complaints import authority, limits
from complaints.actions import half_typed
from complaints.actions import limits as acts
from complaints.errors import Invalid, NotAllowed
from complaints.models import AuthorityLimit
from complaints.views.sheets import SheetForm, readable

DRAFT = "limits"  # under which what is being typed is kept
SHOWN = 100  # words about limits, the newest first


class LimitForm(SheetForm):
    """For whom, how much, from when."""

    who = forms.ChoiceField(label=gettext_lazy("角色或同事"))
    amount = forms.CharField(
        label=gettext_lazy("金额上限（元）"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "maxlength": 20}),
    )
    unlimited = forms.BooleanField(label=gettext_lazy("不限额"), required=False)
    lifted = forms.BooleanField(label=gettext_lazy("取消个人权限，按角色的"), required=False)
    valid_from = forms.CharField(
        label=gettext_lazy("自何日起"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("不填则今天生效。"),
    )

    def __init__(self, by: User, data: Any = None) -> None:
        super().__init__(data)
        people = [(f"user:{u.username}", f"{u.name}（{u.username}）") for u in _people(by)]
        roles = [(f"role:{r}", r.label) for r in acts.ROLES] if by.is_(Role.ADMINISTRATOR) else []
        chosen: Any = self.fields["who"]
        chosen.choices = [("", _("请选择")), *roles, *people]


def _people(by: User) -> list[User]:
    """Whose limit the person may set: everybody else who drafts, or the agents of the teams led."""
    able = User.objects.filter(is_active=True).exclude(pk=by.pk)
    if by.is_(Role.ADMINISTRATOR):
        able = able.filter(roles__overlap=[str(role) for role in acts.ROLES])
    else:
        able = able.filter(membership__team__in=by.led_team_ids, roles__contains=[Role.AGENT])
        able = able.exclude(roles__contains=[Role.SUPERVISOR])
    return list(able.distinct().order_by("name", "pk"))


@require_http_methods(["GET", "POST"])
@needs("manage_limits")
def limits_page(request: HttpRequest) -> HttpResponse:
    """What holds for the roles, every word that was said, and the form for another."""
    by = person(request)
    if request.method == "GET":
        return _page(request, LimitForm(by))
    posted, unreadable = readable(request.POST)
    form = LimitForm(by, posted)
    try:
        if unreadable:
            raise Invalid(unreadable)
        acts.set_limit(_sent(posted), by=by)
    except Invalid as invalid:
        named = {"role": "who", "user": "who"}
        for name, words in invalid.errors.items():
            form.add_error(named.get(name, name), words)
        return _page(request, form, status=422)
    except NotAllowed as refused:  # a wrong value is no reason to lose the form
        form.add_error(None, refused.message)
        return _page(request, form, status=403)
    half_typed.drop_draft(by, DRAFT)
    messages.success(request, _("金额权限已设定"))
    return redirect("limits")


def _sent(posted: Any) -> dict[str, Any]:
    kind, _colon, name = posted.get("who", "").partition(":")
    fields = ("amount", "unlimited", "lifted", "valid_from")
    whose = {kind: name} if kind in ("role", "user") else {}
    return {name_: posted.get(name_, "") for name_ in fields} | whose


def _page(request: HttpRequest, form: LimitForm, status: int = 200) -> HttpResponse:
    said, today = limits.said(), timezone.localdate()
    defaults = settings.AUTHORITY_LIMITS
    rows = AuthorityLimit.objects.select_related("user", "set_by").order_by("-id")
    context = {
        "form": form,
        "draft": DRAFT,
        "roles": [
            (role.label, authority.of_role(role, said, today, defaults)) for role in acts.ROLES
        ],
        "rows": list(rows[:SHOWN]),
        "mine": limits.limit_of(person(request), today, said),
        "today": today,
    }
    return render(request, "limits.html", context, status=status)
