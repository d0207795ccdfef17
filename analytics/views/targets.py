"""目标: what the figures are held against, every word that was said of it, and setting another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from analytics import targets
from analytics.measures import MEASURES, PERMISSION, Measure
from analytics.models import Target
from analytics.views import kpis
from complaints.errors import Invalid
from complaints.views.sheets import SheetForm, readable

SHOWN = 100  # words about targets, the newest first


class TargetForm(SheetForm):
    """Of which figure, what, from when, why."""

    measure = forms.ChoiceField(label=pgettext_lazy("dashboard", "指标"))
    value = forms.CharField(
        label=gettext_lazy("目标"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "maxlength": 20}),
    )
    none = forms.BooleanField(label=gettext_lazy("不设目标"), required=False)
    valid_from = forms.CharField(
        label=gettext_lazy("自何日起"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("不填则今天生效。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"), widget=forms.Textarea(attrs={"rows": 2, "maxlength": 500})
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        chosen: Any = self.fields["measure"]
        rows = [(code, _named(MEASURES[code])) for code in targets.SETTABLE]
        chosen.choices = [("", _("请选择")), *rows]


def _named(measure: Measure) -> str:
    way = _("不高于") if measure.better == "less" else _("不低于")
    return _("{title}（{way}，{unit}）").format(title=measure.title, way=way, unit=measure.unit)


@dataclass(frozen=True)
class Held:
    """One measure: what it is held against today and by the product itself, in words."""

    measure: Measure
    now: str
    usual: str

    @property
    def by_law(self) -> bool:
        """Whether nobody can set it."""
        return self.measure.code in targets.BY_LAW


@dataclass(frozen=True)
class Said:
    """One word about a target."""

    row: Target
    measure: Measure
    words: str


@require_http_methods(["GET", "POST"])
@needs(PERMISSION)
@keeps_what_was_typed
def page(request: HttpRequest) -> HttpResponse:
    """What holds, every word that was said, and the form for another."""
    if request.method == "GET":
        return _page(request, TargetForm())
    if not person(request).may(targets.MAY):
        raise PermissionDenied(_("只有主管可以设定目标"))
    posted, unreadable = readable(request.POST)
    form = TargetForm(posted)
    try:
        if unreadable:
            raise Invalid(unreadable)
        made = targets.set_target({n: posted.get(n, "") for n in form.fields}, by=person(request))
    except Invalid as invalid:
        return _page(request, form, form.refuse(invalid.errors), 422)
    words = _("已设定“{title}”的目标，自 {day} 起")
    title = MEASURES[made.measure].title
    messages.success(request, words.format(title=title, day=made.valid_from.isoformat()))
    return redirect("analytics_targets")


def _page(
    request: HttpRequest, form: TargetForm, problems: list[str] | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    held = targets.on(today)
    rows = Target.objects.select_related("by").order_by("-id")[:SHOWN]
    context = {
        "held": [
            Held(m, kpis.target_words(m), kpis.target_words(MEASURES[code]))
            for code, m in held.items()
            if code in targets.SETTABLE or code in targets.BY_LAW
        ],
        "said": [Said(row, MEASURES[row.measure], _words(row)) for row in rows],
        "form": form,
        "problems": problems or [],
        "may_set": person(request).may(targets.MAY),
        "today": today,
    }
    return render(request, "analytics/targets.html", context, status=status)


def _words(row: Target) -> str:
    measures = targets.measures({row.measure: row.value})
    return kpis.target_words(measures[row.measure])
