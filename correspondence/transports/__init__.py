"""How something leaves the house: one class per way, all with the same face.

    class Transport(Protocol):
        code: str
        def deliver(self, message: Message, key: str) -> Receipt: ...

`deliver` is called at least once for a message, always with the same `key`; whatever receives it
should treat a second call with the key as the first (docs/transports.md). It answers a `Receipt`,
raises `Refused` when the other side will never take the message, and anything else when it could
not be handed over now: the outbox then tries again with growing distance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.conf import settings

from correspondence.letter import File


@dataclass(frozen=True)
class Message:
    """What is to be handed over. `to` and `text` may be personal and are never printed or logged.

    `event` is the effect's code, `number` and `state` are the case's, `at` is when it happened.
    """

    event: str
    at: datetime
    to: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)  # the same for mail programs that show it
    files: Sequence[File] = field(default=(), repr=False)
    number: str = ""
    state: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Receipt:
    """What became of a message. `sent`: it left; otherwise a person still has to bring it."""

    sent: bool = True
    reference: str = ""  # the other side's number of it
    status: int | None = None  # what was answered by HTTP


class Refused(Exception):
    """The other side will never take this message; the words hold no personal data."""


class Transport(Protocol):
    """One way out of the house."""

    code: str

    def deliver(self, message: Message, key: str) -> Receipt:
        """Hand the message over. Raises Refused, or anything when it is to be tried again."""
        ...


def installed() -> dict[str, Transport]:
    """The ways that this installation has, by code: what is not configured is not there."""
    from correspondence.transports.email import Email
    from correspondence.transports.in_app import InApp
    from correspondence.transports.manual import Manual
    from correspondence.transports.sms import Sms
    from correspondence.transports.webhook import Webhook

    found: list[Transport] = [InApp(), Manual(), Email()]
    if settings.SMS_URL:
        found.append(Sms(settings.SMS_URL))
    if settings.WEBHOOK_URL:
        found.append(Webhook(settings.WEBHOOK_URL, settings.WEBHOOK_SECRET))
    return {transport.code: transport for transport in found}
