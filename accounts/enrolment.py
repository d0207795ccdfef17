"""Adding a factor: what the page offers, and what came back; the same for somebody on the way in
and for somebody who adds one in the settings.
"""

from __future__ import annotations

import base64
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import factors, passkeys
from accounts.factor_secrets import belonging_to
from accounts.models import User

PENDING = "totp_pending"  # in the session: the secret that is shown and not yet confirmed, sealed


def offered(request: HttpRequest, user: User, *, app: bool = True) -> dict[str, Any]:
    """For the page: the code to scan, the secret to type, and what a new passkey is asked. The
    secret stays the same until it is used, whatever is reloaded or opened twice.
    """
    shown: dict[str, Any] = {"options": passkeys.to_make(user)}
    if not app:
        return shown
    secret, adapter = _secret(request, user), get_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    shown["picture"] = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    shown["secret"] = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return shown


def taken(request: HttpRequest, user: User) -> tuple[Authenticator | None, str]:
    """The factor that was added, or why none was."""
    try:
        if "credential" in request.POST:
            credential = passkeys.made(request.POST["credential"])
            if credential is None:
                return None, _("通行密钥没有建好，什么都没有保存。请再试一次。")
            factor = factors.add_passkey(user, request.POST.get("name", ""), credential)
        else:
            factor = factors.add_totp(user, _secret(request, user), request.POST.get("code", ""))
            request.session.pop(PENDING, None)
    except factors.FactorError as refused:
        return None, str(refused)
    return factor, ""


def _secret(request: HttpRequest, user: User) -> str:
    kept = request.session.get(PENDING)
    with belonging_to(user.pk):
        if kept and kept[0] == user.pk:
            return str(get_adapter().decrypt(kept[1]))
        secret: str = generate_totp_secret()
        request.session[PENDING] = [user.pk, get_adapter().encrypt(secret)]
    return secret
