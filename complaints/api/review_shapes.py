"""Counsel's work on a proposal over HTTP: how it is answered, what is sent, what is said of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as s

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from complaints import quoting
from complaints.api.one_call import call, sent
from complaints.api.serializers import Person
from complaints.api.shapes import person
from complaints.clock_words import local
from complaints.models import Comment, Condition, Consult, NamedPerson, Recusal, Resolution

Shape = s.Serializer[Any]
BY_ID = {"id": Order("id"), "-id": Order("id", newest_first=True)}


def comment(one: Comment, now: Resolution | None) -> dict[str, Any]:
    """A comment, and where its quote stands in the version that counts `now`."""
    stands = quoting.nearest(one, now) if now is not None else None
    return {
        "id": one.pk,
        "resolution": one.resolution.version,
        "part": one.part,
        "start": one.start,
        "end": one.end,
        "quote": one.quote,
        "text": one.text,
        "by": person(one.by),
        "at": local(one.at),
        "stands_at": stands,
        "resolved_by": _person(one.resolved_by),
        "resolved_at": local(one.resolved_at),
    }


def consult(one: Consult) -> dict[str, Any]:
    """Another counsel's word."""
    return {
        "id": one.pk,
        "resolution": one.resolution.version,
        "asked_by": person(one.asked_by),
        "user": person(one.user),
        "question": one.question,
        "asked_at": local(one.asked_at),
        "due": one.due.isoformat() if one.due else None,
        "answer": one.answer,
        "answered_at": local(one.answered_at),
        "withdrawn_at": local(one.withdrawn_at),
    }


def condition(one: Condition) -> dict[str, Any]:
    """A condition of a signature."""
    return {
        "id": one.pk,
        "resolution": one.opinion.resolution.version,
        "set_by": person(one.opinion.by),
        "set_at": local(one.opinion.at),
        "text": one.text,
        "note": one.met_note,
        "evidence": one.evidence_number,
        "met_by": _person(one.met_by),
        "met_at": local(one.met_at),
    }


def named(one: NamedPerson) -> dict[str, Any]:
    """A colleague of whom the case speaks."""
    return {"user": person(one.user), "why": one.why, "by": person(one.by), "at": local(one.at)}


def recusal(one: Recusal) -> dict[str, Any]:
    """Counsel who stepped back."""
    return {"user": person(one.user), "reason": one.reason, "at": local(one.at)}


def _person(user: Any) -> dict[str, str] | None:
    return None if user is None else person(user)


class CommentAnswer(Shape):
    id = s.IntegerField()
    resolution = s.IntegerField(help_text=_("批注所在的方案版本"))
    part = s.CharField(help_text=_("letter、explanation、measure:N、point:N 或 fact:编号"))
    start = s.IntegerField()
    end = s.IntegerField()
    quote = s.CharField()
    text = s.CharField()
    by = Person()
    at = s.DateTimeField()
    stands_at = s.IntegerField(
        allow_null=True, help_text=_("原文在现在这一版里的位置；null 表示原文已改")
    )
    resolved_by = Person(allow_null=True)
    resolved_at = s.DateTimeField(allow_null=True)


class ConsultAnswer(Shape):
    id = s.IntegerField()
    resolution = s.IntegerField(help_text=_("方案版本"))
    asked_by = Person()
    user = Person(help_text=_("被请求加签的法务"))
    question = s.CharField()
    asked_at = s.DateTimeField()
    due = s.DateField(allow_null=True)
    answer = s.CharField(allow_blank=True)
    answered_at = s.DateTimeField(allow_null=True)
    withdrawn_at = s.DateTimeField(allow_null=True)


class ConditionAnswer(Shape):
    id = s.IntegerField()
    resolution = s.IntegerField(help_text=_("方案版本"))
    set_by = Person()
    set_at = s.DateTimeField()
    text = s.CharField()
    note = s.CharField(allow_blank=True, help_text=_("怎样落实的"))
    evidence = s.IntegerField(allow_null=True, help_text=_("作为凭证的证据编号"))
    met_by = Person(allow_null=True)
    met_at = s.DateTimeField(allow_null=True)


class NamedAnswer(Shape):
    user = Person()
    why = s.CharField()
    by = Person()
    at = s.DateTimeField()


class RecusalAnswer(Shape):
    user = Person()
    reason = s.CharField()
    at = s.DateTimeField()


# --- what is sent


class _Sent(Shape):
    version = s.IntegerField(required=False, help_text=_("您最后读到的案件版本"))


class CommentSent(_Sent):
    """With a place the quote has to stand exactly there; alone it has to stand there once; with
    neither the whole part is meant.
    """

    part = s.CharField(
        max_length=70, help_text=_("letter、explanation、measure:N、point:N 或 fact:编号")
    )
    text = s.CharField(max_length=2000)
    quote = s.CharField(required=False, allow_blank=True, max_length=2000)
    start = s.IntegerField(required=False, allow_null=True)
    end = s.IntegerField(required=False, allow_null=True)


class NothingSent(_Sent):
    """Only the version, if anything."""


class ConsultSent(_Sent):
    user = s.CharField(max_length=150, help_text=_("另一位法务的用户名"))
    question = s.CharField(max_length=2000)
    due = s.DateField(required=False, allow_null=True)


class ConsultWord(_Sent):
    answer = s.CharField()


class ConditionMet(_Sent):
    note = s.CharField(max_length=2000, help_text=_("怎样落实的"))


class NamedSent(_Sent):
    user = s.CharField(max_length=150, help_text=_("用户名"))
    why = s.CharField(max_length=2000)


class ReasonSent(_Sent):
    reason = s.CharField(max_length=2000)


# --- descriptions


def _act(operation: str, summary: Any, body: Any, row: Any, status: int, **value: Any) -> Any:
    """`value`: what may be sent, as an example."""
    more: dict[str, Any] = {"examples": sent(value)} if value else {}
    return call(operation, summary, row, status=status, request=body, **more)


def _list(operation: str, summary: Any, answer: Any) -> dict[str, Any]:
    return call(operation, summary, paged(answer), parameters=paging(BY_ID))


COMMENTS = _list("comments_list", _("法务在方案上的批注"), CommentAnswer)
COMMENT = _act(
    "comments_add",
    _("批注送审的方案"),
    CommentSent,
    CommentAnswer,
    201,
    part="letter",
    quote="再无其他争议",
    text="须写明限于本次交易",
)
RESOLVE = _act("comments_resolve", _("批注已处理"), NothingSent, CommentAnswer, 200)
CONSULTS = _list("consults_list", _("请其他法务加签"), ConsultAnswer)
ASK = _act(
    "consults_ask",
    _("请另一位法务加签；答复或撤回之前不能签署"),
    ConsultSent,
    ConsultAnswer,
    201,
    user="counsel2",
    question="第三项措施是否须另行取得授权？",
)
ANSWER = _act(
    "consults_answer",
    _("答复加签"),
    ConsultWord,
    ConsultAnswer,
    200,
    answer="不须",
)
WITHDRAW = _act(
    "consults_withdraw", _("不再等待加签；由提出的法务撤回"), NothingSent, ConsultAnswer, 200
)
CONDITIONS = _list("conditions_list", _("签署时提出的条件"), ConditionAnswer)
MEET = _act(
    "conditions_meet",
    _("登记条件已落实；凭证先作为证据添加，并写明 condition"),
    ConditionMet,
    ConditionAnswer,
    200,
    note="已与财务核对收款账户",
)
NAMED = _list("named_people_list", _("本案点名的同事，不得参与本案"), NamedAnswer)
NAME = _act(
    "named_people_add",
    _("登记本案点名的同事"),
    NamedSent,
    NamedAnswer,
    201,
    user="agent2",
    why="消费者投诉其态度",
)
CLEAR = _act("named_people_clear", _("取消点名登记"), ReasonSent, None, 204, reason="同名的另一人")
RECUSALS = _list("recusals_list", _("已回避本案的法务"), RecusalAnswer)
RECUSE = _act(
    "recusals_add", _("回避本案，不能撤回"), ReasonSent, RecusalAnswer, 201, reason="与消费者相识"
)
