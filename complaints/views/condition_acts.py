"""Meeting a condition under which counsel signed, from the page of the case."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import needs
from complaints.actions import conditions, evidence
from complaints.views.acting import act, posted_of
from complaints.views.case import load
from complaints.views.sheets import Mark, Sheet, SheetForm
from evidence.uploads import content_of


class ConditionForm(SheetForm):
    """What was done, and the proof where there is one."""

    note = forms.CharField(
        label=gettext_lazy("怎样落实的"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
    )
    file = forms.FileField(
        label=gettext_lazy("凭证"),
        required=False,
        help_text=gettext_lazy("可不附；附上的文件作为证据保存，不影响已有的签署。"),
    )


@require_http_methods(["GET", "POST"])
@needs("see_complaints")
def meet_condition(request: HttpRequest, number: str, condition: int) -> HttpResponse:
    """登记落实: a note, and a file that becomes evidence of the condition."""
    page = load(request, number)
    if not page.user.may("draft_resolutions"):
        raise PermissionDenied(_("您的角色不能登记条件的落实"))
    found = next((c for c in page.conditions if c["id"] == condition), None)
    if found is None and request.method != "POST":
        raise Http404
    form = ConditionForm(posted_of(request))
    title = _("落实签署条件：{text}").format(text=found["text"] if found else "")
    sheet = Sheet(page.complaint, title, request.path, form, _("登记落实"), files=True)
    sheet.draft = f"condition:{number}:{condition}"
    mark = Mark.read(request.POST.get("version", ""))

    def meet() -> None:
        values = {"note": request.POST.get("note", "")}
        conditions.check_note(values)
        version, upload = mark.version, request.FILES.get("file")
        if upload is not None:
            about = {"condition": condition}
            name = upload.name or ""
            evidence.add(number, content_of(upload), name, about, by=page.user, version=version)
            version = None  # the file made the next one
        conditions.meet(number, condition, values, by=page.user, version=version)

    return act(request, sheet, meet, _("已登记落实"))
