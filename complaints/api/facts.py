"""The facts of a case and what the law makes of them."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body, etag, seen_version
from accounts.models import User
from complaints import facts
from complaints.actions import facts as fact_actions
from complaints.api import described, shapes
from complaints.api.analysis_shapes import case_analysis
from complaints.api.base import READ, WRITE, CaseView, bare, caller


def _answers(number: str, by: User) -> Response:
    """{fact id: the answer that stands}."""
    case = bare(number, by)
    given = {a.fact: shapes.answer(a) for a in facts.current_answers(case)}
    return Response(given, headers=etag(case.version))


class FactsView(CaseView):
    """`PUT` answers the facts that are sent; those that are not sent keep their answers."""

    scopes: ClassVar = {"GET": READ, "PUT": WRITE}

    @extend_schema(**described.FACTS)
    def get(self, request: Request, number: str) -> Response:
        return _answers(number, caller(request))

    @extend_schema(**described.ANSWER_FACTS)
    def put(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        fact_actions.answer(number, data, by=by, version=seen_version(request))
        return _answers(number, by)


class AnalysisView(CaseView):
    """The legal analysis of the facts as they are now, and what a frozen one does not know."""

    scopes: ClassVar = {"GET": READ}

    @extend_schema(**described.ANALYSIS)
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        return Response(case_analysis(case), headers=etag(case.version))
