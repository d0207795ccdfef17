"""What verifying the record may find, and how much of it is remembered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


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


@dataclass(frozen=True)
class Place:
    """Where: a row of a kind (by its id; an entry also by its subject and sequence), or a block."""

    kind: str
    row: int | None = None
    block: int | None = None
    subject: str = ""
    sequence: int | None = None
    note: str = ""  # the file or the anchor that says so

    def as_json(self) -> dict[str, Any]:
        """Without what is not known."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}


@dataclass
class Report:
    """What was looked at and what was found: of each sort of fault the first place and how many, so
    that it stays small whatever happened.
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
    found: dict[tuple[What, str], tuple[Place, int]] = field(default_factory=dict)

    def add(self, what: What, place: Place) -> None:
        """Remember a fault."""
        first, count = self.found.get((what, place.kind), (place, 0))
        self.found[what, place.kind] = (first, count + 1)

    def counted(self, what: What, kind: str) -> int:
        """How many there are of a sort."""
        return self.found.get((what, kind), (None, 0))[1]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.found

    def faults(self) -> Iterator[tuple[What, Place, int]]:
        """Sort, first place, how many."""
        return ((what, place, count) for (what, _), (place, count) in self.found.items())

    def as_json(self) -> dict[str, Any]:
        """What is kept and printed."""
        return {
            **{"rows": self.rows, "blocks": self.blocks, "chains": self.chains},
            **{"waiting": self.waiting, "destroyed": self.destroyed, "anchors": self.anchors},
            "last_hash": self.last_hash,
            "faults": [
                {"what": str(what), "first": place.as_json(), "count": count}
                for what, place, count in self.faults()
            ],
        }


def faults_of(report: Mapping[str, Any]) -> list[tuple[What, Place, int]]:
    """The faults of a report that was kept."""
    return [
        (What(found["what"]), Place(**found["first"]), found["count"]) for found in report["faults"]
    ]
