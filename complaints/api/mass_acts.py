"""What a supervisor does with a whole mass case: a draft for each member, and the consumers who
have not complained.
"""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, body
from accounts.api.paging import PARAMS, page
from accounts.api.parsers import BoundedForm
from complaints import mass_members, validation
from complaints.actions import mass as masses
from complaints.actions import mass_draft, silent
from complaints.api import mass_shapes as shapes
from complaints.api.base import READ_AND_WRITE, WRITE, caller
from complaints.api.evidence import sent_file
from complaints.api.mass import chosen
from complaints.seen import seen_as
from complaints.validation import Refused

MOST = 1000  # people in one call


class MassDraftsView(ApiView):
    """A draft for each member that has none."""

    scopes: ClassVar = READ_AND_WRITE
    permission: ClassVar[str | None] = "see_complaints"

    @extend_schema(**shapes.DRAFTS)
    def get(self, request: Request, mass: int) -> Response:
        by = caller(request)
        return Response(shapes.drafts(mass_draft.progress(masses.find(mass, by), by)))

    @extend_schema(**shapes.DRAFT)
    def post(self, request: Request, mass: int) -> Response:
        by, data = caller(request), body(request)
        masses.find(mass, by)
        validation.clean(data, {})
        draft = mass_draft.start(mass, by=by)
        return Response(shapes.drafts(mass_draft.progress(draft.mass, by)), status=202)


class MassSilentView(ApiView):
    """Consumers who have not complained; a file of more of them."""

    scopes: ClassVar = READ_AND_WRITE
    permission: ClassVar[str | None] = "see_complaints"
    params: ClassVar = ("show", *PARAMS)
    parser_classes = (BoundedForm,)

    @extend_schema(**shapes.SILENT)
    def get(self, request: Request, mass: int) -> Response:
        by = caller(request)
        rows = mass_members.silent(masses.find(mass, by), by).select_related("consumer")
        found = rows.filter(chosen(request, mass_members.SILENT))
        return page(request, found, shapes.BY_LISTING, seen_as(shapes.silent))

    @extend_schema(**shapes.LIST_SILENT)
    def post(self, request: Request, mass: int) -> Response:
        by = caller(request)
        masses.find(mass, by)
        validation.clean({k: v for k, v in body(request).items() if k != "file"}, {})
        taken = silent.take(mass, sent_file(request).chunks(), by=by)
        refused = [{"row": row, "message": words} for row, words in taken.refused]
        answer = {"added": taken.added, "known": taken.known, "refused": refused}
        return Response(answer, status=201)


class MassToldView(ApiView):
    """They were told."""

    scopes: ClassVar = {"POST": WRITE}
    permission: ClassVar[str | None] = "see_complaints"

    @extend_schema(**shapes.TELL)
    def post(self, request: Request, mass: int) -> Response:
        by, data = caller(request), body(request)
        masses.find(mass, by)
        given = validation.clean(
            {"ids": None, "how": None, **data}, {"ids": _ids, "how": lambda x: x}
        )
        told = silent.tell(mass, given["ids"], given["how"], by=by)
        return Response({"told": told})


def _ids(value: Any) -> list[int]:
    """Numbers of people on the list. Raises Refused."""
    whole = isinstance(value, list) and 0 < len(value) <= MOST
    if not whole or not all(type(one) is int and 0 < one < 2**63 for one in value):
        raise Refused(shapes.say_ids(MOST))
    return list(value)
