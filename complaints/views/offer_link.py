"""答复方案: the page behind the link in the letter of an offer. No account, no script, no cookie
but the form's own.

Looking changes nothing, because mail scanners open links; only the confirmed form writes. A link
that is unknown and one whose time is over are answered alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.browser import answers_a_lost_token, keeps_what_was_typed
from complaints.actions import offer_answer
from complaints.actions.offer_answer import Answered, Moved, NoOffer, Open
from complaints.choices import MeasureKind
from complaints.errors import Invalid
from complaints.models import OfferLink
from complaints.seen import saw_cases
from complaints.views.by_link import spoken, too_often
from complaints.views.sheets import SheetForm, readable
from config.tags import money

NAMES = ("answer", "reason", "sure")


class OfferForm(SheetForm):
    """Yes or no, why, and that it is meant."""

    answer = forms.ChoiceField(
        label=gettext_lazy("您接受这份方案吗？"),
        choices=OfferLink.Answer.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("理由或者您想说的话"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": offer_answer.REASON_LIMIT}),
    )
    sure = forms.BooleanField(label=gettext_lazy("我本人看过函件，确认作出这个答复"))


def _again(request: HttpRequest, offer_token: str) -> HttpResponse:
    """The form's token did not fit: nothing was taken, what was typed stands there."""
    return _spoken(request, offer_token, lost=True)


@login_not_required
@never_cache
@keeps_what_was_typed
@answers_a_lost_token(_again)
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, offer_token: str) -> HttpResponse:
    """The form, what became of it, or one sentence."""
    return _spoken(request, offer_token)


def _spoken(request: HttpRequest, token: str, *, lost: bool = False) -> HttpResponse:
    return spoken(request, lambda: _answered(request, token, timezone.now(), lost=lost))


def _answered(request: HttpRequest, token: str, now: datetime, *, lost: bool) -> HttpResponse:
    if hasty := too_often(request, "offer", _said):
        return hasty
    if request.user.is_authenticated:
        words = _("您已登录工作人员账号。方案只能由消费者本人答复；请退出登录，工作人员不得代填。")
        return _said(request, words, 403, "lock")
    try:
        found = offer_answer.open_offer(token, now)
        if request.method != "POST":
            return _form(request, found)
        if lost:
            form = OfferForm(readable(request.POST)[0])
            form.refuse({})
            return _form(request, found, form, 403)
        return _taken(request, token, found, now)
    except NoOffer as error:
        return _said(request, error.message, 404, "link")
    except Answered as error:
        return _said(request, error.message, 200, "check")
    except Moved as error:
        return _said(request, error.message, 410, "refresh")


def _taken(request: HttpRequest, token: str, found: Open, now: datetime) -> HttpResponse:
    posted, unreadable = readable(request.POST)
    try:
        if unreadable:
            raise Invalid(unreadable)
        link = offer_answer.answer(token, {n: posted.get(n, "") for n in NAMES}, now)
    except Invalid as error:
        form = OfferForm(posted)
        form.refuse(error.errors)
        return _form(request, found, form, 422)
    number = found.link.complaint.number
    saw_cases(number)
    return _page(request, "public/offer_done.html", {"link": link, "number": number})


def _form(
    request: HttpRequest, found: Open, form: OfferForm | None = None, status: int = 200
) -> HttpResponse:
    number = found.link.complaint.number
    saw_cases(number)
    context = {
        "form": form or OfferForm(),
        "number": number,
        "measures": [_measure(m) for m in found.covered["measures"]],
        "last": timezone.localdate(found.link.expires_at - timedelta(seconds=1)),
        "lost": status == 403,
    }
    return _page(request, "public/offer.html", context, status)


def _measure(row: Mapping[str, Any]) -> dict[str, str]:
    """One measure in plain words, as it was signed."""
    kind, amount = str(row.get("kind", "")), row.get("amount")
    label = MeasureKind(kind).label if kind in MeasureKind.values else kind
    said = str(row.get("description") or "")
    with translation.override(settings.LANGUAGE_CODE):
        again = said == str(label)  # nobody wrote more than what it is called
    return {
        "kind": str(label),
        "words": "" if again else said,
        "amount": money(Decimal(str(amount))) if amount not in (None, "") else "",
        "due": str(row.get("due") or ""),
    }


_HEADINGS = {
    "link": gettext_lazy("这个链接不能使用"),
    "check": gettext_lazy("您已经答复过了"),
    "refresh": gettext_lazy("现在不能在这里答复"),
    "clock": gettext_lazy("请稍后再试"),
}


def _said(request: HttpRequest, words: str, status: int, icon: str) -> HttpResponse:
    """One sentence, under what it comes to."""
    heading = _HEADINGS.get(icon, _("答复处理方案"))
    context = {"heading": heading, "words": words, "icon": icon}
    return _page(request, "public/offer_said.html", context, status)


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    context |= {"enterprise": settings.ENTERPRISE_NAME}
    return render(request, template, context, status=status)
