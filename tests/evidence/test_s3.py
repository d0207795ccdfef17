"""The same store in S3: a server of its own, as boto3 speaks to any other; and one that is down."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.actions import evidence
from complaints.views import looking
from evidence import store as stores
from evidence.checks import nothing_lies_in_the_former_folder
from evidence.errors import FileRefused, StoreAway
from evidence.models import Custody, Item
from evidence.store import store
from tests import factories as f
from tests.cast import Cast
from tests.live import eventually
from tests.outages.plug import stored, until_it_survives

CONTENT = b"%PDF-1.7\n" + os.urandom(300_000)
RIGHT = hashlib.sha256(CONTENT).hexdigest()
START = "from moto.server import main; main()"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-c", START, "-p", str(port)]
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        eventually(lambda: listens(port))
        yield f"http://127.0.0.1:{port}"
        running.terminate()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "invented")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "invented")
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def s3(server: str, settings: Any, tmp_path: Path) -> None:
    place = tmp_path.name  # of this test alone
    settings.EVIDENCE_STORE = f"s3://evidence/{place}?endpoint={server}&region=us-east-1"
    client = boto3.client("s3", endpoint_url=server, region_name="us-east-1")
    client.create_bucket(Bucket="evidence")


@pytest.fixture
def down(settings: Any) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    settings.EVIDENCE_STORE = f"s3://evidence/cases?endpoint={address}&region=us-east-1"


def kept() -> str:
    with store().incoming() as incoming:
        incoming.write(CONTENT)
        return store().keep(incoming)


def on_this_machine(folder: Path) -> list[Path]:
    return [p for p in (folder / "evidence").rglob("*") if p.is_file()]


@pytest.mark.usefixtures("s3")
def test_a_file_is_kept_read_from_any_place_listed_and_destroyed(
    tmp_path: Path, settings: Any
) -> None:
    assert kept() == kept() == RIGHT
    assert (store().size(RIGHT), store().exists(RIGHT)) == (len(CONTENT), True)
    assert store().digest(RIGHT) == RIGHT
    with store().open(RIGHT) as file:
        file.seek(-10, 2)
        assert file.read() == CONTENT[-10:]
        file.seek(100)
        assert file.read(50) == CONTENT[100:150]
    beside = settings.EVIDENCE_STORE.replace("?", "-old?")
    with store().incoming() as incoming:
        incoming.write(b"of another folder")
        stores.store_at(beside).keep(incoming)
    assert list(store().names()) == [RIGHT]
    store().discard(RIGHT)
    store().discard(RIGHT)
    assert not store().exists(RIGHT)
    with pytest.raises(FileNotFoundError):
        store().open(RIGHT)
    with pytest.raises(ValueError, match="SHA-256"):
        store().exists("../x")
    assert on_this_machine(tmp_path) == []


@pytest.mark.usefixtures("s3")
def test_evidence_goes_in_and_comes_out(cast: Cast) -> None:
    case = f.investigating(cast)
    evidence.add(case.number, [CONTENT], "a.pdf", {"title": "合同"}, by=cast.agent)
    client = Client()
    client.force_login(cast.agent)
    place = reverse("api-evidence-file", args=[case.number, 1])
    assert b"".join(client.get(place).streaming_content) == CONTENT


@pytest.mark.usefixtures("down")
def test_a_store_that_is_down_is_said_and_nothing_is_half_there(cast: Cast, tmp_path: Path) -> None:
    case = f.investigating(cast)
    with pytest.raises(FileRefused, match="没有应答") as refused:
        evidence.add(case.number, [CONTENT], "a.pdf", {}, by=cast.agent)
    assert refused.value.status == 503
    assert not Item.objects.exists()
    assert on_this_machine(tmp_path) == []
    with pytest.raises(StoreAway):
        store().open(RIGHT)


@pytest.mark.usefixtures("s3")
def test_files_are_carried_over_and_until_then_the_installation_says_so(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    to, settings.EVIDENCE_STORE = settings.EVIDENCE_STORE, ""
    case = f.investigating(cast)
    evidence.add(case.number, [CONTENT], "a.pdf", {"title": "合同"}, by=cast.agent)
    bad = evidence.add(case.number, [b"%PDF-1.7 altered"], "b.pdf", {}, by=cast.agent).sha256
    (tmp_path / "evidence" / bad[:2] / bad).write_bytes(b"a lie")
    with pytest.raises(CommandError, match="change EVIDENCE_STORE first"):
        call_command("move_evidence", to=to, remove=True)
    with pytest.raises(CommandError, match="say where to"):
        call_command("move_evidence")
    with pytest.raises(CommandError, match=bad):
        call_command("move_evidence", "--to", to)
    assert len(on_this_machine(tmp_path)) == 2
    settings.EVIDENCE_STORE = to
    assert [e.id for e in nothing_lies_in_the_former_folder(None)] == ["evidence.E001"]
    assert store().digest(RIGHT) == RIGHT
    with pytest.raises(CommandError, match=bad):
        call_command("move_evidence", remove=True)
    assert [p.name for p in on_this_machine(tmp_path)] == [bad]
    (tmp_path / "evidence" / bad[:2] / bad).unlink()
    call_command("move_evidence", remove=True)
    assert nothing_lies_in_the_former_folder(None) == []


@pytest.mark.usefixtures("s3")
def test_a_program_killed_at_any_request_leaves_an_object_wholly_or_not_at_all(
    tmp_path: Path,
) -> None:
    def check(_done: bool) -> None:
        assert set(stored()) <= {RIGHT}
        stores.sweep(time.time() + stores.LEFT_OVER + 60)
        assert on_this_machine(tmp_path) == []

    assert until_it_survives(kept, check) > 4
    assert stored() == [RIGHT]
    assert until_it_survives(lambda: store().discard(RIGHT), check) > 1
    assert stored() == []


def test_while_the_store_is_away_everything_says_so_and_later_everything_works(
    cast: Cast, s3: None, settings: Any
) -> None:
    here = settings.EVIDENCE_STORE
    case = f.investigating(cast)
    photo = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xda\x00\x04ab12\xff\xd9"
    evidence.add(case.number, [photo], "a.jpg", {"title": "照片"}, by=cast.agent)
    item, client = Item.objects.get(), Client(raise_request_exception=False)
    client.force_login(cast.agent)
    look = looking.ticket(item, cast.agent, Custody.Act.VIEWED)
    Custody.objects.create(item=item, at=timezone.now(), by=cast.agent, act="viewed")
    shown = reverse("preview_evidence", args=[case.number, 1]) + f"?look={look}"
    page = reverse("evidence_item", args=[case.number, 1]) + f"?look={look}"
    file, form = SimpleUploadedFile("b.txt", b"x"), reverse("add_evidence", args=[case.number])
    settings.EVIDENCE_STORE = f"s3://evidence/cases?endpoint=http://127.0.0.1:{free_port()}"
    for answer, status in (
        (client.get(shown), 503),
        (client.get(page), 200),
        (client.post(reverse("evidence", args=[case.number, 1])), 503),
        (client.post(form, {"file": file, "title": "打好的字"}), 422),
    ):
        text = answer.content.decode()
        assert answer.status_code == status
        assert "没有应答" in text or "暂时读不到" in text
    assert "打好的字" in text
    settings.EVIDENCE_STORE = here
    assert client.get(shown).status_code == 200


def test_a_download_while_the_store_is_down_is_503_with_a_sentence(
    cast: Cast, down: None, settings: Any
) -> None:
    away, settings.EVIDENCE_STORE = settings.EVIDENCE_STORE, ""
    case = f.with_evidence(f.investigating(cast), cast.agent)
    settings.EVIDENCE_STORE = away
    client = Client(raise_request_exception=False)
    client.force_login(cast.agent)
    answer = client.get(reverse("api-evidence-file", args=[case.number, 1]))
    assert (answer.status_code, "没有应答" in answer.json()["detail"]) == (503, True)
