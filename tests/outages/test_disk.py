"""A disk that has no room left, at each stage. The limit is the operating system's own
(RLIMIT_FSIZE): a write beyond it fails exactly like one on a full disk, and nobody has to be root.
"""

from __future__ import annotations

import hashlib
import io
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from complaints.actions import evidence, sealing, uploads
from complaints.models import Package, Sealing
from evidence import resuming
from evidence.receive import FileRefused
from evidence.store import store
from tests import factories as f
from tests.cast import assemble
from tests.live import environment
from tests.outages.plug import everything, forget_inherited_connections

pytestmark = pytest.mark.django_db(transaction=True)
ROOM = 100_000  # bytes


def with_little_room(work: Callable[[], Any]) -> int:
    """Do the work in a child process whose files may not grow beyond ROOM. 0: it ran through."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        shared = forget_inherited_connections()  # noqa: F841 - kept, as in plug.py
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))
            work()
            os._exit(0)
        except FileRefused as refused:
            os._exit(refused.status % 256)
        except BaseException:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


@pytest.mark.parametrize(("size", "answer"), [(ROOM // 2, 0), (ROOM * 2, 507 % 256)])
def test_a_file_that_finds_no_room_is_refused_and_leaves_nothing(
    tmp_path: Path, settings: Any, size: int, answer: int
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    cast = assemble()
    case = f.investigating(cast)
    before = everything()
    told = with_little_room(
        lambda: evidence.add(case.number, [b"x" * size], "a.txt", {"title": "录音"}, by=cast.agent)
    )
    assert told == answer
    assert (everything() == before) == bool(answer)
    left = [p for p in (tmp_path / "evidence").rglob("*") if p.is_file()]
    assert [p.stat().st_size for p in left] == ([] if answer else [size])


def test_pieces_that_find_no_room_keep_what_came_and_go_on_when_there_is_some(
    tmp_path: Path, settings: Any
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    cast = assemble()
    case, content = f.investigating(cast), b"x" * ROOM * 2
    sent = {"name": "a.txt", "size": len(content)}
    upload = uploads.begin(case.number, sent, by=cast.agent)

    def send() -> None:
        came = resuming.received(upload)
        uploads.append(case.number, upload.pk, came, io.BytesIO(content[came:]), by=cast.agent)

    assert with_little_room(send) == 507 % 256
    assert resuming.received(upload) == ROOM
    send()
    item = uploads.finish(case.number, upload.pk, {"title": "录音"}, by=cast.agent)
    assert store().digest(item.sha256) == hashlib.sha256(content).hexdigest()


SEAL = """
import resource, sys, django
django.setup()
from complaints.actions import sealing
if sys.argv[2] == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sealing.seal(int(sys.argv[1]))
"""


def test_a_package_that_finds_no_room_is_said_and_made_when_there_is_some() -> None:
    waiting = Sealing.objects.get(complaint=f.archived(assemble()))

    def seal(room: str) -> Sealing:
        """In a process of its own, as plug.py says."""
        command = [sys.executable, "-c", SEAL, str(waiting.pk), room]
        done = subprocess.run(  # noqa: S603
            command, env=environment(), capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return Sealing.objects.get(pk=waiting.pk)

    after = seal("full")
    assert (after.done_at, after.attempts, "存储空间不足" in sealing.why(after)) == (None, 1, True)
    assert not Package.objects.exists()
    assert seal("enough").done_at is not None
    assert Package.objects.get(sealing=waiting).size > 20_000
