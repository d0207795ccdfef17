"""Second factors for tests: what the app of a telephone shows, computed without the product."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret

from accounts import factors
from accounts.factor_secrets import belonging_to
from accounts.models import User

STEP = 30  # seconds


def code_of(secret: str, later: int = 0) -> str:
    """RFC 6238: the six digits that an app shows now, or so many intervals later."""
    counter = struct.pack(">Q", int(time.time()) // STEP + later)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def with_app(user: User) -> str:
    """Give the person an app; answers its secret. The code of this moment is not used up."""
    secret = generate_totp_secret()
    factors.add_totp(user, secret, code_of(secret))
    row = Authenticator.objects.get(user=user, type="totp")
    row.data["last_counter"] = 0
    row.save()
    return secret


def secret_on(page: str) -> str:
    """The secret that a page shows for typing."""
    found = re.search(r'<p class="mono mt1">([A-Z2-7 ]+)</p>', page)
    assert found
    return found[1].replace(" ", "")


def opened(row: Authenticator) -> str:
    """The secret of a row, for its owner."""
    with belonging_to(row.user_id):
        return get_adapter().decrypt(row.data["secret"])
