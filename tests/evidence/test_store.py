"""The store: a file is there under its hash, wholly, once, or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import time
from pathlib import Path
from typing import Any

import pytest

from evidence import store as stores
from evidence.store import Incoming, digest, store, sweep


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, settings: Any) -> Path:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return tmp_path / "evidence"


def files(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def kept(content: bytes) -> str:
    with store().incoming() as incoming:
        incoming.write(content)
        return store().keep(incoming)


def test_a_file_is_hashed_while_it_comes_and_is_there_under_its_hash(own_store: Path) -> None:
    with store().incoming() as incoming:
        for part in (b"ab", b"", b"c"):
            incoming.write(part)
        assert (incoming.size, incoming.head) == (3, b"abc")
        found = store().keep(incoming)
    assert found == hashlib.sha256(b"abc").hexdigest()
    assert (store().size(found), store().exists(found)) == (3, True)
    assert store().digest(found) == found
    with store().open(found) as file:
        file.seek(1)
        assert file.read() == b"bc"
    assert files(own_store) == [found]


def test_the_same_file_fifty_times_lies_there_once(own_store: Path) -> None:
    assert len({kept(b"the same") for _ in range(50)}) == 1
    assert len(files(own_store)) == 1


def test_what_is_not_kept_leaves_nothing(own_store: Path) -> None:
    with store().incoming() as incoming:
        incoming.write(b"half")
        assert len(files(own_store)) == 1
    assert files(own_store) == []


def test_what_is_destroyed_is_gone_and_may_be_gone_already(own_store: Path) -> None:
    found = kept(b"x")
    store().discard(found)
    store().discard(found)
    assert not store().exists(found)
    assert files(own_store) == []
    for ask in (store().open, store().size, store().digest):
        with pytest.raises(FileNotFoundError):
            ask(found)


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n"]
)
def test_only_a_hash_is_a_name(name: str) -> None:
    for ask in (store().open, store().size, store().exists, store().discard):
        with pytest.raises(ValueError, match="SHA-256"):
            ask(name)


def test_a_changed_file_no_longer_has_its_hash(own_store: Path) -> None:
    found = kept(b"the truth")
    (own_store / found[:2] / found).write_bytes(b"a lie")
    assert store().digest(found) != found


def test_a_file_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "PIECE", 7)
    content = os.urandom(100)
    assert digest(io.BytesIO(content)) == hashlib.sha256(content).hexdigest()


def test_what_a_killed_upload_left_is_swept_after_a_day_and_nothing_else(own_store: Path) -> None:
    found = kept(b"kept")
    with Incoming(own_store, "left") as incoming:
        incoming.write(b"behind")
    assert sweep() == 0
    assert sweep(time.time() + stores.LEFT_OVER + 60) == 1
    assert files(own_store) == [found]


@pytest.mark.parametrize("lasting", ["", "a1"])
def test_a_program_killed_at_any_write_leaves_no_file_under_a_name_it_does_not_have(
    own_store: Path, lasting: str
) -> None:
    content = [os.urandom(1000) for _ in range(4)]
    right = hashlib.sha256(b"".join(content)).hexdigest()
    died = [_killed_and_looked_at(last, content, lasting) for last in range(8)]
    assert died == sorted(died, reverse=True)
    assert (died[0], died[-1]) == (True, False)
    assert store().digest(right) == right
    sweep(time.time() + stores.LEFT_OVER + 60)
    assert files(own_store) == [right]


def _killed_and_looked_at(writes: int, content: list[bytes], lasting: str) -> bool:
    died = _killed_after(writes, content, lasting)
    named = [n for n in files(Path(store().folder)) if not n.startswith(stores.INCOMING)]
    assert [store().digest(name) for name in named] == named
    return died


def _killed_after(writes: int, content: list[bytes], lasting: str) -> bool:
    """Receive and keep in a child that dies, as if by kill -9, after so many writes."""
    child = os.fork()
    if child == 0:
        done = 0

        def count(work: Any) -> Any:
            def counted(*args: Any) -> Any:
                nonlocal done
                if done == writes:
                    os._exit(9)
                done += 1
                return work(*args)

            return counted

        os.fsync, os.replace = count(os.fsync), count(os.replace)
        incoming = store().incoming(lasting)
        write = count(incoming.write)
        for part in content[incoming.size // 1000 :]:  # goes on where it stopped
            write(part)
        store().keep(incoming)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
