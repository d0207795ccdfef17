"""By text message, through any gateway that takes a POST."""

from __future__ import annotations

import json

from correspondence.transports import Message, Receipt, Refused
from correspondence.transports.http import post

LONGEST = 500  # characters; gateways cut what is longer, and nobody would know


class Sms:
    """JSON `{"to", "text", "key"}` to the gateway's URL, with the key as Idempotency-Key."""

    code = "sms"

    def __init__(self, url: str) -> None:
        self.url = url

    def deliver(self, message: Message, key: str) -> Receipt:
        text = " ".join(message.text.split())
        if len(text) > LONGEST:
            raise Refused(f"longer than {LONGEST} characters")
        body = json.dumps({"to": message.to, "text": text, "key": key}, ensure_ascii=False)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        post(self.url, body.encode(), headers)
        return Receipt()
