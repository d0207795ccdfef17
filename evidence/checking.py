"""The stored files against the hashes that their items have had since they came."""

from __future__ import annotations

from audit.faults import Place, Report, What
from audit.kinds import destroyed
from evidence.models import Item
from evidence.store import store


def compare(report: Report) -> None:
    """Read every file once, whatever the number of its items; name the first item of one that is
    gone or altered. Raises OSError while the store cannot be reached.
    """
    items = Item.objects.order_by("sha256", "pk").distinct("sha256")
    for pk, sha256 in items.values_list("pk", "sha256").iterator():
        if destroyed("item", [pk]):
            continue
        report.rows["file"] = report.rows.get("file", 0) + 1
        if not store().exists(sha256):
            report.add(What.DELETED, Place("file", pk, note=sha256))
        elif store().digest(sha256) != sha256:
            report.add(What.ALTERED, Place("file", pk, note=sha256))
