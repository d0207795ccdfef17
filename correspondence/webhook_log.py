"""One row for each attempt to call the webhook, whether or not it was taken.

Written after the transaction of the attempt, which is undone when it fails; a worker that is killed
in between leaves none, and the next attempt has the same number.
"""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256
from time import monotonic
from urllib.parse import urlsplit

from django.utils import timezone

from complaints.models import Outbox
from correspondence.models import WebhookCall
from correspondence.transports import Message, Receipt, Transport
from correspondence.transports.webhook import body_of
from correspondence.webhook_models import KEPT

_ANSWERED = re.compile(r"HTTP (\d{3})")


class Tried:
    """The attempts of one delivery, until they can be written down."""

    def __init__(self) -> None:
        self.calls: list[WebhookCall] = []

    def deliver(self, webhook: Transport, outbox: Outbox, message: Message) -> Receipt:
        """Call, and note how it went. Raises what the transport raises."""
        row = WebhookCall(
            outbox=outbox,
            at=timezone.now(),
            attempt=outbox.attempts + 1,
            target=target_of(getattr(webhook, "url", "")),
            body_sha256=sha256(body_of(message, outbox.key)).hexdigest(),
        )
        self.calls.append(row)
        begun = monotonic()
        try:
            receipt = webhook.deliver(message, outbox.key)
            row.status = receipt.status
            return receipt
        except Exception as error:
            answered = _ANSWERED.fullmatch(str(error))
            row.status = int(answered[1]) if answered else None
            row.error = "" if answered else type(error).__name__[:60]
            raise
        finally:
            row.milliseconds = int((monotonic() - begun) * 1000)

    def write(self) -> None:
        """Write them down, for good."""
        WebhookCall.objects.bulk_create(self.calls)


def target_of(url: str) -> str:
    """The address without what may be secret: user, password, query."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return f"{parts.scheme}://{host}{port}{parts.path or '/'}"[:200]


def forget(now: datetime) -> int:
    """Remove what is older than it is kept; answers how many."""
    return WebhookCall.objects.filter(at__lte=now - KEPT).delete()[0]
