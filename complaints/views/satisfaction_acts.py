"""What the consumer said of a closed case: read, written down after a call, and taken up again by
somebody else.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import needs
from accounts.models import User
from complaints import satisfied
from complaints.actions import satisfaction
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Feedback, Invitation
from complaints.views.act_forms import receivers_of
from complaints.views.acting import act, posted_of
from complaints.views.case import load
from complaints.views.case_head import Obstacle
from complaints.views.satisfaction_link import MARKS, FeedbackForm
from complaints.views.sheets import Mark, Sheet, SheetForm, show


class CallForm(FeedbackForm):
    """The same three questions, as they are asked on the telephone."""

    field_order = ("solved", "score", "comment")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["score"].label = _("消费者给几分")
        marks = [(value, f"{value} {words}") for value, words in MARKS]
        self.fields["score"].choices = marks  # type: ignore[attr-defined]
        self.fields["solved"].label = _("问题解决了吗")
        self.fields["comment"].label = _("消费者怎么说")


class RedoForm(SheetForm):
    """Who takes it up, and why."""

    user = forms.ChoiceField(label=gettext_lazy("由谁重新办理"))
    reason = forms.CharField(
        label=gettext_lazy("为什么重新办理"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
        help_text=gettext_lazy("接手的同事打开案件时先看到这一段。"),
    )

    def __init__(self, people: list[User], data: Any = None) -> None:
        super().__init__(data)
        choices = [("", _("请选择")), *((str(u.pk), u.name) for u in people)]
        self.fields["user"].choices = choices  # type: ignore[attr-defined]


def given_of(complaint: Complaint) -> Feedback | None:
    """What was said of the latest closing, if anything was."""
    rows = Feedback.objects.select_related("invitation__complaint__consumer", "by")
    latest = Invitation.objects.filter(complaint=complaint).order_by("-id").values("pk")[:1]
    return rows.filter(invitation__in=latest).first()


@require_http_methods(["GET", "POST"])
@needs("see_complaints")
def satisfaction_of(request: HttpRequest, number: str) -> HttpResponse:
    """消费者评价: what was said; while nothing was, the form for a colleague who called."""
    page = load(request, number)
    given = given_of(page.complaint)
    if given is not None and request.method != "POST":
        return show(request, _read(page.complaint, request.path, given))
    sheet = _call(page.complaint, page.user, request)
    sent = {name: request.POST.get(name, "") for name in ("score", "solved", "comment")}
    version = Mark.read(request.POST.get("version", "")).version

    def write() -> None:
        satisfaction.call_back(number, sent, by=page.user, version=version)

    return act(request, sheet, write, _("已登记消费者的评价"))


def _read(complaint: Complaint, path: str, given: Feedback) -> Sheet:
    extra = {"given": given, "comment": satisfied.comment_of(given)}
    template = "satisfaction/given.html"
    return Sheet(
        complaint, _("消费者评价"), path, None, "", template=template, always=True, extra=extra
    )


def _call(complaint: Complaint, user: User, request: HttpRequest) -> Sheet:
    """The form, or the sentence why this person cannot fill it in."""
    sheet = Sheet(complaint, _("登记电话回访"), request.path, None, _("登记评价"))
    try:
        satisfaction.check_caller(complaint, user)
        satisfaction.check_closed(complaint)
    except (NotAllowed, Invalid) as refused:
        sheet.obstacles = [Obstacle(refused.message)]
        return sheet
    sheet.form, sheet.draft = CallForm(posted_of(request)), f"satisfaction:{complaint.number}"
    sheet.intro = _("按消费者在电话里说的登记，不替其打分。登记后不能修改。")
    return sheet


@require_http_methods(["GET", "POST"])
@needs("assign")
def redo(request: HttpRequest, number: str) -> HttpResponse:
    """重新办理 by somebody who did not handle the case."""
    page = load(request, number)
    if page.complaint.is_open:
        raise PermissionDenied(_("案件正在办理，不需要重新启动"))
    handled = User.objects.filter(satisfied.handled_by(page.complaint)).values_list("pk", flat=True)
    barred = set(handled)
    people = [user for user in receivers_of(page.complaint) if user.pk not in barred]
    form = RedoForm(people, posted_of(request))
    sheet = Sheet(page.complaint, _("重新办理"), request.path, form, _("重新启动并转派"))
    sheet.draft, sheet.intro = f"redo:{number}", _("由没有办理过本案的同事重新调查，原案卷保留。")
    to, reason = request.POST.get("user", ""), request.POST.get("reason", "")
    version = Mark.read(request.POST.get("version", "")).version

    def again() -> None:
        user = next((u for u in people if str(u.pk) == to), None)
        satisfaction.reopen_to_another(number, user, reason, by=page.user, version=version)

    return act(request, sheet, again, _("已重新启动，并转给另一位同事"))
