"""Second factors: who must have one, what a person has, whether a code is right, and how factors
come and go. Every change is recorded and told to the person by mail.

TOTP (RFC 6238), passkeys (WebAuthn) and recovery codes are django-allauth's. What is ours counts in
the database, so that it holds while Redis is away: a code is taken once, wrong ones lock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal.cryptokit import compare_user_code, normalize_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.factor_models import FactorNews, FactorNotice
from accounts.factor_secrets import belonging_to
from accounts.models import User
from audit.models import Entry
from audit.record import record

Type = Authenticator.Type
MAIN = (Type.TOTP, Type.WEBAUTHN)  # recovery codes only stand in for one of these
KINDS = "second_factors"  # in the session: what the person has, for pages that ask for it
VOUCHED = "second_factor_vouched"  # in the session: who else has asked for it
WRONG_CODES = 10  # per person, from whatever address, within the time of the lock-out
PASSKEYS = 10
TOTP_DIGITS, RECOVERY_DIGITS = 6, 12


class FactorError(Exception):
    """A change is refused; the message is a sentence for the person."""


def required(user: User) -> bool:
    """True when one of the roles needs a second factor; never for the demo's people where their
    public passwords are excused.
    """
    return not excused(user) and not set(settings.SECOND_FACTOR_ROLES).isdisjoint(user.roles)


def excused(user: User) -> bool:
    """True for the demo's people, where their public passwords are excused."""
    return bool(user.is_demo and settings.SECOND_FACTOR_EXCUSES_DEMO)


def of(user: User) -> list[Authenticator]:
    """The factors of the person, oldest first. One statement."""
    return list(Authenticator.objects.filter(user=user).order_by("pk"))


def has_main(user: User) -> bool:
    """True when there is more than a password: an app or a passkey."""
    return Authenticator.objects.filter(user=user, type__in=MAIN).exists()


def passed(request: HttpRequest, user: User) -> bool:
    """True when a second factor was shown in this session, here or at the provider of identities
    that is trusted with it.
    """
    records = get_authentication_records(request, user)
    return VOUCHED in request.session or any(each["method"] == "mfa" for each in records)


def lacking(request: HttpRequest, user: User) -> bool:
    """True for a session that a password alone began although the person needs more: begun before
    the role came, or before the rule did. It counts for nobody.
    """
    return required(user) and not passed(request, user)


def remember_kinds(request: HttpRequest, user: User) -> None:
    """Keep in the session what the person has, so that pages need not ask the database."""
    request.session[KINDS] = sorted({each.type for each in of(user)})


def too_many_wrong(user: User, now: datetime) -> bool:
    """True after too many wrong codes in the last minutes, whatever address they came from; who
    knows the password shall not guess the code from a thousand of them.
    """
    since = now - timedelta(hours=settings.AXES_COOLOFF_TIME)
    wrong = Entry.objects.filter(
        subject=f"user:{user.username}", verb="second_factor_failed", at__gte=since
    )
    return wrong.count() >= WRONG_CODES


@transaction.atomic
def take_code(user: User, typed: str, *, recovery: bool = True) -> Authenticator | None:
    """The factor whose code it is, which then cannot be used again; None when it is nobody's.

    The rows are locked: of two who send the same code at once, one gets in.
    """
    code = normalize_user_code(typed)
    if not (code.isascii() and code.isdigit()):
        return None
    rows = Authenticator.objects.select_for_update().filter(user=user).exclude(type=Type.WEBAUTHN)
    with belonging_to(user.pk):
        for row in rows.order_by("pk"):
            if row.type == Type.TOTP and _totp_fits(row, code):
                return row
            if recovery and row.type == Type.RECOVERY_CODES and row.wrap().validate_code(code):
                row.refresh_from_db()
                return row
    return None


def _totp_fits(row: Authenticator, code: str) -> bool:
    """RFC 6238 §5.2: a code is taken once; nor one that is older than what was taken."""
    counter = totp_counter(decrypt(row.data["secret"]), code)
    if counter is None or counter <= row.data.get("last_counter", -1):
        return False
    row.data["last_counter"] = counter
    row.save(update_fields=["data"])
    return True


def totp_counter(secret: str, code: str) -> int | None:
    """To which interval of time the code belongs, of those that are taken now; None when it is
    wrong.
    """
    for counter in totp.yield_hotp_counters_from_time():
        value = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if compare_user_code(actual=code, expected=value):
            return counter
    return None


@transaction.atomic
def failed(user: User) -> None:
    """A code or passkey was wrong."""
    record("second_factor_failed", f"user:{user.username}", user, timezone.now())


@transaction.atomic
def add_totp(user: User, secret: str, code: str) -> Authenticator:
    """The app that shows codes for this secret. Raises FactorError when the code is not of it, or
    there is one already.
    """
    _lock(user)
    counter = totp_counter(secret, normalize_user_code(code))
    if counter is None:
        raise FactorError(_("动态口令不正确。请看手机上现在显示的 6 位数字，并检查手机的时间。"))
    if Authenticator.objects.filter(user=user, type=Type.TOTP).exists():
        raise FactorError(_("已经有一个身份验证器应用；要换一个，请先移除旧的。"))
    with belonging_to(user.pk):
        row = totp.TOTP.activate(user, secret).instance
    row.data["last_counter"] = counter
    row.save(update_fields=["data"])
    return _added(user, row)


@transaction.atomic
def add_passkey(user: User, name: str, credential: dict[str, Any]) -> Authenticator:
    """A passkey whose answer was verified (`passkeys.registered`). Raises FactorError when there
    are too many.
    """
    _lock(user)
    mine = Authenticator.objects.filter(user=user, type=Type.WEBAUTHN).count()
    if mine >= PASSKEYS:
        raise FactorError(_("最多 %(n)s 个通行密钥；请先移除不用的。") % {"n": PASSKEYS})
    named = name.strip()[:60] or _("通行密钥 %(n)s") % {"n": mine + 1}
    return _added(user, WebAuthn.add(user, named, credential).instance)


def _added(user: User, row: Authenticator) -> Authenticator:
    _tell(user, FactorNews.ADDED, "second_factor_added", {"factor": row.type})
    if not Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).exists():
        with belonging_to(user.pk):
            RecoveryCodes.activate(user)
    return row


@transaction.atomic
def remove(user: User, pk: int) -> None:
    """One factor less. Raises FactorError when the role needs the last one, DoesNotExist for one
    that is not there.
    """
    _lock(user)
    row = Authenticator.objects.get(pk=pk, user=user, type__in=MAIN)
    left = Authenticator.objects.filter(user=user, type__in=MAIN).exclude(pk=pk)
    if not left.exists():
        if required(user):
            raise FactorError(
                _("您的角色必须使用两步验证，不能移除最后一种方式；请先添加另一种再移除。")
            )
        Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    row.delete()
    _tell(user, FactorNews.REMOVED, "second_factor_removed", {"factor": row.type})


@transaction.atomic
def rename(user: User, pk: int, name: str) -> None:
    """Another name for a passkey. Raises DoesNotExist for one that is not there."""
    row = Authenticator.objects.select_for_update().get(pk=pk, user=user, type=Type.WEBAUTHN)
    if name.strip():
        row.data["name"] = name.strip()[:60]
        row.save(update_fields=["data"])


@transaction.atomic
def new_codes(user: User) -> list[str]:
    """Ten new recovery codes; the old ones are void. Raises FactorError for somebody without a
    factor.
    """
    _lock(user)
    if not has_main(user):
        raise FactorError(_("请先添加身份验证器应用或通行密钥，再生成恢复码。"))
    Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    with belonging_to(user.pk):
        RecoveryCodes.activate(user)
    _tell(user, FactorNews.CODES, "recovery_codes_made", {})
    return codes_left(user)


def codes_left(user: User) -> list[str]:
    """The recovery codes that are not used, in groups of four digits."""
    row = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
    if row is None:
        return []
    with belonging_to(user.pk):
        left = row.wrap().get_unused_codes()
    return [" ".join(code[i : i + 4] for i in range(0, len(code), 4)) for code in left]


def code_used(user: User) -> None:
    """A recovery code let somebody in."""
    _tell(user, FactorNews.CODE_USED, "recovery_code_used", {"left": len(codes_left(user))})


def _lock(user: User) -> None:
    """Changes to one person's factors take turns."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _tell(user: User, news: FactorNews, verb: str, detail: dict[str, Any]) -> None:
    now = timezone.now()
    record(verb, f"user:{user.username}", user, now, detail)
    tell(user, news, now)


def tell(user: User, news: FactorNews, at: datetime) -> None:
    """A mail to the person, sent after the commit; nothing for somebody without an address."""
    if user.email:
        FactorNotice.objects.create(user=user, news=news, at=at, not_before=at)
