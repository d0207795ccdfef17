"""Pages of a PDF, and pictures that no browser shows (photos of telephones in HEIC, scans in TIFF),
as pictures that it does, drawn by a process of its own (`apart`).

This module is also that program (`python -m evidence.pages PAGE`, the file on standard input): it
imports no Django.
"""

from __future__ import annotations

import io
import struct
import sys
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO

from evidence import apart
from evidence.apart import Unreadable

__all__ = ["Page", "Unreadable", "draw"]

WIDTH = 1200  # pixels
PHOTO_WIDTH = 2000  # pixels of the longer side of a photo: small print on it stays readable
MOST_PIXELS = 6_000_000
PHOTO_PIXELS = 120_000_000  # of a photo before it is made smaller; cameras reach 108 million


@dataclass(frozen=True)
class Page:
    """One page as PNG or JPEG (empty when pages were only counted), and how many there are."""

    content: bytes
    count: int

    @property
    def content_type(self) -> str:
        """What it is to a browser."""
        return "image/png" if self.content.startswith(b"\x89PNG") else "image/jpeg"


def draw(file: BinaryIO, page: int) -> Page:
    """The page (1 is the first) of a PDF, a photo or a scan; 0 counts the pages only. Raises
    Unreadable, also for a page that is not there.
    """
    head, _line, content = apart.run("pages", str(int(page)), file).partition(b"\n")
    if not head.isdigit():
        raise Unreadable
    return Page(content, int(head))


# --- the other process


def main(page: int) -> None:
    """Write the number of pages in one line, then the page as a picture."""
    file = sys.stdin.buffer
    is_pdf = b"%PDF" in file.read(1024)
    file.seek(0)
    count, content = _of_pdf(file, page) if is_pdf else _of_photo(file, page)
    sys.stdout.buffer.write(b"%d\n" % count + content)


def _of_pdf(file: BinaryIO, page: int) -> tuple[int, bytes]:
    import pypdfium2

    apart.bound()
    pdf = pypdfium2.PdfDocument(file)
    return len(pdf), _png(pdf[page - 1]) if page else b""


def _of_photo(file: BinaryIO, page: int) -> tuple[int, bytes]:
    """Upright, in its colours, and without what it tells beside the picture."""
    import pi_heif
    from PIL import Image, ImageOps

    pi_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = PHOTO_PIXELS // 2  # Pillow refuses what has twice as many
    apart.bound()
    photo = Image.open(file, formats=("HEIF", "TIFF", "BMP"))
    count: int = getattr(photo, "n_frames", 1)
    if not page:
        return count, b""
    photo.seek(page - 1)
    upright = ImageOps.exif_transpose(photo)
    upright.thumbnail((PHOTO_WIDTH, PHOTO_WIDTH))
    shown = _on_white(upright)
    written = io.BytesIO()
    shown.save(written, "JPEG", quality=88, icc_profile=shown.info.pop("icc_profile", None))
    return count, written.getvalue()


def _on_white(photo: Any) -> Any:
    """Without transparency, which JPEG does not know."""
    from PIL import Image

    colours = photo.info.get("icc_profile") if photo.mode == "RGB" else None
    solid = photo.convert("RGBA")
    shown = Image.new("RGB", solid.size, "white")
    shown.paste(solid, mask=solid)
    shown.info["icc_profile"] = colours
    return shown


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
