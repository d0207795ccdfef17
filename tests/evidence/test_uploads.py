"""Files of a form go straight into the store, in bounded memory, and leave nothing when refused."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from evidence import store as stores
from evidence.models import Item
from evidence.store import Incoming, store
from tests import factories as f
from tests.cast import Cast
from tests.evidence.test_kinds import PDF

LARGE = PDF + os.urandom(6 * 1024 * 1024)  # more than stays in memory


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, settings: Any) -> Path:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return tmp_path / "evidence"


def files(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def browser(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def send(client: Client, number: str, *sent: tuple[str, bytes], **about: Any) -> Any:
    parts = [SimpleUploadedFile(name, content) for name, content in sent]
    return client.post(reverse("add_evidence", args=[number]), {"file": parts, **about})


def test_a_large_file_is_written_once_and_hashed_as_it_comes(
    cast: Cast, own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Incoming] = []
    begin = Incoming.__init__

    def counted(self: Incoming, *args: Any) -> None:
        made.append(self)
        begin(self, *args)

    monkeypatch.setattr(Incoming, "__init__", counted)
    case = f.investigating(cast)
    assert send(browser(cast.agent), case.number, ("大.pdf", LARGE)).status_code == 302
    assert Item.objects.get().sha256 == hashlib.sha256(LARGE).hexdigest()
    assert len(made) == 1
    assert files(own_store) == [Item.objects.get().sha256]


def test_memory_stays_flat_however_large_the_file(own_store: Path) -> None:
    from evidence.receive import take

    piece = os.urandom(1024 * 1024)
    tracemalloc.start()
    stored = take((PDF if n == 0 else piece for n in range(40)), "a.pdf")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stored.size > 39 * 1024 * 1024
    assert peak < 2 * 1024 * 1024


def test_several_files_at_once_are_several_items_with_a_numbered_title(cast: Cast) -> None:
    case = f.investigating(cast)
    three = [(f"{n}.txt", f"录音 {n}".encode()) for n in range(3)]
    answer = send(browser(cast.agent), case.number, *three, title="通话", proves="承诺")
    assert answer.status_code == 302
    items = case.folder.items.order_by("number")
    assert [i.title for i in items] == ["通话（1）", "通话（2）", "通话（3）"]
    assert {i.proves for i in items} == {"承诺"}


def test_one_bad_file_among_several_keeps_none_of_the_others_out(
    cast: Cast, own_store: Path
) -> None:
    case = f.investigating(cast)
    sent = [("好.txt", b"good"), ("坏.exe", b"MZ\0\0"), ("也好.txt", b"fine")]
    page = send(browser(cast.agent), case.number, *sent, title="材料")
    text = page.content.decode()
    assert page.status_code == 422
    assert "2 个文件已经添加" in text
    assert "坏.exe：不能接收这种类型的文件" in text
    assert case.folder.items.count() == 2
    assert len(files(own_store)) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"MZ" + os.urandom(3_000_000), "不能接收"), (PDF + b"x" * 4_300_000, "超过 4 MB")],
    ids=["program", "too large"],
)
def test_a_large_file_that_is_refused_is_told_and_leaves_nothing(
    cast: Cast, own_store: Path, settings: Any, content: bytes, says: str
) -> None:
    settings.EVIDENCE_LIMIT = 4 * 1024 * 1024
    page = send(browser(cast.agent), f.investigating(cast).number, ("a.pdf", content), title="名称")
    assert page.status_code == 422
    assert says in page.content.decode()
    assert files(own_store) == []
    assert not Item.objects.exists()


def test_a_disk_that_fills_while_a_large_file_comes_is_told(
    cast: Cast, own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: Incoming, _chunk: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stores.Incoming, "write", full)
    page = send(browser(cast.agent), f.investigating(cast).number, ("a.pdf", LARGE))
    assert page.status_code == 422
    assert "存储空间不足" in page.content.decode()
    assert files(own_store) == []


def test_nobody_who_is_not_signed_in_fills_the_disk(cast: Cast, own_store: Path) -> None:
    answer = send(Client(), f.investigating(cast).number, ("a.pdf", LARGE))
    assert answer.status_code == 302
    assert reverse("login") in answer["Location"]
    assert files(own_store) == []


def test_the_same_file_fifty_times_is_fifty_items_and_one_file(cast: Cast, own_store: Path) -> None:
    case = f.investigating(cast)
    same = [(f"{n}.txt", b"the same") for n in range(50)]
    client = browser(cast.agent)
    assert send(client, case.number, *same).status_code == 302
    page = client.get(reverse("case", args=[case.number])).content.decode()
    assert "证据 2 与本案证据 1是同一份文件" in page
    assert case.folder.items.count() == 50
    assert len(files(own_store)) == 1
    assert store().exists(hashlib.sha256(b"the same").hexdigest())
