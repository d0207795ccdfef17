"""The stored files against the hashes that their items have had since they came."""

from __future__ import annotations

from itertools import groupby

from audit.faults import Place, Report, What
from audit.kinds import destroyed
from evidence.models import Item
from evidence.store import store


def compare(report: Report) -> None:
    """Read every file once, whatever the number of its items; name the first item that is still
    there of one that is gone or altered. Raises OSError while the store cannot be reached.
    """
    items = Item.objects.order_by("sha256", "pk").values_list("sha256", "pk")
    for sha256, rows in groupby(items.iterator(), lambda row: row[0]):
        pks = [pk for _sha256, pk in rows]
        gone = destroyed("item", pks)
        if (pk := next((pk for pk in pks if pk not in gone), None)) is None:
            continue
        report.rows["file"] = report.rows.get("file", 0) + 1
        if not store().exists(sha256):
            report.add(What.DELETED, Place("file", pk, note=sha256))
        elif store().digest(sha256) != sha256:
            report.add(What.ALTERED, Place("file", pk, note=sha256))
