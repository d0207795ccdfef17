"""A group of near-identical complaints on one page: which of them can join a mass case, why the
others cannot, and joining them in one act.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import needs
from accounts.browser import keeps_what_was_typed
from analytics import gathering
from analytics.gathering import Group
from analytics.models import Signal
from analytics.views import pages
from analytics.views.signal_page import Shown, load
from complaints.actions.mass_gather import Gathered
from complaints.models import MassCase
from complaints.seen import saw_cases
from complaints.views.mass import categories
from complaints.views.sheets import SheetForm

NEWEST = 100  # mass cases to choose from


class GatherForm(SheetForm):
    """Into which mass case; the fields of a new one count where none is chosen."""

    mass = forms.ChoiceField(label=gettext_lazy("加入哪一件"))
    title = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    category = forms.ChoiceField(label=gettext_lazy("类别"))
    product_name = forms.CharField(label=gettext_lazy("商品或服务"), required=False, max_length=200)
    defect = forms.CharField(
        label=gettext_lazy("共同的问题"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 20_000}),
        help_text=gettext_lazy("新建时必填；选了已有的群体性案件，其余各项不用填。"),
    )

    def __init__(self, one: Shown, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        open_ones = MassCase.objects.visible_to(one.user).order_by("-opened_at", "-pk")[:NEWEST]
        masses = [("", _("新建一件群体性案件")), *((str(m.pk), m.title) for m in open_ones)]
        self.fields["mass"].choices = masses  # type: ignore[attr-defined]
        chosen = [("", _("请选择")), *categories()]
        self.fields["category"].choices = chosen  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@needs("manage_mass")
@keeps_what_was_typed
def signal_copies(request: HttpRequest, signal: int, group: int) -> HttpResponse:
    """The group; POST joins it to a mass case."""
    one = load(request, signal)
    found = _group(one, group)
    if request.method != "POST":
        return _page(request, one, found, GatherForm(one, initial=_begun(found)))
    form = GatherForm(one, request.POST)
    return pages.act(
        request,
        form,
        lambda sent, _version: gathering.gather(signal, group, sent, by=one.user),
        lambda made: _done(request, one, group, made),
        lambda _form, loose, status: _page(request, one, _group(one, group), form, loose, status),
        _("已加入群体性案件；逐件结果见下表，责任人会各收到一条通知"),
    )


def _group(one: Shown, place: int) -> Group:
    found: Group = pages.found_or_404(
        lambda: gathering.group_of(one.signal, place, one.user), Signal.DoesNotExist
    )
    saw_cases(*(row.case.number for row in found.rows))
    return found


def _begun(found: Group) -> dict[str, str]:
    """What most of the cases say."""
    first: dict[str, str] = {}
    for name in ("category", "product_name"):
        said = Counter(value for row in found.rows if (value := getattr(row.case, name)))
        first[name] = said.most_common(1)[0][0] if said else ""
    return {**first, "title": found.rows[0].case.title[:120]}


def _done(request: HttpRequest, one: Shown, group: int, made: Gathered) -> HttpResponse:
    """The group again, each case with what became of it."""
    if n := len(made.refused):
        words = ngettext("{n} 件没有加入，原因见下表", "{n} 件没有加入，原因见下表", n)
        messages.warning(request, words.format(n=n))
    return redirect("signal_copies", one.signal.pk, group)


def _page(
    request: HttpRequest,
    one: Shown,
    found: Group,
    form: GatherForm,
    problems: Any = (),
    status: int = 200,
) -> HttpResponse:
    context = {
        "one": one,
        "signal": one.signal,
        "group": found,
        "form": form if found.able else None,
        "problems": problems,
    }
    return render(request, "signals/copies.html", context, status=status)
