"""What verifying the record may find, and how much of it is remembered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

# kind, ids of rows → of each that can be told: the subject it belongs to, and its number there
Named = Callable[[str, Collection[int]], Mapping[int, tuple[str, int | None]]]


class What(StrEnum):
    """How a row, a chain or a block does not hold."""

    ALTERED = "altered"  # it is not what was sealed
    DELETED = "deleted"  # it was sealed, or waited for that, and is gone
    INSERTED = "inserted"  # no block knows it
    REORDERED = "reordered"  # it was sealed at another place
    BROKEN = "broken"  # a chain does not go on from one entry to the next
    CUT_OFF = "cut_off"  # a chain, or the blocks, went on further
    REBUILT = "rebuilt"  # another block was anchored outside
    WAITING = "waiting"  # it should have been sealed long ago
    UNGUARDED = "unguarded"  # a trigger that keeps rows as they are is gone or asleep


@dataclass(frozen=True)
class Place:
    """Where: a row of a kind by its id, with its case (`subject`) where one can tell, or a block.

    `sequence`: the number of an entry in the chain of its subject, of evidence in its case.
    """

    kind: str
    row: int | None = None
    block: int | None = None
    subject: str = ""
    sequence: int | None = None
    note: str = ""  # the file, the anchor or the table of which it is said

    def as_json(self) -> dict[str, Any]:
        """Without what is not known."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}


MOST = 20  # places of one sort that are named, the first ones


@dataclass
class Report:
    """What was looked at and what was found: of each sort of fault the first places and how many,
    so that it stays small whatever happened.
    """

    at: datetime
    rows: dict[str, int] = field(default_factory=dict)  # of each kind, those in blocks
    blocks: int = 0
    chains: int = 0
    waiting: int = 0  # rows that came in since the last block
    destroyed: int = 0  # rows without their personal text, as the register says
    anchors: int = 0
    last_hash: str = ""  # of the last block
    seconds: float = 0
    unnamed: int = 0  # files that no row names: left by uploads that were not completed
    found: dict[tuple[What, str], tuple[Place, int]] = field(default_factory=dict)
    places: dict[tuple[What, str], list[Place]] = field(default_factory=dict)

    def add(self, what: What, place: Place, count: int = 1) -> None:
        """Remember a fault; of several together the first place."""
        first, before = self.found.get((what, place.kind), (place, 0))
        self.found[what, place.kind] = (first, before + count)
        places = self.places.setdefault((what, place.kind), [])
        if len(places) < MOST:
            places.append(place)

    def name(self, named: Named) -> None:
        """Say of each place that is told by its row alone to which case the row belongs."""
        for (what, kind), places in self.places.items():
            rows = {p.row for p in places if p.row is not None and not p.subject}
            known = named(kind, rows) if rows else {}
            places[:] = [_named(place, known) for place in places]
            self.found[what, kind] = (places[0], self.found[what, kind][1])

    def counted(self, what: What, kind: str) -> int:
        """How many there are of a sort."""
        return self.found.get((what, kind), (None, 0))[1]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.found

    def others(self, what: What, kind: str) -> list[Place]:
        """The places after the first one, as many as are remembered."""
        return self.places.get((what, kind), [])[1:]

    def faults(self) -> Iterator[tuple[What, Place, int]]:
        """Sort, first place, how many."""
        return ((what, place, count) for (what, _), (place, count) in self.found.items())

    def as_json(self) -> dict[str, Any]:
        """What is kept and printed."""
        return {
            **{"rows": self.rows, "blocks": self.blocks, "chains": self.chains},
            **{"waiting": self.waiting, "destroyed": self.destroyed, "anchors": self.anchors},
            "last_hash": self.last_hash,
            "unnamed": self.unnamed,
            "faults": [
                {
                    **{"what": str(what), "first": place.as_json(), "count": count},
                    "others": [other.as_json() for other in self.others(what, place.kind)],
                }
                for what, place, count in self.faults()
            ],
        }


def _named(place: Place, known: Mapping[int, tuple[str, int | None]]) -> Place:
    if place.subject or place.row is None or place.row not in known:
        return place
    subject, number = known[place.row]
    return replace(place, subject=subject, sequence=number)


def faults_of(report: Mapping[str, Any]) -> list[tuple[What, Place, int]]:
    """The faults of a report that was kept."""
    return [
        (What(found["what"]), Place(**found["first"]), found["count"]) for found in report["faults"]
    ]
