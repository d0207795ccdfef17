"""到期销毁: batches, their review, the register."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, body
from accounts.api.paging import PARAMS, page
from complaints.actions import disposal as acts
from complaints.api import keeping_shapes as shapes
from complaints.api.base import READ, WRITE, caller
from complaints.errors import Invalid
from complaints.models import Destroyed, DisposalBatch, DisposalRow
from complaints.querysets import scope_of


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
