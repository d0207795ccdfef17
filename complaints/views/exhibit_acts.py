"""What is done with an item from its page: looked at, printed, checked, linked, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from complaints.actions import folder
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint
from complaints.views import looking
from complaints.views.act_forms import ReasonForm
from complaints.views.acting import act, posted_of
from complaints.views.exhibit_kinds import can_be
from complaints.views.exhibit_page import exhibit_of
from complaints.views.lookup import case_of
from complaints.views.sheets import Mark, Sheet
from evidence.models import Custody, Item

WITHDRAWN_STAYS = gettext_lazy(
    "撤回后仍留在卷宗里并标明理由，不能再用作证明；签署内容包含它的，签署随即失效。"
)


def _done(request: HttpRequest, does: Callable[[], Any]) -> Any:
    """What it answers. Raises Http404 and PermissionDenied."""
    try:
        return does()
    except (Complaint.DoesNotExist, Item.DoesNotExist) as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error


@require_POST
@needs("see_complaints")
def look_at_evidence(request: HttpRequest, number: str, item: int) -> HttpResponse:
    """查看内容 or 打印: the row of custody first, then the page with the ticket. What cannot be
    shown here is not looked at: its page says why.
    """
    by, wants_paper = person(request), request.POST.get("as") == "print"
    wanted = Custody.Act.PRINTED if wants_paper else Custody.Act.VIEWED
    if not can_be(wanted, _done(request, lambda: folder.item_of(case_of(request, number), item))):
        return redirect("evidence_item", number, item)
    found = _done(request, lambda: folder.take(number, item, wanted, by=by))
    query = urlencode({"look": looking.ticket(found, by, wanted)})
    page = "print_evidence" if wants_paper else "evidence_item"
    return redirect(f"{reverse(page, args=[number, item])}?{query}")


@require_POST
@needs("see_complaints")
def check_evidence(request: HttpRequest, number: str, item: int) -> HttpResponse:
    """校验: the hash worked out again from what lies in the store."""
    try:
        found = _done(request, lambda: folder.check(number, item, by=person(request)))
    except OSError:
        messages.error(request, _("暂时读不到存储中的文件，没有校验；请稍后再试"))
        return redirect("evidence_item", number, item)
    if found.holds:
        messages.success(request, _("文件完整：重新计算的 SHA-256 与收取时一致"))
    elif found.found:
        messages.error(request, _("文件被改动过：SHA-256 与收取时不一致；请立即告知管理员和法务"))
    else:
        messages.error(request, _("文件不在存储中；请立即告知管理员和法务"))
    return redirect(reverse("evidence_item", args=[number, item]) + "#hash")


@require_POST
@needs("add_evidence")
def link_evidence(request: HttpRequest, number: str, item: int) -> HttpResponse:
    """关联 or 取消关联: `what` is `fact:ID` or `point:TITLE`, `off` takes it away."""
    kind, _colon, target = request.POST.get("what", "").partition(":")
    values = {"kind": kind, "target": target, "linked": not request.POST.get("off")}
    try:
        _done(request, lambda: folder.link(number, item, values, by=person(request)))
    except Invalid as error:
        for sentence in dict.fromkeys(s for each in error.errors.values() for s in each):
            messages.error(request, sentence)
    return redirect(reverse("evidence_item", args=[number, item]) + "#proves")


@require_http_methods(["GET", "POST"])
@needs("add_evidence")
@keeps_what_was_typed
def withdraw_evidence(request: HttpRequest, number: str, item: int) -> HttpResponse:
    """撤回证据, with a reason; it stays where it is."""
    shown = exhibit_of(request, number, item)
    title = _("撤回证据 {number}：{title}").format(number=item, title=shown.item.title)
    form = ReasonForm(posted_of(request))
    sheet = Sheet(
        shown.page.complaint, title, request.path, form, _("撤回这份证据"), WITHDRAWN_STAYS
    )
    sheet.draft, sheet.dangerous = f"withdraw:{number}:{item}", True
    if why := folder.may_not_change(shown.page.complaint, shown.item):
        sheet.form, sheet.problems = None, [why]
        return act(request, sheet, lambda: _refuse(why), "")
    mark = Mark.read(request.POST.get("version", ""))

    def withdraw() -> None:
        values = {"reason": request.POST.get("reason", "")}
        folder.withdraw(number, item, values, by=shown.page.user, version=mark.version)

    return act(request, sheet, withdraw, _("证据 {number} 已撤回").format(number=item))


def _refuse(why: str) -> None:
    raise Invalid({"state": [why]})
