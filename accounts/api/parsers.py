"""Reading what is sent: bounded, UTF-8, and without anything that could hide or break later."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser, JSONParser, MultiPartParser
from rest_framework.request import Request

# NUL and the other control characters (tab and line ends are text), and halves of surrogate pairs.
_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
FORM_ROOM = 1024 * 1024  # what a form may hold beside its file, in bytes
DEEPEST = 12


class TooLarge(APIException):
    """413: more was sent than is taken."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class LengthRequired(APIException):
    """411: a body in pieces of unknown length would arrive empty, and be misunderstood."""

    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_code = "length_required"


def announced(request: Request) -> None:
    """Raises LengthRequired for a body without a length."""
    if "Transfer-Encoding" in request.headers and not request.META.get("CONTENT_LENGTH"):
        raise LengthRequired(_("请用 Content-Length 说明内容的长度，不要分块发送"))


def _bound(context: Mapping[str, Any], limit: int) -> None:
    """Refuse by the announced length, before anything is read. Raises TooLarge."""
    request: Request = context["request"]
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise TooLarge(
            _("内容超过 {limit} MB，没有保存；请缩短，或把全文作为证据文件上传").format(
                limit=limit // 1024 // 1024
            )
        )


def _refuse(_constant: str) -> None:
    raise ValueError("NaN and Infinity are no JSON")


def _check(value: Any, depth: int = 0) -> None:
    """Raises ParseError for hidden characters anywhere and for lists within lists without end."""
    if depth > DEEPEST:
        raise ParseError(_("内容嵌套过深"))
    if isinstance(value, str):
        if _HIDDEN.search(value):
            raise ParseError(_("内容里有看不见的控制字符（例如 NUL）；请删去后再提交"))
    elif isinstance(value, dict):
        for name, one in value.items():
            _check(name, depth)
            _check(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _check(one, depth + 1)


class StrictJSON(JSONParser):
    """JSON as in RFC 8259, in UTF-8, at most `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        _bound(parser_context or {}, int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0))
        try:
            value = json.loads(stream.read().decode("utf-8-sig"), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("收到的内容不是有效的 JSON（UTF-8）")) from error
        _check(value)
        return value


class BoundedForm(MultiPartParser):
    """A form with one file, at most the upload limit."""

    @staticmethod
    def limit() -> int:
        """The largest file, in bytes."""
        return int(settings.UPLOAD_LIMIT)

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        _bound(parser_context or {}, self.limit() + FORM_ROOM)
        form = super().parse(stream, media_type, parser_context)
        for name, sent in form.data.lists():
            _check([name, *sent])
        return form


class EvidenceForm(BoundedForm):
    """A form with one file of a case, at most the limit for evidence."""

    @staticmethod
    def limit() -> int:
        return int(settings.EVIDENCE_LIMIT)


class Octets(BaseParser):
    """A piece of a file, as it is: `{"stream": …}`, to be read in small parts."""

    media_type = "application/octet-stream"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        _bound(parser_context or {}, int(settings.EVIDENCE_LIMIT))
        return {"stream": stream}
