"""Evidence of a case: taking in a file, listing, handing out."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body, etag, seen_version
from accounts.api.paging import PARAMS, Order, page
from accounts.api.parsers import EvidenceForm
from complaints.actions import evidence as evidence_actions
from complaints.actions import folder
from complaints.api import described, shapes
from complaints.api.base import READ, READ_AND_WRITE, CaseView, bare, caller
from complaints.errors import Invalid
from evidence.models import Item
from evidence.store import store
from evidence.uploads import content_of

ORDERS = {"number": Order("id"), "-number": Order("id", newest_first=True)}


class EvidenceView(CaseView):
    """The pieces of evidence, and a new one as a form with one `file`."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = PARAMS
    parser_classes = (EvidenceForm,)

    @extend_schema(**described.EVIDENCE)
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        items = Item.objects.filter(folder=case.folder_id)
        items = items.select_related("received_by", "withdrawal__by")
        return page(
            request, items, ORDERS, lambda i: shapes.item(i, case.number), **etag(case.version)
        )

    @extend_schema(**described.ADD_EVIDENCE)
    def post(self, request: Request, number: str) -> Response:
        by, form, file = caller(request), body(request), sent_file(request)
        about = {k: v for k, v in form.items() if k != "file"}
        item = evidence_actions.add(
            number, content_of(file), file.name or "", about, by=by, version=seen_version(request)
        )
        headers = {"Location": f"{request.path}{item.number}/"}
        return Response(shapes.item(item, number), status=201, headers=headers)


def sent_file(request: Request) -> Any:
    """The one file of a form. Raises Invalid."""
    files = request.FILES.getlist("file")
    if len(files) != 1 or len(request.FILES) != 1:
        raise Invalid({"file": [_("请在“file”中附上一个文件")]})
    return files[0]


class EvidenceItemView(CaseView):
    """What is known of one piece of evidence."""

    scopes: ClassVar = {"GET": READ}

    @extend_schema(**described.EVIDENCE_ITEM)
    def get(self, request: Request, number: str, item: int) -> Response:
        case = bare(number, caller(request))
        return Response(shapes.item(folder.item_of(case, item), case.number))


class EvidenceFileView(CaseView):
    """The file itself, as an attachment that no browser runs; who had it is recorded first."""

    scopes: ClassVar = {"GET": READ}

    @extend_schema(**described.EVIDENCE_FILE)
    def get(self, request: Request, number: str, item: int) -> FileResponse:
        found = evidence_actions.hand_out(number, item, by=caller(request))
        return FileResponse(
            store().open(found.sha256),
            as_attachment=True,
            filename=found.file_name,
            content_type=found.content_type,
            headers={"Content-Security-Policy": "sandbox", "Cache-Control": "private, no-store"},
        )
