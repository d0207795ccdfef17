"""The same store in S3: a server of its own, as boto3 speaks to any other; and one that is down."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions import evidence
from evidence.errors import FileRefused, StoreAway
from evidence.models import Item
from evidence.store import store
from tests import factories as f
from tests.cast import Cast
from tests.live import eventually

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
    settings.EVIDENCE_STORE = f"s3://evidence/cases?endpoint={server}&region=us-east-1"
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
def test_a_file_is_kept_read_from_any_place_listed_and_destroyed(tmp_path: Path) -> None:
    assert kept() == kept() == RIGHT
    assert (store().size(RIGHT), store().exists(RIGHT)) == (len(CONTENT), True)
    assert store().digest(RIGHT) == RIGHT
    with store().open(RIGHT) as file:
        file.seek(-10, 2)
        assert file.read() == CONTENT[-10:]
        file.seek(100)
        assert file.read(50) == CONTENT[100:150]
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
