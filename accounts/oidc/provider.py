"""The provider of identities: what it says of itself, where to send people, what a code is for."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.oidc import NotSignedIn

log = logging.getLogger(__name__)
KEEP = 600.0  # seconds for which its description and keys are believed
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass
class Provider:
    """What the provider publishes. `keys`: its public keys, read when the first is asked for."""

    config: dict[str, Any]
    until: float
    keys: list[jwt.PyJWK] = field(default_factory=list)

    def key(self, kid: str | None, algorithm: str) -> jwt.PyJWK:
        """The key with that id; the only one when the token names none. Keys that came after we
        looked are fetched once. Raises NotSignedIn when there is none.
        """
        found = self._matching(kid, algorithm)
        if not found:
            self.keys = _keys(self.config["jwks_uri"])
            found = self._matching(kid, algorithm)
        if len(found) != 1:
            raise refused("no key of the provider fits the token")
        return found[0]

    def _matching(self, kid: str | None, algorithm: str) -> list[jwt.PyJWK]:
        family = {"R": "RSA", "P": "RSA", "E": "EC"}[algorithm[0]]
        return [
            key
            for key in self.keys
            if (kid is None or key.key_id == kid)
            and key.key_type == family
            and key.public_key_use in (None, "sig")
        ]


_known: dict[str, Provider] = {}


def refused(why: str) -> NotSignedIn:
    """For what only an attack or a wrong configuration brings about: the log says which, the person
    gets one sentence for all of them.
    """
    log.warning("sign-in by the provider of identities refused: %s", why)
    return NotSignedIn(_("身份平台的答复不可信，没有登录。请重新登录；再次出现时请联系管理员。"))


def away(error: Exception) -> NotSignedIn:
    """The provider does not answer, or not as it should."""
    log.warning("the provider of identities does not answer: %s", type(error).__name__)
    if settings.OIDC_ONLY:
        return NotSignedIn(_("身份平台没有应答，没有登录。请稍后再试；急用时请找系统管理员。"))
    return NotSignedIn(_("身份平台没有应答，没有登录。请稍后再试，或者改用密码登录。"))


def _fetched(address: str, **headers: str) -> Any:
    """JSON from the provider. Raises NotSignedIn."""
    try:
        with get_adapter().get_requests_session() as session:
            answer = session.get(address, headers=headers, allow_redirects=False)
            if answer.status_code != 200:
                raise requests.HTTPError(str(answer.status_code))
            return answer.json()
    except (requests.RequestException, ValueError) as error:
        raise away(error) from error


def _keys(address: str) -> list[jwt.PyJWK]:
    found = _fetched(address)
    keys = []
    for each in found.get("keys", []) if isinstance(found, dict) else []:
        try:
            keys.append(jwt.PyJWK(each))
        except jwt.PyJWTError:  # of a kind that we do not believe anyway
            continue
    return keys


def provider() -> Provider:
    """What the configured issuer publishes. Raises NotSignedIn, also when it calls itself otherwise
    (OpenID Connect Discovery 1.0 §4.3) or sends to an address without TLS.
    """
    issuer = settings.OIDC_ISSUER
    known = _known.get(issuer)
    if known is not None and known.until > time.monotonic():
        return known
    config = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if not isinstance(config, dict) or config.get("issuer") != issuer:
        raise refused("the provider calls itself by another name than OIDC_ISSUER")
    for name in NEEDED:
        if not str(config.get(name, "")).startswith(("https://", issuer.partition("/")[0] + "//")):
            raise refused(f"{name} is no address with TLS")
    _known[issuer] = Provider(config, time.monotonic() + KEEP)
    return _known[issuer]


def _client(request: HttpRequest, config: dict[str, Any]) -> OAuth2Client:
    ways = config.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return OAuth2Client(
        request,
        settings.OIDC_CLIENT_ID,
        settings.OIDC_CLIENT_SECRET,
        "POST",
        config["token_endpoint"],
        request.build_absolute_uri(reverse("oidc_callback")),
        headers={"Accept": "application/json"},
        basic_auth="client_secret_post" not in ways,
    )


def address(request: HttpRequest, **params: str) -> str:
    """Where to send the person; `params`: state, nonce, code_challenge …"""
    config = provider().config
    asked = {
        "response_type": "code",
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": request.build_absolute_uri(reverse("oidc_callback")),
        "scope": " ".join(settings.OIDC_SCOPES),
        **params,
    }
    begin = config["authorization_endpoint"]
    return f"{begin}{'&' if '?' in begin else '?'}{urlencode(asked)}"


def exchanged(request: HttpRequest, code: str, verifier: str) -> dict[str, Any]:
    """The tokens for a code: {"id_token": …, "access_token": …}. Raises NotSignedIn for a code that
    is wrong, used or not ours.
    """
    client = _client(request, provider().config)
    try:
        tokens = client.get_access_token(code, pkce_code_verifier=verifier)
    except OAuth2Error as error:
        raise refused("the code was not taken") from error
    except (requests.RequestException, ValueError, KeyError) as error:
        raise away(error) from error
    if not isinstance(tokens.get("id_token"), str):
        raise refused("no id_token came with the code")
    return tokens


def userinfo(access_token: str) -> dict[str, Any]:
    """What the provider tells of the person besides; {} when it has no such address."""
    where = str(provider().config.get("userinfo_endpoint", ""))
    if not where.startswith(("https://", settings.OIDC_ISSUER.partition("/")[0] + "//")):
        return {}
    found = _fetched(where, Authorization=f"Bearer {access_token}")
    return found if isinstance(found, dict) else {}
