"""Taking in a file: bounded, typed by its content, hashed while it is written, stored under its
hash, never half there.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import filetype
from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from evidence.models import Custody, Folder, Item

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
HEAD = 8192  # bytes at the beginning that tell the type


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


def path_of(sha256: str) -> Path:
    """Where a file of this hash lies."""
    return Path(settings.EVIDENCE_DIR) / sha256[:2] / sha256


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


def store(chunks: Iterable[bytes], name: str) -> Stored:
    """Write the chunks to the store.

    Raises FileRefused (empty, too large, type not allowed, disk full); leaves nothing behind then.
    """
    root = Path(settings.EVIDENCE_DIR)
    temporary: str | None = None
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=root, prefix="incoming-")
        with os.fdopen(descriptor, "wb") as handle:
            sha256, size, head = _write(chunks, handle)
        stored = Stored(sha256, size, _allowed_type(head, name))
        target = path_of(sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(temporary, target)
        temporary = None
        return stored
    except OSError as error:
        raise FileRefused(
            _("服务器存储空间不足或不可写，文件没有保存；请稍后再试，并告知管理员"), 507
        ) from error
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def _write(chunks: Iterable[bytes], handle: BinaryIO) -> tuple[str, int, bytes]:
    """Write down to the disk itself; answers hash, size and the beginning, by which the type is
    told. Raises FileRefused as soon as it is too large, or empty at the end.
    """
    size, hasher, head = 0, hashlib.sha256(), b""
    for chunk in chunks:
        size += len(chunk)
        if size > settings.UPLOAD_LIMIT:
            raise FileRefused(
                _("文件超过 {limit} MB，没有保存；请压缩或拆分后再上传").format(
                    limit=settings.UPLOAD_LIMIT // 1024 // 1024
                ),
                413,
            )
        if len(head) < HEAD:
            head += chunk[: HEAD - len(head)]
        hasher.update(chunk)
        handle.write(chunk)
    handle.flush()
    os.fsync(handle.fileno())
    if size == 0:
        raise FileRefused(_("文件是空的（0 字节），没有保存；请重新选择文件"))
    return hasher.hexdigest(), size, head


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
