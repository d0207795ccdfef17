"""The folder of the embedded installation into which e-mails are written instead of being sent.

One file per message, named by its Message-ID: handing the same message over twice leaves one file.
"""

from __future__ import annotations

import email
import hashlib
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.parser import BytesHeaderParser
from heapq import nlargest
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from accounts import vault
from complaints.importing.table import masked_numbers

ENDING = ".eml"
HOLDS_A_CODE = "X-Kesu-Code"  # the mail says a code that is its receiver's alone


def folder() -> Path | None:
    """The folder, None when mails go to a server."""
    if f"{__name__}.FolderBackend" != settings.EMAIL_BACKEND:
        return None
    return Path(settings.EMAIL_FILE_PATH)


class FolderBackend(BaseEmailBackend):
    """Writes messages where the page about mails finds them, for the folder's owner only."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        place = Path(settings.EMAIL_FILE_PATH)
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            _write(place, message)
        return len(email_messages)


def _write(place: Path, message: EmailMessage) -> None:
    sent = message.message()
    name = hashlib.sha256(str(sent["Message-ID"]).encode()).hexdigest()[:32]
    temporary = place / f".{name}.{secrets.token_hex(4)}.new"
    descriptor = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(sent.as_bytes())
            handle.flush()
            os.fsync(handle.fileno())
        os.link(temporary, place / f"{name}{ENDING}")
    except FileExistsError:
        pass  # handed over before, and not noted down
    finally:
        temporary.unlink(missing_ok=True)


@dataclass(frozen=True)
class Filed:
    """The head of one file. `name` is its name without the ending; `to` is masked; `staff` is the
    receiver's user name, "" for a letter to a consumer; `cases` are the numbers it speaks of.
    """

    name: str
    at: datetime
    size: int
    to: str
    subject: str
    staff: str
    cases: tuple[str, ...]


def newest(most: int) -> list[Filed]:
    """The heads of the newest files; [] without a folder."""
    place = folder()
    if place is None or not place.is_dir():
        return []
    with os.scandir(place) as entries:
        found = [(e.stat().st_mtime, e.name) for e in entries if _NAME.fullmatch(e.name)]
    return [head for _at, name in nlargest(most, found) if (head := _head(place / name))]


def find(name: str) -> tuple[Filed, str] | None:
    """(head, text) of one file; personal numbers, addresses and the receiver's signed link are
    masked. None when there is none.
    """
    place = folder()
    if place is None or not _NAME.fullmatch(name + ENDING):
        return None
    path = place / f"{name}{ENDING}"
    head = _head(path)
    if head is None:
        return None
    with path.open("rb") as handle:
        message = email.message_from_binary_file(handle, policy=policy.default)
    part = message.get_body(("plain",))
    text = _OWN_LINK.sub(r"\1…/", part.get_content() if part is not None else "")
    if HOLDS_A_CODE in message:
        text = _CODE.sub("······", text)
    return head, _ADDRESS.sub(lambda m: vault.masked("email", m[0]), masked_numbers(text))


_NAME = re.compile(rf"[0-9a-f]{{32}}{re.escape(ENDING)}")
# The signed link stands for its receiver's consent; whoever else reads the mail may not use it.
# With the others the consumer says how satisfied they are, or answers an offer: whoever handled the
# case never does.
_OWN_LINK = re.compile(r"(/notices/wishes/|/[fo]/)[^/\s]+/")
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


def _head(path: Path) -> Filed | None:
    try:
        stat = path.stat()
        with path.open("rb") as handle:
            head = BytesHeaderParser(policy=policy.default).parse(handle)
    except OSError:
        return None
    kind, _space, username = str(head.get("X-Kesu-For", "")).partition(" ")
    return Filed(
        name=path.stem,
        at=datetime.fromtimestamp(stat.st_mtime, UTC),
        size=stat.st_size,
        to=vault.masked("email", str(head.get("To", ""))),
        subject=str(head.get("Subject", "")),
        staff=username if kind == "staff" else "",
        cases=tuple(str(head.get("X-Kesu-Cases", "")).split()),
    )
