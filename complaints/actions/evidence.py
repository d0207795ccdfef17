"""Evidence of a case: received, listed, handed out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.actions import conditions, folder, holds, snoozing
from complaints.actions.receiving import received
from complaints.advance import check_version, find, lock
from complaints.errors import NotAllowed
from complaints.models import Complaint, Event
from complaints.signing import voiding
from evidence.models import Custody, Item
from evidence.receive import Stored, add_item
from evidence.store import Incoming


def add(
    number: str,
    content: Iterable[bytes] | Incoming | Stored,
    name: str,
    about: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Item:
    """Take in one file, or one that was received before.

    `about`: title, obtained_from, obtained_at, obtained_by, how, proves, is_original;
    from_consumer, still_waiting: what the consumer sends ends a hold that waits for it, unless
    more is waited for; condition: the one of a signature of which it is the proof.

    The file lies in the store before the row is written; a crash in between leaves an unreferenced
    file and no half item. Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid,
    FileRefused.
    """
    now = now or timezone.now()
    if not by.may("add_evidence"):
        raise NotAllowed(_("您的角色不能添加证据"))
    columns = _cleaned(about, now)
    from_consumer = columns.pop("from_consumer", False)
    still_waiting = columns.pop("still_waiting", False)
    condition = columns.pop("condition", None)
    found = find(number, by)  # refuse before a large file is read
    file = (
        nullcontext(content)
        if isinstance(content, Stored)
        else received(found, content, name, by, now)
    )
    with file as stored, transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        item = keep(complaint, stored, name, columns, by, now)
        if condition is not None:
            conditions.attach(complaint, condition, item.number)
        voiding.look(complaint, by, now)
        if from_consumer and not still_waiting:
            holds.consumer_answered(complaint, by, now, "evidence")
        if from_consumer:
            snoozing.consumer_came(complaint, now)
    return item


def keep(
    complaint: Complaint,
    stored: Stored,
    name: str,
    columns: Mapping[str, Any],
    by: User,
    now: datetime,
) -> Item:
    """A file that was received becomes evidence of the case, which the caller holds. Raises
    FileRefused.
    """
    item = add_item(complaint.folder, stored, name=name, by=by, now=now, **columns)
    _record(complaint, item, by, now)
    return item


def _cleaned(about: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What is said of the file, checked; what the consumer sent comes from the consumer unless
    somebody else is named. Raises Invalid.
    """
    v = validation
    data = v.clean(
        about,
        {
            "title": lambda x: v.text(x, 200),
            "obtained_from": lambda x: v.text(x, 200),
            "obtained_at": lambda x: v.moment(x, now),
            "obtained_by": lambda x: v.text(x, 200),
            "how": lambda x: v.choice(x, Item.How.values),
            "proves": lambda x: v.text(x, 2000, lines=True),
            "is_original": v.flag,
            "from_consumer": v.flag,
            "still_waiting": v.flag,
            "condition": v.item_number,
        },
    )
    if data.get("from_consumer") and not data.get("obtained_from"):
        data["obtained_from"] = _("消费者提供")
    return data


def _record(complaint: Complaint, item: Item, by: User, now: datetime) -> None:
    """The next version of the case; the file in the timeline and, by its hash, in the audit log."""
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["version", "updated_at"])
    file = {"number": item.number, "sha256": item.sha256}
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.EVIDENCE,
        code="received",
        text=item.title,
        detail={**file, "title": item.title, "size": item.size},
    )
    detail = {**file, "version": complaint.version}
    record("evidence.received", complaint.subject, by, now, detail)


def hand_out(number: str, item_number: int, *, by: User, now: datetime | None = None) -> Item:
    """The item, with a custody row that says who had it.

    Raises Complaint.DoesNotExist or Item.DoesNotExist.
    """
    return folder.take(number, item_number, Custody.Act.DOWNLOADED, by=by, now=now)
