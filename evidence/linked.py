"""What an item proves, as it stands after everything that was linked and taken away again."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.models import Link


def standing(rows: Iterable[Link]) -> list[Link]:
    """The links that count, in the order in which they were made. `rows` are all of one item, in
    the order of their ids.
    """
    newest: dict[tuple[str, str], Link] = {}
    for row in rows:
        newest.pop((row.kind, row.target), None)
        newest[row.kind, row.target] = row
    return [row for row in newest.values() if row.linked]
