"""Stateless evaluation and the reading of vocabulary and rules. Nothing here touches a case."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from legal_rules import reading, rulebook, signatures
from legal_rules.api.rule_serializers import RuleSerializer, RulesSerializer
from legal_rules.api.serializers import AnalysisSerializer, EvaluateSerializer
from legal_rules.reasoning.holidays import Holidays
from legal_rules.signatures import RULES

EXAMPLE_REQUEST = OpenApiExample(
    "电话推销虚构功效",
    summary=_("电话推销虚构功效"),
    request_only=True,
    value={
        "as_of": "2026-03-01",
        "category": "telesales_fraud",
        "facts": {
            "tx_living_consumption": True,
            "tx_channel": "电话营销",
            "tx_price_paid": "3980.00",
            "fr_false_statement": True,
            "fr_intent": "有证据",
            "fr_induced": True,
        },
    },
)


def _days() -> Holidays:
    """The days off that this installation knows; the law itself knows no database."""
    found: Holidays = import_string(settings.LEGAL_HOLIDAYS)()
    return found


def _lang() -> str:
    return get_language() or "zh-hans"


class EvaluateView(ApiView):
    """The legal analysis of facts that are sent, stored nowhere."""

    scopes: ClassVar = {"POST": "legal:read"}

    @extend_schema(
        operation_id="legal_evaluate",
        summary=_("对给出的事实作法律分析，不保存"),
        request=EvaluateSerializer,
        responses={200: AnalysisSerializer},
        examples=[EXAMPLE_REQUEST],
        tags=["legal"],
    )
    def post(self, request: Request) -> Response:
        form = EvaluateSerializer(data=request.data, context={"lang": _lang()})
        form.is_valid(raise_exception=True)
        sent: dict[str, Any] = form.validated_data
        day = sent.get("as_of")
        as_of, about = day or timezone.localdate(), sent.get("category")
        found = rulebook.analyse(
            sent["facts"], as_of, about, _lang(), dated=bool(day), days=_days()
        )
        return Response(signatures.mark(found))


class FactsView(ApiView):
    """The vocabulary: what can be asked, and what counts as an answer."""

    scopes: ClassVar = {"GET": "legal:read"}

    @extend_schema(
        operation_id="legal_facts",
        summary=_("事实词汇表：可以问什么，怎样作答"),
        responses={200: OpenApiTypes.OBJECT},
        tags=["legal"],
    )
    def get(self, request: Request) -> Response:
        book = rulebook.current()
        return Response({"rule_set": book.version, **reading.vocabulary(_lang())})


class RulesView(ApiView):
    """The rules with their versions, sources and state of review."""

    scopes: ClassVar = {"GET": "legal:read"}

    @extend_schema(
        operation_id="legal_rules",
        summary=_("规则及其版本与出处"),
        responses={200: RulesSerializer},
        tags=["legal"],
    )
    def get(self, request: Request) -> Response:
        book = rulebook.current()
        return Response(
            {
                "rule_set": book.version,
                "rulebook_sha256": book.sha256,
                "rules": [
                    reading.rule_card(standing, _lang()) for standing in RULES.standings().values()
                ],
            }
        )


class RuleView(ApiView):
    """One rule in words, with its examples and what counsel signed."""

    scopes: ClassVar = {"GET": "legal:read"}

    @extend_schema(
        operation_id="legal_rule",
        summary=_("一条规则：文字、例子、签署"),
        responses={200: RuleSerializer},
        tags=["legal"],
    )
    def get(self, request: Request, rule: str) -> Response:
        book = rulebook.current()
        if rule not in book.rules:
            raise NotFound
        standing = RULES.standing_of(book.rules[rule])
        return Response(
            {
                "rule_set": book.version,
                "rulebook_sha256": book.sha256,
                **reading.rule_in_words(standing, book, _lang()),
            }
        )
