"""One sealed package, written into a file: the case, its evidence, and how to verify all of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings
from django.utils import translation

from audit import canonical
from complaints.archive import contents
from complaints.archive.case_file import CaseFile
from complaints.archive.view import View
from complaints.signing import keys
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
            bag.close(_about(file, view), _beside(), partial(_seal, file, view))
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
        "Kesu-Edition": _edition(view),
        "Kesu-Archived-At": file.at.isoformat(),
        "Kesu-Audit-Head": file.audit_head,
    }


def _seal(file: CaseFile, view: View, manifest: bytes) -> dict[str, bytes]:
    """The signature of this installation over the manifest that stands for every file."""
    said = {
        "at": canonical.moment(file.at),
        "audit_head": file.audit_head,
        "edition": _edition(view),
        "key": keys.own_id(),
        "package": file.name,
        "tagmanifest": sha256(manifest).hexdigest(),
    }
    message, signature = keys.sealed(canonical.compact(said).encode())
    return {
        "seal/statement.txt": message,
        "seal/signature.bin": signature,
        "seal/key.pem": keys.own_pem(),
    }


def _edition(view: View) -> str:
    return "full" if view.whole else "redacted"


def _beside() -> dict[str, bytes]:
    """How to verify it: in words, and by a program."""
    program = Path(verify_bag.__file__).read_bytes()
    return {"README.txt": README.read_bytes(), "verify.py": program}
