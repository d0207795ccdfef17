"""What consumers say of closed cases, over HTTP: shapes, and what the description says of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers as s

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from complaints import satisfied
from complaints.actions.satisfaction import COMMENT_LIMIT
from complaints.api.one_call import call, sent
from complaints.api.serializers import ComplaintAnswer, Person
from complaints.clock_words import local
from complaints.models import Feedback, Invitation
from complaints.models.satisfaction import HIGHEST, LOWEST
from complaints.satisfaction_figures import SHOWN, WINDOWS, Figures
from complaints.seen import saw_cases

Shape = s.Serializer[Any]
ORDERS = {
    "-asked_at": Order("asked_at", newest_first=True),
    "asked_at": Order("asked_at"),
}


def invitation(row: Invitation) -> dict[str, Any]:
    """One invitation and what became of it; the comment stands on the case alone."""
    given: Feedback | None = getattr(row, "feedback", None)
    saw_cases(row.complaint.number)
    return {
        "complaint": row.complaint.number,
        "channel": row.channel,
        "asked_at": local(row.asked_at),
        "expires_at": local(row.expires_at),
        "score": given.score if given else None,
        "solved": given.solved if given else None,
        "dissatisfied": given.dissatisfied if given else None,
        "source": given.source if given else None,
        "by": _person(given.by if given else None),
        "at": local(given.at) if given else None,
    }


def of_case(row: Invitation | None) -> dict[str, Any]:
    """The latest closing of a case, with the consumer's words, numbers in them masked."""
    given: Feedback | None = getattr(row, "feedback", None)
    comment = satisfied.comment_of(given) if given else ""
    return {"asked": None if row is None else invitation(row), "comment": comment}


def figures(found: Figures) -> dict[str, Any]:
    """Counts and shares; texts, because they are rounded down and not computed with."""
    return {
        **found.counts,
        "average": None if found.tenths is None else found.average,
        "percent_answered": found.percent("answered", "all"),
        "percent_solved": found.percent("solved", "answered"),
    }


def _person(user: Any) -> dict[str, str] | None:
    return None if user is None else {"username": user.username, "name": user.name}


class InvitationAnswer(Shape):
    complaint = s.CharField()
    channel = s.ChoiceField(Invitation.Channel.choices)
    asked_at = s.DateTimeField()
    expires_at = s.DateTimeField()
    score = s.IntegerField(min_value=LOWEST, max_value=HIGHEST, allow_null=True)
    solved = s.BooleanField(allow_null=True)
    dissatisfied = s.BooleanField(allow_null=True, help_text=_("2 分以下，或者问题没有解决"))
    source = s.ChoiceField(Feedback.Source.choices, allow_null=True)  # type: ignore[assignment]
    by = Person(allow_null=True, help_text=_("回访登记人；消费者本人填写时为 null"))
    at = s.DateTimeField(allow_null=True)


class CaseSatisfaction(Shape):
    asked = InvitationAnswer(allow_null=True)
    comment = s.CharField(allow_blank=True, help_text=_("消费者的话，其中的号码已遮盖"))


class SatisfactionFigures(Shape):
    all = s.IntegerField()
    answered = s.IntegerField()
    unanswered = s.IntegerField()
    solved = s.IntegerField()
    unsolved = s.IntegerField()
    bad = s.IntegerField()
    average = s.CharField(allow_null=True, help_text=_("一位小数，舍去尾数；没有评价时为 null"))
    percent_answered = s.CharField()
    percent_solved = s.CharField()


class CallBack(Shape):
    version = s.IntegerField(required=False, help_text=_("您最后读到的案件版本"))
    score = s.IntegerField(min_value=LOWEST, max_value=HIGHEST)
    solved = s.BooleanField()
    comment = s.CharField(required=False, allow_blank=True, max_length=COMMENT_LIMIT)


class Redo(Shape):
    version = s.IntegerField(required=False, help_text=_("您最后读到的案件版本"))
    user = s.CharField(max_length=150, help_text=_("用户名；不能是办理过本案的人"))
    reason = s.CharField(max_length=2000)


_NARROWED = [
    OpenApiParameter("days", enum=[str(n) for n in WINDOWS], default=str(WINDOWS[1])),
    OpenApiParameter("team", OpenApiTypes.INT, description=_("团队编号")),
]


LIST = call(
    "satisfaction_list",
    _("邀请与消费者的评价"),
    paged(InvitationAnswer),
    parameters=[OpenApiParameter("show", enum=list(SHOWN)), *_NARROWED, *paging(ORDERS)],
)
FIGURES = call(
    "satisfaction_figures", _("消费者评价的统计"), SatisfactionFigures, parameters=_NARROWED
)
READ = call("satisfaction_read", _("最近一次办结的评价"), CaseSatisfaction)
CALL_BACK = call(
    "satisfaction_call_back",
    _("登记电话回访的评价；办理过本案的人不能登记"),
    CaseSatisfaction,
    status=201,
    request=CallBack,
    examples=sent({"score": 2, "solved": False}, "回访"),
)
REDO = call(
    "satisfaction_redo",
    _("重新启动，并转给没有办理过的同事"),
    ComplaintAnswer,
    request=Redo,
    examples=[
        OpenApiExample(
            "重新办理", value={"user": "he.jing", "reason": "款项未到账"}, request_only=True
        ),
    ],
)
