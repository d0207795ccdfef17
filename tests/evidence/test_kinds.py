"""What a file is: by content and name together; lies, bombs and two things in one are refused."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from evidence import archives, kinds
from evidence.errors import FileRefused
from evidence.receive import clean_name
from evidence.store import Incoming

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def zipped(entries: dict[str, bytes], comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
        archive.comment = comment
    return buffer.getvalue()


def record(count: int, length: int, offset: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, length, offset, 0)


def two_directories(entries: int) -> bytes:
    """An end record of one small list, and a zip64 record beside it, which names a huge one."""
    local = b"PK\x03\x04" + b"\0" * 26
    entry = b"PK\x01\x02" + b"\0" * 24 + struct.pack("<H", 1) + b"\0" * 16 + b"a"
    large, place = entry * entries, len(local) + len(entry) * entries
    sizes = (entries, entries, len(large), len(local))
    end = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, *sizes)
    end += struct.pack("<4sLQL", b"PK\x06\x07", 0, place, 1)
    return local + large + end + record(1, 47, len(local))


def crowded(entries: int) -> bytes:
    """A list of so many entries whose record claims one."""
    local = b"PK\x03\x04" + b"\0" * 26
    entry = b"PK\x01\x02" + b"\0" * 42
    return local + entry * entries + record(1, 46 * entries, len(local))


def overlapping(entries: int) -> bytes:
    """Every entry is the same packed megabyte (as D. Fifield's zip does it)."""
    whole = zipped({"a": os.urandom(100_000)})
    start = whole.index(b"PK\x01\x02")
    end = whole.rindex(b"PK\x05\x06")
    entry = whole[start:end]
    return whole[:start] + entry * entries + record(entries, len(entry) * entries, start)


def nested(depth: int) -> bytes:
    """A zip in a zip in a zip …"""
    inner = zipped({"a.txt": b"x"})
    for _ in range(depth):
        inner = zipped({"inside.zip": inner})
    return inner


def kind_of(tmp_path: Path, content: bytes, name: str) -> str:
    with Incoming(tmp_path) as incoming:
        incoming.write(content)
        return kinds.of_file(incoming, clean_name(name))


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("截图.PNG", PNG, "image/png"),
        ("合同.pdf", PDF, "application/pdf"),
        ("没有扩展名", PDF, "application/pdf"),
        ("通话 2026.11", "文字".encode(), "text/plain"),
        ("记事本.txt", "订单\r\n".encode("utf-16"), "text/plain"),
        ("长.csv", b"\xfe\xff" + ("订单" * 9000).encode("utf-16-be"), "text/plain"),
        ("扫描.tif", b"II*\0\x08\0\0\0\0\0", "image/tiff"),
        ("宝马.txt", "BMW 车主来电".encode("gb18030"), "text/plain"),
        ("图.bmp", b"BM\x46\0\0\0\0\0\0\0" + b"\0" * 60, "image/bmp"),
        ("外呼.mp3", b"\xff\xe3\x18\xc4" + b"\0" * 60, "audio/mpeg"),
        ("通话.amr", b"#!AMR-WB\n" + b"\x24\xff" * 90, "audio/amr"),
        ("录屏.webm", b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm" + b"\0" * 32, "video/webm"),
        ("旧.doc", OLE, "application/msword"),
        ("旧.xls", OLE, "application/vnd.ms-excel"),
        ("邮件.eml", b"From: a@example.com\n\nhello", "message/rfc822"),
        ("a.zip", zipped({"../../etc/passwd": b"x"}), "application/zip"),
        ("a.zip", zipped({"a.txt": b"x"}, b"a comment"), "application/zip"),
        ("a.zip", nested(3), "application/zip"),
        ("a.zip", zipped({"b.zip": b"PK no zip", "c.zip": b""}), "application/zip"),
        (
            "报价.xlsx",
            zipped({"docProps/app.xml": b"<a/>", "xl/workbook.xml": b"<a/>"}),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_content_and_name_agree(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    assert kind_of(tmp_path, content, name) == kind


def bomb() -> bytes:
    """120 MB of zeros in some 120 KB."""
    return zipped({"zeros": bytes(120 * 1024 * 1024)})


def claiming(entries: int) -> bytes:
    """An end record that claims so many entries."""
    return (
        b"PK\x03\x04"
        + b"\0" * 60
        + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, 46 * entries, 4, 0)
    )


def sheet(entry: dict[str, bytes]) -> bytes:
    return zipped({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>", **entry})


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("图.png", PDF, "内容却是 application/pdf"),
        ("发票.pdf", PNG, "内容却是 image/png"),
        ("发票.pdf", b"MZ\x90\0\3\0", "不能接收这种类型"),
        ("发票.pdf", b"<html><script>alert(1)</script>", "不能接收这种类型"),
        ("发票.txt", "<html><script>".encode("utf-16"), "不能接收这种类型"),
        ("发票.txt", b"\xff\xfe" + b"\0\0MZ" * 90, "不能接收这种类型"),
        ("\u202egnp.exe", PNG, "以“.exe”结尾"),
        ("a.png.exe", PNG, "以“.exe”结尾"),
        ("a.bat", b"del *", "以“.bat”结尾"),
        ("a.png", PNG + b"<script>alert(1)</script>", "藏着另一种文件"),
        ("a.pdf", PDF + zipped({"a.exe": b"MZ"}), "藏着另一种文件"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + zipped({"a.txt": b"x"}, b"tail"), "藏着另一种文件"),
        ("a.docx", zipped({"a.txt": b"x"}), "内容却是 application/zip"),
        ("a.zip", zipped({"a.txt": b"x" * 9000})[:-30], "不完整"),
        ("a.zip", b"PK\x03\x04" + b"\0" * 60, "不完整"),
        ("a.zip", claiming(30_000), "压缩炸弹"),
        ("a.zip", two_directories(300_000), "不完整"),
        ("a.zip", two_directories(100), "不完整"),
        ("a.zip", crowded(100_000), "压缩炸弹"),
        ("a.zip", crowded(100), "不完整"),
        ("a.zip", overlapping(5), "压缩炸弹"),
        ("a.zip", nested(6), "压缩炸弹"),
        ("a.zip", zipped({"b.zip": zipped({"c.zip": bomb()})}), "压缩炸弹"),
        ("a.docx", sheet({"word/media/a": bytes(110 * 1024 * 1024)}), "压缩炸弹"),
        ("a.docx", OLE, "去掉密码"),
        ("a.gif", b"GIF89a" + zipped({"a.txt": b"x"}), "藏着另一种文件"),
        ("a.gif", b"GIF89a=1;<script>alert(1)</script>", "藏着另一种文件"),
        ("a.jpg", b"\xff\xd8\xff\xfe\0\x20<html><body>", "藏着另一种文件"),
        ("a.svg", b"\xef\xbb\xbf\n<svg onload='alert(1)'>", "不能接收这种类型"),
        ("a.wav", b"RIFF\xff\xff\xff\xffAVI LIST", "内容却是|不能接收这种类型"),
        ("a.js", b"alert(1)", "以“.js”结尾|不能接收这种类型"),
    ],
)
def test_what_lies_or_is_two_things_is_refused_with_a_sentence(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(FileRefused, match=says) as refused:
        kind_of(tmp_path, content, name)
    assert refused.value.status == 415


def test_a_bomb_is_refused_by_what_it_claims_and_never_unpacked(tmp_path: Path) -> None:
    content = bomb()
    assert len(content) < 1024 * 1024
    with pytest.raises(FileRefused, match="压缩炸弹"):
        kind_of(tmp_path, content, "a.zip")


def test_the_contents_of_a_zip_are_listed_within_bounds() -> None:
    many = zipped({f"{n}.txt": b"xy" for n in range(archives.SHOWN + 5)})
    found = archives.listing(io.BytesIO(many), len(many))
    assert (found.count, len(found.entries)) == (archives.SHOWN + 5, archives.SHOWN)
    assert (found.entries[0], found.unpacked) == (("0.txt", 2), 2 * found.count)


def test_a_zip_cut_anywhere_is_never_a_crash() -> None:
    whole = zipped({"a.txt": b"x" * 500, "b/c.txt": b"y"})
    for end in range(len(whole)):
        with pytest.raises((archives.Damaged, archives.TooMuch)):
            archives.listing(io.BytesIO(whole[:end]), end)


def test_a_list_of_entries_is_read_within_its_bounds_of_memory_and_time() -> None:
    for made in (two_directories(300_000), crowded(170_000)):
        tracemalloc.start()
        with pytest.raises((archives.TooMuch, archives.Damaged)):
            archives.listing(io.BytesIO(made), len(made))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 20 * 1024 * 1024


def test_a_large_zip_says_its_numbers_in_the_field_for_them() -> None:
    whole = bytearray(zipped({"a.txt": b"x" * 500}))
    start = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    size = struct.unpack_from("<L", whole, start + 24)[0]
    struct.pack_into("<L", whole, start + 24, 0xFFFFFFFF)
    struct.pack_into("<H", whole, start + 30, 12)
    extra = struct.pack("<2HQ", 1, 8, size)
    length = end - start + 12
    made = bytes(whole[:end]) + extra + record(1, length, start)
    assert archives.listing(io.BytesIO(made), len(made)).unpacked == 500
    cut = made.replace(extra, struct.pack("<2HQ", 1, 4, size))
    with pytest.raises(archives.Damaged):
        archives.listing(io.BytesIO(cut), len(cut))
