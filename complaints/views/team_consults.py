"""请其他团队协办: asking, answering, declining, withdrawing. What the case page shows of it is in
`case_consults.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import absences
from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from accounts.models import Membership, User
from accounts.roles import Role
from complaints.actions import half_typed, team_consults
from complaints.asked_teams import State
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import Complaint, TeamConsult
from complaints.models.team_consult import ConsultUnit
from complaints.views.acting import act, posted_of
from complaints.views.case import load
from complaints.views.sheets import Mark, Sheet, SheetForm, done, nothing_to_do, readable, refused
from complaints.views.sheets import show as show_sheet
from evidence.receive import FileRefused
from evidence.uploads import content_of

ASKED = "consult=team&state=open"  # the ready-made view 待我组协办
Choices = list[tuple[str, Any]]


class AskForm(SheetForm):
    """Whom, what, and until when."""

    team = forms.ChoiceField(label=gettext_lazy("请哪个团队"))
    user = forms.ChoiceField(
        label=gettext_lazy("请谁答复"),
        required=False,
        help_text=gettext_lazy("可不指定；休假的同事不在其中。"),
    )
    question = forms.CharField(
        label=gettext_lazy("想请对方做什么"),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": team_consults.QUESTION}),
        help_text=gettext_lazy(
            "对方在答复之前可以查看本案（号码保持遮掩），不能办理；本案仍由您负责。"
        ),
    )
    length = forms.CharField(
        label=gettext_lazy("最迟多久答复"),
        initial="2",
        widget=forms.NumberInput(attrs={"min": 1, "max": 40}),
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("单位"),
        initial=ConsultUnit.DAY.value,
        choices=ConsultUnit.choices,
        help_text=gettext_lazy("按本企业的工作时间计算；最长 20 个工作日或 40 个工作小时。"),
    )

    def __init__(self, complaint: Complaint, data: Any = None) -> None:
        super().__init__(data)
        teams, people = _choices(complaint)
        self.fields["team"].choices = [("", _("请选择")), *teams]  # type: ignore[attr-defined]
        self.fields["user"].choices = [("", _("不指定")), *people]  # type: ignore[attr-defined]


def _choices(complaint: Complaint) -> tuple[Choices, Choices]:
    """Teams where somebody can answer, and the people there who are present. One statement."""
    away = absences.in_force(absences.today()).filter(user=OuterRef("user"))
    rows = (
        Membership.objects.filter(
            team__is_active=True,
            user__is_active=True,
            user__roles__overlap=[Role.AGENT.value, Role.SUPERVISOR.value],
        )
        .exclude(team=complaint.team_id)
        .exclude(user__named_in__complaint=complaint)
        .annotate(away=Exists(away))
        .order_by("team__name", "user__name", "user")
    )
    teams: dict[str, Choices] = {}
    for team, username, name, absent in rows.values_list(
        "team__name", "user__username", "user__name", "away"
    ):
        there = teams.setdefault(team, [])
        if not absent:
            there.append((username, name))
    return [(name, name) for name in teams], [
        (name, there) for name, there in teams.items() if there
    ]


class Files(forms.FileInput):
    """Several at once."""

    allow_multiple_selected = True


class AnswerForm(SheetForm):
    """The word of the team that was asked."""

    answer = forms.CharField(
        label=gettext_lazy("答复"),
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": team_consults.ANSWER}),
        help_text=gettext_lazy("写进本案的经过，责任人会收到通知；答复后您不能再查看本案。"),
    )
    file = forms.FileField(
        label=gettext_lazy("附上文件"),
        required=False,
        widget=Files(attrs={"multiple": True}),
        help_text=gettext_lazy("例如签收单。与答复一起成为本案的证据，最多 10 个。"),
    )


class DeclineForm(SheetForm):
    """Why the team does not answer."""

    reason = forms.CharField(
        label=gettext_lazy("退回的理由"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": team_consults.QUESTION}),
        help_text=gettext_lazy("例如不归本团队负责、应请哪个团队；退回后您不能再查看本案。"),
    )


class WithdrawForm(SheetForm):
    """Why nobody waits for the answer any more."""

    reason = forms.CharField(
        label=gettext_lazy("撤回的理由"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": team_consults.QUESTION}),
        help_text=gettext_lazy(
            "对方也许已经在查；他们会收到这句话，此后不能再查看本案。请不要写与他们无关的案情。"
        ),
    )


@require_http_methods(["GET", "POST"])
@needs("ask_teams")
def ask_team(request: HttpRequest, number: str) -> HttpResponse:
    """请其他团队协办."""
    page, posted = load(request, number), posted_of(request)
    if not team_consults.may_ask(page.complaint, page.user):
        raise PermissionDenied(_("只有责任人和负责该团队的主管可以请其他团队协办"))
    form = AskForm(page.complaint, posted)
    sheet = Sheet(page.complaint, _("请其他团队协办"), request.path, form, _("请协办"))
    sheet.draft = f"ask-team:{number}"
    names = ("team", "user", "question", "length", "unit")
    sent = {name: request.POST.get(name, "") for name in names}
    mark = Mark.read(request.POST.get("version", ""))
    return act(
        request,
        sheet,
        lambda: team_consults.ask(number, sent, by=page.user, version=mark.version),
        _("已请协办；对方答复后您会收到通知"),
    )


@require_http_methods(["GET", "POST"])
@needs("answer_teams")
@keeps_what_was_typed
def answer_team(request: HttpRequest, number: str, team_consult: int) -> HttpResponse:
    """答复, by the team that was asked."""
    form = AnswerForm(posted_of(request))
    words = (_("答复协办"), _("答复"), _("已答复，责任人会收到通知"))
    return _reply(request, number, team_consult, form, words, team_consults.answer)


@require_http_methods(["GET", "POST"])
@needs("answer_teams")
def decline_team(request: HttpRequest, number: str, team_consult: int) -> HttpResponse:
    """退回, by the team that was asked."""
    form = DeclineForm(posted_of(request))
    words = (_("退回协办请求"), _("退回"), _("已退回，责任人会收到通知"))
    return _reply(request, number, team_consult, form, words, team_consults.decline)


def _reply(
    request: HttpRequest,
    number: str,
    pk: int,
    form: SheetForm,
    words: tuple[str, str, str],
    does: Callable[..., TeamConsult],
) -> HttpResponse:
    """The sheet, or the act; afterwards the case is perhaps not to be seen any more."""
    by, (title, button, said) = person(request), words
    if request.method == "POST" and (over := _over(by, number, pk)):
        return _away(request, number, by, over)
    complaint = load(request, number).complaint
    asked = _of(complaint, pk)
    if asked.team_id not in by.team_ids:
        raise PermissionDenied(_("只有“{team}”的人可以答复").format(team=asked.team.name))
    sheet = Sheet(complaint, title, request.path, form, button, intro=asked.question)
    answers = isinstance(form, AnswerForm)
    sheet.draft = f"{'answer' if answers else 'decline'}-team:{number}:{pk}"
    sheet.files = answers
    if request.method != "POST":
        return show_sheet(request, sheet)
    try:
        _done(request, (number, pk), form, does)
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        return refused(request, sheet, error)
    half_typed.drop_draft(by, sheet.draft)
    return _away(request, number, by, said)


def _done(
    request: HttpRequest,
    which: tuple[str, int],
    form: SheetForm,
    does: Callable[..., TeamConsult],
) -> None:
    """The act with what was sent. Raises what it raises."""
    _posted, unreadable = readable(request.POST)
    if unreadable:
        raise Invalid(unreadable)
    name = next(iter(form.fields))
    more: dict[str, Any] = {"by": person(request)}
    if "file" in form.fields:
        files = request.FILES.getlist("file")
        more["files"] = [(each.name or "", content_of(each)) for each in files]
    try:
        does(*which, {name: request.POST.get(name, "")}, **more)
    except FileRefused as error:
        raise Invalid({"file": [error.message]}) from error


@require_http_methods(["GET", "POST"])
@needs("ask_teams")
def withdraw_team(request: HttpRequest, number: str, team_consult: int) -> HttpResponse:
    """撤回: the answer is not waited for any more."""
    page = load(request, number)
    asked = _of(page.complaint, team_consult)
    if not team_consults.may_withdraw(page.complaint, asked.asked_by_id, page.user):
        raise PermissionDenied(_("只有提出的人、责任人和负责该团队的主管可以撤回"))
    if asked.state != TeamConsult.State.OPEN:
        return nothing_to_do(request, number, _("这项协办已经结束，不需要再办理"))
    form = WithdrawForm(posted_of(request))
    title = _("撤回对“{team}”的协办请求").format(team=asked.team.name)
    sheet = Sheet(page.complaint, title, request.path, form, _("撤回协办"))
    sheet.intro, sheet.draft = asked.question, f"withdraw-team:{number}:{team_consult}"
    sent = {"reason": request.POST.get("reason", "")}
    return act(
        request,
        sheet,
        lambda: team_consults.withdraw(number, team_consult, sent, by=page.user),
        _("已撤回；对方会收到通知和您的理由，不能再查看本案"),
    )


def _of(complaint: Complaint, pk: int) -> TeamConsult:
    """Raises Http404."""
    rows = TeamConsult.objects.filter(complaint=complaint, pk=pk).select_related("team")
    found = rows.first()
    if found is None:
        raise Http404
    return found


def _over(user: User, number: str, pk: int) -> str:
    """What somebody is told who answers a question that is open no more: the own act once again,
    or that the answer is not waited for any more; "" while it is open, and for others.
    """
    rows = TeamConsult.objects.filter(complaint__number=number, pk=pk).exclude(state=State.OPEN)
    ended = rows.values_list("ended_by", "state", "team").first()
    if ended is None:
        return ""
    by, state, team = ended
    if by == user.pk:  # a double click
        return _("这一步刚才已经完成，没有重复进行。")
    if team not in user.team_ids or state not in (State.WITHDRAWN, State.OVER):
        return ""
    return _(
        "这项协办刚才被撤回或者终止，不用再答复；您写的没有发出，自动保存的部分还在“我的草稿”里。"
    )


def _away(request: HttpRequest, number: str, by: User, message: str) -> HttpResponse:
    """To the case where it may still be seen, else to the list of what the team is asked."""
    if Complaint.objects.visible_to(User.objects.get(pk=by.pk)).filter(number=number).exists():
        return done(request, number, message)
    messages.success(request, message)
    url = f"{reverse('queue')}?{ASKED}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
