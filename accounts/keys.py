"""Keys of programs: made once, kept only as a hash, never more than the person behind them may."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ApiKey, User
from accounts.roles import allows
from audit.record import Actor, record

SCOPES: dict[str, str | Promise] = {
    "complaints:read": gettext_lazy("读取案件"),
    "complaints:write": gettext_lazy("登记与办理案件"),
    "legal:read": gettext_lazy("法律分析与规则"),
    "analytics:read": gettext_lazy("读取统计"),
    "audit:read": gettext_lazy("读取审计记录"),
}
# Scope → permissions of which the person needs one; none: whatever all staff may read
NEEDS: dict[str, tuple[str, ...]] = {
    "complaints:read": ("see_complaints",),
    "complaints:write": ("register_complaints", "write_notes"),
    "legal:read": (),
    "analytics:read": ("see_analytics", "see_satisfaction", "see_complaints"),
    "audit:read": ("read_audit",),
}
LONGEST = 365  # days
LAST_USE_EVERY = timedelta(minutes=10)  # a busy key costs one write in ten minutes, not one a call
_SHAPE = re.compile(r"kesu_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_NOBODY = hashlib.sha256(b"no such key").hexdigest()


class KeyRefused(ValueError):
    """A key cannot be made; the message says why and what to do."""


def _hash(text: str) -> str:
    """SHA-256 (hex). A key holds 256 random bits, so a slow hash would protect nothing more."""
    return hashlib.sha256(text.encode()).hexdigest()


def issue(
    user: User,
    scopes: Sequence[str],
    *,
    label: str = "",
    days: int = LONGEST,
    by: Actor | None = None,
    now: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown this once. `days`: how long it is valid.

    Raises KeyRefused.
    """
    now = now or timezone.now()
    if not 1 <= days <= LONGEST:
        raise KeyRefused(_("有效期应为 1 至 {days} 天").format(days=LONGEST))
    prefix = secrets.token_hex(6)
    text = f"kesu_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        # whoever leaves meanwhile waits for this key and takes it along
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        _check(user, scopes)
        key = ApiKey.objects.create(
            prefix=prefix,
            key_hash=_hash(text),
            user=user,
            label=label.strip()[:80],
            scopes=list(dict.fromkeys(scopes)),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        detail = {"prefix": prefix, "scopes": key.scopes, "expires_at": key.expires_at}
        record("key.issued", f"user:{user.username}", by, now, detail)
    return key, text


def _check(user: User, scopes: Sequence[str]) -> None:
    """Raises KeyRefused."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise KeyRefused(
            _("没有权限范围“{unknown}”；可用的有：{known}").format(
                unknown=", ".join(unknown), known=", ".join(SCOPES)
            )
        )
    if not user.is_active:
        raise KeyRefused(_("“{name}”已停用，不能发放密钥").format(name=user.username))
    if beyond := [scope for scope in scopes if not within(user, scope)]:
        words = _("“{name}”的角色不含权限范围“{scopes}”；请去掉它，或由管理员调整角色")
        raise KeyRefused(words.format(name=user.name, scopes=", ".join(beyond)))


def within(user: User, scope: str) -> bool:
    """True when the roles of the person hold something that the scope opens."""
    needed = NEEDS[scope]
    return not needed or any(allows(user.roles, permission) for permission in needed)


def possible(user: User) -> dict[str, str | Promise]:
    """The scopes that a key of the person can have, with their words."""
    return {scope: words for scope, words in SCOPES.items() if within(user, scope)}


def usable(now: datetime) -> QuerySet[ApiKey]:
    """Keys that open something now."""
    lives = Q(expires_at=None) | Q(expires_at__gt=now)
    return ApiKey.objects.filter(lives, revoked_at=None, user__is_active=True)


def verify(text: str, now: datetime | None = None) -> ApiKey | None:
    """The key with its person, or None for one that is unknown, changed, expired, revoked, or
    whose person is no longer active. One query; the comparison takes the same time whatever is
    wrong.
    """
    now = now or timezone.now()
    shape = _SHAPE.fullmatch(text)
    key = (
        ApiKey.objects.select_related("user").filter(prefix=shape[1]).first()
        if shape is not None
        else None
    )
    same = hmac.compare_digest(_hash(text), key.key_hash if key else _NOBODY)
    if key is None or not same or key.revoked_at is not None or not key.user.is_active:
        return None
    if key.expires_at is not None and key.expires_at <= now:
        return None
    _note_use(key, now)
    return key


def _note_use(key: ApiKey, now: datetime) -> None:
    if key.last_used_at is not None and now - key.last_used_at < LAST_USE_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - LAST_USE_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def revoke_all(user: User, *, by: Actor | None, now: datetime) -> int:
    """Every key of the person that was not revoked yet; answers how many."""
    found = list(ApiKey.objects.filter(user=user, revoked_at=None).select_related("user"))
    for key in found:
        revoke(key, by=by, now=now)
    return len(found)


def revoke_beyond(user: User, *, by: Actor | None, now: datetime) -> int:
    """A key with a scope that the person's roles do not hold any more dies with the role."""
    found = ApiKey.objects.filter(user=user, revoked_at=None).select_related("user")
    gone = [k for k in found if not all(s in NEEDS and within(user, s) for s in k.scopes)]
    for key in gone:
        revoke(key, by=by, now=now)
    return len(gone)


def revoke(key: ApiKey, *, by: Actor | None = None, now: datetime | None = None) -> None:
    """From now on the key opens nothing. Revoking twice changes nothing."""
    now = now or timezone.now()
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
            record("key.revoked", f"user:{key.user.username}", by, now, {"prefix": key.prefix})
