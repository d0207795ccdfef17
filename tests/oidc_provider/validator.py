"""What the provider says in its tokens, right or wrong."""

from __future__ import annotations

import time
import warnings
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from oauth2_provider.oauth2_validators import OAuth2Validator

HOW: dict[str, dict[str, Any]] = {}  # user name → what the tests want of it


def _with(**changes: Any) -> Any:
    """Claims changed (None: left out), signed as they should be."""

    def spoil(claims: dict[str, Any], header: dict[str, Any], secret: str) -> str:
        changed = {k: v for k, v in {**claims, **changes}.items() if v is not None}
        return jwt.encode(changed, _key(), "RS256", {"kid": header["kid"]})

    return spoil


def _key() -> str:
    return settings.OAUTH2_PROVIDER["OIDC_RSA_PRIVATE_KEY"]


def _unsigned(claims: dict[str, Any], header: dict[str, Any], secret: str) -> str:
    return jwt.encode(claims, None, "none", {"kid": header["kid"]})


def _by_secret(claims: dict[str, Any], header: dict[str, Any], secret: str) -> str:
    with warnings.catch_warnings(action="ignore"):  # the secret is short
        return jwt.encode(claims, secret, "HS256", {"kid": header["kid"]})


def _by_another(claims: dict[str, Any], header: dict[str, Any], secret: str) -> str:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims, other, "RS256", {"kid": header["kid"]})


def _unknown_key(claims: dict[str, Any], header: dict[str, Any], secret: str) -> str:
    return jwt.encode(claims, _key(), "RS256", {"kid": "nobody's"})


def _altered(claims: dict[str, Any], header: dict[str, Any], secret: str) -> str:
    signed, other = (
        jwt.encode(each, _key(), "RS256", {"kid": header["kid"]})
        for each in (claims, {**claims, "sub": "999999"})
    )
    return ".".join([*other.split(".")[:2], signed.split(".")[2]])


def faults() -> dict[str, Any]:
    """Name → how the token is spoilt."""
    now = int(time.time())
    return {
        "nonce": _with(nonce="another"),
        "no nonce": _with(nonce=None),
        "audience": _with(aud="somebody-else"),
        "two audiences": _with(aud=["kesu", "somebody-else"]),
        "authorised party": _with(azp="somebody-else"),
        "issuer": _with(iss="http://127.0.0.1:1/o"),
        "expired": _with(exp=now - 3600),
        "no end": _with(exp=None),
        "of tomorrow": _with(iat=now + 86_400),
        "no subject": _with(sub=None),
        "empty subject": _with(sub=""),
        "long subject": _with(sub="s" * 300),
        "unsigned": _unsigned,
        "by the secret": _by_secret,
        "by another key": _by_another,
        "by an unknown key": _unknown_key,
        "altered": _altered,
    }


class Validator(OAuth2Validator):
    """django-oauth-toolkit's, with the claims that the tests ask for."""

    oidc_claim_scope = None

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        """In the id_token; userinfo says the same."""
        name = request.user.username
        return {"preferred_username": name, **HOW[name].get("claims", {})}

    def get_userinfo_claims(self, request: Any) -> dict[str, Any]:
        """What is asked for besides, perhaps about somebody else."""
        how = HOW[request.user.username]
        return {**super().get_userinfo_claims(request), **how.get("userinfo", {})}

    def finalize_id_token(
        self, id_token: dict[str, Any], token: Any, token_handler: Any, request: Any
    ) -> str:
        """The signed token, spoilt if that is wanted."""
        signed = super().finalize_id_token(id_token, token, token_handler, request)
        how = HOW[request.user.username]
        claims = jwt.decode(signed, options={"verify_signature": False})
        header = jwt.get_unverified_header(signed)
        if "changed" in how:
            return _with(**how["changed"])(claims, header, "")
        if "fault" not in how:
            return signed
        return faults()[how["fault"]](claims, header, "a secret of the two of us")
