"""What counsel does with a proposal beside signing and sending it back: comments on its text, and
asking another counsel. Everything works without scripts, as pages of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import needs, person
from accounts.models import User
from accounts.roles import Role
from complaints import quoting
from complaints.actions import commenting, consulting
from complaints.actions import resolution as resolutions
from complaints.errors import CaseError, NotAllowed
from complaints.models import Complaint, Consult, FactAnswer, Resolution
from complaints.views.acting import act, posted_of
from complaints.views.lookup import case_of
from complaints.views.sheets import Sheet, SheetForm

BACK = ("review_case", "resolution", "case")


class CommentForm(SheetForm):
    """On which words, and what counsel says of them."""

    part = forms.ChoiceField(label=gettext_lazy("批注在哪一部分"))
    quote = forms.CharField(
        label=gettext_lazy("引用的原文"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 2000, "lang": "zh-CN"}),
        help_text=gettext_lazy("照抄要批注的原文；不填则批注整个部分。"),
    )
    text = forms.CharField(
        label=gettext_lazy("批注"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000, "lang": "zh-CN"}),
    )
    start = forms.CharField(required=False, widget=forms.HiddenInput)
    end = forms.CharField(required=False, widget=forms.HiddenInput)
    on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, parts: list[tuple[str, str]], data: Any, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["part"].choices = parts  # type: ignore[attr-defined]


def _sent(request: HttpRequest, *names: str) -> dict[str, str]:
    """What was posted of these fields, without control characters."""
    posted = posted_of(request)
    return {name: posted.get(name, "") if posted is not None else "" for name in names}


def parts_of(resolution: Resolution) -> list[tuple[str, str]]:
    """What may be commented on, in words."""
    facts = FactAnswer.objects.filter(complaint=resolution.complaint_id, superseded_at=None)
    names = [
        "letter",
        "explanation",
        *(f"measure:{m.position}" for m in resolution.measures.all() if m.description),
        *(f"point:{p.position}" for p in resolution.points.all()),
        *(f"fact:{fact}" for fact in facts.order_by("id").values_list("fact", flat=True)),
    ]
    return [(name, quoting.named(name)) for name in names]


def _selected(request: HttpRequest, resolution: Resolution) -> dict[str, Any]:
    """What a script says was selected: `?part=letter&start=3&end=9`; {} for nonsense."""
    part = request.GET.get("part", "")
    found: dict[str, Any] = {"part": part, "on": resolution.version}
    start, end = request.GET.get("start", ""), request.GET.get("end", "")
    if not (start.isdecimal() and end.isdecimal()) or max(len(start), len(end)) > 7:
        return found
    quote = (quoting.text_of(resolution, part) or "")[int(start) : int(end)]
    return {**found, "quote": quote, "start": start, "end": end} if quote else found


@require_http_methods(["GET", "POST"])
@needs("sign_resolutions")
def comment(request: HttpRequest, number: str) -> HttpResponse:
    """批注 a place of the letter, the explanation, a measure, a point at issue or a fact."""
    complaint = case_of(request, number)
    resolution = resolutions.current(complaint)
    if resolution is None:
        raise Http404
    posted, parts = posted_of(request), parts_of(resolution)
    form = CommentForm(parts, posted, _selected(request, resolution))
    sheet = Sheet(complaint, _("批注方案"), request.path, form, _("批注"))
    sheet.template, sheet.extra = "review/comment_fields.html", {"resolution": resolution}
    sent = _sent(request, "part", "quote", "text", "start", "end")
    on = _sent(request, "on")["on"]
    read = int(on) if on.isdecimal() and len(on) < 7 else None

    def add() -> None:
        values = {**sent, "quote": sent["quote"].replace("\r\n", "\n")}
        commenting.add(number, values, by=person(request), on=read)

    return act(request, sheet, add, _("已批注"), "review_case")


@require_POST
@needs("see_complaints")
def resolve_comment(request: HttpRequest, number: str, comment: int) -> HttpResponse:
    """已处理, by whoever drafts or reviews."""
    by = person(request)
    does = lambda: commenting.resolve(number, comment, by=by)  # noqa: E731
    return _acted(request, number, does, _("批注已处理"))


class ConsultForm(SheetForm):
    """Whom, and what."""

    user = forms.ChoiceField(label=gettext_lazy("请哪位法务"))
    question = forms.CharField(
        label=gettext_lazy("想请教的问题"),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 2000}),
    )
    due = forms.CharField(
        label=gettext_lazy("最迟何时答复"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("可不填；对方答复或您撤回之前，谁都不能签署。"),
    )

    def __init__(self, complaint: Complaint, by: User, data: Any = None) -> None:
        super().__init__(data)
        others = User.objects.filter(roles__contains=[Role.COUNSEL], is_active=True)
        others = others.exclude(named_in__complaint=complaint)
        others = others.exclude(pk__in=complaint.recusals.values("user"))
        people = [(u.username, u.name) for u in others.exclude(pk=by.pk).order_by("name")]
        self.fields["user"].choices = [("", _("请选择")), *people]  # type: ignore[attr-defined]


class AnswerForm(SheetForm):
    """The word of whoever was asked."""

    answer = forms.CharField(label=gettext_lazy("答复"), widget=forms.Textarea(attrs={"rows": 5}))


@require_http_methods(["GET", "POST"])
@needs("sign_resolutions")
def consult(request: HttpRequest, number: str) -> HttpResponse:
    """请另一位法务加签."""
    complaint, posted, by = case_of(request, number), posted_of(request), person(request)
    form = ConsultForm(complaint, by, posted)
    sheet = Sheet(complaint, _("请另一位法务加签"), request.path, form, _("请求"))
    sheet.draft = f"consult:{number}"
    sent = _sent(request, "user", "question", "due")

    def ask() -> None:
        consulting.ask(number, sent, by=by)

    return act(request, sheet, ask, _("已请求加签，答复之前不能签署"), "review_case")


@require_http_methods(["GET", "POST"])
@needs("sign_resolutions")
def answer_consult(request: HttpRequest, number: str, consult: int) -> HttpResponse:
    """答复加签."""
    complaint, posted, by = case_of(request, number), posted_of(request), person(request)
    asked = _consult(complaint, consult)
    sheet = Sheet(complaint, _("答复加签"), request.path, AnswerForm(posted), _("答复"))
    sheet.draft, sheet.intro = f"consult:{number}:{consult}", asked.question
    sent = _sent(request, "answer")

    def answer() -> None:
        consulting.answer(number, consult, sent, by=by)

    return act(request, sheet, answer, _("已答复，提出的法务会收到通知"), "review_case")


@require_POST
@needs("sign_resolutions")
def withdraw_consult(request: HttpRequest, number: str, consult: int) -> HttpResponse:
    """不再等待加签."""
    by = person(request)
    does = lambda: consulting.withdraw(number, consult, by=by)  # noqa: E731
    return _acted(request, number, does, _("已撤回加签"))


def _consult(complaint: Complaint, consult: int) -> Consult:
    """Raises Http404."""
    rows = Consult.objects.filter(resolution__complaint=complaint, pk=consult)
    found = rows.first()
    if found is None:
        raise Http404
    return found


def _acted(
    request: HttpRequest, number: str, does: Callable[[], object], words: str
) -> HttpResponse:
    """Do it and go back to the page from which it was asked, with a word on what was done."""
    case_of(request, number)
    try:
        does()
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, words)
    back = request.POST.get("back", "")
    return redirect(back if back in BACK else "review_case", number)
