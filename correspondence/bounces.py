"""Mail that comes back (RFC 3464): which letter it was, and what follows. Storeys above take in
what comes back of theirs (`OTHERS`).

A report is believed only when it carries the token that went out with the letter, in the address
it came to or in the letter that it returns. Everything else changes nothing.
"""

from __future__ import annotations

import email
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage, Message

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from audit.record import record
from complaints.actions import retelling, satisfaction
from complaints.models import Complaint, Event, Outbox
from correspondence.models import Notice

logger = logging.getLogger(__name__)
TOKEN_HEADER = "X-Kesu-Token"  # noqa: S105 - the name of a header
LARGEST = 2 * 1024 * 1024  # bytes of a report that are read
_TOKEN = re.compile(r"([a-z]?)(\d{1,18})-([0-9a-f]{20})")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


# Kind of e-mail, one small letter → what takes in what came back of it, in one transaction: id,
# action (failed, delivered), status code, now; answers as `take` does.
OTHERS: dict[str, Callable[[int, str, str, datetime], str]] = {}


def token_of(outbox: Outbox) -> str:
    """Goes out with a letter and proves that a report is about it. Lower case, for addresses."""
    return token("", outbox.pk)


def token(kind: str, pk: int) -> str:
    """The same for an e-mail of a kind of `OTHERS`."""
    return f"{kind}{pk}-{_mark(kind, pk)}"


def _mark(kind: str, pk: int) -> str:
    said = f"{kind}{pk}"
    return salted_hmac("correspondence.bounces", said, algorithm="sha256").hexdigest()[:20]


def return_address(token: str) -> str:
    """The envelope's sender, to which a report comes back; "" where none is set up."""
    name, at, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{name}+{token}@{domain}" if at else ""


@dataclass(frozen=True)
class Report:
    """What a report says: of which row of the outbox (`kind`: of which other table), `action`
    (failed, delivered, delayed …) and the status code (5.1.1).
    """

    outbox: int
    action: str
    status: str
    kind: str = ""


def read(raw: bytes) -> Report | None:
    """The report; None for whatever is none, or is not about a letter of ours."""
    message = email.message_from_bytes(raw[:LARGEST], policy=policy.default)
    found = next((p for p in message.walk() if p.get_content_type() == _REPORT), None)
    letter = _letter(message)
    if found is None or letter is None:
        return None
    kind, pk = letter
    fields = [block for block in found.get_payload() if isinstance(block, Message)]
    action = next((a for block in fields if (a := _field(block, "Action"))), "")
    status = next((s for b in fields if (s := _STATUS.search(_field(b, "Status")))), None)
    said = action.split()[0].lower() if action else ""
    return Report(pk, said, status[0] if status else "", kind)


_REPORT = "message/delivery-status"


def _field(block: Message, name: str) -> str:
    return str(block.get(name, "")).strip()


def _letter(message: EmailMessage | Message) -> tuple[str, int] | None:
    """(kind, row of the outbox) whose token the report carries, in whichever place."""
    for part in message.walk():
        places = [str(part.get(name, "")) for name in ("To", "Delivered-To", "X-Original-To")]
        places.append(str(part.get(TOKEN_HEADER, "")))
        if part.get_content_type() == "text/rfc822-headers":
            places.append(str(part.get_payload(decode=True)))
        for kind, number, mark in _TOKEN.findall(" ".join(places).lower()):
            if constant_time_compare(mark, _mark(kind, int(number))):
                return kind, int(number)
    return None


def take(raw: bytes, now: datetime) -> str:
    """Take one report in; answers what it was: `bounced`, `delivered`, `known`, `delayed` or
    `unknown`, which change nothing.
    """
    try:
        report = read(raw)
    except Exception as error:  # anybody may write to that address, and parsers fail in many ways
        logger.warning("a report of the mail server cannot be read: %s", type(error).__name__)
        return "unknown"
    if report is None:
        return "unknown"
    if report.action not in ("failed", "delivered"):
        return "delayed"
    with transaction.atomic():
        if report.kind:
            taker = OTHERS.get(report.kind)
            return taker(report.outbox, report.action, report.status, now) if taker else "unknown"
        return _taken(report, now)


def _taken(report: Report, now: datetime) -> str:
    complaint = Complaint.objects.locked().filter(outbox__pk=report.outbox).first()
    mailed = Notice.objects.select_for_update(of=("self",)).filter(
        outbox=report.outbox, user=None, way=Notice.Way.EMAIL
    )
    notice = mailed.select_related("outbox__complaint__consumer").first()
    if complaint is None or notice is None:
        return "unknown"
    if notice.bounced_at is not None or (report.action == "delivered" and notice.delivered_at):
        return "known"
    if report.action == "delivered":
        notice.delivered_at = now
        notice.save(update_fields=["delivered_at"])
        _write(complaint, notice, "letter_arrived", now, "")
        return "delivered"
    notice.bounced_at, notice.cause = now, report.status or "bounced"
    notice.save(update_fields=["bounced_at", "cause"])
    _write(complaint, notice, "letter_bounced", now, notice.cause)
    _follow(complaint, notice, now)
    return "bounced"


def _follow(complaint: Complaint, notice: Notice, now: datetime) -> None:
    """A person brings the letter, or calls where a link came back, and the owner hears of it."""
    if notice.outbox.effect == retelling.WITH_A_KEY:
        satisfaction.returned(notice.outbox.transition)
    else:
        retelling.another(notice, now)
    Outbox.objects.create(
        complaint=complaint,
        effect="tell_letter_bounced",
        key=f"{complaint.number}.bounced.{notice.pk}",
        payload={"notice": notice.pk, "cause": notice.cause, "letter": notice.outbox.effect},
        created_at=now,
        not_before=now,
    )


def _write(complaint: Complaint, notice: Notice, code: str, now: datetime, cause: str) -> None:
    detail = {"notice": notice.pk, "effect": notice.outbox.effect, "cause": cause}
    kind = Event.Kind.NOTICE
    Event.objects.create(complaint=complaint, at=now, by=None, kind=kind, code=code, detail=detail)
    record(code.replace("_", ".", 1), complaint.subject, None, now, detail)
