"""To another program of the house: that something happened, and to which case; nothing personal."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime

from django.utils import timezone

from complaints.workdays import SHANGHAI
from correspondence.transports import Message, Receipt
from correspondence.transports.http import post


def signature(secret: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 (hex) over `stamp.body`, so that an old call cannot be sent again later."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Webhook:
    """JSON `{"id", "event", "number", "state", "at"}` with a signature.

    Header `X-Kesu-Signature: t=<seconds since 1970>,v1=<hex>`; `id` is also the Idempotency-Key.
    """

    code = "webhook"

    def __init__(self, url: str, secret: str) -> None:
        self.url, self.secret = url, secret

    def deliver(self, message: Message, key: str) -> Receipt:
        body = body_of(message, key)
        stamp = str(int(timezone.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-Kesu-Signature": f"t={stamp},v1={signature(self.secret, stamp, body)}",
        }
        return Receipt(status=post(self.url, body, headers).status)


def body_of(message: Message, key: str) -> bytes:
    """The only facts that leave: number, event, state, time."""
    facts = {
        "id": key,
        "event": message.event,
        "number": message.number,
        "state": message.state,
        "at": _local(message.at),
    }
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


def _local(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")
