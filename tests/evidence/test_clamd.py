"""The virus scanner, played by a server that speaks its protocol over a real socket."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audit.models import Entry
from complaints.actions import evidence
from evidence.models import Custody, Item
from evidence.receive import FileRefused
from tests import factories as f
from tests.cast import Cast

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"


class Scanner(socketserver.ThreadingTCPServer):
    """Finds the test file, and says so as clamd does."""

    allow_reuse_address, daemon_threads = True, True
    answer: bytes | None = None


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        found = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        assert isinstance(self.server, Scanner)
        self.wfile.write(found if self.server.answer is None else self.server.answer)


@pytest.fixture
def scanner(settings: Any, tmp_path: Path) -> Iterator[Scanner]:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    with Scanner(("127.0.0.1", 0), Session) as server:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def add(cast: Cast, content: bytes) -> Item:
    return evidence.add(f.investigating(cast).number, [content], "a.txt", {}, by=cast.agent)


def acts(item: Item) -> list[str]:
    return list(Custody.objects.filter(item=item).order_by("id").values_list("act", flat=True))


def test_a_clean_file_is_taken_and_marked_as_scanned(cast: Cast, scanner: Scanner) -> None:
    assert acts(add(cast, b"x" * 3_000_000)) == ["received", "scanned"]


def test_an_infected_file_is_refused_recorded_and_not_kept(
    cast: Cast, scanner: Scanner, tmp_path: Path
) -> None:
    with pytest.raises(FileRefused, match="Eicar-Signature") as refused:
        add(cast, b"a text with " + EICAR)
    assert refused.value.status == 415
    entry = Entry.objects.get(verb="evidence.infected")
    assert (entry.actor, entry.detail["found"]) == (cast.agent.username, "Eicar-Signature")
    assert not Item.objects.exists()
    assert [p for p in (tmp_path / "evidence").rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"nonsense\0"])
def test_without_an_answer_a_file_is_refused_or_taken_with_a_mark_as_the_setting_says(
    cast: Cast, scanner: Scanner, settings: Any, answer: bytes
) -> None:
    scanner.answer = answer
    with pytest.raises(FileRefused, match="病毒扫描暂时不可用") as refused:
        add(cast, b"x")
    assert refused.value.status == 503
    settings.CLAMD_AWAY = "mark"
    assert acts(add(cast, b"x")) == ["received", "unscanned"]


def test_a_scanner_that_is_not_there_is_away(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    for url in ("tcp://127.0.0.1:1", f"unix://{tmp_path}/none.ctl"):
        settings.CLAMD_URL = url
        with pytest.raises(FileRefused, match="病毒扫描暂时不可用"):
            add(cast, b"x")
