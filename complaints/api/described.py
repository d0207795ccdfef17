"""What the OpenAPI description says of each call about cases: arguments of `extend_schema`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    PolymorphicProxySerializer,
)

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from complaints import places
from complaints.api import filters
from complaints.api import requests as sent
from complaints.api import serializers as shapes
from complaints.api.analysis_shapes import CaseAnalysisSerializer
from complaints.choices import Channel, Risk
from complaints.lifecycle import Outcome, Phase, State
from legal_rules.vocabulary import CATEGORIES

Described = dict[str, Any]
_LISTED: dict[str, Any] = {"explode": False, "many": True}
_BY_ID = {"id": Order("id"), "-id": Order("id", newest_first=True)}
_IN_ORDER = {"at": Order("at"), "-at": Order("at", newest_first=True)}
_BY_NUMBER = {"number": Order("id"), "-number": Order("id", newest_first=True)}
_BY_VERSION = {"version": Order("version"), "-version": Order("version", newest_first=True)}


def _call(operation: str, summary: Any, answers: Any, status: int = 200, **more: Any) -> Described:
    return {
        "operation_id": operation,
        "summary": summary,
        "tags": ["complaints"],
        "responses": {status: answers},
        **more,
    }


def _example(name: str, value: Any) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, request_only=True)]


def _list(operation: str, summary: Any, row: Any, orders: Any, *more: Any) -> Described:
    return _call(operation, summary, paged(row), parameters=[*more, *paging(orders)])


LIST = _list(
    "complaints_list",
    _("案件列表：您可以查看的案件"),
    shapes.ComplaintAnswer,
    filters.ORDERS,
    OpenApiParameter("state", enum=[*State.values, "open"], **_LISTED),
    OpenApiParameter("phase", enum=Phase.values, **_LISTED),
    OpenApiParameter("owner", description=_("用户名、me 或 none")),
    OpenApiParameter("team", description=_("编号或名称")),
    OpenApiParameter("category", enum=list(CATEGORIES), **_LISTED),
    OpenApiParameter("risk", enum=Risk.values, **_LISTED),
    OpenApiParameter("channel", enum=Channel.values, **_LISTED),
    OpenApiParameter("region", enum=list(places.NAMES), **_LISTED),
    OpenApiParameter("outcome", enum=Outcome.values, **_LISTED),
    OpenApiParameter("q", description=_("经过、商品、编号中的词；电话须完整")),
    OpenApiParameter("due_before", OpenApiTypes.DATETIME, description=_("也可以只写日期")),
    OpenApiParameter("overdue", OpenApiTypes.BOOL),
    OpenApiParameter("on_hold", OpenApiTypes.BOOL),
    OpenApiParameter("received_after", OpenApiTypes.DATETIME, description=_("也可以只写日期")),
)
REGISTER = _call(
    "complaints_register",
    _("登记投诉"),
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
            "brand": "青禾",
            "batch": "QH-2610-07",
            "supplier": "青禾生物（示例）",
            "script_version": "第 7 版",
            "region": "33",
            "order_number": "SO-20261109-001",
            "transaction_date": "2026-11-09",
            "price_paid": "3980.00",
            "external_reference": "CRM-7741",
        },
    ),
)
READ_CASE = _call("complaints_read", _("一件案件，消费者信息已遮盖"), shapes.ComplaintAnswer)
EDIT: Described = {
    "operation_id": "complaints_edit",
    "summary": _("修改登记的内容"),
    "tags": ["complaints"],
    "request": sent.ComplaintEdit,
    "responses": {200: shapes.ComplaintAnswer, 204: None},
    "description": _("设为保密后您不能再查看该案件时返回 204"),
    "examples": _example("订单号补正", {"version": 3, "order_number": "SO-20261109-002"}),
}
ASSIGN: Described = {
    "operation_id": "complaints_assign",
    "summary": _("转给同事、团队，或退回待分配"),
    "tags": ["complaints"],
    "request": sent.Receiver,
    "responses": {200: shapes.ComplaintAnswer, 204: None},
    "description": _("此后您不能再查看该案件时返回 204"),
    "examples": _example("转派", {"user": "agent2", "note": "消费者周五前可接听电话"}),
}
GIVE_BACK: Described = {
    "operation_id": "complaints_give_back",
    "summary": _("退回给转派人，写明理由"),
    "tags": ["complaints"],
    "request": sent.GiveBackSent,
    "responses": {200: shapes.ComplaintAnswer, 204: None},
    "description": _("此后您不能再查看该案件时返回 204"),
    "examples": _example("退回", {"note": "不属于我负责的商品"}),
}
URGE: Described = {
    "operation_id": "complaints_urge",
    "summary": _("催办：请现在轮到的人办理"),
    "tags": ["complaints"],
    "request": sent.UrgeSent,
    "responses": {200: shapes.ComplaintAnswer},
    "description": _("不填 whom 时催办最先轮到的人；同一人在 URGE_HOURS 小时内只能催办一次"),
    "examples": _example("催办", {"note": "消费者今天已经来电两次"}),
}
STEPS = _call("steps_list", _("您现在可以进行的步骤"), shapes.AvailableStep(many=True))
TAKE_STEP = _call(
    "steps_take",
    _("进行一步"),
    PolymorphicProxySerializer(
        "StepAnswer", [shapes.ComplaintAnswer, shapes.DryRun], resource_type_field_name=None
    ),
    request=sent.StepSent,
    parameters=[
        OpenApiParameter(
            "dry_run",
            OpenApiTypes.BOOL,
            description=_("1 表示只说还差什么，不写入"),
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

FACTS = _call("facts_read", _("现有的事实答案"), shapes.FactAnswers)
ANSWER_FACTS = _call(
    "facts_answer",
    _("回答事实（编号见 /api/v1/legal/facts/），全部接受或全部不接受"),
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
ANALYSIS = _call(
    "analysis_read", _("现有事实的法律分析，以及留存的分析是否过期"), CaseAnalysisSerializer
)

EVIDENCE = _list("evidence_list", _("证据"), shapes.EvidenceItem, _BY_NUMBER)
ADD_EVIDENCE = _call(
    "evidence_add",
    _("添加证据文件"),
    shapes.EvidenceItem,
    201,
    request={"multipart/form-data": sent.EvidenceSent},
)
EVIDENCE_ITEM = _call("evidence_read", _("一份证据"), shapes.EvidenceItem)
EVIDENCE_FILE: Described = {
    "operation_id": "evidence_file",
    "summary": _("证据文件本身；领取会被记录"),
    "tags": ["complaints"],
    "responses": {(200, "*/*"): OpenApiTypes.BINARY},  # the type that its content has
}
DOSSIER: Described = {
    "operation_id": "dossier",
    "summary": _("可打印的卷宗（PDF/A），每页印有领取人；领取会被记录"),
    "tags": ["complaints"],
    "responses": {(200, "application/pdf"): OpenApiTypes.BINARY},
}
PACKAGE: Described = {
    "operation_id": "package",
    "summary": _(
        "归档时封存的证据包（BagIt）；领取会被记录。完整版须先在档案页申请，经主管与法务同意"
    ),
    "tags": ["complaints"],
    "parameters": [
        OpenApiParameter("edition", str, enum=["full", "redacted"], description=_("版本"))
    ],
    "responses": {(200, "application/zip"): OpenApiTypes.BINARY},
}

TIMELINE = _list("timeline_list", _("按顺序的全部经过"), shapes.TimelineEntry, _IN_ORDER)
DEADLINES = _list("deadlines_list", _("期限"), shapes.DeadlineAnswer, _BY_ID)
COMMUNICATIONS = _list(
    "communications_list", _("回复、备注与通话"), shapes.CommunicationAnswer, _BY_ID
)
WRITE_TEXT = _call(
    "communications_add",
    _("回复消费者，或写备注"),
    shapes.CommunicationAnswer,
    201,
    request=sent.CommunicationSent,
    examples=_example("内部备注", {"kind": "internal_note", "text": "已向外呼供应商调取录音。"}),
)
HOLD = _call(
    "holds_start",
    _("中止可以中止的期限"),
    shapes.HoldAnswer,
    201,
    request=sent.HoldSent,
    examples=[
        *_example("等待鉴定", {"reason": "expert", "note": "送检", "expected_end": "2026-12-01"}),
        *_example(
            "请消费者补充材料",
            {"ask": {"items": ["付款截图", "外包装照片"]}, "expected_end": "2026-12-01"},
        ),
    ],
)
RESUME = _call("holds_end", _("恢复计时"), shapes.HoldAnswer)
RESOLUTIONS = _list("resolutions_list", _("方案的各个版本"), shapes.ResolutionAnswer, _BY_VERSION)
PROPOSE = _call(
    "resolutions_propose",
    _("拟定方案"),
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
            "points": [
                {
                    "title": "外呼时是否宣称根治高血压",
                    "consumer_says": "来电称三个疗程根治高血压。",
                    "we_found": "录音第 2 分钟有这句话。",
                    "for_numbers": [1],
                    "burden": "consumer",
                    "finding": "established",
                    "finding_words": "您反映的情况属实。",
                    "fact": "fr_false_statement",
                }
            ],
            "explanation": "外呼人员所称疗效没有依据。",
            "legal_basis": ["《消费者权益保护法》第五十五条第一款"],
            "letter": "尊敬的钱女士：……如不同意，可拨打 12315……",
        },
    ),
)
