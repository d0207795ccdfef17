"""请您评价: the page behind the link in the consumer's letter. No account, no script, no cookie but
the form's own.

Looking changes nothing, because mail scanners open links; only the form writes. A link that is
unknown and one that is too old are answered alike.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.browser import answers_a_lost_token, keeps_what_was_typed
from complaints.actions import satisfaction
from complaints.actions.satisfaction import AlreadyGiven, NoInvitation, Superseded
from complaints.errors import Invalid
from complaints.models import Invitation
from complaints.seen import saw_cases
from complaints.views.by_link import spoken, too_often
from complaints.views.sheets import SheetForm, readable

# The address of the page is a key: it goes to nobody. Not `no-referrer`, with which browsers hide
# where a form comes from, so that the form could not be told from one on another site.
MARKS = (
    (1, gettext_lazy("很不满意")),
    (2, gettext_lazy("不满意")),
    (3, gettext_lazy("一般")),
    (4, gettext_lazy("满意")),
    (5, gettext_lazy("很满意")),
)


class FeedbackForm(SheetForm):
    """The three questions."""

    score = forms.ChoiceField(
        label=gettext_lazy("这次处理，您满意吗？"), choices=MARKS, widget=forms.RadioSelect
    )
    solved = forms.ChoiceField(
        label=gettext_lazy("您的问题解决了吗？"),
        choices=(("yes", gettext_lazy("解决了")), ("no", gettext_lazy("没有解决"))),
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=gettext_lazy("您想对我们说的话"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": satisfaction.COMMENT_LIMIT}),
    )


def _again(request: HttpRequest, invitation: str) -> HttpResponse:
    """The form's token did not fit: nothing was taken, what was typed stands there."""
    return _spoken(request, invitation, lost=True)


@login_not_required
@never_cache
@keeps_what_was_typed
@answers_a_lost_token(_again)
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, invitation: str) -> HttpResponse:
    """The form, what became of it, or one sentence."""
    return _spoken(request, invitation)


def _spoken(request: HttpRequest, token: str, *, lost: bool = False) -> HttpResponse:
    return spoken(request, lambda: _answered(request, token, timezone.now(), lost=lost))


def _answered(request: HttpRequest, token: str, now: datetime, *, lost: bool) -> HttpResponse:
    if hasty := too_often(request, "feedback", _said):
        return hasty
    if request.user.is_authenticated:
        words = _("您已登录工作人员账号。评价只能由消费者本人填写；请退出登录，工作人员不得代填。")
        return _said(request, words, 403, "lock")
    try:
        found = satisfaction.open_invitation(token, now)
        if request.method != "POST":
            return _form(request, found)
        if lost:
            form = FeedbackForm(readable(request.POST)[0])
            form.refuse({})
            return _form(request, found, form, 403)
        return _taken(request, token, found, now)
    except NoInvitation as error:
        return _said(request, error.message, 404, "link")
    except AlreadyGiven as error:
        return _said(request, error.message, 200, "check")
    except Superseded as error:
        return _said(request, error.message, 410, "refresh")


def _taken(request: HttpRequest, token: str, invitation: Invitation, now: datetime) -> HttpResponse:
    posted, unreadable = readable(request.POST)
    sent = {name: posted.get(name, "") for name in ("score", "solved", "comment")}
    try:
        if unreadable:
            raise Invalid(unreadable)
        given = satisfaction.answer(token, sent, now)
    except Invalid as error:
        form = FeedbackForm(posted)
        form.refuse(error.errors)
        return _form(request, invitation, form, 422)
    return _page(request, "public/thanks.html", {"given": given})


def _form(
    request: HttpRequest,
    invitation: Invitation,
    form: FeedbackForm | None = None,
    status: int = 200,
) -> HttpResponse:
    number = invitation.complaint.number
    saw_cases(number)
    context = {"form": form or FeedbackForm(), "number": number, "lost": status == 403}
    return _page(request, "public/feedback.html", context, status)


def _said(request: HttpRequest, words: str, status: int, icon: str) -> HttpResponse:
    return _page(request, "public/said.html", {"words": words, "icon": icon}, status)


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    context |= {"enterprise": settings.ENTERPRISE_NAME}
    return render(request, template, context, status=status)
