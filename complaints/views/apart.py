"""Who may have no part in a case, from its page: a colleague of whom it speaks, and counsel who
steps back.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import needs
from accounts.models import User
from accounts.roles import Role
from complaints.actions import confidentiality, segregation
from complaints.models import Complaint
from complaints.views.act_forms import ReasonForm
from complaints.views.acting import act, posted_of
from complaints.views.case import load
from complaints.views.sheets import Mark, Sheet, SheetForm


class NamedForm(SheetForm):
    """Which colleague, and what the consumer says of the person."""

    user = forms.ChoiceField(label=gettext_lazy("点名的同事"))
    why = forms.CharField(
        label=gettext_lazy("消费者怎么说"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": segregation.LONGEST}),
        help_text=gettext_lazy(
            "登记后此人看不到本案，不得审核、批准或签署；其代理人也不得代为签署。"
        ),
    )

    def __init__(self, complaint: Complaint, data: Any = None) -> None:
        super().__init__(data)
        people = [(user.username, user.name) for user in _nameable(complaint)]
        self.fields["user"].choices = [("", _("请选择")), *people]  # type: ignore[attr-defined]


def _nameable(complaint: Complaint) -> QuerySet[User]:
    """The team's people and all of counsel, who are not named yet."""
    near = Q(membership__team=complaint.team_id) | Q(roles__contains=[Role.COUNSEL])
    known = complaint.named_people.values("user")
    return User.objects.filter(near, is_active=True).exclude(pk__in=known).distinct()


@require_http_methods(["GET", "POST"])
@needs("see_complaints")
def named(request: HttpRequest, number: str) -> HttpResponse:
    """登记点名的同事."""
    page, posted = load(request, number), posted_of(request)
    if not segregation.may_name(page.user):
        raise PermissionDenied(_("只有主管和法务可以登记案件点名的同事"))
    form = NamedForm(page.complaint, posted)
    sheet = Sheet(page.complaint, _("登记点名的同事"), request.path, form, _("登记"))
    sheet.draft = f"named:{number}"
    sent = {name: request.POST.get(name, "") for name in ("user", "why")}
    mark = Mark.read(request.POST.get("version", ""))

    def name() -> None:
        segregation.name_person(number, sent, by=page.user, version=mark.version)

    return act(request, sheet, name, _("已登记，此人不再参与本案"))


@require_http_methods(["GET", "POST"])
@needs("sign_resolutions")
def recuse(request: HttpRequest, number: str) -> HttpResponse:
    """回避, for good."""
    page, posted = load(request, number), posted_of(request)
    sheet = Sheet(page.complaint, _("回避本案"), request.path, ReasonForm(posted), _("回避"))
    sheet.draft, sheet.intro = f"recuse:{number}", _("回避后您不能再审核或签署本案，不能撤回。")
    sent = {"reason": request.POST.get("reason", "")}
    return act(
        request,
        sheet,
        lambda: segregation.recuse(number, sent, by=page.user),
        _("已回避，由另一位法务处理"),
    )


@require_http_methods(["GET", "POST"])
@needs("see_complaints")
def confidential(request: HttpRequest, number: str) -> HttpResponse:
    """设为保密 or 取消保密, whichever the case is not."""
    page = load(request, number)
    case = page.complaint
    # the address says which way, so that a second tab does not turn it back
    wanted = request.GET.get("to", "0" if case.confidential else "1") == "1"
    if not confidentiality.may_change(case, page.user):
        raise PermissionDenied(_("只有负责该团队的主管和法务可以取消保密"))
    title = _("设为保密") if wanted else _("取消保密")
    way = f"{request.path}?to={int(wanted)}"
    sheet = Sheet(case, title, way, ReasonForm(posted_of(request)), title)
    sheet.draft = f"confidential:{number}"
    sheet.intro = (
        _(
            "保密案件只有责任人、负责该团队的主管和已送审的法务能看到，其他同事在列表、搜索和通知里都看不到。"
        )
        if wanted
        else _("取消后，本案团队的同事都能看到。")
    )
    sent = {"confidential": "1" if wanted else "0", "reason": request.POST.get("reason", "")}
    mark = Mark.read(request.POST.get("version", ""))

    def change() -> None:
        confidentiality.change(number, sent, by=page.user, version=mark.version)

    return act(request, sheet, change, _("已登记"))
