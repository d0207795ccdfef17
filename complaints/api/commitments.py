"""Promises to the consumer: making one, and how each ends."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body, etag, seen_version
from accounts.api.paging import PARAMS, page
from complaints import promised, validation
from complaints.actions import commitment_ends, commitments
from complaints.api import commitment_shapes as shapes
from complaints.api.base import READ_AND_WRITE, WRITE, CaseView, bare, caller
from complaints.models import Commitment


def settlement(data: dict[str, Any]) -> dict[str, Any]:
    """`{state, proof, evidence}` for `settle`. Raises Invalid for other fields."""
    names = ("state", "proof", "evidence")
    return validation.clean(
        {name: data.get(name) for name in (*names, *data)}, dict.fromkeys(names, lambda x: x)
    )


def answered(promise: Commitment, **more: Any) -> Response:
    """The promise after a write, with the version of its case."""
    shape = shapes.commitment(promise, timezone.now())
    headers = {**etag(promise.complaint.version), **more.pop("headers", {})}
    return Response(shape, headers=headers, **more)


class CommitmentsView(CaseView):
    """What was promised to the consumer."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = PARAMS

    @extend_schema(**shapes.LIST)
    def get(self, request: Request, number: str) -> Response:
        case, now = bare(number, caller(request)), timezone.now()
        rows = promised.with_held(Commitment.objects.filter(complaint=case))
        promises = rows.select_related("owner", "settled_by", "made_by", "measure")
        shape = partial(shapes.commitment, now=now)
        return page(request, promises, shapes.BY_ID, shape, **etag(case.version))

    @extend_schema(**shapes.MAKE)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        made = commitments.make(number, data, by=by, version=version)
        place = {"Location": f"{request.path}{made.pk}/"}
        return answered(made, status=201, headers=place)


class CommitmentView(CaseView):
    """One promise: record that it was kept, or waived by the consumer in writing."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.SETTLE)
    def post(self, request: Request, number: str, commitment: int) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        bare(number, by).commitments.get(pk=commitment)
        words = settlement(data)
        kept = commitment_ends.settle(number, commitment, by=by, version=version, **words)
        return answered(kept)


class _ActView(CaseView):
    """One act on a promise."""

    scopes: ClassVar = {"POST": WRITE}
    act: ClassVar[Callable[..., Commitment]]

    def done(self, request: Request, number: str, commitment: int) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        bare(number, by).commitments.get(pk=commitment)
        act = type(self).act
        return answered(act(number, commitment, data, by=by, version=version))


class KeepView(_ActView):
    """Kept, in time or late."""

    act = staticmethod(commitment_ends.keep)

    @extend_schema(**shapes.KEEP)
    def post(self, request: Request, number: str, commitment: int) -> Response:
        return self.done(request, number, commitment)


class BreakView(_ActView):
    """Not kept, with the reason."""

    act = staticmethod(commitment_ends.mark_broken)

    @extend_schema(**shapes.BREAK)
    def post(self, request: Request, number: str, commitment: int) -> Response:
        return self.done(request, number, commitment)


class ReleaseView(_ActView):
    """Released by the consumer in writing."""

    act = staticmethod(commitment_ends.release)

    @extend_schema(**shapes.RELEASE)
    def post(self, request: Request, number: str, commitment: int) -> Response:
        return self.done(request, number, commitment)


class OtherDueView(_ActView):
    """Another day or hour."""

    act = staticmethod(commitments.change_due)

    @extend_schema(**shapes.CHANGE_DUE)
    def post(self, request: Request, number: str, commitment: int) -> Response:
        return self.done(request, number, commitment)
