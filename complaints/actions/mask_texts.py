"""Masking what was written before texts were masked at save (control C1).

Batches by primary key, each in a transaction of its own: killed at any point, nothing is half done,
and the next run finds what is left. Left alone and counted: tables that are only added to, cases
that are archived or held, and what counsel has read or signed, because signatures and the sealed
record cover those very words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import DatabaseError, transaction
from django.db.models import Model
from django.utils import timezone

from accounts.masking import originals
from audit import grants
from audit.record import record
from complaints import search
from complaints.importing.headings import fingerprint
from complaints.importing.table import unique_names
from complaints.lifecycle import State
from complaints.models import Complaint, ImportRun, ImportTemplate, Resolution
from complaints.vaulting import case_of

BATCH = 500
SUBJECT = "masking"


@dataclass
class Counts:
    """What became of a table: rows looked at, masked, and left as they are."""

    table: str
    seen: int = 0
    masked: int = 0
    left: int = 0


def tables() -> Iterator[tuple[type[Model], list[Any]]]:
    """Each model with columns that mask, and these columns."""
    for model in apps.get_models():
        columns = [f for f in model._meta.local_concrete_fields if getattr(f, "masks", False)]
        if columns:
            yield model, columns


def run(batch: int = BATCH) -> Iterator[Counts]:
    """Mask table by table; answers after each. Nothing happens to what is masked already."""
    total = 0
    for counts in _headings(batch):
        total += counts.masked
        yield counts
    for model, columns in tables():
        counts = Counts(model._meta.db_table)
        last: Any = None
        while True:
            rows, last = _batch(model, columns, last, batch, counts)
            if not rows:
                break
        total += counts.masked
        yield counts
    if total:
        record("texts.masked", SUBJECT, None, timezone.now(), {"rows": total})


def _headings(size: int) -> Iterator[Counts]:
    """The columns of imported lists. Of a list without headings the first row was taken for them,
    and its numbers stood in the mapping; the list itself lies sealed beside its run.
    """
    for model in (ImportRun, ImportTemplate):
        counts = Counts(model._meta.db_table)
        last = 0
        while rows := _some(model, last, size, counts):
            last = rows
        yield counts


def _some(model: Any, last: int, size: int, to: Counts) -> int:
    """The next rows after that key; answers the last of them, 0 where there are no more."""
    with transaction.atomic():
        rows = list(model.objects.filter(pk__gt=last).order_by("pk").select_for_update()[:size])
        for row in rows:
            to.seen += 1
            columns = tuple(row.mapping)
            names = unique_names(columns, "{n}")
            if names != columns:
                row.mapping = dict(zip(names, row.mapping.values(), strict=True))
                _rename(row)
                to.masked += 1
    return rows[-1].pk if rows else 0


def _rename(row: ImportRun | ImportTemplate) -> None:
    """Save the columns. A remembered mapping is found by a hash of them, from which a number could
    be guessed: it is made anew, and of two for the same columns the other one stays.
    """
    if isinstance(row, ImportRun):
        row.save(update_fields=["mapping"])
        return
    row.columns_hash = fingerprint(row.mapping)
    same = ImportTemplate.objects.filter(user=row.user_id, columns_hash=row.columns_hash)
    if same.exclude(pk=row.pk).exists():
        row.delete()
        return
    row.save(update_fields=["mapping", "columns_hash"])


def _batch(
    model: type[Model], columns: list[Any], last: Any, size: int, counts: Counts
) -> tuple[int, Any]:
    """The next rows by primary key: how many there were, and the last of them."""
    names = [c.attname for c in columns]
    with transaction.atomic():
        found = model._base_manager.order_by("pk")
        if last is not None:
            found = found.filter(pk__gt=last)
        if _may_change(model, names):
            # No key: rows that refer to these (figures) are written meanwhile
            found = found.select_for_update(of=("self",), no_key=True)
        rows = list(found[:size])
        for row in rows:
            counts.seen += 1
            changed = {c: c.masked(getattr(row, c.attname)) for c in columns}
            changed = {c: (value, spans) for c, (value, spans) in changed.items() if spans}
            if changed:
                done = _may_change(model, names) and _write(row, changed)
                counts.masked += done
                counts.left += not done
    return len(rows), rows[-1].pk if rows else last


def _may_change(model: type[Model], names: list[str]) -> bool:
    """Whether the site may change these columns at all; it may not where rows are only added."""
    granted = grants.rights(model).get("UPDATE")
    return granted == "" or (granted is not None and all(f'"{n}"' in granted for n in names))


def _is_settled(row: Model) -> bool:
    """Its words were signed or read by counsel, or its case is sealed, held or destroyed."""
    version = row if isinstance(row, Resolution) else getattr(row, "resolution", None)
    if isinstance(version, Resolution) and version.status != Resolution.Status.DRAFT:
        return True
    case = case_of(row)
    return case is not None and (
        case.legal_hold or case.state == State.ARCHIVED or case.destroyed_at is not None
    )


def _write(row: Model, changed: dict[Any, Any]) -> bool:
    """False where the row is settled, or the database refuses."""
    if _is_settled(row):
        return False
    try:
        with transaction.atomic():
            for column, (value, spans) in changed.items():
                originals.keep(row, column.where(), spans)
                setattr(row, column.attname, value)
            values = {column.attname: value for column, (value, _spans) in changed.items()}
            type(row)._base_manager.filter(pk=row.pk).update(**values)
            if isinstance(row, Complaint):
                search.index(row)
    except DatabaseError:
        return False
    return True
