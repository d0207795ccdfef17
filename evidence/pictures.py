"""A picture without what it tells beside the picture: place, device, comments, thumbnails.

Only for the preview; what is kept stays untouched. The pixels are copied as they are, nothing is
decoded, so no picture is too large to be unpacked here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

MOST = 40 * 1024 * 1024  # bytes of a picture that is shown
MOST_PIXELS = 120_000_000  # that a browser has to unpack; cameras reach 108 million


class Unreadable(Exception):
    """It is not whole, or not what its beginning says."""


def without_metadata(data: bytes, content_type: str) -> bytes:
    """The same picture. Raises Unreadable, also for kinds that browsers do not show, and for a
    small file that would fill the memory of whoever looks at it.
    """
    strip = _STRIPPED.get(content_type)
    if strip is None:
        raise Unreadable
    try:
        return strip(data)
    except (IndexError, struct.error, ValueError) as error:
        raise Unreadable from error


def _bound(wide: int, high: int) -> None:
    """Raises Unreadable for more pixels than are shown."""
    if wide * high > MOST_PIXELS:
        raise Unreadable


# --- JPEG: segments, then the scans; whatever hangs behind the end of the picture is cut off


def _jpeg(data: bytes) -> bytes:
    if data[:2] != b"\xff\xd8":
        raise Unreadable
    kept, at, turned = [b"\xff\xd8"], 2, 0
    while True:
        while data[at + 1] == 0xFF:  # any number of these may stand before a marker
            at += 1
        marker, size = _segment(data, at)
        if marker == 0xD9:
            kept.append(b"\xff\xd9")
            break
        segment = data[at : at + size]
        if len(segment) < size:
            raise Unreadable
        turned = turned or _orientation(segment)
        _bound(*_frame(marker, segment))
        end = _end_of_scan(data, at + size) if marker == 0xDA else at + size
        if _is_picture(marker, segment):
            kept.append(data[at:end])
        at = end
    if turned > 1:
        kept.insert(1, _turn(turned))
    return b"".join(kept)


def _frame(marker: int, segment: bytes) -> tuple[int, int]:
    """Height and width, where the segment says them."""
    is_frame = 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)
    return struct.unpack_from(">HH", segment, 5) if is_frame else (0, 0)


def _segment(data: bytes, at: int) -> tuple[int, int]:
    """(marker, bytes of the segment with its marker)."""
    if data[at] != 0xFF:
        raise Unreadable
    marker = data[at + 1]
    if marker == 0xD9 or 0xD0 <= marker <= 0xD7:
        return marker, 2
    size: int = struct.unpack_from(">H", data, at + 2)[0]
    if size < 2:
        raise Unreadable
    return marker, size + 2


def _is_picture(marker: int, segment: bytes) -> bool:
    """Not a comment, and of the application's segments only those that change the colours."""
    if marker == 0xFE:
        return False
    if not 0xE0 <= marker <= 0xEF:
        return True
    return marker == 0xEE or segment[4:].startswith((b"JFIF\0", b"ICC_PROFILE\0"))


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the next marker stands that is neither stuffing nor a restart. Raises Unreadable."""
    while (at := data.find(b"\xff", at)) >= 0:
        following = data[at + 1]
        if following not in (0x00, 0xFF) and not 0xD0 <= following <= 0xD7:
            return at
        at += 1 if following == 0xFF else 2
    raise Unreadable


def _orientation(segment: bytes) -> int:
    """How the camera was held (1 to 8), 0 where this segment does not say."""
    if segment[1] != 0xE1 or not segment[4:].startswith(b"Exif\0\0"):
        return 0
    tiff = segment[10:]
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 0
    try:
        start: int = struct.unpack_from(f"{order}I", tiff, 4)[0]
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for n in range(min(count, 200)):
            tag, _kind, _many, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * n)
            if tag == 0x0112:
                return int(value) if 1 <= value <= 8 else 0
    except struct.error:
        return 0
    return 0


def _turn(orientation: int) -> bytes:
    """A segment that says how to turn the picture, and nothing else."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


# --- PNG: chunks with names; small letters are beside the picture

_PNG_KEPT = {b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs"}
_PNG_MOVES = {b"acTL", b"fcTL", b"fdAT"}


def _png(data: bytes) -> bytes:
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise Unreadable
    kept, at = [data[:8]], 8
    while True:
        size, name = struct.unpack_from(">I4s", data, at)
        chunk = data[at : at + size + 12]
        if len(chunk) < size + 12:
            raise Unreadable
        if name in (b"IHDR", b"fcTL"):
            _bound(*struct.unpack_from(">II", chunk, 8 if name == b"IHDR" else 12))
        if not name[0] & 0x20 or name in _PNG_KEPT or name in _PNG_MOVES:
            kept.append(chunk)
        at += size + 12
        if name == b"IEND":
            return b"".join(kept)


# --- WebP: a RIFF of chunks; the first one says which others there are


def _webp(data: bytes) -> bytes:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise Unreadable
    end = struct.unpack_from("<I", data, 4)[0] + 8
    if len(data) < end:
        raise Unreadable
    kept = b"".join(_webp_chunks(data[:end]))
    return b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WEBP" + kept


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    at = 12
    while at < len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        chunk = data[at : at + 8 + size + size % 2]
        if len(chunk) < 8 + size:
            raise Unreadable
        at += len(chunk)
        if name in _WEBP_SIZES:
            _bound(*_WEBP_SIZES[name](chunk))
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~0x0C]) + chunk[9:]  # no Exif, no XMP
        if name in (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"):
            yield chunk


def _number(data: bytes, bits: int) -> int:
    """The lowest bits, the first byte being the lowest."""
    return int.from_bytes(data, "little") & ((1 << bits) - 1)


_WEBP_SIZES: dict[bytes, Callable[[bytes], tuple[int, int]]] = {
    b"VP8X": lambda c: (_number(c[12:15], 24) + 1, _number(c[15:18], 24) + 1),
    b"VP8 ": lambda c: (_number(c[14:16], 14), _number(c[16:18], 14)),
    b"VP8L": lambda c: (_number(c[9:12], 14) + 1, (_number(c[9:13], 28) >> 14) + 1),
}


# --- GIF: blocks


def _gif(data: bytes) -> bytes:
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        raise Unreadable
    _bound(*struct.unpack_from("<HH", data, 6))
    at = 13 + _table(data[10])
    kept = [data[:at]]
    while data[at] != 0x3B:
        start = at
        at = _gif_block(data, at)
        label = data[start + 1]
        application = data[start + 3 : start + 14]
        moves = label == 0xFF and application in (b"NETSCAPE2.0", b"ANIMEXTS1.0")
        if data[start] == 0x2C or label == 0xF9 or moves:
            kept.append(data[start:at])
    return b"".join([*kept, b"\x3b"])


def _table(packed: int) -> int:
    """Bytes of a table of colours."""
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


def _gif_block(data: bytes, at: int) -> int:
    """Where the block ends that begins here. Raises Unreadable."""
    if data[at] == 0x2C:
        _bound(*struct.unpack_from("<HH", data, at + 5))
        at += 10 + _table(data[at + 9]) + 1
    elif data[at] == 0x21:
        at += 2
    else:
        raise Unreadable
    while data[at]:
        at += data[at] + 1
    return at + 1


_STRIPPED: dict[str, Callable[[bytes], bytes]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "image/gif": _gif,
}
