"""A large file of a case in pieces: begun, sent on after an interruption, and made evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import validation as v
from complaints.actions import evidence
from complaints.actions.receiving import received
from complaints.advance import find
from complaints.errors import NotAllowed
from evidence import resuming
from evidence.models import Item, Upload
from evidence.receive import FileRefused

LARGEST = 2**50  # bytes; whatever is larger is no file


def begin(number: str, sent: Mapping[str, Any], *, by: User, now: datetime | None = None) -> Upload:
    """An upload of the case; the person's own unfinished one where `name`, `size` and `mark` are
    the same, so that it goes on where it stopped.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid, FileRefused.
    """
    _check_role(by)
    complaint = find(number, by)
    values = v.clean(
        {"name": None, "size": None, **sent},
        {
            "name": lambda x: v.text(x, 1000, required=True),
            "size": _size,
            "mark": lambda x: v.plain(x, 64),
        },
    )
    name, size, mark = values["name"], values["size"], values.get("mark", "")
    now = now or timezone.now()
    return resuming.begin(complaint.subject, name, size, mark, by, now)


def _size(value: Any) -> int:
    """A length in bytes. Raises Refused."""
    if type(value) is not int or not 0 <= value < LARGEST:
        raise v.Refused(_("这里应是文件的大小（字节，整数）"))
    return value


def _check_role(by: User) -> None:
    if not by.may("add_evidence"):
        raise NotAllowed(_("您的角色不能添加证据"))


def own(number: str, upload: UUID, *, by: User) -> Upload:
    """The person's own upload of a case that the person sees.

    Raises Complaint.DoesNotExist, Upload.DoesNotExist.
    """
    return Upload.objects.get(pk=upload, by=by, about=find(number, by).subject)


def append(number: str, upload: UUID, offset: int, stream: BinaryIO, *, by: User) -> Upload:
    """Take the piece that begins at `offset`.

    Raises Complaint.DoesNotExist, Upload.DoesNotExist, FileRefused.
    """
    found = own(number, upload, by=by)
    if found.item_id is not None:
        raise FileRefused(_("这个文件已经作为证据添加，不能再改"), 409)
    resuming.append(found, offset, stream)
    return found


def finish(
    number: str,
    upload: UUID,
    about: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Item:
    """The whole file becomes evidence, once: a second call answers the same item.

    `about` as of `evidence.add`. Raises what that raises, Upload.DoesNotExist, and FileRefused
    while something is missing.
    """
    _check_role(by)
    found, now = own(number, upload, by=by), now or timezone.now()
    with resuming.taken_up(found) as incoming:  # one at a time
        found.refresh_from_db()
        if found.item is not None:
            incoming.discard()
            return found.item
        resuming.check_whole(found, incoming)
        case = find(number, by)
        with received(case, incoming, found.name, by, now) as stored, transaction.atomic():
            item = evidence.add(number, stored, found.name, about, by=by, version=version, now=now)
            found.item = item
            found.save(update_fields=["item"])
        incoming.discard()
    return item


def cancel(number: str, upload: UUID, *, by: User) -> None:
    """Nothing is left of it. Raises Complaint.DoesNotExist, Upload.DoesNotExist, FileRefused."""
    resuming.cancel(own(number, upload, by=by))
