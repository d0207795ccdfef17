"""到期销毁: batches, their review, the register; and who read of a case or of its person."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, body
from accounts.api.paging import PARAMS, page, refuse
from audit.reading import saw
from complaints import readers
from complaints.actions import disposal as acts
from complaints.api import keeping_shapes as shapes
from complaints.api.base import READ, WRITE, CaseView, bare, caller
from complaints.errors import Invalid
from complaints.models import Destroyed, DisposalBatch, DisposalRow
from complaints.querysets import scope_of
from complaints.spans import Span


class KeepingView(ApiView):
    """For whoever sees how long files are kept."""

    scopes: ClassVar[dict[str, str | None]] = {"GET": READ}
    permission: ClassVar[str | None] = "see_retention"

    def batches(self, request: Request) -> Any:
        """Batches with files that the caller may see, and how many."""
        seen = scope_of(caller(request), "rows__complaint__")
        waiting = Q(rows__state="waiting") & seen
        return DisposalBatch.objects.annotate(
            files=Count("rows", filter=seen, distinct=True),
            waiting=Count("rows", filter=waiting, distinct=True),
        ).filter(files__gt=0)


class BatchesView(KeepingView):
    """All that the caller may see something of."""

    params: ClassVar = PARAMS

    @extend_schema(**shapes.BATCHES)
    def get(self, request: Request) -> Response:
        return page(request, self.batches(request), shapes.PROPOSED, shapes.batch)


class BatchView(KeepingView):
    """One of them."""

    @extend_schema(**shapes.BATCH)
    def get(self, request: Request, disposal_batch: int) -> Response:
        return Response(shapes.batch(self.batches(request).get(pk=disposal_batch)))


class RowsView(KeepingView):
    """Its files that the caller may see, and what was said to each."""

    params: ClassVar = PARAMS

    @extend_schema(**shapes.ROWS)
    def get(self, request: Request, disposal_batch: int) -> Response:
        found = self.batches(request).get(pk=disposal_batch)
        rows = DisposalRow.objects.filter(scope_of(caller(request), "complaint__"), batch=found)
        rows = rows.select_related("complaint__retention").prefetch_related("reviews__by")
        return page(request, rows, shapes.BY_ID, shapes.batch_row)


class ReviewView(KeepingView):
    """What one reviewer says to some of them."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.REVIEW)
    def post(self, request: Request, disposal_batch: int) -> Response:
        by, data = caller(request), body(request)
        found = self.batches(request).get(pk=disposal_batch)
        rows = data.pop("rows", None)
        if not isinstance(rows, list) or not rows or any(type(n) is not int for n in rows):
            raise Invalid({"rows": [_("请给出案卷行的编号，整数的列表")]})
        if len(rows) > acts.MOST or any(not 0 < n < 2**63 for n in rows):
            raise Invalid({"rows": [_("一次最多 {limit} 件；请分批").format(limit=acts.MOST)]})
        done, refused = acts.review(found.pk, rows, data, by=by)
        return Response({"reviewed": done, "refused": refused})


class RegisterView(KeepingView):
    """What was destroyed, of the cases that the caller may see."""

    params: ClassVar = PARAMS

    @extend_schema(**shapes.REGISTER)
    def get(self, request: Request) -> Response:
        rows = Destroyed.objects.filter(scope_of(caller(request), "complaint__"))
        return page(request, rows, shapes.BY_TIME, shapes.destroyed)


def _span(request: Request) -> Span:
    """Raises ValidationError for what is no time."""
    span = Span.read(request.query_params.dict())
    if span.problems:
        wrong = "since" if span.since and span.begins is None else "until"
        raise refuse(wrong, span.problems[0])
    return span


class ReadingsView(CaseView):
    """谁看过这件案件."""

    scopes: ClassVar = {"GET": READ}
    permission: ClassVar[str | None] = "read_readings"
    params: ClassVar = (*PARAMS, "since", "until")

    @extend_schema(**shapes.READINGS)
    def get(self, request: Request, number: str) -> Response:
        subjects = readers.of_case(bare(number, caller(request)))
        rows = _span(request).sought(subjects).rows
        return page(request, rows, shapes.BY_TIME, shapes.reading)


class PersonReadingsView(CaseView):
    """谁看过此人的资料: of the person of this case, in all of the person's cases."""

    scopes: ClassVar = {"GET": READ}
    permission: ClassVar[str | None] = "read_audit"
    params: ClassVar = (*PARAMS, "since", "until")

    @extend_schema(**shapes.PERSON_READINGS)
    def get(self, request: Request, number: str) -> Response:
        by = caller(request)
        found = readers.person(bare(number, by).consumer_id, by)
        subjects = found.subjects if found is not None else ()
        saw(*subjects)
        rows = _span(request).sought(subjects).rows
        return page(request, rows, shapes.BY_TIME, shapes.reading)
