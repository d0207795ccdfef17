"""What is done to a case beside its steps: hand-over, counsel."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import needs
from complaints.actions import assignment, withdrawal
from complaints.errors import CaseError, Invalid
from complaints.views.act_forms import (
    RETURN,
    AssignForm,
    GiveBackForm,
    ReasonForm,
    ShareForm,
    receivers_of,
)
from complaints.views.acting import act, posted_of
from complaints.views.case import load
from complaints.views.case_head import may_hand_over
from complaints.views.sheets import Mark, Sheet, done, nothing_to_do


@require_http_methods(["GET", "POST"])
@needs("take")
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """转派 within the team, or back to its queue."""
    page, posted = load(request, number), posted_of(request)
    if not may_hand_over(page.user, page.complaint):
        raise PermissionDenied(_("只有主管可以转派他人的案件"))
    receivers = receivers_of(page.complaint, there=True)
    form = AssignForm(page.complaint, receivers, posted)
    sheet = Sheet(page.complaint, _("转派"), request.path, form, _("转派"))
    sheet.draft = f"assign:{number}"
    mark = Mark.read(request.POST.get("version", ""))

    def hand_over() -> None:
        to = request.POST.get("to", "")
        user = next((u for u in receivers if str(u.pk) == to), None)
        if user is None and to != RETURN:
            raise Invalid({"to": [_("请选择转给谁")]})
        note = request.POST.get("note", "")
        assignment.assign(number, by=page.user, user=user, note=note, version=mark.version)

    return act(request, sheet, hand_over, _("已转派"))


@require_http_methods(["GET", "POST"])
@needs("take")
def give_back(request: HttpRequest, number: str) -> HttpResponse:
    """退回 to whoever handed the case over."""
    page, posted = load(request, number), posted_of(request)
    if page.complaint.owner_id != page.user.pk:
        raise PermissionDenied(_("只有责任人可以退回案件"))
    giver = assignment.giver_of(page.complaint)
    if giver is None or not page.complaint.is_open:
        words = _("没有人把本案转派给您；不由您办理的，请转派给同事或退回待分配")
        return nothing_to_do(request, number, words)
    form = GiveBackForm(posted)
    title = pgettext("sheet", "退回给 {name}").format(name=giver.name)
    sheet = Sheet(page.complaint, title, request.path, form, _("退回"))
    sheet.draft = f"give-back:{number}"
    note, mark = request.POST.get("note", ""), Mark.read(request.POST.get("version", ""))
    return act(
        request,
        sheet,
        lambda: assignment.give_back(number, by=page.user, note=note, version=mark.version),
        _("已退回"),
    )


@require_POST
@needs("take")
def claim(request: HttpRequest, number: str) -> HttpResponse:
    """A free case becomes mine."""
    page = load(request, number)
    if page.complaint.owner_id is not None:
        return nothing_to_do(request, number, _("本案已经有责任人"))
    try:
        version = page.complaint.version
        assignment.assign(number, by=page.user, user=page.user, version=version)
    except CaseError as error:
        return nothing_to_do(request, number, error.message)
    return done(request, number, _("本案现由您办理"))


@require_http_methods(["GET", "POST"])
@needs("edit_complaints")
def share(request: HttpRequest, number: str) -> HttpResponse:
    """请法务协助: counsel sees the case before it is submitted."""
    page, posted = load(request, number), posted_of(request)
    sheet = Sheet(page.complaint, _("请法务协助"), request.path, ShareForm(posted), _("发给法务"))
    sheet.draft = f"share:{number}"
    note = request.POST.get("note", "")
    return act(
        request,
        sheet,
        lambda: assignment.share_with_counsel(number, by=page.user, note=note),
        _("法务现在可以看到本案"),
    )


@require_http_methods(["GET", "POST"])
@needs("edit_complaints")
def dismiss_withdrawal(request: HttpRequest, number: str) -> HttpResponse:
    """The consumer wants to go on after all."""
    page, posted = load(request, number), posted_of(request)
    form = ReasonForm(posted)
    sheet = Sheet(page.complaint, _("取消撤回请求"), request.path, form, _("继续办理"))
    sheet.draft = f"dismiss:{number}"
    sent = {"reason": request.POST.get("reason", "")}
    mark = Mark.read(request.POST.get("version", ""))
    return act(
        request,
        sheet,
        lambda: withdrawal.dismiss(number, sent, by=page.user, version=mark.version),
        _("已取消撤回请求，案件继续办理"),
    )
