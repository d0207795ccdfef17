"""Keys of programs: made once, kept only as a hash, never more than the person behind them may."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ApiKey, User
from audit.record import Actor, record

SCOPES: dict[str, str | Promise] = {
    "complaints:read": gettext_lazy("读取案件"),
    "complaints:write": gettext_lazy("登记与办理案件"),
    "legal:read": gettext_lazy("法律分析与规则"),
    "analytics:read": gettext_lazy("读取统计"),
    "audit:read": gettext_lazy("读取审计记录"),
}
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
    days: int | None = None,
    by: Actor | None = None,
    now: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown this once. `days`: how long it is valid, None for
    always. Raises KeyRefused.
    """
    now = now or timezone.now()
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise KeyRefused(
            _("没有权限范围“{unknown}”；可用的有：{known}").format(
                unknown=", ".join(unknown), known=", ".join(SCOPES)
            )
        )
    if not user.is_active:
        raise KeyRefused(_("“{name}”已停用，不能发放密钥").format(name=user.username))
    if days is not None and not 1 <= days <= 3650:
        raise KeyRefused(_("有效期应为 1 至 3650 天"))
    prefix = secrets.token_hex(6)
    text = f"kesu_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        key = ApiKey.objects.create(
            prefix=prefix,
            key_hash=_hash(text),
            user=user,
            label=label.strip()[:80],
            scopes=list(dict.fromkeys(scopes)),
            created_at=now,
            expires_at=now + timedelta(days=days) if days is not None else None,
        )
        detail = {"prefix": prefix, "scopes": key.scopes, "expires_at": key.expires_at}
        record("key.issued", f"user:{user.username}", by, now, detail)
    return key, text


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


def revoke(key: ApiKey, *, by: Actor | None = None, now: datetime | None = None) -> None:
    """From now on the key opens nothing. Revoking twice changes nothing."""
    now = now or timezone.now()
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
            record("key.revoked", f"user:{key.user.username}", by, now, {"prefix": key.prefix})
