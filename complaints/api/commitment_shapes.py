"""Promises over HTTP: how one is answered, what is sent, and what the description says of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as s

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from complaints.actions.commitments import SOURCES, TEXT_LIMIT
from complaints.api.serializers import Person, money
from complaints.choices import CommitmentSource, CommitmentState, CommitmentStrength
from complaints.clock_words import local
from complaints.models import Commitment
from complaints.paying.proof import PAYMENT

Shape = s.Serializer[Any]
BY_ID = {"id": Order("id"), "-id": Order("id", newest_first=True)}


def commitment(promise: Commitment, now: datetime) -> dict[str, Any]:
    """One promise to the consumer. Reads its measure."""
    by_money = promise.asks_for == PAYMENT
    return {
        "id": promise.pk,
        "text": promise.text,
        "amount": None if promise.amount is None else f"{promise.amount:.2f}",
        "currency": "CNY",
        "paid": f"{promise.paid:.2f}",
        "open": f"{promise.standing.open:.2f}" if by_money else None,
        "proof_asked": promise.asks_for,
        "source": promise.source,
        "strength": promise.strength,
        "due": promise.due.isoformat() if promise.due else None,
        "due_at": local(promise.due_at),
        "overdue": promise.is_overdue(now),
        "owner": _person(promise.owner),
        "state": promise.state,
        "made_at": local(promise.made_at),
        "made_by": _person(promise.made_by),
        "communication": promise.communication_id,
        "made_evidence": promise.made_evidence,
        "kept_at": local(promise.kept_at),
        "on_time": promise.on_time,
        "settled_at": local(promise.settled_at),
        "settled_by": _person(promise.settled_by),
        "proof": promise.proof,
        "evidence": promise.evidence_number,
    }


def _person(user: Any) -> dict[str, str] | None:
    return None if user is None else {"username": user.username, "name": user.name}


class CommitmentAnswer(Shape):
    id = s.IntegerField()
    text = s.CharField()
    amount = money(allow_null=True)
    currency = s.CharField()
    paid = money(help_text=_("已登记、未冲正的付款合计"))
    open = money(allow_null=True, help_text=_("未付金额；不是付款的措施为 null"))
    proof_asked = s.ChoiceField(
        [("payment", _("付款流水")), ("courier", _("快递单号")), ("words", _("文件或说明"))],
        help_text=_("这一项要什么凭证：付款经 payments 登记，付足即兑现"),
    )
    source = s.ChoiceField(CommitmentSource.choices)  # type: ignore[assignment]
    strength = s.ChoiceField(CommitmentStrength.choices)
    due = s.DateField(allow_null=True)
    due_at = s.DateTimeField(
        allow_null=True, help_text=_("最迟的时刻：约定到日的，为当日 24 时前的最后一秒")
    )
    overdue = s.BooleanField(help_text=_("仍待兑现，而期限已过"))
    owner = Person(allow_null=True)
    state = s.ChoiceField(CommitmentState.choices)
    made_at = s.DateTimeField()
    made_by = Person(allow_null=True)
    communication = s.IntegerField(allow_null=True, help_text=_("作出承诺的沟通记录"))
    made_evidence = s.IntegerField(allow_null=True, help_text=_("证明承诺的证据编号"))
    kept_at = s.DateTimeField(allow_null=True)
    on_time = s.BooleanField(allow_null=True, help_text=_("是否按时兑现；未兑现时为 null"))
    settled_at = s.DateTimeField(allow_null=True)
    settled_by = Person(allow_null=True)
    proof = s.CharField(allow_blank=True, help_text=_("凭证、未兑现的原因，或消费者的书面表示"))
    evidence = s.IntegerField(allow_null=True)


# --- what is sent


class _Sent(Shape):
    version = s.IntegerField(required=False, help_text=_("您最后读到的案件版本"))


class _RestsOn(_Sent):
    evidence = s.IntegerField(required=False, allow_null=True, help_text=_("证据编号"))
    communication = s.IntegerField(
        required=False, allow_null=True, help_text=_("本案沟通记录的编号")
    )


class NewCommitment(_RestsOn):
    text = s.CharField(max_length=TEXT_LIMIT)
    due = s.CharField(help_text=_("日期 2026-11-27，或时刻 2026-11-27T18:00:00+08:00；不能已过"))
    source = s.ChoiceField([(c.value, c.label) for c in SOURCES])  # type: ignore[assignment]
    strength = s.ChoiceField(CommitmentStrength.choices, required=False)
    owner = s.CharField(
        required=False, allow_blank=True, max_length=150, help_text=_("用户名；默认为责任人")
    )
    amount = money(required=False, allow_null=True)


class Kept(_Sent):
    proof = s.CharField(max_length=2000)
    evidence = s.IntegerField(required=False, allow_null=True, help_text=_("证据编号"))
    kept_at = s.DateTimeField(
        required=False, allow_null=True, help_text=_("实际兑现的时间；默认为现在")
    )


class Broken(_Sent):
    reason = s.CharField(max_length=2000)


class Released(_RestsOn):
    """The words rest on a piece of evidence or on a message of the consumer."""

    words = s.CharField(max_length=2000, help_text=_("消费者的书面表示"))


class OtherDue(_RestsOn):
    """A later date rests on what the consumer said to it."""

    due = s.CharField(help_text=_("日期或时刻"))
    reason = s.CharField(max_length=2000)


class Settlement(_Sent):
    state = s.ChoiceField(["kept", "waived"])
    proof = s.CharField(max_length=2000)
    evidence = s.IntegerField(
        required=False, allow_null=True, help_text=_("消费者放弃时必填：书面证据的编号")
    )


# --- descriptions


def _call(
    operation: str, summary: Any, sent: Any, name: str, value: dict[str, Any], status: int = 200
) -> dict[str, Any]:
    from drf_spectacular.utils import OpenApiExample

    return {
        "operation_id": operation,
        "summary": summary,
        "tags": ["complaints"],
        "request": sent,
        "responses": {status: CommitmentAnswer},
        "examples": [OpenApiExample(name, value=value, request_only=True)],
    }


LIST: dict[str, Any] = {
    "operation_id": "commitments_list",
    "summary": _("对消费者的承诺"),
    "tags": ["complaints"],
    "responses": {200: paged(CommitmentAnswer)},
    "parameters": paging(BY_ID),
}
MAKE = _call(
    "commitments_make",
    _("登记一项承诺"),
    NewCommitment,
    "通话中的承诺",
    {"text": "三个工作日内回电告知核实结果", "due": "2026-11-27", "source": "call"},
    201,
)
SETTLE = _call(
    "commitments_settle",
    _("登记承诺已兑现，或消费者书面放弃"),
    Settlement,
    "已兑现",
    {"state": "kept", "proof": "付款流水 P-20261120-3"},
)
KEEP = _call(
    "commitments_keep",
    _("登记承诺已兑现；是否按时，以实际兑现的时间为准"),
    Kept,
    "已回电",
    {"proof": "11:20 已回电，本人接听", "kept_at": "2026-11-27T11:20:00+08:00"},
)
BREAK = _call(
    "commitments_break",
    _("登记承诺未兑现"),
    Broken,
    "未能联系",
    {"reason": "三次拨打均无人接听，未能告知"},
)
RELEASE = _call(
    "commitments_release",
    _("登记消费者书面放弃"),
    Released,
    "来信放弃",
    {"words": "不用再回电了", "communication": 17},
)
CHANGE_DUE = _call(
    "commitments_change_due",
    _("更正承诺的期限；改晚须有消费者的同意"),
    OtherDue,
    "改期",
    {"due": "2026-12-01", "reason": "消费者同意下周再回电", "communication": 18},
)
