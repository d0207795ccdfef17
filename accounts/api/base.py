"""What every view of the API has in common."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api import idempotency
from accounts.api.paging import refuse
from accounts.api.parsers import announced

LARGEST_VERSION = 2**31 - 1


class ApiView(APIView):
    """A doorbell: parse, one action, answer.

    `scopes` name what a key needs for each method, `permission` what the person needs, `params`
    the parameters that it knows: anything else is refused, never silently ignored. `remembers`:
    a POST with an Idempotency-Key is done once.
    """

    # OPTIONS would tell names and texts of the code
    http_method_names = ("get", "post", "put", "patch", "delete", "head")
    scopes: ClassVar[dict[str, str | None]] = {}
    permission: ClassVar[str | None] = None
    params: ClassVar[tuple[str, ...]] = ()
    remembers: ClassVar[bool] = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        announced(request)
        for name in request.query_params:
            if name not in self.params:
                known = ", ".join(self.params) or _("没有")
                raise refuse(
                    name[:60],
                    _("没有“{name}”这个参数；可用的参数：{known}").format(
                        name=name[:60], known=known
                    ),
                    "unknown_parameter",
                )
        post = getattr(self, "post", None) if request.method == "POST" else None
        if post is not None and self.remembers and idempotency.HEADER in request.headers:
            vars(self)["post"] = partial(idempotency.once, self, post)


def body(request: Request) -> dict[str, Any]:
    """The object that was sent. Raises ParseError for anything else."""
    if not isinstance(request.data, dict):
        raise ParseError(_("内容应是一个 JSON 对象"), code="not_an_object")
    data = request.data  # of a form the last value of each name
    return data.dict() if isinstance(data, QueryDict) else dict(data)


def seen_version(request: Request, data: dict[str, Any] | None = None) -> int | None:
    """The version of the case that the caller last saw: `If-Match`, else `version`, which is taken
    out of the data. None when neither is given. Raises ParseError, ValidationError.
    """
    sent = data.pop("version", None) if data is not None else None
    if sent is not None and (type(sent) is not int or not 0 <= sent <= LARGEST_VERSION):
        raise refuse("version", _("“version”应为案件的版本号（整数）"))
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return sent
    tag = re.fullmatch(r'(?:W/)?"(\d{1,9})"', header)
    if tag is None:
        raise refuse("If-Match", _('If-Match 应为读取案件时收到的 ETag，例如 "3"'))
    if sent is not None and sent != int(tag[1]):
        raise refuse("version", _("If-Match 与“version”不一致"))
    return int(tag[1])


def etag(version: int) -> dict[str, str]:
    """The header that names a version of a case."""
    return {"ETag": f'"{version}"'}
