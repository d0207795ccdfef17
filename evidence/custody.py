"""The chain of custody: whoever has an item in hand, for whatever, leaves a row of its custody and
an entry in the audit record of its case, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from audit.record import Act, record_many
from evidence.models import Custody, Item


def note(
    item: Item,
    subject: str,
    by: Any,
    act: Custody.Act,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> Custody:
    """`by` had the item in hand. `subject` is the case's name in the audit record, whose lock the
    caller holds; `detail` holds plain JSON values and no personal data.
    """
    return note_all([item], subject, by, act, now, detail)[0]


def note_all(
    items: Sequence[Item],
    subject: str,
    by: Any,
    act: Custody.Act,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> list[Custody]:
    """The same for many items of one case at once: two statements for the custody and the record,
    however many there are.
    """
    more = dict(detail or {})
    rows = [Custody(item=item, at=now, by=by, act=act, detail=more) for item in items]
    verb = f"evidence.{act}"
    acts = [Act(verb, subject, {"number": i.number, "sha256": i.sha256, **more}) for i in items]
    made = Custody.objects.bulk_create(rows)
    record_many(acts, by, now)
    return made
