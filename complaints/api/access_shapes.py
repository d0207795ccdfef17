"""Requests to look into cases over HTTP: what is answered and sent, and what the description says
of them.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers as s

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from complaints.actions import access
from complaints.actions.access_list import Seen
from complaints.api.one_call import call
from complaints.api.review_shapes import NothingSent
from complaints.api.serializers import Person
from complaints.clock_words import local
from complaints.models import AccessKind, AccessWhy

Shape = s.Serializer[Any]
TAG = "access"
NEWEST = {"-at": Order("at", newest_first=True), "at": Order("at")}
SHOWN = ("mine", "decide", "review")
STATES = ("waiting", "refused", "unanswered", "running", "ended", "over")


def _person(user: Any) -> dict[str, str]:
    return {"username": user.username, "name": user.name}


def request_of(seen: Seen) -> dict[str, Any]:
    """One request; nothing in it tells whether there is such a case."""
    row, decision = seen.row, seen.decision
    review = getattr(decision, "review", None)
    return {
        "id": row.pk,
        "number": row.number,
        "kind": row.kind,
        "why": row.why,
        "reason": row.reason,
        "hours": row.hours,
        "state": seen.state,
        "by": _person(row.by),
        "at": local(row.at),
        "expires_at": local(row.expires_at),
        "decided_by": _person(decision.by) if decision else None,
        "decided_at": local(decision.at) if decision else None,
        "decision_reason": decision.reason if decision else "",
        "ends_at": local(decision.ends_at) if decision else None,
        "justified": review.justified if review else None,
    }


class AccessAnswer(Shape):
    id = s.IntegerField()
    number = s.CharField(help_text=_("申请时填写的案件编号"))
    kind = s.ChoiceField(AccessKind.choices)
    why = s.ChoiceField(AccessWhy.choices)
    reason = s.CharField()
    hours = s.IntegerField(allow_null=True, help_text=_("申请的小时数；紧急调阅没有"))
    state = s.ChoiceField(STATES)
    by = Person()
    at = s.DateTimeField()
    expires_at = s.DateTimeField(help_text=_("答复截止"))
    decided_by = Person(allow_null=True)
    decided_at = s.DateTimeField(allow_null=True)
    decision_reason = s.CharField(allow_blank=True)
    ends_at = s.DateTimeField(allow_null=True, help_text=_("有效至"))
    justified = s.BooleanField(allow_null=True, help_text=_("紧急调阅的复核结论"))


class AccessSent(Shape):
    number = s.CharField(max_length=20)
    kind = s.ChoiceField(AccessKind.choices)
    why = s.ChoiceField(AccessWhy.choices)
    reason = s.CharField(max_length=access.LONGEST)
    hours = s.IntegerField(required=False, allow_null=True, help_text=_("1 至 72，只用于临时查阅"))


class DecisionSent(Shape):
    agree = s.BooleanField()
    hours = s.IntegerField(required=False, allow_null=True, help_text=_("可以比申请的短"))
    reason = s.CharField(required=False, allow_blank=True, max_length=access.LONGEST)


class AccessReviewSent(Shape):
    justified = s.BooleanField()
    note = s.CharField(required=False, allow_blank=True, max_length=access.LONGEST)


SHOW = OpenApiParameter("show", str, enum=list(SHOWN))
LIST = call(
    "access_requests",
    _("查阅申请：自己的、待决定的、待复核的"),
    paged(AccessAnswer),
    tag=TAG,
    parameters=[*paging(NEWEST), SHOW],
)
ASK = call(
    "access_ask",
    _("申请查阅；有没有这件案件，答复都一样"),
    AccessAnswer,
    status=201,
    tag=TAG,
    request=AccessSent,
)
ONE = call("access_request", _("一份查阅申请"), AccessAnswer, tag=TAG)
DECIDE = call(
    "access_decide",
    _("决定查阅申请；只能在本人会话中"),
    AccessAnswer,
    tag=TAG,
    request=DecisionSent,
)
END = call("access_end", _("提前收回查阅权"), AccessAnswer, tag=TAG, request=NothingSent)
REVIEW = call(
    "access_review",
    _("复核紧急调阅；只能在本人会话中"),
    AccessAnswer,
    tag=TAG,
    request=AccessReviewSent,
)
