"""请其他团队协办 over HTTP: asking another team, its answer, and taking the question back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import etag
from accounts.api.paging import PARAMS, Order, page
from accounts.api.schema import paged, paging
from complaints.actions import team_consults
from complaints.api.base import READ_AND_WRITE, WRITE, CaseView, bare, caller
from complaints.api.one_call import call
from complaints.api.one_call import sent as example
from complaints.api.reviewing import answer_with, sent
from complaints.api.serializers import Person
from complaints.api.shapes import person
from complaints.clock_words import local
from complaints.models import Complaint, TeamConsult
from complaints.models.team_consult import ConsultUnit

Shape = s.Serializer[Any]
BY_ID = {"id": Order("id"), "-id": Order("id", newest_first=True)}


def shape(one: TeamConsult) -> dict[str, Any]:
    """One question to another team."""
    return {
        "id": one.pk,
        "team": one.team.name,
        "user": person(one.user) if one.user else None,
        "asked_by": person(one.asked_by),
        "asked_at": local(one.asked_at),
        "question": one.question,
        "due_at": local(one.due_at),
        "state": one.state,
        "words": one.words,
        "evidence": one.files,
        "ended_by": person(one.ended_by) if one.ended_by else None,
        "ended_at": local(one.ended_at),
        "on_time": one.on_time,
    }


class TeamConsultAnswer(Shape):
    id = s.IntegerField()
    team = s.CharField(help_text=_("被请协办的团队"))
    user = Person(allow_null=True, help_text=_("指定的人；没有指定为 null"))
    asked_by = Person()
    asked_at = s.DateTimeField()
    question = s.CharField()
    due_at = s.DateTimeField(help_text=_("最迟何时答复；对应案件的一个内部时限"))
    state = s.ChoiceField(TeamConsult.State.choices)
    words = s.CharField(allow_blank=True, help_text=_("答复、退回的理由，或为什么终止"))
    evidence = s.ListField(
        child=s.IntegerField(), help_text=_("随答复附上的证据的编号；在页面上答复时可以附文件")
    )
    ended_by = Person(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    on_time = s.BooleanField(allow_null=True, help_text=_("是否按时答复或退回；其他情形为 null"))


class _Sent(Shape):
    version = s.IntegerField(required=False, help_text=_("您最后读到的案件版本"))


class TeamConsultSent(_Sent):
    team = s.CharField(max_length=60, help_text=_("团队名称"))
    user = s.CharField(
        required=False, allow_blank=True, max_length=150, help_text=_("用户名；可不指定")
    )
    question = s.CharField(max_length=team_consults.QUESTION)
    length = s.IntegerField(min_value=1, max_value=40)
    unit = s.ChoiceField(
        ConsultUnit.choices, help_text=_("最长 40 个工作小时或 20 个工作日，按本企业的工作时间")
    )


class TeamConsultWord(Shape):
    answer = s.CharField(max_length=team_consults.ANSWER)


class TeamConsultReason(Shape):
    reason = s.CharField(max_length=team_consults.QUESTION)


class TeamConsultWithdrawal(_Sent):
    reason = s.CharField(
        max_length=team_consults.QUESTION, help_text=_("对方会收到这句话，此后不能再查看本案")
    )


def _act(operation: str, summary: Any, body: Any, **value: Any) -> dict[str, Any]:
    more: dict[str, Any] = {"examples": example(value)} if value else {}
    return call(operation, summary, TeamConsultAnswer, request=body, **more)


LIST = call(
    "team_consults_list",
    _("请其他团队的协办"),
    paged(TeamConsultAnswer),
    parameters=paging(BY_ID),
)
_QUESTION = {"question": "这批货的签收记录", "length": 2, "unit": "working_day"}
ASK = call(
    "team_consults_ask",
    _("请其他团队协办；案件仍由责任人办理，对方在答复之前可以查看本案"),
    TeamConsultAnswer,
    status=201,
    request=TeamConsultSent,
    examples=example({"team": "客服二组", **_QUESTION}),
)
ANSWER = _act(
    "team_consults_answer",
    _("答复协办；答复后不能再查看本案"),
    TeamConsultWord,
    answer="已核对：3 月 2 日由本人签收",
)
DECLINE = _act(
    "team_consults_decline", _("退回协办请求"), TeamConsultReason, reason="签收由承运商负责"
)
WITHDRAW = _act(
    "team_consults_withdraw",
    _("撤回协办请求；对方会收到通知和理由"),
    TeamConsultWithdrawal,
    reason="消费者已经自己找到签收单",
)


def _rows(number: str) -> Any:
    rows = TeamConsult.objects.filter(complaint__number=number)
    return rows.select_related("team", "user", "asked_by", "ended_by")


def _known(number: str, pk: int) -> None:
    """Raises TeamConsult.DoesNotExist for one of another case."""
    _rows(number).get(pk=pk)


class TeamConsultsView(CaseView):
    """Questions to other teams."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = PARAMS

    @extend_schema(**LIST)
    def get(self, request: Request, number: str) -> Response:
        case: Complaint = bare(number, caller(request))
        return page(request, _rows(number), BY_ID, shape, **etag(case.version))

    @extend_schema(**ASK)
    def post(self, request: Request, number: str) -> Response:
        by, data, version = sent(request, number)
        made = team_consults.ask(number, data, by=by, version=version)
        return answer_with(number, by, shape(_rows(number).get(pk=made.pk)), 201)


class _ActView(CaseView):
    """One act on a question."""

    scopes: ClassVar = {"POST": WRITE}

    def answered(self, number: str, pk: int, by: Any) -> Response:
        return answer_with(number, by, shape(_rows(number).get(pk=pk)))


class TeamConsultAnswerView(_ActView):
    """The word of the team."""

    @extend_schema(**ANSWER)
    def post(self, request: Request, number: str, team_consult: int) -> Response:
        by, data, _version = sent(request, number)
        _known(number, team_consult)
        team_consults.answer(number, team_consult, data, by=by)
        return self.answered(number, team_consult, by)


class TeamConsultDeclineView(_ActView):
    """The team gives it back."""

    @extend_schema(**DECLINE)
    def post(self, request: Request, number: str, team_consult: int) -> Response:
        by, data, _version = sent(request, number)
        _known(number, team_consult)
        team_consults.decline(number, team_consult, data, by=by)
        return self.answered(number, team_consult, by)


class TeamConsultWithdrawView(_ActView):
    """The answer is not waited for any more."""

    @extend_schema(**WITHDRAW)
    def post(self, request: Request, number: str, team_consult: int) -> Response:
        by, data, version = sent(request, number)
        _known(number, team_consult)
        team_consults.withdraw(number, team_consult, data, by=by, version=version)
        return self.answered(number, team_consult, by)
