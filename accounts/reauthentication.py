"""Who sits here is asked once more before a signature: the password again, remembered for minutes.

The moment is kept in the session, never in a cookie or a form; programs have no session and so can
never confirm. How long it counts is said by the guard that asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from axes.utils import reset
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import lockout
from accounts.access import person
from audit.record import record

KEY = "reauthenticated_at"


def confirmed_at(request: HttpRequest) -> datetime | None:
    """When this person last confirmed the password in this session; None when never."""
    kept = request.session.get(KEY)
    return datetime.fromisoformat(kept) if kept else None


@dataclass(frozen=True)
class Refusal:
    """Why the password was not taken, as a sentence; `locked` when no more tries are taken now."""

    message: str
    locked: bool = False


def confirm(request: HttpRequest, password: str, undone: str = "") -> Refusal | None:
    """Nothing when the password is right, else why not; `undone`: what did not happen then, as
    a sentence with the place `%(left)s`.

    A wrong one counts towards the same lock-out as signing in does. The page stays the caller's, so
    that nothing typed is lost.
    """
    user, now = person(request), timezone.now()
    if not password:
        return Refusal(_("请输入登录密码以确认身份"))
    found = authenticate(request, username=user.username, password=password)
    with transaction.atomic():
        done = "reauthenticated" if found == user else "reauthentication_failed"
        record(done, f"user:{user.username}", user, now)
    if found == user:
        reset(username=user.username)
        request.session[KEY] = now.isoformat()
        return None
    request.axes_locked_out = False  # type: ignore[attr-defined] # else the page is replaced by axes
    left = lockout.tries_left(request, user.username)
    if left:
        return Refusal((undone or _("密码不正确，没有签署。%(left)s")) % {"left": left})
    until = lockout.locked_until(request, user.username) or now
    words = _("输错次数太多，为了安全已暂停验证，%(time)s 后可以再试。填写的内容还在。")
    return Refusal(words % {"time": f"{timezone.localtime(until):%H:%M}"}, locked=True)
