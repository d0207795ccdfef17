"""What the provider signed, checked before any of it is believed (OpenID Connect Core §3.1.3.7).

The signature is always verified, although the token comes by TLS: a provider behind a proxy that
ends TLS elsewhere is not uncommon.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any

import jwt
from django.conf import settings

from accounts.oidc.provider import provider, refused, userinfo

# Never `none`, and never HS…: those are signed with what the client knows too (RFC 8725 §3.1)
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LEEWAY = 60  # seconds by which two clocks may differ
LONGEST_SUBJECT = 191  # of the column; the standard allows 255, nobody uses them
FRESH = timedelta(minutes=5)


def verified(tokens: dict[str, Any], nonce: str) -> dict[str, Any]:
    """The claims of the id_token, with those of userinfo that it lacks. Raises NotSignedIn."""
    claims = _signed(tokens["id_token"])
    if not hmac.compare_digest(str(claims.get("nonce", "")), nonce):
        raise refused("the nonce is another")
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    authorised = claims.get("azp", settings.OIDC_CLIENT_ID if len(audience) == 1 else None)
    if authorised != settings.OIDC_CLIENT_ID:
        raise refused("the token was issued to another party")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise refused("the subject is empty or too long")
    if settings.OIDC_USERNAME_CLAIM not in claims and tokens.get("access_token"):
        more = userinfo(str(tokens["access_token"]))
        if more and more.get("sub") != subject:  # §5.3.2: might be somebody else's
            raise refused("userinfo is about another subject")
        claims = {**more, **claims}
    return claims


def _signed(token: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg", "")
        if algorithm not in ALGORITHMS:
            raise refused(f"the token is not signed as it should be ({algorithm!r:.20})")
        key = provider().key(header.get("kid"), algorithm)
        return jwt.decode(
            token,
            key=key.key,
            algorithms=[algorithm],
            audience=settings.OIDC_CLIENT_ID,
            issuer=settings.OIDC_ISSUER,
            leeway=LEEWAY,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        raise refused(type(error).__name__) from error


def second_factor(claims: dict[str, Any]) -> bool:
    """True when the provider says in a way that this installation trusts that it asked for more
    than a password (`amr`: RFC 8176; `acr`).
    """
    said = claims.get("amr", [])
    said = {str(each) for each in said} if isinstance(said, list) else {str(said)}
    said.add(str(claims.get("acr", "")))
    return not said.isdisjoint(settings.OIDC_SECOND_FACTOR)


def just_confirmed(claims: dict[str, Any], now: datetime) -> bool:
    """True when the person was asked anew just now (`auth_time`, §3.1.2.1 max_age)."""
    at = claims.get("auth_time")
    if not isinstance(at, int | float) or isinstance(at, bool):
        return False
    age = now.timestamp() - at
    return -LEEWAY <= age <= FRESH.total_seconds()
