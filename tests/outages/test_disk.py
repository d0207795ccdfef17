"""A disk that has no room left. The limit is the operating system's own (RLIMIT_FSIZE): a write
beyond it fails exactly like one on a full disk, and nobody has to be root.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from complaints.actions import evidence
from evidence.receive import FileRefused
from tests import factories as f
from tests.cast import assemble
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
