"""Pages of a PDF as pictures, drawn by a process of its own: whatever a file does to the program
that reads it, it does to that process, which has little memory, little time and nothing to lose.

This module is also that program (`python -m evidence.pages PAGE`, the PDF on standard input): it
imports no Django.
"""

from __future__ import annotations

import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

WIDTH = 1200  # pixels
MOST_PIXELS = 6_000_000
MEMORY = 1024 * 1024 * 1024  # bytes
SECONDS = 15
_ROOT = Path(__file__).resolve().parent.parent


class Unreadable(Exception):
    """Damaged, locked with a password, or more than the process may take; also: no such page."""


@dataclass(frozen=True)
class Page:
    """One page as PNG, and how many there are."""

    png: bytes
    count: int


def draw(file: BinaryIO, page: int) -> Page:
    """The page (1 is the first) of a PDF; 0 counts the pages only. Raises Unreadable."""
    with file, _on_disk(file) as pdf:
        try:
            done = subprocess.run(  # noqa: S603 - our own module, a number
                [sys.executable, "-m", "evidence.pages", str(int(page))],
                stdin=pdf,
                capture_output=True,
                cwd=_ROOT,
                timeout=2 * SECONDS,
                check=True,
                env={"PYTHONDONTWRITEBYTECODE": "1"},
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise Unreadable from error
    head, _line, png = done.stdout.partition(b"\n")
    if not head.isdigit():
        raise Unreadable
    return Page(png, int(head))


def _on_disk(file: BinaryIO) -> BinaryIO:
    """A file that another process can read and seek in: itself, or else a copy."""
    try:
        file.fileno()
    except (OSError, AttributeError):
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        return copy
    return file


# --- the other process


def main(page: int) -> None:
    """Write the number of pages in one line, then the page as PNG."""
    import pypdfium2

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    pdf = pypdfium2.PdfDocument(sys.stdin.buffer)
    png = _png(pdf[page - 1]) if page else b""
    sys.stdout.buffer.write(b"%d\n" % len(pdf) + png)


def _png(page: Any) -> bytes:
    wide, high = page.get_size()
    scale = min(WIDTH / max(wide, 1), (MOST_PIXELS / max(wide * high, 1)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True)
    rows = bytes(bitmap.buffer)
    length = bitmap.width * bitmap.n_channels
    plain = b"".join(
        b"\0" + rows[start : start + length]
        for start in range(0, bitmap.stride * bitmap.height, bitmap.stride)
    )
    colour = {1: 0, 3: 2, 4: 6}[bitmap.n_channels]
    size = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", size)
        + _chunk(b"IDAT", zlib.compress(plain, 3))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


if __name__ == "__main__":
    main(int(sys.argv[1]))
