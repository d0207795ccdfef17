"""Who sits here is asked once more before a signature: the password again, the code of the app, or
a passkey; remembered for minutes.

The moment is kept in the session, never in a cookie or a form; programs have no session and so can
never confirm. How long it counts is said by the guard that asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import factors, lockout, passkeys
from accounts.access import person
from accounts.models import User
from accounts.oidc import local
from audit.record import record

KEY = "reauthenticated_at"


def confirmed_at(request: HttpRequest) -> datetime | None:
    """When this person last confirmed to be here in this session; None when never."""
    kept = request.session.get(KEY)
    return datetime.fromisoformat(kept) if kept else None


def fresh(request: HttpRequest, minutes: int = 5) -> bool:
    """True when that was in the last minutes."""
    at = confirmed_at(request)
    return at is not None and timezone.now() - at < timedelta(minutes=minutes)


def until(request: HttpRequest, minutes: int = 5) -> datetime | None:
    """Until when that counts; None when it has to be done anew."""
    at = confirmed_at(request)
    ends = at + timedelta(minutes=minutes) if at else None
    return ends if ends and ends > timezone.now() else None


@dataclass(frozen=True)
class Ways:
    """By what the person can confirm. `typed`: what the field for it is called, "" when nothing
    that can be typed would count.
    """

    typed: str
    passkey: bool
    provider: bool


def ways(request: HttpRequest) -> Ways:
    """What this person has. No statement for most: factors are kept in the session."""
    user, kinds = person(request), request.session.get(factors.KINDS, ())
    code, passkey = "totp" in kinds, "webauthn" in kinds
    began = next(iter(request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, ())), {})
    provider = bool(settings.OIDC_ISSUER) and began.get("method") == "socialaccount"
    password = user.has_usable_password() and local.allowed(user.username)
    if password or not (code or passkey or provider):
        return Ways(_("登录密码或动态口令") if code else _("登录密码"), passkey, provider)
    return Ways(_("动态口令") if code else "", passkey, provider)


@dataclass(frozen=True)
class Refusal:
    """Why the password was not taken, as a sentence; `locked` when no more tries are taken now."""

    message: str
    locked: bool = False


def confirm(request: HttpRequest, password: str, undone: str = "") -> Refusal | None:
    """Nothing when the password is right, or the code that the app shows now, else why not;
    `undone`: what did not happen then, as a sentence with the place `%(left)s`.

    A wrong one counts towards the same lock-out as signing in does. The page stays the caller's, so
    that nothing typed is lost.
    """
    user = person(request)
    if not password:
        only = ways(request) == Ways(_("登录密码"), passkey=False, provider=False)
        words = _("请输入登录密码以确认身份") if only else _("请先用下面的一种方式验证身份")
        return Refusal(words)
    return _settle(request, user, _is_right(request, user, password), undone)


def confirm_by_passkey(request: HttpRequest, answer: str) -> Refusal | None:
    """Nothing when the passkey is the person's, else why not."""
    user = person(request)
    if lockout.is_locked(request, user.username):
        return _settle(request, user, False, "")
    factor = passkeys.shown(user, answer)
    if factor is not None:
        factor.record_usage()
    else:
        lockout.count_failure(request, user.username)
    undone = _("没有认出这个通行密钥，请再试一次或输入密码。%(left)s")
    return _settle(request, user, factor is not None, undone)


def _is_right(request: HttpRequest, user: User, typed: str) -> bool:
    """The password or the code: six digits are no password, which has ten characters or more."""
    code = "".join(typed.split())
    if not (len(code) == factors.TOTP_DIGITS and code.isascii() and code.isdigit()):
        return authenticate(request, username=user.username, password=typed) == user
    if lockout.is_locked(request, user.username):
        return False
    if not factors.too_many_wrong(user, timezone.now()):
        if factors.take_code(user, code, recovery=False) is not None:
            return True
        factors.failed(user)
    lockout.count_failure(request, user.username)
    return False


def _settle(request: HttpRequest, user: User, right: bool, undone: str) -> Refusal | None:
    now = timezone.now()
    with transaction.atomic():
        done = "reauthenticated" if right else "reauthentication_failed"
        record(done, f"user:{user.username}", user, now)
    if right:
        lockout.forgive(user.username)
        request.session[KEY] = now.isoformat()
        return None
    request.axes_locked_out = False  # type: ignore[attr-defined] # else the page is replaced by axes
    left = lockout.tries_left(request, user.username)
    if left:
        return Refusal((undone or _("密码不正确，没有签署。%(left)s")) % {"left": left})
    until = lockout.locked_until(request, user.username) or now
    words = _("输错次数太多，为了安全已暂停验证，%(time)s 后可以再试。填写的内容还在。")
    return Refusal(words % {"time": f"{timezone.localtime(until):%H:%M}"}, locked=True)
