"""关联案件: what has to do with a case, as a pane and as a page; linking and unlinking."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import needs, person
from accounts.models import User
from complaints import granted, linked
from complaints.actions import linking
from complaints.choices import LinkKind
from complaints.models import CaseLink, Complaint
from complaints.seen import saw_cases
from complaints.views.act_forms import ReasonForm
from complaints.views.acting import act, posted_of
from complaints.views.lookup import case_of
from complaints.views.sheets import Sheet, SheetForm

OFFERED = 8  # earlier cases of the consumer to choose from


class LinkForm(SheetForm):
    """With which case, and what the two have to do with each other."""

    to = forms.CharField(
        label=gettext_lazy("另一件案件的编号"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "link-targets"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("两件案件的关系"))
    note = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": linking.LONGEST}),
        help_text=gettext_lazy("两件案件的经过里都会记下这句话。选“其他”时必填。"),
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        kinds = [(code, LinkKind(code).label) for code in linking.BY_HAND]
        self.fields["kind"].choices = [("", _("请选择")), *kinds]  # type: ignore[attr-defined]


@require_GET
@needs("see_complaints")
def links(request: HttpRequest, number: str) -> HttpResponse:
    """The linked and merged cases; only the pane where a script asks for it."""
    complaint, user = case_of(request, number), person(request)
    reader, _grant = granted.before(user, complaint, timezone.now())
    context = {
        "case": complaint,
        "around": linked.around(complaint, user),
        "may": reader.may("edit_complaints"),
    }
    whole = not request.headers.get("HX-Request")
    return render(request, "links/page.html" if whole else "links/pane.html", context)


@require_http_methods(["GET", "POST"])
@needs("edit_complaints")
def link(request: HttpRequest, number: str) -> HttpResponse:
    """关联案件."""
    complaint, user = case_of(request, number), person(request)
    form = LinkForm(posted_of(request), initial={"to": request.GET.get("to", "")[:20]})
    sheet = Sheet(complaint, _("关联另一件案件"), request.path, form, _("关联"))
    sheet.intro = _("两件案件各自办理、各自计时，互相能找到。要合成一件办理的，请用“并案”。")
    sheet.template, sheet.draft = "links/fields.html", f"link:{number}"
    sheet.extra = {"targets": _targets(complaint, user)}
    sent = {name: request.POST.get(name, "") for name in ("to", "kind", "note")}
    return act(request, sheet, lambda: linking.link(number, sent, by=user), _("已关联"))


@require_http_methods(["GET", "POST"])
@needs("edit_complaints")
def unlink(request: HttpRequest, number: str, link: int) -> HttpResponse:
    """取消关联, with the reason."""
    complaint, user = case_of(request, number), person(request)
    try:
        found = linking.of_case(complaint, link)
    except CaseLink.DoesNotExist as missing:
        raise Http404 from missing
    form = ReasonForm(posted_of(request))
    sheet = Sheet(complaint, _("取消关联"), request.path, form, _("取消关联"))
    sheet.intro = _("两件案件的经过里都会留下这次取消和理由。")
    if found.ended_at is not None and request.method != "POST":
        sheet.form, sheet.problems = None, [_("这项关联刚才已经取消，不用再取消")]
    sent = {"reason": request.POST.get("reason", "")}
    return act(request, sheet, lambda: linking.unlink(number, link, sent, by=user), _("已取消关联"))


def _targets(complaint: Complaint, user: User) -> list[Complaint]:
    """Other cases of the same telephone that may be meant, the newest first."""
    phones = complaint.consumer.indexes("phone") if complaint.consumer.phone_index else []
    if not phones:
        return []
    same = Complaint.objects.workable_by(user).filter(consumer__phone_index__in=phones)
    found = list(same.exclude(pk=complaint.pk).order_by("-pk")[:OFFERED])
    saw_cases(*(case.number for case in found))
    return found
