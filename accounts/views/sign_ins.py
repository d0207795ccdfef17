"""我的登录: where one is signed in, and the end of it; for those who look after accounts, also
where somebody else is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import sessions
from accounts.access import needs, person
from accounts.models import Session, User
from accounts.sessions import device
from accounts.sessions.store import hashed


@never_cache
@require_http_methods(["GET", "POST"])
def sign_ins(request: HttpRequest) -> HttpResponse:
    """The own sign-ins. POST ends one (`sign_in`: its id) or all but this one."""
    user, key = person(request), str(request.session.session_key)
    if request.method == "POST":
        _end(request, user, but=key)
        return redirect("sign_ins")
    now = timezone.now()
    here = Session.objects.filter(session_key=hashed(key)).values_list("pk", flat=True).first()
    return render(request, "accounts/sign_ins.html", {"here": here, **_shown(user, now)})


@never_cache
@require_http_methods(["GET", "POST"])
@needs("end_sessions")
def user_sign_ins(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else's. POST ends one or all."""
    user = get_object_or_404(User, pk=pk)
    if user.pk == person(request).pk:
        return redirect("sign_ins")
    if request.method == "POST":
        _end(request, user)
        return redirect("user_sign_ins", pk)
    manages = person(request).may("manage_users")
    found = {"person": user, "manages": manages, **_shown(user, timezone.now())}
    return render(request, "accounts/sign_ins.html", found)


def _shown(user: User, now: datetime) -> dict[str, Any]:
    rows = list(sessions.of(user, now)[: sessions.SHOWN])
    for row in rows:
        row.device = device.words(row.device)
    return {
        "rows": rows,
        "idle_minutes": round(sessions.limits.idle().total_seconds() / 60),
        "hours": round(sessions.limits.absolute().total_seconds() / 3600),
    }


def _end(request: HttpRequest, user: User, but: str = "") -> None:
    now, by, chosen = timezone.now(), person(request), request.POST.get("sign_in", "")
    if not chosen:
        n = sessions.end_all(user, but=but, by=by, at=now)
        done = ngettext("已结束 %(n)s 个登录", "已结束 %(n)s 个登录", n) % {"n": n}
        messages.success(request, done if n else _("没有其他登录，不需要结束"))
        return
    row = None
    if chosen.isdecimal() and len(chosen) < 19:  # what PostgreSQL can hold
        row = sessions.end_one(user, int(chosen), by=by, at=now)
    if row is None:
        messages.info(request, _("这个登录已经结束了"))
    else:
        said = {"device": device.words(row.device)}
        messages.success(request, _("已结束 %(device)s 上的登录") % said)
