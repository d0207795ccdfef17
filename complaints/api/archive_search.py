"""Full-text search over the files of cases, for programs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.paging import refuse
from complaints.api.base import READ, CaseView, caller
from complaints.enumeration import Stopped
from complaints.finding import facets, listing
from complaints.finding.matching import STAGES
from complaints.finding.snippets import Snippet
from complaints.finding.terms import asked
from complaints.lifecycle import Outcome, State
from complaints.models import Passage
from complaints.models.person_search import Door
from legal_rules.vocabulary import CATEGORIES


class PassageAnswer(s.Serializer[Any]):
    """A piece of text; `hits`: (from, to) of the words in it. `item`: of which evidence."""

    part = s.ChoiceField(Passage.Part.choices)
    item = s.IntegerField(allow_null=True)
    withdrawn = s.BooleanField()
    text = s.CharField()
    hits = s.ListField(child=s.ListField(child=s.IntegerField(), min_length=2, max_length=2))


class FoundCase(s.Serializer[Any]):
    """A case that was found."""

    number = s.CharField()
    title = s.CharField()
    state = s.ChoiceField(State.choices)
    outcome = s.ChoiceField(Outcome.choices, allow_blank=True)
    category = s.CharField(allow_blank=True)
    received_at = s.DateTimeField()
    closed_at = s.DateTimeField(allow_null=True)
    passages = PassageAnswer(many=True)
    more = s.IntegerField()


class SearchAnswer(s.Serializer[Any]):
    """`capped`: there are more; the latest are listed and counted."""

    total = s.IntegerField()
    capped = s.BooleanField()
    facets = s.DictField(child=s.DictField(child=s.IntegerField()))
    next = s.CharField(allow_null=True)
    previous = s.CharField(allow_null=True)
    results = FoundCase(many=True)


DESCRIBED: dict[str, Any] = {
    "operation_id": "archive_search",
    "summary": gettext_lazy("全文检索：案卷和附件里的文字"),
    "tags": ["complaints"],
    "responses": {200: SearchAnswer},
    "parameters": [
        OpenApiParameter("q", required=True, description=gettext_lazy("几个词，都要在案卷里出现")),
        OpenApiParameter("stage", enum=STAGES),
        OpenApiParameter("category", enum=list(CATEGORIES)),
        OpenApiParameter("outcome", enum=Outcome.values),
        OpenApiParameter("year", description=gettext_lazy("收到的年份，四位")),
        OpenApiParameter("files", enum=["yes", "no"], description=gettext_lazy("有没有附件")),
        OpenApiParameter("cursor", description=gettext_lazy("上一次答复的 next 或 previous")),
    ],
}


class ArchiveSearchView(CaseView):
    """Files that hold every word, the latest first."""

    scopes: ClassVar = {"GET": READ}
    params: ClassVar = ("q", *(facet.code for facet in facets.FACETS), "cursor")

    @extend_schema(**DESCRIBED)
    def get(self, request: Request) -> Response:
        given = request.query_params.dict()
        query = asked(given.get("q", ""))
        if query.problems or not query.terms:
            words = " ".join(query.problems) or _("请写要查找的词")
            raise refuse("q", words)
        for facet in facets.FACETS:
            value = given.get(facet.code, "")
            if value and not facets.is_known(facet.code, value):
                raise refuse(facet.code, _("没有“{value}”这一项").format(value=value[:40]))
        chosen, _problems = facets.chosen(given)
        cursor = given.get("cursor", "")
        page = listing.page(caller(request), query, chosen, cursor, door=Door.API)
        if page.persons.free is not None:
            raise Stopped(page.persons.free, timezone.now())
        if page.lost:
            raise refuse("cursor", _("分页位置无效；请从第一页重新开始"))
        return Response(_answer(page))


def _answer(page: listing.Page) -> dict[str, Any]:
    return {
        "total": page.total,
        "capped": bool(page.found.capped),
        "facets": {f.code: dict(page.found.counts(f.code)) for f in facets.FACETS},
        "next": page.next or None,
        "previous": page.previous or None,
        "results": [_case(row) for row in page.rows],
    }


def _case(row: listing.Row) -> dict[str, Any]:
    case = row.case
    plain = ("number", "title", "state", "outcome", "category", "received_at", "closed_at")
    return {
        **{name: getattr(case, name) for name in plain},
        "passages": [_passage(one) for one in row.shown.snippets],
        "more": row.shown.more,
    }


def _passage(one: Snippet) -> dict[str, Any]:
    hits, at = [], 0
    for piece in one.pieces:
        if piece.hit:
            hits.append([at, at + len(piece.text)])
        at += len(piece.text)
    return {
        "part": one.part,
        "item": one.number if one.of_item else None,
        "withdrawn": one.withdrawn,
        "text": "".join(piece.text for piece in one.pieces),
        "hits": hits,
    }
