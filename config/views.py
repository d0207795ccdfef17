"""The way in, the choices that belong to no app, and the probes of whoever runs the
installation.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import check_for_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from redis.exceptions import RedisError

from accounts import coming_back
from accounts.access import needs, person
from accounts.browser import back, remember, remember_language, wants_json
from accounts.models import User
from accounts.roles import Role
from accounts.vault import start
from config import today
from config.context import THEMES


def home(request: HttpRequest) -> HttpResponse:
    """To the page that the person's role comes for: supervisors to what breaches today, counsel to
    what waits for a signature, agents to their list, the others to what they answer for. Whoever
    is back from a leave comes first to what happened meanwhile, until it was looked at.
    """
    user = person(request)
    if user.may("take") and (away := coming_back.waiting(user)):
        return redirect("returned", away.pk)
    return redirect(_page_of(user))


def _page_of(user: User) -> str:
    if user.is_(Role.SUPERVISOR):
        return "danger"
    if user.may("sign_resolutions") and not user.may("register_complaints"):
        return "review"
    if user.may("register_complaints"):
        return "queue"
    return "today" if user.may("see_people") else "settings"


@never_cache
@require_GET
@needs("see_people")
def today_page(request: HttpRequest) -> HttpResponse:
    """今天先看: how each thing stands that an auditor or administrator answers for."""
    now = timezone.now()
    found = today.concerns(person(request), now)
    shown = {"now": now, "concerns": found, "open": sum(c.kind != today.OK for c in found)}
    return render(request, "today/today.html", shown)


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
        remember(response, settings.THEME_COOKIE_NAME, theme)
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(theme=theme)
    return response


@login_not_required
@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look for the icon on answers that are no pages."""
    return redirect(static("favicon.svg"))


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
    """Readiness: database, broker, migrations and keys. 503 while one of them is not ready."""
    found: dict[str, Any] = {
        "database": _database(),
        "broker": _broker(),
        "migrations": _migrations(),
        "keys": start.state(),
    }
    ready = all(value == "ok" for value in found.values())
    return JsonResponse({"ready": ready, **found}, status=200 if ready else 503)
