"""How sealed rows lead to their case, and which of them lost their words because the file of the
case was lawfully destroyed: the record does not call those altered, as long as the register of
disposal names the case and nothing but words is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from audit import kinds
from audit.kinds import Columns
from complaints.shredding_sql import GONE, PLAN

CASE_OF = {
    "complaints.Event": "complaint",
    "complaints.Transition": "complaint",
    "complaints.Analysis": "complaint",
    "complaints.Opinion": "resolution__complaint",
    "complaints.DisposalReview": "row__complaint",
    "complaints.Package": "sealing__complaint",
    "complaints.Export": "package__sealing__complaint",
    "complaints.ExportRequest": "package__sealing__complaint",
    "complaints.ExportConsent": "request__package__sealing__complaint",
    "complaints.Voided": "opinion__resolution__complaint",
    "complaints.HeldCase": "complaint",
    "complaints.Destroyed": "complaint",
    "complaints.Reveal": "complaint",
    "evidence.Item": "folder__complaint",
    "evidence.Custody": "item__folder__complaint",
    "evidence.Withdrawal": "item__folder__complaint",
    "evidence.Link": "item__folder__complaint",
}
NUMBER_OF = {  # the number of the evidence in its case
    "evidence.Item": "number",
    "evidence.Custody": "item__number",
    "evidence.Withdrawal": "item__number",
    "evidence.Link": "item__number",
}


def among(kind: str, rows: Mapping[int, Columns]) -> Collection[int]:
    """Those of the rows of a kind whose case stands in the register, and whose words are gone."""
    model: Any = kinds.all_kinds()[kind].model
    case = CASE_OF.get(model._meta.label)
    if case is None or model._meta.label not in PLAN:
        return ()
    columns = [model._meta.get_field(name).attname for name in PLAN[model._meta.label][1]]
    empty = [pk for pk, row in rows.items() if all(_is_gone(row[name]) for name in columns)]
    gone = model._base_manager.filter(**{"pk__in": empty, f"{case}__destroyed__isnull": False})
    return list(gone.values_list("pk", flat=True))


def _is_gone(value: Any) -> bool:
    """As `kesu_destroy_case` leaves it."""
    return value == GONE or not (bytes(value) if isinstance(value, memoryview) else value)


def names(kind: str, ids: Collection[int]) -> dict[int, tuple[str, int | None]]:
    """The case of each row, and the number of the evidence there; a file is named by its item, a
    sealed file by its package.
    """
    kind = {"file": "item", "package_file": "package"}.get(kind, kind)
    if kind not in kinds.all_kinds():
        return {}
    model: Any = kinds.all_kinds()[kind].model
    case, number = CASE_OF.get(model._meta.label), NUMBER_OF.get(model._meta.label)
    if case is None:
        return {}
    found = model._base_manager.filter(pk__in=ids).values_list(
        "pk", f"{case}__number", *([number] if number else [])
    )
    return {pk: (f"complaint:{of}", *(more or [None])) for pk, of, *more in found if of}


def packages() -> Iterator[tuple[str, str, int]]:
    """The files of sealed packages, but for those that were lawfully destroyed: SHA-256, kind, id
    of the row that names it.
    """
    model: Any = kinds.all_kinds()["package"].model
    kept = model.objects.filter(sealing__complaint__destroyed__isnull=True)
    for sha256, pk in kept.order_by("sha256", "pk").values_list("sha256", "pk").iterator():
        yield sha256, "package_file", pk
