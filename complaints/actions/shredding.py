"""Destroying a file for good, and doing it again after a backup was restored.

One transaction: the entry in the register, the words of the case, and the consumer's data key with
every blind index, unless the person has another case whose file is still there. What is left is a
tombstone: number, dates, category, outcome, amounts, and an audit chain that holds no personal
data. Then the files in the store. A crash in between leaves the files, and the next run takes them:
nothing is half destroyed that could still be read.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.api import idempotency
from audit.record import record
from complaints import retention, shredding_sql
from complaints.actions import disposal
from complaints.actions.receiving import let_go
from complaints.errors import CaseError, Invalid
from complaints.legal_hold import refuse
from complaints.models import Complaint, Consumer, Destroyed, DisposalRow, Package, Sealing
from complaints.models.consumer import PERSONAL_FIELDS
from evidence import resuming
from evidence.models import Item

logger = logging.getLogger(__name__)
_Row = DisposalRow.State
REMEMBERED = idempotency.KEPT  # a file that was written to waits until no answer tells of it


def run(now: datetime, *, most: int = 200) -> int:
    """Destroy what is agreed and due, then the files that are left; answers how many cases."""
    done = 0
    with transaction.atomic():
        idempotency.forget(now)  # answers to programs repeat what was written
    disposal.settle_outdated(now)
    for pk in list(disposal.agreed(timezone.localdate(now)).values_list("pk", flat=True)[:most]):
        try:
            done += destroy(pk, now)
        except CaseError as refused:
            DisposalRow.objects.filter(pk=pk).update(problem=refused.message[:300])
        except DatabaseError:
            logger.exception("row %s of a disposal could not be destroyed; the others go on", pk)
    _write_outside()  # before the files go: a backup that is restored now has them again
    discard_files(now)
    return done


def destroy(pk: int, now: datetime) -> bool:
    """The file of one row; False where it is not to be destroyed, or not yet. Raises Held."""
    today = timezone.localdate(now)
    with transaction.atomic():
        row = DisposalRow.objects.select_for_update(of=("self",)).get(pk=pk)
        complaint = Complaint.objects.locked().get(pk=row.complaint_id)
        if row.state != _Row.WAITING or complaint.destroyed_at is not None:
            return False
        refuse(complaint)
        if complaint.updated_at > now - REMEMBERED:
            return False
        if Sealing.objects.filter(complaint=complaint, done_at=None).exists():
            raise Invalid({"state": [_("证据包还没有生成完，生成后再销毁")]})
        kept = retention.of(complaint)
        if kept.until is None or kept.until >= today or complaint.state != "archived":
            return False
        entry = _entry(complaint, kept, kept.until, row, now)
        _gone(complaint, entry, now)
        row.state, row.settled_at, row.problem = _Row.DESTROYED, now, ""
        row.save(update_fields=["state", "settled_at", "problem"])
    return True


def _entry(
    complaint: Complaint, kept: retention.Kept, until: date, row: DisposalRow, now: datetime
) -> Destroyed:
    reviews = row.reviews.select_related("by").order_by("pk")
    known = kept.known
    return Destroyed.objects.create(
        complaint=complaint,
        number=complaint.number,
        at=now,
        code=kept.code,
        until=until,
        basis={
            "years": kept.years,
            "law": [f"{law} {article}" for law, article, _w in known.basis("zh-hans")]
            if known
            else [],
        },
        reviews=[
            {"user": r.by.username, "name": r.by.name, "at": r.at.isoformat()} for r in reviews
        ],
        files=_files(complaint),
        person=_is_last(complaint),
    )


def _files(complaint: Complaint) -> list[dict[str, Any]]:
    """Everything of the case in the store: its evidence by number, its packages by name."""
    items = Item.objects.filter(folder=complaint.folder_id).order_by("number")
    found = [{"number": i.number, "sha256": i.sha256, "size": i.size} for i in items]
    packages = Package.objects.filter(sealing__complaint=complaint).select_related("sealing")
    for one in packages.order_by("pk"):
        one.sealing.complaint = complaint
        found.append({"number": one.sealing.name, "sha256": one.sha256, "size": one.size})
    return found


def _is_last(complaint: Complaint) -> bool:
    """Whether no other file of the person is left. The person's row is held meanwhile."""
    Consumer.objects.select_for_update().get(pk=complaint.consumer_id)
    others = Complaint.objects.filter(consumer=complaint.consumer_id, destroyed_at=None)
    return not others.exclude(pk=complaint.pk).exists()


def _gone(complaint: Complaint, entry: Destroyed, now: datetime) -> None:
    """The words, and the key; in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {shredding_sql.NAME}(%s)", [complaint.pk])
    if entry.person:
        _forget(complaint.consumer_id)
    Complaint.objects.filter(pk=complaint.pk).update(
        destroyed_at=now, version=complaint.version + 1, updated_at=now
    )
    detail = {"until": entry.until.isoformat(), "class": entry.code, "files": len(entry.files)}
    record("complaint.destroyed", complaint.subject, None, now, detail)


def _forget(consumer: Any) -> None:
    """The data key and everything by which the person could be found or read."""
    nothing: dict[str, Any] = {"data_key": b"", "phone_tail_index": b"", "protection": ""}
    for name in PERSONAL_FIELDS:
        nothing |= {f"{name}_sealed": b"", f"{name}_masked": ""}
        if name != "address":
            nothing[f"{name}_index"] = b""
    Consumer.objects.filter(pk=consumer).update(**nothing)


def discard_files(now: datetime) -> int:
    """Destroy the files of cases that are gone, unless a case that is still there has the very
    same one; answers for how many rows. A store that is away is asked again by the next run.
    """
    done = 0
    left = DisposalRow.objects.filter(state=_Row.DESTROYED, files_gone_at=None)
    for row in list(left.select_related("complaint__destroyed").order_by("pk")[:500]):
        try:
            resuming.forget(row.complaint.subject)
            _discard(row.complaint.destroyed)
        except OSError:
            logger.exception("files of %s are still in the store", row.complaint.number)
            continue
        DisposalRow.objects.filter(pk=row.pk).update(files_gone_at=now)
        done += 1
    return done


def _discard(entry: Destroyed) -> None:
    for sha256 in sorted({str(file["sha256"]) for file in entry.files}):
        let_go(sha256)


# --- the register outside, and after a restore


def exported() -> Iterable[str]:
    """The register, one JSON object a line, the oldest first: what `replay` takes."""
    for entry in Destroyed.objects.order_by("at", "pk").iterator(chunk_size=500):
        yield json.dumps(
            {
                "number": entry.number,
                "at": entry.at.isoformat(),
                "code": entry.code,
                "until": entry.until.isoformat(),
                "basis": entry.basis,
                "reviews": entry.reviews,
                "files": entry.files,
            },
            ensure_ascii=False,
            sort_keys=True,
        )


def register_file() -> Path:
    """Where a copy of the register lies outside the database, and so outside its backups."""
    return Path(settings.STATE_DIR) / "disposal-register.jsonl"


def _write_outside() -> None:
    """The copy, whole or as it was; nothing where it says all already. What only the copy knows
    stays in it: this database may be an older one that was restored and not yet replayed. A full
    disk costs the copy, never the destruction.
    """
    target = register_file()
    new = target.with_name(f".{target.name}.{uuid4().hex}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for left in target.parent.glob(f".{target.name}.*"):  # by one that was killed
            left.unlink(missing_ok=True)
        before = _copied()
        lines = dict(map(_numbered, exported()))
        lines = {n: line for n, line in before.items() if n not in lines} | lines
        if lines == before:
            return
        with new.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines.values())
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, target)
    except (OSError, UnicodeDecodeError):
        logger.exception("the register of disposal could not be written to the state folder")
    finally:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)


def _copied() -> dict[str, str]:
    """Number → line of the copy outside. Raises OSError, UnicodeDecodeError."""
    kept = register_file()
    lines = kept.read_text(encoding="utf-8").split("\n") if kept.is_file() else []
    return dict(map(_numbered, filter(str.strip, lines)))


def _numbered(line: str) -> tuple[str, str]:
    """(number of the case, the line); a line that nobody can read is its own number."""
    try:
        return str(json.loads(line)["number"]), line
    except (ValueError, KeyError, TypeError):
        return line, line


def replay(
    lines: Iterable[str] | None = None, now: datetime | None = None
) -> tuple[int, list[str]]:
    """Destroy again what a restored backup brought back: how many cases, and a sentence for each
    line that could not be done. Without lines: those of the copy in the state folder, and of the
    register itself, whose files the store may have again. Needs the owner's connection; done twice,
    the second finds nothing.
    """
    now = now or timezone.now()
    if lines is None:
        lines = [*_copied().values(), *exported()]
    done, problems = 0, []
    for n, line in enumerate(filter(str.strip, lines), 1):
        try:
            done += _again(json.loads(line), now)
        except Complaint.DoesNotExist:
            continue  # registered after the backup was made, so it is not here
        except (ValueError, KeyError, TypeError) as error:
            problems.append(
                _("第 {n} 行读不懂（{why}），请用系统导出的销毁登记").format(
                    n=n, why=type(error).__name__
                )
            )
        except CaseError as refused:
            problems.append(_("第 {n} 行：{why}").format(n=n, why=refused.message))
    return done, problems


def _again(said: dict[str, Any], now: datetime) -> bool:
    with transaction.atomic():
        complaint = Complaint.objects.locked().get(number=said["number"])
        found = Destroyed.objects.filter(complaint=complaint).first()
        if found is None:
            refuse(complaint)
            found = Destroyed.objects.create(
                complaint=complaint,
                number=complaint.number,
                at=datetime.fromisoformat(said["at"]),
                code=str(said["code"]),
                until=date.fromisoformat(said["until"]),
                basis=dict(said["basis"]),
                reviews=list(said["reviews"]),
                files=_files(complaint),
                person=_is_last(complaint),
                replayed=True,
            )
            _gone(complaint, found, now)
    resuming.forget(complaint.subject)
    _discard(found)  # also what a copy of the store brought back
    return found.replayed and complaint.destroyed_at is None
