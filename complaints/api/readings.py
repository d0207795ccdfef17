"""Who read a case, and of its person in all cases, between two moments."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.paging import PARAMS, page, refuse
from audit.reading import saw
from complaints import readers
from complaints.api import reading_shapes as shapes
from complaints.api.base import READ, CaseView, bare, caller
from complaints.api.keeping_shapes import BY_TIME
from complaints.spans import Span


def _span(request: Request) -> Span:
    """Raises ValidationError for what is no time."""
    span = Span.read(request.query_params.dict())
    if span.problems:
        wrong = "since" if span.since and span.begins is None else "until"
        raise refuse(wrong, span.problems[0])
    return span


def _page(request: Request, subjects: tuple[str, ...]) -> Response:
    """Answers that showed one of the subjects."""
    shape = partial(shapes.reading, subjects=subjects)
    return page(request, _span(request).sought(subjects).rows, BY_TIME, shape)


class ReadingsView(CaseView):
    """谁看过这件案件."""

    scopes: ClassVar = {"GET": READ}
    permission: ClassVar[str | None] = "read_readings"
    params: ClassVar = (*PARAMS, "since", "until")

    @extend_schema(**shapes.READINGS)
    def get(self, request: Request, number: str) -> Response:
        return _page(request, readers.of_case(bare(number, caller(request))))


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
        return _page(request, subjects)
