"""Files: hashed, typed by content, bounded, and never half there."""

import errno
import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from complaints.actions import evidence
from complaints.errors import NotAllowed
from complaints.models import Complaint
from evidence import store as store_module
from evidence.models import Custody, Item
from evidence.receive import FileRefused, clean_name
from evidence.store import store
from tests import factories as f
from tests.cast import Cast

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, settings: object) -> Path:
    settings.EVIDENCE_DIR = tmp_path / "evidence"  # type: ignore[attr-defined]
    return tmp_path / "evidence"


def files(store: Path) -> list[Path]:
    return [p for p in store.rglob("*") if p.is_file()] if store.exists() else []


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", PNG, "image/png"),
        ("a.pdf", PDF, "application/pdf"),
        ("a.txt", "通话记录".encode(), "text/plain"),
        ("a.txt", "通话记录，很长".encode("gb18030"), "text/plain"),
        ("mail.eml", b"From: a@example.com\n\nhello", "message/rfc822"),
        ("通话 2026.11", "无扩展名".encode(), "text/plain"),
    ],
)
def test_a_file_is_taken_with_its_hash_and_the_type_of_its_content(
    cast: Cast, own_store: Path, name: str, content: bytes, kind: str
) -> None:
    complaint = f.investigating(cast)
    item = evidence.add(
        complaint.number, [content[:5], content[5:]], name, {"title": "材料"}, by=cast.agent
    )
    assert (item.number, item.content_type, item.size, item.sha256) == (
        1,
        kind,
        len(content),
        hashlib.sha256(content).hexdigest(),
    )
    with store().open(item.sha256) as file:
        assert file.read() == content
    assert Custody.objects.get(item=item).act == "received"


def _archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        z.writestr("a.txt", "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("a.txt", b"", 400),
        ("a.html", b"<html><script>alert(1)</script>", 415),
        ("a.txt", b"  <!DOCTYPE html><p>", 415),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
        ("a.exe", b"MZ" + b"\0" * 100, 415),
        ("a.bin", b"\x7fELF\0\xff\xfe\xfd" * 9, 415),
    ],
)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing(
    cast: Cast, own_store: Path, name: str, content: bytes, status: int
) -> None:
    complaint = f.investigating(cast)
    with pytest.raises(FileRefused) as refused:
        evidence.add(complaint.number, [content] if content else [], name, {}, by=cast.agent)
    assert refused.value.status == status
    assert refused.value.message
    assert files(own_store) == []
    assert not Item.objects.exists()


def test_a_file_over_the_limit_is_refused_while_it_arrives(
    cast: Cast, own_store: Path, settings: object
) -> None:
    settings.EVIDENCE_LIMIT = 1000  # type: ignore[attr-defined]
    read = []

    def chunks() -> Iterator[bytes]:
        for n in range(100):
            read.append(n)
            yield b"x" * 400

    with pytest.raises(FileRefused) as refused:
        evidence.add(f.investigating(cast).number, chunks(), "big.txt", {}, by=cast.agent)
    assert refused.value.status == 413
    assert len(read) == 3
    assert files(own_store) == []


def test_a_full_disk_is_told_and_nothing_is_half_written(
    cast: Cast, own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint = f.investigating(cast)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store_module.os, "fsync", full)
    with pytest.raises(FileRefused) as refused:
        evidence.add(complaint.number, [PNG], "a.png", {}, by=cast.agent)
    assert refused.value.status == 507
    assert "存储空间" in refused.value.message
    assert files(own_store) == []
    assert not Item.objects.exists()
    monkeypatch.undo()
    assert evidence.add(complaint.number, [PNG], "a.png", {}, by=cast.agent).number == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\a\\b.pdf", "b.pdf"),
        ("\u202egnp.exe.png", "gnp.exe.png"),
        ("a" * 300 + ".png", "a" * 196 + ".png"),
        ("\0", "file"),
        ("", "file"),
    ],
)
def test_names_lose_paths_directions_and_length(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_zip_is_taken_unopened(cast: Cast) -> None:
    assert (
        evidence.add(
            f.investigating(cast).number, [_archive()], "a.zip", {}, by=cast.agent
        ).content_type
        == "application/zip"
    )


def test_handing_out_leaves_a_custody_row_and_strangers_get_nothing(cast: Cast) -> None:
    complaint = f.with_evidence(f.investigating(cast), cast.agent)
    evidence.hand_out(complaint.number, 1, by=cast.colleague)
    assert list(Custody.objects.values_list("act", flat=True)) == ["received", "downloaded"]
    with pytest.raises(Complaint.DoesNotExist):
        evidence.hand_out(complaint.number, 1, by=cast.outsider)
    with pytest.raises(NotAllowed):
        evidence.add(complaint.number, [PNG], "a.png", {}, by=cast.auditor)
