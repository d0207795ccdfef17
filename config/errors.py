"""Error pages.

They say what happened and what to do, show no data, and need neither a database nor a signed-in
person.
"""

from __future__ import annotations

import errno
import logging
import secrets
import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.browser import lost_its_token, wants_json
from accounts.models import User
from accounts.vault import RingAway
from evidence.errors import StoreAway

RETRY_AFTER = 5  # seconds
# SQLSTATE classes and codes that mean "the server is not there": connection exceptions, shutdown,
# starting up, too many clients.
_AWAY = ("08", "57P", "53300")

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO}

log = logging.getLogger(__name__)


class InputRefused(SuspiciousOperation):
    """What was sent cannot be taken; the message tells the person why."""


def database_is_away(error: BaseException | None) -> bool:
    """True when the error means that the database cannot be reached at all, false for a failing
    statement.
    """
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    return code is None or code.startswith(_AWAY)


def disk_words(error: BaseException | None) -> str:
    """The sentence for a store or a key service that does not answer, or a disk that is full; ""
    otherwise.
    """
    if isinstance(error, RingAway):
        return _("密钥服务暂时没有应答，个人信息现在不能读写，没有保存任何内容。请稍后再试。")
    if isinstance(error, StoreAway):
        return _("保存证据的存储暂时没有应答。请稍后再试。")
    if isinstance(error, OSError) and error.errno in _FULL:
        return _("服务器存储空间不足或不可写，没有保存；请稍后再试，并告知管理员。")
    return ""


def page(request: HttpRequest, status: int, template: str, **context: Any) -> HttpResponse:
    """An error as a page, as problem+json for programs, or as one line of text for a pane."""
    title, detail = context.get("title", ""), context.get("detail", "")
    if wants_json(request):
        body = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail,
            "errors": [],
        }
        return JsonResponse(
            body,
            status=status,
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
    if request.headers.get("HX-Request"):
        return HttpResponse(detail, status=status, content_type="text/plain; charset=utf-8")
    theme = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    lang = "en" if (get_language() or "").startswith("en") else "zh-CN"
    frame = {"lang": lang, "theme": theme if theme in ("light", "dark") else ""}
    return HttpResponse(render_to_string(template, {**context, "shell": frame}), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what was sent cannot be taken."""
    if isinstance(exception, InputRefused):
        detail = str(exception)
    elif isinstance(exception, TooManyFilesSent):
        detail = _("一次提交的文件太多（最多 100 个）。请返回上一页，分几次添加。")
    elif isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        detail = _("提交的内容太大。请缩短文字，文件请作为证据上传。")
    else:
        detail = _("收到的内容不完整或格式不对。请返回上一页检查后再提交。")
    return page(request, 400, "errors/400.html", title=_("提交的内容无法处理"), detail=detail)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the step is not for this role. Never says anything about a case."""
    detail = (
        str(exception)
        if isinstance(exception, PermissionDenied) and str(exception)
        else _("您的角色不能打开这个页面或做这一步。")
    )
    return page(request, 403, "errors/403.html", title=_("您没有这项权限"), detail=detail)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the same answer for a number that does not exist and for a case outside the person's
    range.
    """
    detail = _("编号可能有误，或者它不在您可以查看的范围内。")
    title = _("没有找到这个页面或案件")
    return page(request, 404, "errors/404.html", title=title, detail=detail, ask=_asks(request))


def _asks(request: HttpRequest) -> str:
    """Where somebody may ask to look into a case, whether there is one or not; "" for others. The
    address names no number: this page is the same for all.
    """
    user = getattr(request, "user", None)
    asks = isinstance(user, User) and user.may("ask_access")
    return reverse("access_new") if asks else ""


def only_by_a_form(request: HttpRequest) -> HttpResponse:
    """405: the address takes what a form sends and shows nothing itself."""
    detail = _(
        "这个地址只接收表单提交的内容。请回到原来的页面；没有提交成功的，请在那里再提交一次。"
    )
    return page(request, 405, "errors/405.html", title=_("这个地址不能直接打开"), detail=detail)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 when the form's token does not fit: usually signed in again in another tab, or cookies
    are off. A page may answer itself (`accounts.browser.answers_a_lost_token`).
    """
    lost_its_token(request)
    match = request.resolver_match
    own = getattr(match.func, "lost_token", None) if match is not None else None
    if own is not None and match is not None:
        answer: HttpResponse = own(request, **match.kwargs)
        return answer
    detail = _(
        "这个页面打开得太久，或者您在别处重新登录过。"
        "请返回上一页，刷新后再提交；草稿已保存在服务器上。"
    )
    return page(request, 403, "errors/csrf.html", title=_("页面已过期，没有提交"), detail=detail)


def unavailable(request: HttpRequest, detail: str = "") -> HttpResponse:
    """503 while the database, or what `detail` names, is away; browsers try again by themselves."""
    title = _("系统暂时不可用")
    detail = detail or _("数据库没有应答，正在自动恢复。没有保存任何一半的内容，请稍等片刻再试。")
    response = page(
        request,
        503,
        "errors/503.html",
        title=title,
        detail=detail,
        retry_after=RETRY_AFTER if request.method in ("GET", "HEAD") else 0,
    )
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def unrecorded(request: HttpRequest) -> HttpResponse:
    """503 for what may only be shown when it is recorded that it was, and could not be."""
    title = _("没有显示：阅读记录没有写成")
    detail = _(
        "谁看过案件必须留下记录。记录没有写成，所以没有显示内容；"
        "刚才提交的内容如果已经保存，则没有丢失。请稍等片刻再打开。"
    )
    again = RETRY_AFTER if request.method in ("GET", "HEAD") else 0
    response = page(request, 503, "errors/503.html", title=title, detail=detail, retry_after=again)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with a number that stands in the log beside the traceback."""
    if database_is_away(sys.exc_info()[1]):
        return unavailable(request)
    number = secrets.token_hex(3).upper()
    log.error("error %s at %s %s", number, request.method, request.path, exc_info=sys.exc_info())
    detail = _(
        "没有保存成功，已经记录下来。请返回上一页再试一次；"
        "如果仍然不行，请把编号 %(number)s 告诉管理员。"
    ) % {"number": number}
    response = page(
        request, 500, "errors/500.html", title=_("系统出了一点问题"), detail=detail, number=number
    )
    response["X-Error-Number"] = number
    return response
