"""Every refusal of the API as problem+json (RFC 9457): what happened, why, and what to do next.

`errors` names each field or guard: `{field, code, message}`. Nothing here shows a trace or
personal data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import OperationalError
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response

from complaints.errors import (
    CaseError,
    Duplicate,
    Gone,
    Held,
    Invalid,
    NotAllowed,
    StaleVersion,
    StepRefused,
)
from config.errors import RETRY_AFTER, database_is_away, disk_words
from evidence.receive import FileRefused

PROBLEM = "application/problem+json"
# What an action names when the case, the hold or the promise is no longer what the caller thinks.
_MOVED_ON = {"state", "hold", "commitment"}
Errors = list[dict[str, str]]

TITLES = {
    400: gettext_lazy("提交的内容无法处理"),
    401: gettext_lazy("没有登录，或密钥无效"),
    403: gettext_lazy("没有这项权限"),
    404: gettext_lazy("没有找到"),
    405: gettext_lazy("这个地址不支持这种方法"),
    409: gettext_lazy("现在不能这样做"),
    411: gettext_lazy("没有说明内容的长度"),
    412: gettext_lazy("案件已被他人更新"),
    413: gettext_lazy("内容太大"),
    415: gettext_lazy("不能接收这种类型的内容"),
    422: gettext_lazy("同一个幂等键用于不同的内容"),
    429: gettext_lazy("调用过于频繁"),
    503: gettext_lazy("系统暂时不可用"),
    507: gettext_lazy("存储空间不足"),
}


def problem(
    status_code: int,
    code: str,
    detail: str,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """One refusal. `code` is stable for programs and names the `type`."""
    body = {
        "type": f"urn:kesu:problem:{code}",
        "title": str(TITLES.get(status_code, TITLES[400])),
        "status": status_code,
        "code": code,
        "detail": detail,
        "errors": list(errors),
        **more,
    }
    return Response(body, status=status_code, headers=headers, content_type=PROBLEM)


def as_problem(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to an exception of a view; None for a defect, which becomes a numbered 500."""
    if isinstance(error, CaseError):
        return _case(error, context)
    if isinstance(error, FileRefused):
        return problem(error.status, "file_refused", error.message, [_one("file", "", error)])
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return problem(404, "not_found", _("没有这个编号，或者它不在您可以查看的范围内"))
    if isinstance(error, PermissionDenied):
        return problem(403, "not_allowed", str(error) or _("您的角色没有这项权限"))
    if isinstance(error, exceptions.APIException):
        return _of_the_framework(error)
    return _of_the_machine(error)


def _one(field: str, code: str, message: object) -> dict[str, str]:
    return {"field": field, "code": code or "invalid", "message": str(message)}


# --- refusals of the case


def _case(error: CaseError, context: Mapping[str, Any]) -> Response:
    if isinstance(error, StepRefused):
        unmet = [_one("", u.code, u.message) for u in error.unmet]
        return problem(409, error.code, error.message, unmet)
    if isinstance(error, NotAllowed):
        wait = getattr(error, "retry_after", 0)
        later = {"Retry-After": str(wait)} if wait else None
        return problem(getattr(error, "status", 403), error.code, error.message, headers=later)
    if isinstance(error, StaleVersion):
        return _stale(error, context)
    if isinstance(error, Invalid):
        return _invalid(error)
    return problem(getattr(error, "status", 409), error.code, error.message)


def _invalid(error: Invalid) -> Response:
    errors = [_one(f, error.code, m) for f, messages in error.errors.items() for m in messages]
    if isinstance(error, Duplicate):
        return problem(409, error.code, error.message, errors, number=error.number or None)
    if isinstance(error, Held | Gone):
        return problem(409, error.code, error.message, errors)
    if set(error.errors) <= _MOVED_ON:  # nothing is wrong with what was sent
        return problem(409, "wrong_state", error.message, errors)
    return problem(400, error.code, error.message, errors)


def _stale(error: StaleVersion, context: Mapping[str, Any]) -> Response:
    """412 for a header, 409 for a `version` in the body; both show the case as it is now."""
    request, view = context.get("request"), context.get("view")
    by_header = request is not None and bool(request.headers.get("If-Match"))
    show = getattr(view, "current_state", None)
    current = show() if show is not None else None
    return problem(
        412 if by_header else 409,
        error.code,
        error.message,
        [_one("If-Match" if by_header else "version", error.code, error.message)],
        headers={"ETag": f'"{error.current}"'},
        version=error.current,
        current=current,
    )


# --- refusals of the framework and the machine


def _of_the_framework(error: exceptions.APIException) -> Response:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(int(error.wait or 1))
        detail = _("每分钟的调用次数已用完，请在 {seconds} 秒后再试").format(
            seconds=headers["Retry-After"]
        )
        return problem(429, "throttled", detail, headers=headers)
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(error.wait)  # type: ignore[attr-defined]
    code = str(getattr(error.detail, "code", "") or error.default_code)
    if isinstance(error, exceptions.ValidationError):
        errors = list(_flat(error.detail))
        return problem(400, "invalid", _("；").join(e["message"] for e in errors[:5]), errors)
    return problem(error.status_code, code, str(error.detail), headers=headers)


def _flat(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """DRF's nested errors as one list; `a.0.b` names the field."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            here = "" if name == "non_field_errors" else str(name)
            yield from _flat(inner, ".".join(p for p in (path, here) if p))
    elif isinstance(detail, list | tuple):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _flat(inner, f"{path}.{position}" if nested and path else path)
    else:
        yield _one(path, str(getattr(detail, "code", "")), detail)


def _of_the_machine(error: Exception) -> Response | None:
    if isinstance(error, RequestDataTooBig):
        return problem(413, "too_large", _("提交的内容太大。请缩短文字，文件请作为证据上传。"))
    if isinstance(error, SuspiciousOperation | MultiPartParserError):
        return problem(400, "malformed", _("收到的内容不完整或格式不对"))
    again = {"Retry-After": str(RETRY_AFTER)}
    if database_is_away(error):
        detail = _("数据库没有应答，正在自动恢复。没有保存任何一半的内容，请稍等片刻再试。")
        return problem(503, "unavailable", detail, headers=again)
    if words := disk_words(error):
        return problem(503, "unavailable", words, headers=again)
    if isinstance(error, OperationalError):  # a lock waited for too long, or a deadlock
        detail = _("同一案件正被别人修改，没有保存；请稍后再试")
        return problem(409, "busy", detail, headers=again)
    return None
