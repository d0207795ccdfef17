"""Is everything in this installation as it was recorded? Asked after a restore."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from audit import anchors, words
from audit.faults import What
from audit.verify import verify
from complaints.models import Package
from complaints.signing import checking
from evidence.models import Item
from evidence.store import store


def findings() -> Iterator[str]:
    """A sentence for each thing that is not; nothing when all is well. Reads every file."""
    yield from _files()
    yield from _record()
    yield from _signatures()


def recorded_files() -> Iterator[str]:
    """The SHA-256 of every file that an item of evidence or a sealed package names, once each."""
    kept = Item.objects.filter(folder__complaint__destroyed_at=None)
    sealed = Package.objects.filter(sealing__complaint__destroyed_at=None)
    items, packages = (rows.order_by().values_list("sha256") for rows in (kept, sealed))
    for (sha256,) in items.union(packages).iterator(chunk_size=2000):
        yield sha256


def _files() -> Iterator[str]:
    files = store()
    for sha256 in recorded_files():
        try:
            if files.digest(sha256) != sha256:
                yield f"证据文件被改动 / a file of the evidence was altered: {sha256}"
        except FileNotFoundError:
            yield f"证据文件缺失 / a file of the evidence is missing: {sha256}"


def _record() -> Iterator[str]:
    """Every row against its block, every chain, every anchor that is known here. What had come in
    after the last block of a backup waits in it, however long ago that was.
    """
    report = verify(timezone.now(), anchors=anchors.known())
    for what, place, count in report.faults():
        if what is not What.WAITING:
            yield words.sentence(what, place, count)


def _signatures() -> Iterator[str]:
    wrong = "签署与内容不符 / a signature does not cover what stands there"
    for found in checking.check(checking.signatures()):
        if found.faults:
            yield f"{wrong}: {found.opinion.resolution.complaint.number}, {found.faults[0]}"
    for gone in checking.missing():
        yield f"签署缺失 / a signature is missing: {gone.number}, {gone.signer}"
