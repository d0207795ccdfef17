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
    """By what the person can confirm."""

    password: bool
    code: bool
    passkey: bool
    provider: bool

    @property
    def typed(self) -> str:
        """What the field for it is called; "" when nothing that can be typed would count."""
        if self.password:
            return _("登录密码或动态口令") if self.code else _("登录密码")
        return _("动态口令") if self.code else ""


def ways(request: HttpRequest) -> Ways:
    """What this person has. No statement for most: factors are kept in the session."""
    user, kinds = person(request), request.session.get(factors.KINDS, ())
    code, passkey = "totp" in kinds, "webauthn" in kinds
    began = next(iter(request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, ())), {})
    provider = bool(settings.OIDC_ISSUER) and began.get("method") == "socialaccount"
    password = user.has_usable_password() and local.allowed(user.username)
    return Ways(password or not (code or passkey or provider), code, passkey, provider)


@dataclass(frozen=True)
class Refusal:
    """Why what was shown was not taken, in words; `locked` when no more tries are taken now."""

    message: str
    locked: bool = False


def confirm(request: HttpRequest, password: str, undone: str = "") -> Refusal | None:
    """Nothing when the password is right, or the code that the app shows now, else why not;
    `undone`: what did not happen then, as a sentence with the places `%(what)s`, for what was
    wrong, and `%(left)s`.

    A wrong one counts towards the same lock-out as signing in does. The page stays the caller's, so
    that nothing typed is lost.
    """
    user = person(request)
    if not password:
        return Refusal(_nothing_shown(ways(request)))
    wrong = _wrong(request, user, password)
    return _settle(request, user, wrong, undone or _("%(what)s，没有签署。%(left)s"))


def _nothing_shown(found: Ways) -> str:
    """What is asked for, where nothing was sent."""
    if found.passkey or found.provider:
        return _("请先用下面的一种方式验证身份")
    return _("请输入%(what)s以确认身份") % {"what": found.typed}


def confirm_by_passkey(request: HttpRequest, answer: str) -> Refusal | None:
    """Nothing when the passkey is the person's, else why not."""
    user = person(request)
    if lockout.is_locked(request, user.username):
        return _settle(request, user, "-", "")
    factor = passkeys.shown(user, answer)
    if factor is not None:
        factor.record_usage()
    else:
        lockout.count_failure(request, user.username)
    other = ways(request).typed
    undone = _("没有认出这个通行密钥，请再试一次。%(left)s")
    if other:
        undone = _("没有认出这个通行密钥，请再试一次，或输入%(other)s。%%(left)s") % {
            "other": other
        }
    return _settle(request, user, "" if factor is not None else "-", undone)


def _wrong(request: HttpRequest, user: User, typed: str) -> str:
    """What was wrong with it, "" when it is right: the password or the code. Six digits are no
    password, which has ten characters or more.
    """
    code = "".join(typed.split())
    if not (len(code) == factors.TOTP_DIGITS and code.isascii() and code.isdigit()):
        right = authenticate(request, username=user.username, password=typed) == user
        return "" if right else _not_right(ways(request), six=False)
    if lockout.is_locked(request, user.username):
        return "-"
    if factors.too_many_wrong(user, timezone.now()):
        lockout.count_failure(request, user.username)
        return _("这个账号输错动态口令的次数太多，%(n)s 分钟内不再接受") % {"n": lockout.MINUTES}
    if factors.take_code(user, code, recovery=False) is not None:
        return ""
    factors.failed(user)
    lockout.count_failure(request, user.username)
    return _not_right(ways(request), six=True)


def _not_right(found: Ways, *, six: bool) -> str:
    """What was wrong, of what the person has; `six`: what was typed looks like a code."""
    if not found.typed:
        return _("您的账号不用密码或口令验证")
    if found.code and (six or not found.password):
        return _("动态口令不正确，或者已经用过")
    return _("密码不正确")


def _settle(request: HttpRequest, user: User, wrong: str, undone: str) -> Refusal | None:
    now, right = timezone.now(), not wrong
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
        return Refusal(undone % {"what": wrong, "left": left})
    until = lockout.locked_until(request, user.username) or now
    words = _("输错次数太多，为了安全已暂停验证，%(time)s 后可以再试。填写的内容还在。")
    return Refusal(words % {"time": f"{timezone.localtime(until):%H:%M}"}, locked=True)
