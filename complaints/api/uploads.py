"""Large files in pieces: begin, send on from where it stopped, finish."""

from __future__ import annotations

import re
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body, seen_version
from accounts.api.paging import refuse
from accounts.api.parsers import Octets, StrictJSON
from complaints.actions import uploads
from complaints.api import serializers, shapes
from complaints.api.base import READ, WRITE, CaseView, caller
from complaints.api.one_call import call
from complaints.api.requests import EvidenceAbout
from evidence import resuming
from evidence.models import Upload

OFFSET = "Upload-Offset"


class UploadSent(s.Serializer[Any]):
    name = s.CharField(max_length=1000)
    size = s.IntegerField(help_text=gettext_lazy("文件的大小（字节）"))
    mark = s.CharField(
        required=False,
        max_length=64,
        help_text=gettext_lazy("认出同一个文件的标记，例如最后修改时间；相同则从中断处继续"),
    )


class UploadAnswer(s.Serializer[Any]):
    id = s.UUIDField()
    name = s.CharField()
    size = s.IntegerField()
    received = s.IntegerField(help_text=gettext_lazy("已经收到的字节数；从这里继续"))
    item = s.IntegerField(allow_null=True, help_text=gettext_lazy("完成后的证据编号"))


BEGIN = call(
    "uploads_begin",
    gettext_lazy("开始分段上传一个大文件；同一个文件没有传完的，从中断处继续"),
    UploadAnswer,
    status=201,
    request=UploadSent,
)
STATE = call("uploads_state", gettext_lazy("已经收到多少"), UploadAnswer)
APPEND = call(
    "uploads_append",
    gettext_lazy("下一段内容；从 Upload-Offset 字节开始，收到多少算多少"),
    UploadAnswer,
    request={"application/octet-stream": OpenApiTypes.BINARY},
    parameters=[
        OpenApiParameter(OFFSET, int, OpenApiParameter.HEADER, required=True),
    ],
)
CANCEL = call("uploads_cancel", gettext_lazy("取消上传，已收到的内容随即删除"), None, status=204)
FINISH = call(
    "uploads_finish",
    gettext_lazy("文件传完后成为证据；重复调用只添加一次"),
    serializers.EvidenceItem,
    status=201,
    request=EvidenceAbout,
)


def shape(upload: Upload) -> dict[str, Any]:
    """One upload as it is answered."""
    item = upload.item
    return {
        "id": str(upload.pk),
        "name": upload.name,
        "size": upload.size,
        "received": upload.size if item else resuming.received(upload),
        "item": item.number if item else None,
    }


class UploadsView(CaseView):
    """A new upload."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**BEGIN)
    def post(self, request: Request, number: str) -> Response:
        made = uploads.begin(number, body(request), by=caller(request))
        place = {"Location": f"{request.path}{made.pk}/"}
        return Response(shape(made), status=201, headers=place)


class UploadView(CaseView):
    """One upload: how much has come, the next piece, or no more of it."""

    scopes: ClassVar = {"GET": READ, "PATCH": WRITE, "DELETE": WRITE}
    parser_classes = (Octets,)

    @extend_schema(**STATE)
    def get(self, request: Request, number: str, upload: UUID) -> Response:
        return Response(shape(uploads.own(number, upload, by=caller(request))))

    @extend_schema(**APPEND)
    def patch(self, request: Request, number: str, upload: UUID) -> Response:
        by, offset, piece = caller(request), offset_of(request), body(request)
        stream = piece.get("stream", request)
        return Response(shape(uploads.append(number, upload, offset, stream, by=by)))

    @extend_schema(**CANCEL)
    def delete(self, request: Request, number: str, upload: UUID) -> Response:
        uploads.cancel(number, upload, by=caller(request))
        return Response(status=204)


def offset_of(request: Request) -> int:
    """From which byte on. Raises ValidationError."""
    sent = request.headers.get(OFFSET, "")
    if not re.fullmatch(r"[0-9]{1,15}", sent):
        raise refuse(OFFSET, _("请用 Upload-Offset 说明这一段从第几字节开始，例如 0"))
    return int(sent)


class FinishView(CaseView):
    """The whole file becomes evidence."""

    scopes: ClassVar = {"POST": WRITE}
    parser_classes = (StrictJSON,)

    @extend_schema(**FINISH)
    def post(self, request: Request, number: str, upload: UUID) -> Response:
        about = body(request)
        version = seen_version(request, about)
        item = uploads.finish(number, upload, about, by=caller(request), version=version)
        place = request.path.partition("uploads/")[0]
        headers = {"Location": f"{place}{item.number}/"}
        return Response(shapes.item(item, number), status=201, headers=headers)
