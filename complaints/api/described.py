"""What the OpenAPI description says of each call about cases: arguments of `extend_schema`."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    PolymorphicProxySerializer,
)

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from complaints.api import filters
from complaints.api import requests as sent
from complaints.api import serializers as shapes
from complaints.choices import Channel, Risk
from complaints.lifecycle import Outcome, Phase, State
from legal_rules.api.serializers import AnalysisSerializer
from legal_rules.vocabulary import CATEGORIES

Described = dict[str, Any]
_LISTED: dict[str, Any] = {"explode": False, "many": True}
_BY_ID = {"id": Order("id"), "-id": Order("id", newest_first=True)}
_IN_ORDER = {"at": Order("at"), "-at": Order("at", newest_first=True)}
_BY_NUMBER = {"number": Order("id"), "-number": Order("id", newest_first=True)}
_BY_VERSION = {"version": Order("version"), "-version": Order("version", newest_first=True)}


def _call(operation: str, summary: str, answers: Any, status: int = 200, **more: Any) -> Described:
    return {
        "operation_id": operation,
        "summary": summary,
        "tags": ["complaints"],
        "responses": {status: answers},
        **more,
    }


def _example(name: str, value: Any) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, request_only=True)]


def _list(operation: str, summary: str, row: Any, orders: Any, *more: Any) -> Described:
    return _call(operation, summary, paged(row), parameters=[*more, *paging(orders)])


LIST = _list(
    "complaints_list",
    "The queue: cases that you may see",
    shapes.ComplaintAnswer,
    filters.ORDERS,
    OpenApiParameter("state", enum=[*State.values, "open"], **_LISTED),
    OpenApiParameter("phase", enum=Phase.values, **_LISTED),
    OpenApiParameter("owner", description="User name, `me` or `none`."),
    OpenApiParameter("team", description="Id or name."),
    OpenApiParameter("category", enum=list(CATEGORIES), **_LISTED),
    OpenApiParameter("risk", enum=Risk.values, **_LISTED),
    OpenApiParameter("channel", enum=Channel.values, **_LISTED),
    OpenApiParameter("outcome", enum=Outcome.values, **_LISTED),
    OpenApiParameter("q", description="Words of narrative, product, numbers; exact phone."),
    OpenApiParameter("due_before", OpenApiTypes.DATETIME, description="Or a date."),
    OpenApiParameter("overdue", OpenApiTypes.BOOL),
    OpenApiParameter("on_hold", OpenApiTypes.BOOL),
    OpenApiParameter("received_after", OpenApiTypes.DATETIME, description="Or a date."),
)
REGISTER = _call(
    "complaints_register",
    "Register a complaint",
    shapes.RegisteredComplaint,
    201,
    request=sent.NewComplaint,
    examples=_example(
        "电话推销虚构功效",
        {
            "channel": "phone",
            "narrative": "11 月 9 日接到自称健康顾问的来电，称胶囊三个疗程根治高血压……",
            "claims": ["refund", "increased_damages"],
            "category": "telesales_fraud",
            "consumer": {"name": "钱示例", "phone": "12000000001"},
            "product": {"name": "青禾牌益元胶囊", "category": "保健食品"},
            "order_number": "SO-20261109-001",
            "transaction_date": "2026-11-09",
            "price_paid": "3980.00",
            "external_reference": "CRM-7741",
        },
    ),
)
READ_CASE = _call("complaints_read", "The case, the consumer masked", shapes.ComplaintAnswer)
EDIT = _call(
    "complaints_edit",
    "Mend what was registered",
    shapes.ComplaintAnswer,
    request=sent.ComplaintEdit,
    examples=_example("订单号补正", {"version": 3, "order_number": "SO-20261109-002"}),
)
ASSIGN: Described = {
    "operation_id": "complaints_assign",
    "summary": "Hand the case to a colleague, a team, or back to the queue",
    "tags": ["complaints"],
    "request": sent.Receiver,
    "responses": {200: shapes.ComplaintAnswer, 204: None},
    "description": "204 when the case is out of your sight afterwards.",
    "examples": _example("转派", {"user": "agent2", "note": "消费者周五前可接听电话"}),
}
STEPS = _call("steps_list", "The steps that you may take now", shapes.AvailableStep(many=True))
TAKE_STEP = _call(
    "steps_take",
    "Take a step",
    PolymorphicProxySerializer(
        "StepAnswer", [shapes.ComplaintAnswer, shapes.DryRun], resource_type_field_name=None
    ),
    request=sent.StepSent,
    parameters=[
        OpenApiParameter(
            "dry_run",
            OpenApiTypes.BOOL,
            description="Only say what is unmet; answers `DryRun` and writes nothing.",
        )
    ],
    examples=[
        *_example("受理", {"step": "accept", "version": 1}),
        *_example(
            "调查终结",
            {
                "step": "conclude",
                "version": 6,
                "findings": "外呼人员作了疗效保证，录音可证。",
                "cannot_be_established": {"fr_induced": "消费者未能说明"},
            },
        ),
    ],
)

FACTS = _call("facts_read", "The answers that stand", shapes.FactAnswers)
ANSWER_FACTS = _call(
    "facts_answer",
    "Answer facts of the vocabulary (`/api/v1/legal/facts/`); all or none",
    shapes.FactAnswers,
    request=sent.FactsSent,
    examples=_example(
        "三项事实",
        {
            "fr_false_statement": {"value": True, "source": "evidence", "evidence": 1},
            "fr_intent": {"value": "有证据", "source": "verified", "note": "外呼话术文件"},
            "fr_induced": {"cannot_be_established": True, "note": "消费者未能说明"},
        },
    ),
)
ANALYSIS = _call("analysis_read", "What the law makes of the facts now", AnalysisSerializer)

EVIDENCE = _list("evidence_list", "The evidence", shapes.EvidenceItem, _BY_NUMBER)
ADD_EVIDENCE = _call(
    "evidence_add",
    "Add a file",
    shapes.EvidenceItem,
    201,
    request={"multipart/form-data": sent.EvidenceSent},
)
EVIDENCE_ITEM = _call("evidence_read", "One piece of evidence", shapes.EvidenceItem)
EVIDENCE_FILE: Described = {
    "operation_id": "evidence_file",
    "summary": "The file itself; that you had it is recorded",
    "tags": ["complaints"],
    "responses": {(200, "application/octet-stream"): OpenApiTypes.BINARY},
}

TIMELINE = _list("timeline_list", "Everything in order", shapes.TimelineEntry, _IN_ORDER)
DEADLINES = _list("deadlines_list", "The clocks", shapes.DeadlineAnswer, _BY_ID)
COMMUNICATIONS = _list(
    "communications_list", "Replies, notes and calls", shapes.CommunicationAnswer, _BY_ID
)
WRITE_TEXT = _call(
    "communications_add",
    "Reply to the consumer, or write a note",
    shapes.CommunicationAnswer,
    201,
    request=sent.CommunicationSent,
    examples=_example("内部备注", {"kind": "internal_note", "text": "已向外呼供应商调取录音。"}),
)
COMMITMENTS = _list("commitments_list", "What was promised", shapes.CommitmentAnswer, _BY_ID)
SETTLE = _call(
    "commitments_settle",
    "Record that a promise was kept, or waived in writing",
    shapes.CommitmentAnswer,
    request=sent.Settlement,
    examples=_example("已兑现", {"state": "kept", "proof": "付款流水 P-20261120-3"}),
)
HOLD = _call(
    "holds_start",
    "Stop the clocks that may be stopped",
    shapes.HoldAnswer,
    201,
    request=sent.HoldSent,
    examples=_example(
        "等待消费者", {"reason": "consumer", "note": "请补充付款截图", "expected_end": "2026-12-01"}
    ),
)
RESUME = _call("holds_end", "Let the clocks run again", shapes.HoldAnswer)
RESOLUTIONS = _list(
    "resolutions_list", "The proposals, version by version", shapes.ResolutionAnswer, _BY_VERSION
)
PROPOSE = _call(
    "resolutions_propose",
    "Write the proposal",
    shapes.ResolutionAnswer,
    201,
    request=sent.Proposal,
    examples=_example(
        "退一赔三",
        {
            "measures": [
                {"kind": "refund", "amount": "3980.00", "due": "2026-12-10"},
                {"kind": "increased_damages", "amount": "11940.00", "formula": "3 × 3980.00"},
            ],
            "explanation": "外呼人员所称疗效没有依据。",
            "legal_basis": ["《消费者权益保护法》第五十五条第一款"],
            "letter": "尊敬的钱女士：……如不同意，可拨打 12315……",
        },
    ),
)
