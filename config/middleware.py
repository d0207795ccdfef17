"""What stands in front of every view: the database may be away, input may be broken, the person
may not be signed in.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from accounts.browser import wants_json
from accounts.sessions import acts
from config import errors

log = logging.getLogger(__name__)
View = Callable[[HttpRequest], HttpResponse]

# Everything below the space but tab, line feed and carriage return. PostgreSQL cannot hold NUL;
# the others hide in pasted text.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DEVICES = (
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), display-capture=(), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)"
)


def bounded_browser(get_response: View) -> View:
    """What a browser may do with any answer: no camera, microphone, place or payment, passkeys for
    this site alone, and no other site may embed it. Asked for static files and refusals as well.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", _DEVICES)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def behind_proxies(get_response: View) -> View:
    """The address from which somebody comes, as the outermost of our own proxies saw it; for the
    lock-out, limits and the list of sign-ins. Without proxies the header is anybody's claim, and
    is not looked at.
    """
    trusted = settings.TRUSTED_PROXIES

    def middleware(request: HttpRequest) -> HttpResponse:
        said = request.headers.get("X-Forwarded-For", "").split(",")
        if 0 < trusted <= len(said):
            try:
                address = str(ipaddress.ip_address(said[-trusted].strip()))
            except ValueError:
                log.warning("X-Forwarded-For does not hold an address for each trusted proxy")
            else:
                request.META["REMOTE_ADDR"] = address
        return get_response(request)

    return middleware


def database_down(get_response: View) -> View:
    """503 (page or problem+json) with Retry-After while the database cannot be reached.

    Nothing to do when it is back.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if words := errors.disk_words(error):
            log.warning("the store does not answer at %s: %s", request.path, error)
            return errors.unavailable(request, words)
        if not errors.database_is_away(error):
            return None
        log.warning("the database does not answer at %s: %s", request.path, type(error).__name__)
        return errors.unavailable(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def api_slash(get_response: View) -> View:
    """308 for an address of the API without its last slash: the method and the content stay.

    Django's own answer, 301, would turn a POST into a GET without a word.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        last = request.path.rpartition("/")[2]  # a file, such as dossier.pdf, is called as it is
        if request.path.startswith("/api/") and last and "." not in last:
            return HttpResponsePermanentRedirect(
                request.get_full_path(force_append_slash=True), preserve_request=True
            )
        return get_response(request)

    return middleware


def no_blank_page(get_response: View) -> View:
    """A page for 405: browsers come to the address of a form after it was refused, by the switch of
    the language or after signing in again, and would show nothing.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or response.content:
            return response
        shown = errors.only_by_a_form(request)
        shown["Allow"] = response.headers.get("Allow", "POST")
        return shown

    return middleware


def bounded_input(get_response: View) -> View:
    """400 for control characters in the address or in a form.

    Bodies of the API are checked where they are parsed.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        refused = _refused(request)
        return (
            errors.bad_request(request, errors.InputRefused(refused))
            if refused
            else get_response(request)
        )

    return middleware


def _refused(request: HttpRequest) -> str:
    if _CONTROL.search(request.path):
        return _("地址里有看不见的控制字符。请检查后重新输入。")
    values: Iterable[QueryDict] = [request.GET]
    if request.method == "POST" and not _answers_itself(request.path_info):
        values = [request.GET, request.POST]
    for data in values:
        for name, sent in data.lists():
            if _CONTROL.search(name) or any(_CONTROL.search(value) for value in sent):
                return _(
                    "填写的内容里有看不见的控制字符（例如 NUL），无法保存。"
                    "请返回上一页，删去后再提交。"
                )
    return ""


def _answers_itself(path: str) -> bool:
    """The API reads its own bodies; some pages show the form again with everything in it."""
    if path.startswith("/api/"):
        return True
    try:
        return hasattr(resolve(path).func, "keeps_what_was_typed")
    except Resolver404:
        return False


class Sessions(SessionMiddleware):
    """Django's own, but that a session ended from elsewhere during the request is answered as any
    that has ended: with the way to sign in.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            answer = signed_out(request)
            answer.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
            return answer


def signed_out(request: HttpRequest) -> HttpResponse:
    """What somebody without a session gets: scripts 401, so that they can ask for the password in
    place; people the page to sign in, and from there back.
    """
    if request.headers.get("HX-Request") or wants_json(request):
        body = {
            "type": "about:blank",
            "title": _("登录已过期"),
            "status": 401,
            "detail": _("请重新登录。"),
            "errors": [],
        }
        return JsonResponse(body, status=401, content_type="application/problem+json")
    if request.method not in ("GET", "HEAD"):
        # a form was sent after the session ended: come back to the page it stood on, where the
        # draft waits
        return redirect(f"{reverse('login')}?{_next(request)}")
    return redirect_to_login(request.get_full_path(), reverse("login"))


class SignedInOnly(LoginRequiredMiddleware):
    """Every page needs a signed-in person unless its view says otherwise."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            return None  # asked first: an open page needs no session, and so no database
        if request.user.is_authenticated:
            acts.note(request)
            return None
        return signed_out(request)


def _next(request: HttpRequest) -> str:
    query = QueryDict(mutable=True)
    query["next"] = request.headers.get("Referer", "")
    return query.urlencode(safe="/")


def own_password_first(get_response: View) -> View:
    """Somebody who was given a password chooses an own one before anything else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(
        request: HttpRequest,
        view: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None
        match = request.resolver_match
        if not getattr(request.user, "must_change_password", False) or (
            match and match.url_name in {"password", "logout"}
        ):
            return None
        return redirect("password")

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware
