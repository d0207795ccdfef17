"""审批金额: an offer above its author's limit, approved or refused from the page of the case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import needs
from accounts.browser import keeps_what_was_typed
from complaints import authority, limits
from complaints.actions import approvals
from complaints.actions import resolution as resolutions
from complaints.models import Approval, Complaint
from complaints.views.acting import act, posted_of
from complaints.views.case import load
from complaints.views.sheets import Mark, Sheet, SheetForm


class ApprovalForm(SheetForm):
    """Whether the sum is approved."""

    approve = forms.ChoiceField(
        label=gettext_lazy("决定"),
        widget=forms.RadioSelect,
        choices=[("1", gettext_lazy("批准")), ("0", gettext_lazy("不批准"))],
    )
    note = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": approvals.LONGEST}),
        help_text=gettext_lazy("不批准的，请说明理由。"),
    )


@require_http_methods(["GET", "POST"])
@needs("see_complaints")
@keeps_what_was_typed
def approval(request: HttpRequest, number: str) -> HttpResponse:
    """批准或不批准超出权限的金额."""
    page = load(request, number)
    if not page.user.may("approve_offers"):
        raise PermissionDenied(_("您的角色不能审批方案金额"))
    asked = _asked(page.complaint)
    sheet = Sheet(
        page.complaint, _("审批金额"), request.path, ApprovalForm(posted_of(request)), _("提交决定")
    )
    sheet.draft, sheet.template = f"approval:{number}", "case/approve.html"
    sheet.extra = {"asked": asked, "measures": list(asked.resolution.measures.all())}
    if request.method == "GET" and (why := _closed(page.complaint, asked, page.user)):
        sheet.form, sheet.problems = None, [why]
    sent = {name: request.POST.get(name, "") for name in ("approve", "note")}
    mark = Mark.read(request.POST.get("version", ""))

    def decide() -> None:
        approvals.decide(number, sent, by=page.user, version=mark.version)

    return act(request, sheet, decide, _("已登记决定"))


def _asked(complaint: Complaint) -> Approval:
    """What was asked, or what would be where nothing was. Raises Http404 where nothing has to be
    approved.
    """
    resolution = resolutions.current(complaint)
    if resolution is None:
        raise Http404
    resolution.complaint = complaint
    found = limits.standing(resolution, timezone.localdate())
    if found.approval is not None:
        found.approval.resolution = resolution
        return found.approval
    if not found.needed or found.limit is None:
        raise Http404
    beside = limits.elsewhere(complaint, resolution, timezone.now())
    amount = authority.together(limits.own_total(resolution), beside)
    return Approval(resolution=resolution, amount=amount, elsewhere=beside, limit=found.limit)


def _closed(complaint: Complaint, asked: Approval, user: Any) -> str:
    if asked.decided_at is not None:
        return _("这份方案已经审批过了；修改后重新送审的，另行审批")
    return approvals.may_not(complaint, asked, user, timezone.now())
