"""The way in, the choices that belong to no app, and the probes of whoever runs the installation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from redis.exceptions import RedisError

from accounts.models import User
from config.context import THEMES
from config.errors import wants_json

YEAR = 365 * 24 * 3600


def home(request: HttpRequest) -> HttpResponse:
    """To the page that the person's role comes for."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - SignedInOnly stands before
    if user.may("manage_users"):
        return redirect("users")
    if user.may("sign_resolutions") and not user.may("register_complaints"):
        return redirect("review")
    return redirect("queue") if user.may("see_complaints") else redirect("settings")


def back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page a choice was made on (`next`, only inside this site), else home."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if safe else "/")


def remember_language(response: HttpResponse, language: str) -> None:
    """Keep a language in the browser; "" forgets it, so that the browser's own preference counts."""
    if language:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax")
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language, and keep it on the person who is signed in."""
    response = back(request)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        remember_language(response, language)
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=language)
    return response


@login_not_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Switch between light and dark, and keep it on the person who is signed in."""
    theme = request.POST.get("theme", "")
    response: HttpResponse = HttpResponse(status=204) if wants_json(request) else back(request)
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax")
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(theme=theme)
    return response


@login_not_required
@require_GET
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness: the process answers. Needs nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unknown"
    return "pending" if waiting else "ok"


def _broker() -> str:
    try:
        cache.get("readyz")
    except (RedisError, OSError):
        return "unreachable"
    return "ok"


@login_not_required
@require_GET
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Readiness: database, broker and migrations. 503 while one of them is not ready."""
    found: dict[str, Any] = {"database": _database(), "broker": _broker(), "migrations": _migrations()}
    ready = all(value == "ok" for value in found.values())
    return JsonResponse({"ready": ready, **found}, status=200 if ready else 503)
