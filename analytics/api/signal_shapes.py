"""Signals over HTTP: shapes, and what the description says of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers as s

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from analytics import signal_words
from analytics.models import ActionFile, CorrectiveAction, Signal, SignalCase
from analytics.signal_life import Kind, State
from complaints.api.one_call import call
from complaints.api.serializers import Person
from complaints.clock_words import local
from complaints.seen import saw_cases

Shape = s.Serializer[Any]
ORDERS = {
    "-detected_at": Order("detected_at", newest_first=True),
    "detected_at": Order("detected_at"),
}
BY_ID = {"-id": Order("id", newest_first=True), "id": Order("id")}
_NUMBERS = (
    "observed",
    "expected",
    "ratio",
    "low",
    "high",
    "orders",
    "orders_before",
    "statistic",
    "threshold",
)
_DAYS = ("started_on", "alarmed_on", "last_on", "ended_on", "baseline_from", "baseline_until")


def signal(row: Signal) -> dict[str, Any]:
    """One signal as the list has it (with `seen_cases`)."""
    owner = row.owner
    return {
        "id": row.pk,
        "kind": row.kind,
        "state": row.state,
        "version": row.version,
        "sentence": signal_words.sentence(row),
        "category": row.category,
        "product": row.product,
        "region": row.region,
        "word": row.word,
        **{name: getattr(row, name) for name in _NUMBERS},
        **{name: _day(getattr(row, name)) for name in _DAYS},
        "model_version": row.model_version,
        "visible_cases": getattr(row, "seen_cases", 0),
        "owner": None if owner is None else {"username": owner.username, "name": owner.name},
        "detected_at": local(row.detected_at),
    }


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None


def whole(row: Signal) -> dict[str, Any]:
    """With causes, words, and what is done about it."""
    actions = row.actions.select_related("owner").prefetch_related("files").order_by("due_on", "pk")
    return {
        **signal(row),
        "causes": [
            {
                "values": [{"attribute": a, "value": v} for a, v in one["values"]],
                **{k: one[k] for k in ("observed", "expected", "ratio", "low", "high")},
            }
            for one in row.causes
        ],
        "words": [{k: one[k] for k in ("word", "cases", "before", "z")} for one in row.words],
        "actions": [_action(one) for one in actions],
    }


def _action(row: CorrectiveAction) -> dict[str, Any]:
    return {
        "id": row.pk,
        "what": row.what,
        "owner": {"username": row.owner.username, "name": row.owner.name},
        "due_on": _day(row.due_on),
        "state": row.state,
        "done_on": _day(row.done_on),
        "evidence": row.evidence,
        "files": [_file(one) for one in row.files.all()],
        "effect": row.effect,
        **{name: getattr(row, name) for name in ("ratio", "low", "high")},
    }


def _file(row: ActionFile) -> dict[str, Any]:
    return {
        "id": row.pk,
        "file_name": row.file_name,
        "content_type": row.content_type,
        "size": row.size,
        "sha256": row.sha256,
        "added_at": local(row.at),
        "withdrawn_at": local(row.withdrawn_at) if row.withdrawn_at else None,
    }


def case(row: SignalCase) -> dict[str, Any]:
    """A case of it."""
    one = row.complaint
    saw_cases(one.number)
    return {
        "complaint": one.number,
        "title": one.title,
        "later": row.later,
        "received_at": local(one.received_at),
    }


def _number(help_text: Any = "") -> s.FloatField:
    return s.FloatField(allow_null=True, help_text=help_text)


class SignalAnswer(Shape):
    id = s.IntegerField()
    kind = s.ChoiceField(choices=Kind.values)
    state = s.ChoiceField(choices=State.values)
    version = s.IntegerField()
    sentence = s.CharField(help_text=_("一句话说明，语言随 Accept-Language"))
    category = s.CharField(allow_blank=True)
    product = s.CharField(allow_blank=True)
    region = s.CharField(allow_blank=True)
    word = s.CharField(allow_blank=True)
    observed = s.IntegerField(help_text=_("全企业实际件数，不含保密案件"))
    expected = _number(_("预期件数；词语和雷同没有"))
    ratio = _number()
    low = _number(_("95% 区间的下限"))
    high = _number(_("95% 区间的上限"))
    orders = _number(_("同期订单量；没有导入的为 null"))
    orders_before = _number(_("基准时段平均每天的订单量"))
    statistic = _number()
    threshold = _number()
    started_on = s.DateField()
    alarmed_on = s.DateField()
    last_on = s.DateField()
    ended_on = s.DateField(allow_null=True)
    baseline_from = s.DateField(allow_null=True)
    baseline_until = s.DateField(allow_null=True)
    model_version = s.CharField()
    visible_cases = s.IntegerField(help_text=_("其中您可以查看的案件数"))
    owner = Person(allow_null=True)
    detected_at = s.DateTimeField()


class SharedValue(Shape):
    attribute = s.CharField()
    value = s.CharField()


class SharedOrigin(Shape):
    values = SharedValue(many=True)
    observed = s.IntegerField()
    expected = s.FloatField()
    ratio = s.FloatField()
    low = s.FloatField()
    high = s.FloatField()


class EmergingWord(Shape):
    word = s.CharField()
    cases = s.IntegerField()
    before = s.IntegerField()
    z = s.FloatField()


class ActionFileAnswer(Shape):
    id = s.IntegerField()
    file_name = s.CharField()
    content_type = s.CharField()
    size = s.IntegerField()
    sha256 = s.CharField()
    added_at = s.DateTimeField()
    withdrawn_at = s.DateTimeField(allow_null=True, help_text=_("撤回后内容已经销毁"))


class ActionAnswer(Shape):
    id = s.IntegerField()
    what = s.CharField()
    owner = Person()
    due_on = s.DateField()
    state = s.ChoiceField(choices=CorrectiveAction.State.values)
    done_on = s.DateField(allow_null=True)
    evidence = s.CharField(allow_blank=True, help_text=_("完成的证据；已取消的是取消的理由"))
    files = ActionFileAnswer(many=True)
    effect = s.ChoiceField(choices=["", *CorrectiveAction.Effect.values], allow_blank=True)
    ratio = _number()
    low = _number()
    high = _number()


class SignalWhole(SignalAnswer):
    causes = SharedOrigin(many=True)
    words = EmergingWord(many=True)
    actions = ActionAnswer(many=True)


class SignalCaseAnswer(Shape):
    complaint = s.CharField()
    title = s.CharField()
    later = s.BooleanField(help_text=_("报警以后才收到"))
    received_at = s.DateTimeField()


LIST = call(
    "signals_list",
    _("信号列表"),
    paged(SignalAnswer),
    tag="analytics",
    parameters=[
        OpenApiParameter("state", enum=State.values),
        OpenApiParameter("kind", enum=Kind.values),
        *paging(ORDERS),
    ],
)
READ = call("signals_read", _("一个信号"), SignalWhole, tag="analytics")
CASES = call(
    "signals_cases",
    _("信号的案件，仅您可以查看的"),
    paged(SignalCaseAnswer),
    tag="analytics",
    parameters=paging(BY_ID),
)
