"""Passkeys (WebAuthn): what the browser is asked, and whether its answer is right.

The work is django-allauth's and fido2's; what comes from outside is anything at all, so every way
in which it cannot be read is the same answer: not right.
"""

from __future__ import annotations

import json
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User

LONGEST = 20_000  # characters; an answer has about two thousand
# fido2 reads CBOR, base64 and JSON of strangers, and each says in its own way that it cannot
UNREADABLE = (ValidationError, ValueError, TypeError, KeyError, AttributeError, IndexError)


def to_show(user: User | None) -> dict[str, Any]:
    """What the browser is asked for signing in: one of the person's passkeys, or any of this site
    when nobody is named. The challenge is kept in the session, once.
    """
    options: dict[str, Any] = auth.begin_authentication(user)
    return _plain(options)


def to_make(user: User) -> dict[str, Any]:
    """What the browser is asked for a new passkey: one that is found without a name, and is
    unlocked by finger, face or PIN.
    """
    return _plain(auth.begin_registration(user, passwordless=True))


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(options, default=dict))


def shown(user: User | None, answer: str) -> Authenticator | None:
    """The passkey that answered, of the person or of whom it names; None when it is not right."""
    credential = _read(answer)
    if credential is None:
        return None
    try:
        response = auth.parse_authentication_response(credential)
        whose = user or auth.extract_user_from_response(credential)
        found: Authenticator = auth.complete_authentication(whose, credential)
        verified = response.response.authenticator_data.is_user_verified()
    except UNREADABLE:
        return None
    return found if verified else None


def made(answer: str) -> dict[str, Any] | None:
    """The new passkey as it is kept; None when the answer is not right."""
    credential = _read(answer)
    if credential is None:
        return None
    try:
        auth.parse_registration_response(credential)
        binding = auth.complete_registration(credential)
    except UNREADABLE:
        return None
    return credential if binding.is_user_verified() else None


def _read(answer: str) -> dict[str, Any] | None:
    if len(answer) > LONGEST:
        return None
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def note_use(
    request: HttpRequest, factor: Authenticator, user: User, *, alone: bool = False
) -> None:
    """The factor was shown: the session knows, and when it was last used."""
    factor.record_usage()
    more = {"passwordless": True} if alone else {}
    record_authentication(request, user, "mfa", id=factor.pk, type=factor.type, **more)
