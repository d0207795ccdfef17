"""Taking in a file: bounded, typed by its content, hashed while it is written, kept under its hash,
never half there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from evidence import clamd, holding, kinds
from evidence.errors import FileRefused, StoreAway
from evidence.models import Custody, Folder, Item
from evidence.store import Incoming, store

# Control, format (direction), surrogate, private, unassigned; line and paragraph separators, which
# many a reader of lists takes for the end of a line.
_NEVER = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_EDGES = re.compile(r"^[\s.]+|[\s.]+$")

__all__ = ["FileRefused", "Stored", "add_item", "clean_name", "hold", "take", "taken"]


@dataclass(frozen=True)
class Stored:
    """A file that lies in the store: its SHA-256 (hex), size in bytes and content type; `scan` says
    whether a virus scanner saw it, "" where there is none. `incoming` is where it came, while that
    is there: to put it back when it is destroyed elsewhere before its row is written.
    """

    sha256: str
    size: int
    content_type: str
    scan: str = ""
    incoming: Incoming | None = field(default=None, compare=False, repr=False)


def take(content: Iterable[bytes] | Incoming, name: str) -> Stored:
    """Put what comes, or has come, into the store. Raises what `taken` raises."""
    with taken(content, name) as stored:
        return Stored(stored.sha256, stored.size, stored.content_type, stored.scan)


@contextmanager
def taken(content: Iterable[bytes] | Incoming, name: str) -> Iterator[Stored]:
    """What comes, or has come, in the store, in one write; its rows are written inside the `with`.

    Raises FileRefused (empty, too large, type not allowed, disk full); leaves nothing behind then.
    """
    name = clean_name(name)
    with ExitStack() as stack:
        with no_room_is_said():
            if isinstance(content, Incoming):
                incoming = content
            else:
                incoming = stack.enter_context(store().incoming())
                for chunk in content:
                    check_size(incoming.size + len(chunk))
                    incoming.write(chunk)
            stored = _keep(incoming, name)
        yield stored


def _keep(incoming: Incoming, name: str) -> Stored:
    """A received file is looked at and kept. Raises FileRefused, OSError."""
    if incoming.size == 0:
        raise FileRefused(_("文件是空的（0 字节），没有保存；请重新选择文件"))
    content_type = kinds.of_file(incoming, name)
    scan = clamd.scanned(incoming)
    return Stored(store().keep(incoming), incoming.size, content_type, scan, incoming)


def hold(stored: Stored) -> None:
    """The file is there, and stays until the caller's transaction ends: whoever destroyed the same
    bytes of another case a moment ago took ours along. Raises FileRefused.
    """
    holding.stays(stored.sha256)
    with no_room_is_said():
        if store().exists(stored.sha256):
            return
        if stored.incoming is None:
            raise FileRefused(_("同一份文件刚刚随另一案件销毁，这次没有保存；请再上传一次"), 503)
        store().keep(stored.incoming)


@contextmanager
def no_room_is_said() -> Iterator[None]:
    """A disk that is full or away becomes a sentence. Raises FileRefused."""
    try:
        yield
    except StoreAway as error:
        raise FileRefused(
            _("保存证据的存储暂时没有应答，文件没有保存；请稍后再试，并告知管理员"), 503
        ) from error
    except OSError as error:
        raise FileRefused(
            _("服务器存储空间不足或不可写，文件没有保存；请稍后再试，并告知管理员"), 507
        ) from error


def check_size(size: int) -> None:
    """Raises FileRefused for more bytes than a file may have."""
    if size > settings.EVIDENCE_LIMIT:
        raise FileRefused(
            _("文件超过 {limit} MB，没有保存；请压缩或拆分后再上传").format(
                limit=settings.EVIDENCE_LIMIT // 1024 // 1024
            ),
            413,
        )


def clean_name(name: str) -> str:
    """The last path component without control or direction characters or breaks of a line, at most
    200 characters, ending kept.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    base = "".join(c for c in base if unicodedata.category(c) not in _NEVER)
    base = _EDGES.sub("", base)
    stem, dot, ending = base.rpartition(".")
    if not dot or len(ending) > 10:
        return _EDGES.sub("", base[:200]) or "file"
    return (stem[: 200 - len(ending) - 1].rstrip() or "file") + "." + ending


def add_item(
    folder: Folder, stored: Stored, *, name: str, by: Any, now: datetime, **about: Any
) -> Item:
    """A numbered item in the folder for a stored file, with its first custody row; in the caller's
    transaction. Raises FileRefused where the file is gone again.

    `about`: title, obtained_from, obtained_at, proves, is_original.
    """
    hold(stored)
    Folder.objects.filter(pk=folder.pk).update(items_numbered=F("items_numbered") + 1)
    number = Folder.objects.values_list("items_numbered", flat=True).get(pk=folder.pk)
    file_name = clean_name(name)
    item = Item.objects.create(
        folder=folder,
        number=number,
        file_name=file_name,
        content_type=stored.content_type,
        size=stored.size,
        sha256=stored.sha256,
        received_at=now,
        received_by=by,
        **{**about, "title": about.get("title") or file_name},
    )
    Custody.objects.create(item=item, at=now, by=by, act="received")
    if stored.scan:
        Custody.objects.create(item=item, at=now, by=by, act=stored.scan)
    return item
