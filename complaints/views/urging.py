"""催办 from the case: whose turn it is, who is told, and how often it was done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import needs
from complaints import turns
from complaints.actions import urging
from complaints.turns import Turn
from complaints.views.acting import act, posted_of
from complaints.views.case import load
from complaints.views.case_head import Obstacle
from complaints.views.case_page import CasePage
from complaints.views.sheets import Sheet, SheetForm


class UrgeForm(SheetForm):
    """Whom, where it waits for several, and a word to them."""

    whom = forms.ChoiceField(label=gettext_lazy("催办谁"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("留言"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        help_text=gettext_lazy("只有同事看得到；随通知发给对方，并记入经过。"),
    )

    def __init__(self, found: list[Turn], data: Any = None) -> None:
        super().__init__(data, initial={"whom": found[0].code} if found else None)
        if len(found) < 2:
            del self.fields["whom"]
            return
        chosen = self.fields["whom"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = [(t.code, f"{t.title}：{t.names}") for t in found]


@require_http_methods(["GET", "POST"])
@needs("write_notes")
def urge(request: HttpRequest, number: str) -> HttpResponse:
    """催办 whoever has to act now."""
    page = load(request, number)
    found = turns.of(page.complaint, page.user, page.now) if page.may_act else []
    sheet = _sheet(request, page, found)
    values = {name: request.POST[name] for name in ("whom", "note") if request.POST.get(name)}
    told: list[str] = []

    def does() -> None:
        event = urging.urge(number, values, by=page.user)
        told.append(_said(event.detail))

    return act(request, sheet, does, lazy(lambda: told[0], str)())


def _said(detail: dict[str, Any]) -> str:
    names = _("、").join(detail["names"])
    return _("已催办 {names}（本案第 {n} 次）").format(names=names, n=detail["times"])


def _sheet(request: HttpRequest, page: CasePage, found: list[Turn]) -> Sheet:
    urges = urging.urges_of(page.complaint)
    why = _why_not(page, found, urges)
    form = None if why and request.method != "POST" else UrgeForm(found, posted_of(request))
    sheet = Sheet(page.complaint, _("催办"), request.path, form, _("催办"))
    sheet.template, sheet.always = "case/urge_fields.html", True
    sheet.draft = f"urge:{page.complaint.number}" if form else ""
    if why and form is None:
        sheet.obstacles = [Obstacle(why)]
    times = len(urges) + 1
    lead = [urging.leads_told(page.complaint, turn, times, page.user) for turn in found]
    names = dict.fromkeys(user.name for people in lead for user in people)
    sheet.extra = {"turns": found, "urges": urges, "times": times, "lead": _("、").join(names)}
    return sheet


def _why_not(page: CasePage, found: list[Turn], urges: list[Any]) -> str:
    if not page.complaint.is_open:
        return _("案件已经办结，没有可以催办的人")
    if not found:
        return urging.nobody()
    return urging.why_not_yet(urges, page.user, page.now)
