"""Where the files of an import lie: outside the web root and the database, sealed, because they
hold personal data in clear.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from accounts import vault
from evidence.receive import FileRefused

UPLOAD, REJECTED = "upload", "rejected"
_SETTLED = 3600  # seconds


def _folder() -> Path:
    return Path(settings.IMPORTS_DIR)


def _place(run_id: int, part: str) -> Path:
    return _folder() / f"{run_id}.{part}"


def _context(run_id: int) -> str:
    return f"complaints_importrun|{run_id}"  # as `ImportRun.vault_context`, from below


def new_key(run_id: int) -> bytes:
    """A data key for the files of one run, wrapped."""
    return vault.new_data_key(_context(run_id))


def put(run_id: int, key: bytes, part: str, data: bytes) -> None:
    """Seal and store, wholly or not at all. Raises FileRefused when the disk is full."""
    temporary: str | None = None
    try:
        _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=_folder(), prefix="incoming-")
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(vault.seal_bytes(key, _context(run_id), part, data))
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, _place(run_id, part))
        temporary = None
    except OSError as error:
        raise FileRefused(
            _("服务器存储空间不足或不可写，文件没有保存；请稍后再试，并告知管理员"), 507
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def get(run_id: int, key: bytes, part: str) -> bytes:
    """The clear content. Raises FileRefused when it is gone, VaultError when it was changed."""
    try:
        sealed = _place(run_id, part).read_bytes()
    except FileNotFoundError as error:
        raise FileRefused(_("上传的文件已经清除；请重新上传后再导入"), 404) from error
    return vault.unseal_bytes(key, _context(run_id), part, sealed)


def remove(run_id: int, part: str) -> None:
    """Gone, whether it was there or not."""
    _place(run_id, part).unlink(missing_ok=True)


def kept() -> Iterator[tuple[int, str]]:
    """(run, part) of every file that has been there for an hour: a younger one may belong to a run
    that is not committed yet. What a killed upload left behind is removed on the way.
    """
    for path in sorted(_folder().glob("*")):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime < _SETTLED:
                continue
            run_id, _dot, part = path.name.partition(".")
            if run_id.isdecimal() and part in (UPLOAD, REJECTED):
                yield int(run_id), part
            else:
                path.unlink()
