"""One sealed package, written into a file: the case, its evidence, and how to verify all of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings
from django.utils import translation

from complaints.archive import contents
from complaints.archive.case_file import CaseFile
from complaints.archive.view import View
from complaints.snapshots import FILED
from evidence import verify_bag
from evidence.bag import Bag, Member
from evidence.models import Item
from evidence.store import store

README = Path(__file__).with_name("README.txt")


@contextmanager
def written(file: CaseFile, view: View) -> Iterator[tuple[IO[bytes], list[Member]]]:
    """The zip file at its beginning, and what is in it; gone afterwards. Raises DoesNotMatch where
    a piece of evidence is not what was received, FileNotFoundError where it is gone.
    """
    with TemporaryFile() as target:
        with Bag(target, file.name, file.at) as bag, translation.override(FILED):
            for path, piece in contents.of(file, view):
                _put(bag, path, piece)
            bag.close(_about(file, view), _beside())
        target.seek(0)
        yield target, [*bag.payload, *bag.tags]


def _put(bag: Bag, path: str, piece: bytes | Item) -> None:
    if isinstance(piece, bytes):
        bag.add(path, piece)
        return
    with store().open(piece.sha256) as source:
        bag.copy(path, source, piece.size, piece.sha256)


def _about(file: CaseFile, view: View) -> dict[str, str]:
    """What bag-info.txt says."""
    return {
        "Source-Organization": settings.ENTERPRISE_NAME,
        "External-Identifier": file.name,
        "External-Description": f"消费者投诉案件卷宗 {file.complaint.number}",
        "Kesu-Edition": "full" if view.whole else "redacted",
        "Kesu-Archived-At": file.at.isoformat(),
        "Kesu-Audit-Head": file.audit_head,
    }


def _beside() -> dict[str, bytes]:
    """How to verify it: in words, and by a program."""
    program = Path(verify_bag.__file__).read_bytes()
    return {"README.txt": README.read_bytes(), "verify.py": program}
