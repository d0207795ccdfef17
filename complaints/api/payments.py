"""Payments of a case: listing, writing down, taking back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body, etag, seen_version
from accounts.api.paging import PARAMS, page
from complaints.actions import payments
from complaints.api import payment_shapes as shapes
from complaints.api.base import READ_AND_WRITE, WRITE, CaseView, bare, caller
from complaints.errors import Invalid
from complaints.models import Payment


def _answered(number: str, made: list[Payment], by: Any, status: int) -> Response:
    """The payments after a write, with the version of their case."""
    rows = Payment.objects.filter(pk__in=[p.pk for p in made]).select_related("by")
    shape = [shapes.payment(p) for p in rows.order_by("id")]
    return Response(shape, status=status, headers=etag(bare(number, by).version))


class PaymentsView(CaseView):
    """What was paid to the consumer."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = PARAMS

    @extend_schema(**shapes.LIST)
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        rows = Payment.objects.filter(commitment__complaint=case).select_related("by")
        return page(request, rows, shapes.BY_ID, shapes.payment, **etag(case.version))

    @extend_schema(**shapes.PAY)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        wanted = _promise(data.pop("commitment", None))
        made = payments.pay(number, data, by=by, commitment_id=wanted, version=version)
        return _answered(number, made, by, 201)


def _promise(value: Any) -> int | None:
    """The number of a promise, if one was named. Raises Invalid."""
    if value is None:
        return None
    if type(value) is not int or not 0 < value < 2**63:
        raise Invalid({"commitment": [_("承诺的编号应为正整数")]})
    return value


class ReverseView(CaseView):
    """Taking a payment back."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.REVERSE)
    def post(self, request: Request, number: str, payment: int) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        Payment.objects.get(pk=payment, commitment__complaint=bare(number, by))
        made = payments.reverse(number, payment, data, by=by, version=version)
        return _answered(number, made, by, 200)
