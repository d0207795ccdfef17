"""One finished case verified now: its chain and blocks, its files, signatures and packages, and
whether what was laid down outside covers it. What was found is an entry of its own record.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import refusal
from audit import one_chain, proofs
from audit.models import Block, Entry
from audit.outside import Anchor, Way
from audit.record import record
from complaints.actions import exporting
from complaints.advance import find, lock
from complaints.errors import NotAllowed
from complaints.models import Complaint, Opinion, Package
from complaints.signing import verify
from evidence.custody import note_all
from evidence.models import Custody, Item
from evidence.store import store

VERB = "case.verified"
AT_ONCE = (
    2 * 1024**3
)  # bytes of evidence read in one request; single files are checked by themselves
Found = dict[str, Any]


def check(number: str, *, by: User, now: datetime | None = None) -> Found:
    """`{"whole", "chain", "files", "signatures", "packages", "anchor"}`: how many of each were
    looked at and which do not hold; the same is in the record of the case.

    Files are read before the case is locked: large ones take seconds. Raises
    Complaint.DoesNotExist, NotAllowed, OSError where the store is away.
    """
    if not by.may("export_packages"):
        raise NotAllowed(refusal("export_packages"))
    complaint, now = find(number, by), now or timezone.now()
    items = list(Item.objects.filter(folder=complaint.folder_id).order_by("number"))
    files, read = _files(items), _read(items)
    sealed = _packages(exporting.packages(complaint))
    with transaction.atomic():
        lock(number, by)
        chain = one_chain.look(complaint.subject)
        found: Found = {
            "chain": vars(chain) | {"holds": chain.holds},
            "files": files,
            "signatures": _signatures(complaint),
            "packages": sealed,
            "anchor": anchored(chain.block),
        }
        found["whole"] = chain.holds and not any(
            (*files["bad"], *found["signatures"]["bad"], *sealed["bad"], found["anchor"]["differs"])
        )
        for holds in (True, False):
            rows = [item for item in read if (item.number not in files["bad"]) is holds]
            note_all(rows, complaint.subject, by, Custody.Act.CHECKED, now, {"holds": holds})
        record(VERB, complaint.subject, by, now, found)
    return found


def _read(items: Iterable[Item]) -> list[Item]:
    """Those that are read at once: in their order, as long as there is room."""
    left, found = AT_ONCE, []
    for item in items:
        left -= item.size
        if left >= 0:
            found.append(item)
    return found


def _files(items: list[Item]) -> Found:
    read = _read(items)
    bad = [item.number for item in read if _digest(item.sha256) != item.sha256]
    size = sum(item.size for item in read)
    return {"count": len(read), "size": size, "left": len(items) - len(read), "bad": bad}


def _packages(packages: list[Package]) -> Found:
    bad = [p.sealing.name for p in packages if _digest(p.sha256) != p.sha256]
    return {"count": len(packages), "bad": bad}


def _digest(sha256: str) -> str:
    try:
        return store().digest(sha256)
    except FileNotFoundError:
        return ""


def _signatures(complaint: Complaint) -> Found:
    rows = Opinion.objects.filter(resolution__complaint=complaint, signed=True)
    rows = rows.select_related("by", "analysis", "resolution__analysis").order_by("id")
    bad = []
    for opinion in rows:
        opinion.resolution.complaint = complaint
        if verify.faults(opinion):
            bad.append(opinion.resolution.version)
    return {"count": len(rows), "bad": bad}


def anchored(block: int | None) -> Found:
    """The newest anchor, and whether it covers the block and still says what the record says."""
    rows = list(Anchor.objects.order_by("-day", "-block", "how")[: len(Way.values)])
    if not rows:
        return {"block": None, "covers": False, "differs": False}
    last = rows[0]
    here = Block.objects.filter(pk=last.block).values_list("hash", flat=True).first()
    return {
        "block": last.block,
        "day": last.day.isoformat(),
        "how": [row.how for row in rows if (row.day, row.hash) == (last.day, last.hash)],
        "covers": block is not None and block <= last.block,
        "differs": here != last.hash,
    }


def last_anchor(entries: list[Entry]) -> Found:
    """The same for a page, which looks for the block of the last entry alone. Three statements."""
    where = proofs.blocks_of("entry", entries[-1:]) if entries else {}
    return anchored(max(where.values(), default=None))
