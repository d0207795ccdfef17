"""Taking in a file: bounded, typed by its content, hashed while it is written, kept under its hash,
never half there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import filetype
from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from evidence.models import Custody, Folder, Item
from evidence.store import Incoming, store

# What a case file may contain: content type → file endings. Anything that a browser could run is
# not on the list.
ALLOWED_TYPES: dict[str, tuple[str, ...]] = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/heic": ("heic",),
    "application/pdf": ("pdf",),
    "audio/mpeg": ("mp3",),
    "audio/x-wav": ("wav",),
    "audio/m4a": ("m4a",),
    "audio/mp4": ("m4a", "mp4"),
    "audio/amr": ("amr",),
    "audio/ogg": ("ogg",),
    "video/mp4": ("mp4",),
    "video/quicktime": ("mov",),
    "application/zip": ("zip",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/msword": ("doc",),
    "application/vnd.ms-excel": ("xls",),
    "text/plain": ("txt", "log", "csv", "md"),
    "message/rfc822": ("eml",),
}


class FileRefused(Exception):
    """The file cannot be taken; the message says why and what to do.

    `status` is the HTTP status that fits.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


@dataclass(frozen=True)
class Stored:
    """A file that lies in the store: its SHA-256 (hex), size in bytes and content type."""

    sha256: str
    size: int
    content_type: str


def _content_type(head: bytes, name: str) -> str:
    ending = name.rpartition(".")[2].lower()
    kind = filetype.guess(head)
    if kind is not None:
        return str(kind.mime)
    if b"\0" in head:
        return "application/octet-stream"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # not just a character cut in half
            try:
                head.decode("gb18030")
            except UnicodeDecodeError:
                return "application/octet-stream"
    start = head.lstrip()[:200].lower()
    if ending in {"htm", "html", "svg", "xml", "xhtml", "js"} or start.startswith(
        (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script")
    ):
        return "text/html"
    return "message/rfc822" if ending == "eml" else "text/plain"


def take(chunks: Iterable[bytes], name: str) -> Stored:
    """Put the chunks into the store, in one write.

    Raises FileRefused (empty, too large, type not allowed, disk full); leaves nothing behind then.
    """
    with no_room_is_said(), store().incoming() as incoming:
        for chunk in chunks:
            check_size(incoming.size + len(chunk))
            incoming.write(chunk)
        return keep(incoming, name)


def keep(incoming: Incoming, name: str) -> Stored:
    """A received file is looked at and kept. Raises FileRefused, OSError."""
    if incoming.size == 0:
        raise FileRefused(_("文件是空的（0 字节），没有保存；请重新选择文件"))
    content_type = _allowed_type(incoming.head, name)
    return Stored(store().keep(incoming), incoming.size, content_type)


@contextmanager
def no_room_is_said() -> Iterator[None]:
    """A disk that is full or away becomes a sentence. Raises FileRefused."""
    try:
        yield
    except OSError as error:
        raise FileRefused(
            _("服务器存储空间不足或不可写，文件没有保存；请稍后再试，并告知管理员"), 507
        ) from error


def check_size(size: int) -> None:
    """Raises FileRefused for more bytes than a file may have."""
    if size > settings.UPLOAD_LIMIT:
        raise FileRefused(
            _("文件超过 {limit} MB，没有保存；请压缩或拆分后再上传").format(
                limit=settings.UPLOAD_LIMIT // 1024 // 1024
            ),
            413,
        )


def _allowed_type(head: bytes, name: str) -> str:
    """The content type. Raises FileRefused for one that is not on the list."""
    content_type = _content_type(head, name)
    if content_type not in ALLOWED_TYPES:
        raise FileRefused(
            _(
                "不能接收这种类型的文件（{type}）；"
                "可以上传图片、录音、录像、PDF、Office 文档、文本或 zip"
            ).format(type=content_type),
            415,
        )
    return content_type


def clean_name(name: str) -> str:
    """The last path component without control or direction characters, at most 200 characters,
    ending kept.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    base = "".join(c for c in base if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, ending = base.rpartition(".")
    if not dot or len(ending) > 10:
        return base[:200] or "file"
    return (stem[: 200 - len(ending) - 1] or "file") + "." + ending


def add_item(
    folder: Folder, stored: Stored, *, name: str, by: Any, now: datetime, **about: Any
) -> Item:
    """A numbered item in the folder for a stored file, with its first custody row; in the caller's
    transaction.

    `about`: title, obtained_from, obtained_at, proves, is_original.
    """
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
    return item
