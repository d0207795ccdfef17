"""Django's upload handlers: a large file of a form goes straight into the store's incoming file,
hashed while it arrives; no second copy is written, and memory stays flat.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    MemoryFileUploadHandler,
    StopUpload,
)

from evidence.errors import FileRefused
from evidence.receive import check_size, no_room_is_said
from evidence.store import Incoming, store

PIECE = 1024 * 1024  # bytes that are handed on at once; gunicorn receives as many in one call
PATIENCE = 2  # so many times the limit is read of a file that is refused, to answer with words


class Small(MemoryFileUploadHandler):
    """What fits into memory (FILE_UPLOAD_MAX_MEMORY_SIZE) is written once, when it is kept."""

    chunk_size = PIECE


class StreamedFile(UploadedFile):  # type: ignore[type-arg]
    """A file of a form that lies in the store's incoming file, or the reason why it does not.

    Reading one that could not be taken raises FileRefused.
    """

    def __init__(
        self, incoming: Incoming | None, refusal: FileRefused | None, **about: Any
    ) -> None:
        super().__init__(file=incoming.file if incoming else io.BytesIO(), **about)
        self.incoming, self.refusal = incoming, refusal

    def check(self) -> None:
        """Raises FileRefused when the file could not be taken."""
        if self.refusal is not None:
            raise self.refusal

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        self.check()
        return cast("Iterator[bytes]", super().chunks(chunk_size or PIECE))

    def read(self, *size: int) -> bytes:
        self.check()
        return cast("BinaryIO", self.file).read(*size)

    def close(self) -> None:
        if self.incoming is not None:
            self.incoming.discard()


class IntoStore(FileUploadHandler):
    """Receives every file that does not fit into memory. Nobody who is not signed in sends one."""

    chunk_size = PIECE
    incoming: Incoming | None = None
    refusal: FileRefused | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if not getattr(getattr(self.request, "user", None), "is_authenticated", False):
            raise StopUpload(connection_reset=True)
        self.refusal, self.came = None, 0
        self._attempt(self._begin)

    def _begin(self) -> None:
        self.incoming = store().incoming()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.came += len(raw_data)
        if self.refusal is None:
            self._attempt(lambda: self._write(raw_data))
        elif self.came > PATIENCE * settings.EVIDENCE_LIMIT:
            raise StopUpload(connection_reset=True)

    def _write(self, chunk: bytes) -> None:
        assert self.incoming is not None  # noqa: S101 - new_file made it, or there is a refusal
        check_size(self.incoming.size + len(chunk))
        self.incoming.write(chunk)

    def _attempt(self, work: Any) -> None:
        """What is refused is refused where the form is read, with the page around it."""
        try:
            with no_room_is_said():
                work()
        except FileRefused as refusal:
            self.refusal = refusal
            self._drop()

    def file_complete(self, file_size: int) -> StreamedFile:
        incoming, self.incoming = self.incoming, None
        return StreamedFile(
            incoming,
            self.refusal,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        self._drop()

    def _drop(self) -> None:
        if self.incoming is not None:
            self.incoming.discard()
            self.incoming = None


def content_of(file: Any) -> Iterable[bytes] | Incoming:
    """What an action takes in for a file of a form. Raises FileRefused."""
    if isinstance(file, StreamedFile):
        file.check()
        if file.incoming is not None:
            return file.incoming
    return cast("Iterable[bytes]", file.chunks())
