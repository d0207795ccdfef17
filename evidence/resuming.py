"""A large file in pieces: begun, sent on from where it stopped, whole in the end.

How much has come is the length of the incoming file itself, so that nothing is lost or counted
twice whenever the network, the browser or the server ends.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from django.http import UnreadablePostError
from django.utils.translation import gettext as _

from evidence import kinds
from evidence.errors import FileRefused
from evidence.models import Upload
from evidence.receive import check_size, clean_name, no_room_is_said
from evidence.store import HEAD, LEFT_OVER, Incoming, store

PIECE = 32 * 1024 * 1024  # bytes that the page sends at once; what arrives of them counts
READ = 1024 * 1024  # bytes in memory at once; gunicorn receives as many in one call
MOST_OPEN = 200  # unfinished uploads of one person
SPARE = 64 * 1024 * 1024  # bytes that stay free on the disk


class Elsewhere(FileRefused):
    """The piece does not begin where the file ends: `received` says where it does."""

    def __init__(self, message: str, received: int) -> None:
        super().__init__(message, 409)
        self.received = received


def begin(about: str, name: str, size: int, mark: str, by: Any, now: datetime) -> Upload:
    """An upload, or the person's own unfinished one of the same file (name, size and mark).

    Raises FileRefused: empty, too large, not on the list of types, no room, too many unfinished.
    """
    name = clean_name(name)
    if size <= 0:
        raise FileRefused(_("文件是空的（0 字节），没有保存；请重新选择文件"))
    check_size(size)
    kinds.check_name(name)
    own = Upload.objects.filter(by=by, item=None)
    if mark:
        same = own.filter(about=about, name=name, size=size, mark=mark)
        if (found := same.order_by("-started_at").first()) is not None:
            return found
    if own.count() >= MOST_OPEN:
        raise FileRefused(_("您有太多没有传完的文件；请先传完或取消，再开始新的"))
    _check_room(size)
    return Upload.objects.create(
        about=about, name=name, size=size, mark=mark, by=by, started_at=now
    )


def _check_room(size: int) -> None:
    """Raises FileRefused before a large file is sent for which there is no room."""
    with no_room_is_said():
        folder = store().folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(folder).free < size + SPARE:
            raise OSError


@contextmanager
def taken_up(upload: Upload) -> Iterator[Incoming]:
    """The incoming file of an upload, for one at a time. Raises FileRefused."""
    try:
        incoming = store().incoming(upload.pk.hex)
    except BlockingIOError as error:
        words = _("这个文件正在另一个窗口上传；请稍候，或关闭那个窗口")
        raise FileRefused(words, 409) from error
    except OSError as error:
        with no_room_is_said():
            raise error
    with incoming:
        yield incoming


def received(upload: Upload) -> int:
    """How many bytes have come."""
    path = store().incoming_path(upload.pk.hex)
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def append(upload: Upload, offset: int, stream: BinaryIO) -> int:
    """Take the next piece; answers how many bytes have come now. What came before the network ended
    stays. Raises FileRefused: also as soon as the beginning shows a type that is not taken.
    """
    with taken_up(upload) as incoming, no_room_is_said():
        if offset != incoming.size:
            words = _("这一段应从第 {place} 字节开始；请先查询已收到多少，再从那里继续")
            raise Elsewhere(words.format(place=incoming.size), incoming.size)
        checked = incoming.size >= HEAD
        for piece in _pieces(stream):
            if incoming.size + len(piece) > upload.size:
                raise FileRefused(_("收到的内容比说明的大小多；请重新选择文件再上传"), 413)
            incoming.write(piece)
            if not checked and incoming.size >= min(HEAD, upload.size):
                _check_head(incoming, upload.name)
                checked = True
        return incoming.size


def _check_head(incoming: Incoming, name: str) -> None:
    try:
        kinds.by_head(incoming.head, name)
    except FileRefused:
        incoming.discard()
        raise


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """What comes, until the end or until the sender is gone."""
    with contextlib.suppress(UnreadablePostError):
        while piece := stream.read(READ):
            yield piece


def check_whole(upload: Upload, incoming: Incoming) -> None:
    """Raises Elsewhere for a file of which not everything came."""
    if incoming.size != upload.size:
        words = _("文件还没有传完（收到 {received} / {size} 字节）；请继续上传后再提交")
        raise Elsewhere(words.format(received=incoming.size, size=upload.size), incoming.size)


def cancel(upload: Upload) -> None:
    """Nothing is left of it, unless it became evidence."""
    with taken_up(upload) as incoming:
        incoming.discard()
    if upload.item_id is None:
        upload.delete()


def forget(about: str) -> None:
    """Nothing is left of what came in pieces for this, finished or not."""
    for upload in Upload.objects.filter(about=about):
        store().incoming_path(upload.pk.hex).unlink(missing_ok=True)
        upload.delete()


def sweep(now: datetime) -> int:
    """Forget uploads that nobody sent on for a day, and finished ones; answers how many files."""
    removed, oldest = 0, now - timedelta(seconds=LEFT_OVER)
    for upload in Upload.objects.filter(started_at__lt=oldest)[:1000]:
        came = _last_written(upload)
        if upload.item_id is None and came > oldest.timestamp():
            continue
        with contextlib.suppress(FileRefused), taken_up(upload) as incoming:
            incoming.discard()  # nobody is just making evidence of it: we have it
            upload.delete()
            removed += came > 0
    return removed


def _last_written(upload: Upload) -> float:
    """When the last piece came, in seconds; 0 where nothing is there."""
    try:
        return store().incoming_path(upload.pk.hex).stat().st_mtime
    except FileNotFoundError:
        return 0
