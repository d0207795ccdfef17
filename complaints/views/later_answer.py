"""登记后来的答复: what the consumer says after the offer was answered, kept with what stands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import needs
from complaints import proofs
from complaints.actions import answers
from complaints.choices import CONSENT_MEANS
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import Complaint
from complaints.views.acting import posted_of
from complaints.views.case import load
from complaints.views.sheets import Mark, Sheet, SheetForm, done, readable, refused, show


class LaterAnswerForm(SheetForm):
    """What was answered, how, in which words, and where that is proved."""

    answer = forms.ChoiceField(
        label=gettext_lazy("消费者表示"),
        choices=[("accepts", gettext_lazy("同意")), ("declines", gettext_lazy("不同意"))],
        widget=forms.RadioSelect,
    )
    means = forms.ChoiceField(
        label=gettext_lazy("消费者以何种方式答复"),
        choices=list(CONSENT_MEANS.items()),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("消费者怎么说"), widget=forms.Textarea(attrs={"rows": 4})
    )
    evidence = forms.ChoiceField(label=gettext_lazy("证据"), required=False)

    def __init__(self, complaint: Any, data: Any = None) -> None:
        super().__init__(data)
        items = proofs.usable(complaint.folder_id)
        known = [(str(i.number), f"{i.number} {i.title}") for i in items]
        self.fields["evidence"].choices = [("", _("没有")), *known]  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@needs("communicate")
def later_answer(request: HttpRequest, number: str) -> HttpResponse:
    """The state stays; the page says what stands."""
    page = load(request, number)
    form = LaterAnswerForm(page.complaint, posted_of(request))
    sheet = Sheet(page.complaint, _("登记后来的答复"), request.path, form, _("保存"))
    sheet.intro = _("方案已经有过答复。这次答复原样保存，不改变案件状态；保存后说明什么仍然有效。")
    sheet.draft = f"answer:{number}"
    if request.method != "POST":
        return show(request, sheet)
    try:
        posted, unreadable = readable(request.POST)
        if unreadable:
            raise Invalid(unreadable)
        values = {name: posted.get(name, "") for name in form.fields}
        version = Mark.read(request.POST.get("version", "")).version
        kept = answers.keep(number, values, by=page.user, version=version)
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        return refused(request, sheet, error)
    return done(request, number, kept.stands, sheet.draft)
