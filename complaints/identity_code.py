"""One-time codes by which it is known who asks about their own data.

Six digits, ten minutes, five tries, once. The code is made from the row and the key of the
installation: nothing of it is kept, and a message that has to be sent twice says the same.
"""

from __future__ import annotations

import hmac
import secrets

from django.conf import settings
from django.utils.crypto import salted_hmac

from complaints.models import Complaint, IdentityCode

EFFECT = "send_identity_code"
DIGITS = 6
TRIES = 5  # wrong ones of one code
A_DAY = 5  # codes of one case


def new_salt() -> str:
    """What makes a code its own."""
    return secrets.token_hex(16)


def digits_of(code: IdentityCode) -> str:
    """What the consumer reads out. For the message alone."""
    value = f"{code.pk}|{code.request_id}|{code.salt}"
    digest = salted_hmac("complaints.identity_code", value, algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**DIGITS:0{DIGITS}d}"


def is_right(code: IdentityCode, said: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(digits_of(code).encode(), said.encode())


def ways(complaint: Complaint) -> list[str]:
    """Where a code can go without anybody in between: fields of the consumer."""
    consumer = complaint.consumer
    found = [IdentityCode.Field.PHONE.value] if settings.SMS_URL and consumer.phone_masked else []
    return found + ([IdentityCode.Field.EMAIL.value] if consumer.email_masked else [])
