"""What a signature covers, and signing beside the step: again, and several at once. Only a person
in a browser session who gave the password just now signs; a key reads.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, body, etag, seen_version
from complaints import checklist, validation
from complaints.actions import batch_signing, reading, signing_again
from complaints.advance import check_version, find
from complaints.api import signing_shapes as shapes
from complaints.api.base import READ, WRITE, CaseView, answered, bare, caller, hash_sent, via
from complaints.api.steps import reauthenticated_at
from complaints.errors import StepRefused, Unmet
from complaints.signing_guards import not_confirmed
from complaints.validation import Refused

MOST_CASES = 500


class ReviewView(CaseView):
    """What counsel would sign now."""

    scopes: ClassVar = {"GET": READ}

    @extend_schema(**shapes.REVIEW)
    def get(self, request: Request, number: str) -> Response:
        by = caller(request)
        case = bare(number, by)
        return Response(shapes.review(case, by), headers=etag(case.version))


class ReadView(CaseView):
    """It was read to its end."""

    scopes: ClassVar = {"POST": WRITE}
    permission: ClassVar = "sign_resolutions"

    @extend_schema(**shapes.READ)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        case = bare(number, by)
        check_version(case, seen_version(request, data))
        read = hash_sent(data, required=True)
        validation.clean(data, {})
        reading.mark_read(number, str(read), by=by)
        return Response(shapes.review(bare(number, by), by), headers=etag(case.version))


class SignAgainView(CaseView):
    """An offer whose signature is void and whose letter has not left, as it stands."""

    scopes: ClassVar = {"POST": WRITE}
    permission: ClassVar = "sign_resolutions"

    @extend_schema(**shapes.AGAIN)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        check_version(find(number, by), seen_version(request, data))
        read = hash_sent(data)
        at = reauthenticated_at(request)
        signing_again.sign(number, data, by=by, read=read, via=via(request), reauthenticated_at=at)
        return answered(number, by)


class BatchView(ApiView):
    """Several that this person has read, each a signature of its own."""

    scopes: ClassVar = {"POST": WRITE}
    permission: ClassVar = "sign_resolutions"

    @extend_schema(**shapes.BATCH)
    def post(self, request: Request) -> Response:
        by, at = caller(request), reauthenticated_at(request)
        if words := not_confirmed(via(request), at, timezone.now()):
            raise StepRefused(words, [Unmet("reauthenticated", words)])
        sent = _batch(body(request))
        numbers = sent.pop("cases")
        results = batch_signing.sign(numbers, sent, by=by, reauthenticated_at=at)
        return Response(shapes.results(results))


def _batch(data: dict[str, Any]) -> dict[str, Any]:
    """Raises Invalid."""
    wanted = {"cases": None, "opinion": None, "checklist": None}
    limit = validation.TEXT_LIMIT
    return validation.clean(
        {**wanted, **data},
        {
            "cases": _cases,
            "opinion": lambda x: validation.text(x, limit, required=True, lines=True),
            "checklist": _ticked,
        },
    )


def _cases(value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise Refused(_("请至少选择一件案件"))
    if len(value) > MOST_CASES:
        raise Refused(_("一次最多签署 {n} 件；请分批").format(n=batch_signing.MOST))
    return [validation.plain(number, 30, required=True) for number in value]


def _ticked(value: Any) -> dict[str, bool]:
    ticked = checklist.cleaned({} if value is None else value)
    if checklist.missing(ticked):
        raise Refused(_("请逐项核对并勾选核对清单"))
    return ticked
