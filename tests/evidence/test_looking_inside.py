"""The inside of an item: pictures without what they tell beside the picture, parts of a recording,
texts, mails and pages of a PDF, and what is broken on purpose.
"""

from __future__ import annotations

import base64
import contextlib
import io
import struct
import time
import zlib
from datetime import datetime

import openpyxl
import pytest
import typst
from PIL import Image

from evidence import mails, pages, pictures, ranges, tables, texts

SECRET = b"GPS 30.2741 N, device 0042"


# --- pictures


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(orientation: int, order: str = "<") -> bytes:
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0" + mark + struct.pack(f"{order}IH", 8, 1) + entry + b"\0" * 4 + SECRET


SCAN = b"\x12\xff\x00\x34\xff\xd0\x56"
JPEG = (
    b"\xff\xd8"
    + segment(0xE0, b"JFIF\0" + b"\1" * 9)
    + segment(0xE1, exif(6))
    + segment(0xE2, b"ICC_PROFILE\0colours")
    + segment(0xED, b"Photoshop 3.0\0" + SECRET)
    + segment(0xFE, SECRET)
    + segment(0xDB, b"tables")
    + segment(0xDA, b"scan")
    + SCAN
    + b"\xff\xff"
    + segment(0xC4, b"more tables")
    + segment(0xDA, b"scan")
    + SCAN
    + b"\xff\xd9"
)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"tEXt", b"Comment\0" + SECRET)
    + chunk(b"eXIf", SECRET)
    + chunk(b"tRNS", b"\0\0")
    + chunk(b"IDAT", zlib.compress(b"\0\0"))
    + chunk(b"IEND", b"")
)


def riff(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


_CHUNKS = (
    riff(b"VP8X", b"\x2c" + b"\0" * 9)
    + riff(b"VP8 ", b"pixels!")
    + riff(b"EXIF", SECRET)
    + riff(b"XMP ", SECRET)
)
WEBP = b"RIFF" + struct.pack("<I", len(_CHUNKS) + 4) + b"WEBP" + _CHUNKS
GIF = (
    b"GIF89a\1\0\1\0\x80\0\0"
    + b"\0" * 6
    + b"\x21\xfe"
    + bytes([len(SECRET)])
    + SECRET
    + b"\0\x21\xff\x0bNETSCAPE2.0\3\1\0\0\0"
    + b"\x21\xff\x0bXMP DataXMP"
    + bytes([len(SECRET)])
    + SECRET
    + b"\0\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3b"
)


@pytest.mark.parametrize(
    ("kind", "data", "stays"),
    [
        ("jpeg", JPEG, [b"JFIF", b"ICC_PROFILE\0colours", b"tables", b"more tables", SCAN]),
        ("png", PNG, [b"IHDR", b"tRNS", b"IDAT", b"IEND"]),
        ("webp", WEBP, [b"VP8X", b"pixels!"]),
        ("gif", GIF, [b"NETSCAPE2.0", b"\2\2\x44\1\0\x3b"]),
    ],
)
def test_a_preview_tells_nothing_beside_the_picture(
    kind: str, data: bytes, stays: list[bytes]
) -> None:
    shown = pictures.without_metadata(data + b"trailer " + SECRET, f"image/{kind}")
    assert SECRET not in shown
    assert [part for part in stays if part not in shown] == []
    assert pictures.without_metadata(shown, f"image/{kind}") == shown
    for cut in range(len(data) - 1):  # at every byte: a sentence, never a crash
        with pytest.raises(pictures.Unreadable):
            pictures.without_metadata(data[:cut], f"image/{kind}")


@pytest.mark.parametrize("order", "<>")
def test_a_photo_is_turned_as_the_camera_was_held(order: str) -> None:
    turned = b"\xff\xd8" + segment(0xE1, exif(8, order)) + segment(0xDA, b"") + SCAN + b"\xff\xd9"
    shown = pictures.without_metadata(turned, "image/jpeg")
    assert SECRET not in shown
    assert shown[2:].startswith(segment(0xE1, exif(8, ">").removesuffix(SECRET)))


WIDE, HIGH = 50_000, 50_000  # a few bytes that unpack to gigabytes
BOMBS = {
    "jpeg": b"\xff\xd8" + segment(0xC2, struct.pack(">BHH", 8, HIGH, WIDE)) + JPEG[2:],
    "png": PNG[:16] + struct.pack(">II", WIDE, HIGH) + PNG[24:],
    "png that moves": PNG[:33] + chunk(b"fcTL", struct.pack(">III", 0, WIDE, HIGH)) + PNG[33:],
    "gif": GIF[:6] + struct.pack("<HH", WIDE, HIGH) + GIF[10:],
    "gif of one large frame": GIF[:-11] + struct.pack("<HH", WIDE, HIGH) + GIF[-7:],
    "webp": WEBP[:24] + WIDE.to_bytes(3, "little") + HIGH.to_bytes(3, "little") + WEBP[30:],
}


@pytest.mark.parametrize("what", BOMBS)
def test_a_small_picture_that_would_fill_the_memory_is_not_shown(what: str) -> None:
    kind, small = f"image/{what.partition(' ')[0]}", len(BOMBS[what]) < 2000
    with pytest.raises(pictures.Unreadable):
        pictures.without_metadata(BOMBS[what], kind)
    least = BOMBS[what].replace(struct.pack(">H", HIGH), b"\0\1").replace(b"\x50\xc3", b"\1\0")
    assert small
    assert pictures.without_metadata(least, kind)  # it is the size alone


def test_webp_says_no_more_that_it_has_metadata() -> None:
    shown = pictures.without_metadata(WEBP, "image/webp")
    assert shown[20] == 0x20  # transparency kept, Exif and XMP gone
    assert struct.unpack("<I", shown[4:8])[0] == len(shown) - 8


# --- parts of a recording


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", None),
        ("bytes=0-", (0, 99)),
        ("bytes=10-19", (10, 19)),
        ("Bytes = 10-19", (10, 19)),
        ("bytes=90-500", (90, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=-500", (0, 99)),
        ("bytes=5-2", None),
        ("bytes=-", None),
        ("bytes=1-2,4-5", None),
        ("lines=1-2", None),
        ("bytes=" + "9" * 30 + "-", None),
    ],
)
def test_a_player_gets_the_part_that_it_asks_for(header: str, part: tuple[int, int] | None) -> None:
    assert ranges.part_of(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=-0", "bytes=" + "9" * 18 + "-"])
def test_a_part_behind_the_end_is_refused(header: str) -> None:
    with pytest.raises(ranges.NotInside):
        ranges.part_of(header, 100)


def test_pieces_end_where_the_part_ends_and_close_the_file() -> None:
    file = io.BytesIO(bytes(range(100)))
    assert b"".join(ranges.pieces(file, 10, 19)) == bytes(range(10, 20))
    assert file.closed


# --- texts and mails


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_text_is_read_in_every_usual_encoding(encoding: str) -> None:
    assert texts.read(io.BytesIO("通话记录\r\n第二行".encode(encoding))).words == "通话记录\n第二行"


def test_a_text_reads_as_it_is_and_is_bounded() -> None:
    shown = texts.read(io.BytesIO("a\u202eb\0c\x1b[31m\u00a0d".encode()))
    assert shown.words == "a〔U+202E〕b〔U+0000〕c〔U+001B〕[31m d"
    long = texts.read(io.BytesIO("汉".encode() * texts.MOST))
    assert long.cut
    assert set(long.words) == {"汉"}


def mail(*parts: bytes) -> io.BytesIO:
    head = b"From: =?utf-8?b?546L?= <wang@example.org>\nTo: us@example.org\nSubject: refund\n"
    kind = b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
    return io.BytesIO(head + kind + b"".join(b"--x\n" + p + b"\n" for p in parts) + b"--x--\n")


HTML = b"Content-Type: text/html; charset=gb18030\n\n" + (
    "<p>请退款</p><script>alert(1)</script><img src=http://tracker.example/1.gif><b>谢谢</b>"
).encode("gb18030")
ATTACHED = b"Content-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\nabc"


def test_a_mail_becomes_headers_words_and_a_list_of_what_hangs_on_it() -> None:
    shown = mails.read(mail(HTML, ATTACHED))
    assert shown.headers[0] == ("From", "王 <wang@example.org>")
    assert shown.body.words == "请退款\n谢谢"
    assert [(a.name, a.content_type, a.size) for a in shown.attached] == [
        ("a.pdf", "application/pdf", 3)
    ]


def _fields(many: int) -> bytes:
    return b"; ".join(b"a%d=b" % n for n in range(many))


TIRING = {
    "10,000 attachments": b"Content-Type: multipart/mixed; boundary=b\n\n"
    + b"--b\nContent-Type: text/plain\n\nx\n" * 10_000,
    "deep": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(900)
    )
    + b"\n" * 200_000,
    "mails in mails": b"Content-Type: message/rfc822\n\n" * 5_000,
    "lines": b"Subject: a\n\n" + b"\n" * 5_000_000,
    "a header of a megabyte": b"Subject: " + b"=?utf-8?q?a?= " * 80_000 + b"\n\nx",
    "20,000 receivers": b"To: " + b", ".join(b"a%d@b.example" % n for n in range(20_000)) + b"\n\n",
    "fields": b"Content-Type: text/plain; " + _fields(30_000) + b"\n\nx",
    "brackets": b"To: " + b"(" * 50_000 + b"\n\nx",
    "an unknown alphabet": b"Content-Type: text/plain; charset=klingon-\xff\n\n\xff\xfe",
}


@pytest.mark.parametrize("what", TIRING)
def test_a_mail_that_would_tire_the_reader_is_refused_or_read_in_part_at_once(what: str) -> None:
    began = time.process_time()
    with contextlib.suppress(mails.Unreadable):
        found = mails.read(io.BytesIO(TIRING[what]))
        assert sum(len(words) for _name, words in found.headers) <= 5 * 2000
    assert time.process_time() - began < 2


def test_plain_words_of_a_mail_go_before_its_html() -> None:
    plain = b"Content-Type: text/plain; charset=no-such\n\n" + "请退款".encode()
    assert mails.read(mail(HTML, plain)).body.words.strip() == "请退款"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\xff" * 50,
        b"Content-Type: multipart/mixed; boundary=\n\n--\n--\n",
        b'From: \xff\xfe\nSubject: =?x?q?=\nContent-Type: text/plain; charset="\n\nx',
        b"Content-Type: multipart/mixed; boundary=x0\n\n"
        + b"".join(
            b"--x%d\nContent-Type: multipart/mixed; boundary=x%d\n\n" % (n, n + 1)
            for n in range(900)
        ),
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nwords\n" * 5000,
    ],
)
def test_a_broken_mail_is_shown_or_refused_and_never_crashes(data: bytes) -> None:
    with contextlib.suppress(mails.Unreadable):
        assert mails.read(io.BytesIO(data)).body is not None


# --- pages of a PDF


def test_pages_of_a_pdf_become_pictures() -> None:
    pdf = typst.compile(b"#set page(width: 60mm, height: 40mm)\nOne #pagebreak() Two")
    shown = pages.draw(io.BytesIO(pdf), 2)
    assert shown.count == 2
    assert pictures.without_metadata(shown.content, "image/png") == shown.content
    assert struct.unpack(">II", shown.content[16:24])[0] == pages.WIDTH


# 64×48, red with a blue corner, as a telephone writes it (HEVC in HEIF), with a device in its Exif
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAAB4gABAAAAAAAAAFwAAgAAAAACPgABAAAAAAAAAD4AAAA4aWlu"
    "ZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA"
    "/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA"
    "AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAA"
    "AAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAABppcmVmAAAAAAAA"
    "AA5jZHNjAAIAAQABAAAAom1kYXQAAABYKAGvWKFGDof+BCr9jGnV4d1K+6M1ah8+4/YB8DY15+xfGF5RuSSp2WNm"
    "PjR8JgLoUOMukM6sGLolUvTgsqPBePnPLR0LqLzO3xw+Ibz29BWT2XdfXRaL7AAAAAZFeGlmAABNTQAqAAAACAAC"
    "AQ8AAgAAAA0AAAAmARIAAwAAAAEABgAAAAAAAFNFQ1JFVERFVklDRQAA"
)


def scan(pages_of_it: int = 2) -> bytes:
    """A TIFF of an office scanner, the first page lying on its side."""
    first, second = Image.new("RGB", (40, 30), "red"), Image.new("1", (40, 60), 1)
    about, file = Image.Exif(), io.BytesIO()
    about[0x0112], about[0x010E] = 6, SECRET.decode()
    more = [second] * (pages_of_it - 1)
    first.save(file, "TIFF", exif=about, save_all=True, append_images=more)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "page", "size", "count"),
    [(HEIC, 1, (64, 48), 1), (scan(), 1, (30, 40), 2), (scan(), 2, (60, 40), 2)],
)
def test_photos_and_scans_become_pictures_that_stand_upright_and_tell_nothing_else(
    data: bytes, page: int, size: tuple[int, int], count: int
) -> None:
    shown = pages.draw(io.BytesIO(data), page)
    picture = Image.open(io.BytesIO(shown.content))
    assert (picture.size, shown.count, shown.content_type) == (size, count, "image/jpeg")
    assert b"SECRET" not in shown.content
    assert SECRET not in shown.content


def test_a_photo_that_is_cut_or_would_burst_is_refused() -> None:
    bomb = io.BytesIO()
    Image.new("1", (16_000, 16_000)).save(bomb, "TIFF", compression="group4")
    assert len(bomb.getvalue()) < 20_000
    for data in (HEIC[:500], scan()[:60], bomb.getvalue()):
        with pytest.raises(pages.Unreadable):
            pages.draw(io.BytesIO(data), 1)


# --- tables


def test_the_cells_of_a_spreadsheet_stand_where_they_stood() -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    first, second = book.active, book.create_sheet("背面")
    first.title = "付款"
    first.append(["日期", None, "金额"])
    day = datetime(2026, 11, 1)  # noqa: DTZ001 - a spreadsheet knows no zone
    first.append([day, "=1+1", 3999.5])
    second.sheet_state = "hidden"
    for n in range(tables.ROWS + 1):
        second.append([n])
    book.save(file)
    shown = tables.read(io.BytesIO(file.getvalue()), "xlsx")
    assert shown.count == 2
    paid, behind = shown.sheets
    assert paid.rows == [["日期", "", "金额"], ["2026-11-01", "", "3999.5"]]
    assert (paid.cut, paid.hidden, behind.hidden) == (False, False, True)
    assert (behind.cut, len(behind.rows)) == (True, tables.ROWS)


@pytest.mark.parametrize("code", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_a_table_in_every_code(code: str) -> None:
    text = '日期;摘要\r\n2026-11-01;"购买;手机\u202e"\r\n'
    shown = tables.read(io.BytesIO(text.encode(code)), "csv")
    assert shown.sheets[0].rows == [["日期", "摘要"], ["2026-11-01", "购买;手机〔U+202E〕"]]


@pytest.mark.parametrize(("kind", "data"), [("xlsx", b"PK\3\4"), ("csv", b'"' + b"a" * 150_000)])
def test_a_broken_table_is_refused(kind: str, data: bytes) -> None:
    with pytest.raises(tables.Unreadable):
        tables.read(io.BytesIO(data), kind)


@pytest.mark.parametrize("page", [1, 7])
def test_a_broken_pdf_and_a_page_that_is_not_there_are_refused(page: int) -> None:
    pdf = typst.compile(b"One") if page == 7 else b"%PDF-1.7\n" + b"\xff" * 1000
    with pytest.raises(pages.Unreadable):
        pages.draw(io.BytesIO(pdf), page)
