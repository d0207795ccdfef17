"""The keeper of numbers that are masked in free text: each is sealed once per case, in the
transaction that saves the text.

A row leads to its case by itself (`complaint`), by what it belongs to (`resolution`), or by its
folder; the numbers of a row that belongs to no case are sealed with keys of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts import vault
from accounts.masking import Span
from complaints.models import Complaint, VaultedSpan

# In the order in which they are tried: the shortest way to the case.
_WAYS = (
    "complaint",
    "resolution",
    "opinion",
    "deadline",
    "folder",
    "item",
    "row",
    "package",
    "sealing",
    "request",
    "commitment",
    "outbox",
    "invitation",
)


def case_of(row: Any) -> Complaint | None:
    """The case to which a row belongs, if it belongs to one; a statement for each step that is not
    loaded.
    """
    for _step in range(4):
        if row is None or isinstance(row, Complaint):
            return row
        row = next((found for way in _WAYS if (found := getattr(row, way, None))), None)
    return None


def keep(row: Model | None, column: str, spans: Sequence[Span]) -> bool:
    """Seal the originals of a row's text; those that the case has already are there once. False for
    a case that is about to be written.
    """
    case = case_of(row)
    if case is not None and case.pk is None:
        return False
    known = row is not None and row.pk is not None and case is None
    seal(case, f"{column}|{row.pk}" if row is not None and known else column, spans)
    return True


def seal(case: Complaint | None, about: str, spans: Iterable[Span]) -> int:
    """Seal these numbers for the case, or apart; answers how many there are. Two statements."""
    now = timezone.now()
    rows = []
    for kind, value, masked in {(s.kind, s.value, s.masked) for s in spans}:
        row = VaultedSpan(
            complaint=case,
            consumer=case.consumer if case is not None else None,
            about=about[:120],
            kind=kind.value,
            masked=masked,
            at=now,
        )
        row.fill(value)
        rows.append((row, value))
    known = _by_former_keys(case, about[:120], rows)
    VaultedSpan.objects.bulk_create([r for r, _v in rows if r not in known], ignore_conflicts=True)
    return len(rows)


def _by_former_keys(
    case: Complaint | None, about: str, rows: Sequence[tuple[VaultedSpan, str]]
) -> list[VaultedSpan]:
    """Those that lie there already under a former key of the indexes. No statement but while that
    key is replaced.
    """
    if len(vault.index_keys()) == 1:
        return []
    there = VaultedSpan.objects.filter(complaint=case)
    there = there if case is not None else there.filter(about=about)
    kept = {(kind, bytes(found)) for kind, found in there.values_list("kind", "value_index")}
    return [
        row
        for row, value in rows
        if any((row.kind, found) in kept for found in vault.blind_indexes(row.kind, value))
    ]
