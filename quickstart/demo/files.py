"""Small evidence files that open: a picture, a page, a recording, a text. Made from bytes, nothing
is installed for it.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable

RATE = 4000  # samples a second


def text(lines: list[str]) -> bytes:
    """A plain text."""
    return ("\n".join(lines) + "\n").encode()


def png(lines: list[str]) -> bytes:
    """A screenshot-like picture, 180 × 240: a bar for each line, as long as its text."""
    width, height = 180, 240
    rows = [bytearray(b"\xf4" * width) for _ in range(height)]
    for y in range(0, 26):
        rows[y][:] = b"\x5a" * width
    for number, line in enumerate(lines[:10]):
        top, length = 40 + number * 19, min(width - 24, 12 + 7 * len(line))
        for y in range(top, top + 7):
            rows[y][12 : 12 + length] = bytes([0x30 + 37 * number % 0x60]) * length
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 6)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    note = b"Description\0" + zlib.crc32(text(lines)).to_bytes(4, "big").hex().encode()
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", head), (b"tEXt", note), (b"IDAT", data), (b"IEND", b""))
    )


def wav(lines: list[str]) -> bytes:
    """A quarter of a second of a soft tone, mono, 8 bit; the pitch comes from the text."""
    pitch = 220 + zlib.crc32(text(lines)) % 440
    samples = bytes(
        int(128 + 24 * math.sin(2 * math.pi * pitch * i / RATE) * math.exp(-i / 400))
        for i in range(RATE // 4)
    )
    head = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, RATE, RATE, 1, 8)
    body = head + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pdf(lines: list[str]) -> bytes:
    """One A4 page of the lines, in the reader's own Chinese font."""
    shown = "".join(
        f"<{line.encode('utf-16-be').hex()}> Tj 0 -24 Td " for line in lines[:28] if line.strip()
    )
    stream = zlib.compress(f"BT /F1 14 Tf 64 770 Td {shown}ET".encode())
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
        b" /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >>"
        b" /FontDescriptor 7 0 R >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]"
        b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    tail += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return bytes(out) + tail


MAKERS: dict[str, Callable[[list[str]], bytes]] = {
    "png": png,
    "wav": wav,
    "pdf": pdf,
    "txt": text,
}
