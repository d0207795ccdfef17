"""Which readers a package is for: the complete edition says everything, a redacted one blacks words
out, keeps files back, and counts both.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from complaints.models import Edition, Sealing
from evidence.models import Item

BLACK = "███"
# What is bound by a hash cannot be changed and still be verified: it says in its name that it was.
_BOUND = ("/statement.txt", "/covered.json", "data/timeline.jsonl")
_UNTOUCHED = (  # no free text in it
    "data/audit.jsonl",
    "data/audit-proofs.jsonl",
    "data/timeline-proofs.jsonl",
    "data/blocks.jsonl",
    "data/signatures/keys/vouches.json",
)
Piece = tuple[str, bytes | Item]


class View:
    """What a reader of an edition sees. `words` are blacked out, of the evidence the files with the
    numbers `shown` go in (None: all).
    """

    def __init__(self, words: Collection[str] = (), shown: Collection[int] | None = None) -> None:
        self.words = sorted({w for w in words if w}, key=lambda w: (-len(w), w))
        self.shown = shown
        self.counted: Counter[str] = Counter()
        self.withheld: list[Item] = []

    @classmethod
    def of(cls, sealing: Sealing) -> View:
        """That of the edition."""
        if sealing.edition == Edition.FULL:
            return cls()
        kept: dict[str, Any] = sealing.redactions
        return cls(kept.get("words", []), frozenset(kept.get("shown", [])))

    @property
    def whole(self) -> bool:
        """Whether it is the complete edition."""
        return self.shown is None

    def shows(self, item: Item) -> bool:
        """Whether the file of a piece of evidence goes in."""
        return self.shown is None or item.number in self.shown

    def say(self, text: str) -> str:
        """The text with the words blacked out."""
        for word in self.words:
            text = text.replace(word, BLACK)
        return text

    def saying(self, path: str) -> Any:
        """The same for a file that is drawn, counted for that file."""

        def say(text: str) -> str:
            self.counted[path] += sum(text.count(word) for word in self.words)
            return self.say(text)

        return say

    def seen(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """The files of a package as this edition has them, and the list of what is missing."""
        for path, piece in pieces:
            if isinstance(piece, bytes):
                yield self._redacted(path, piece)
            elif self.shows(piece):
                yield path, piece
            else:
                self.withheld.append(piece)
        if not self.whole:
            yield "data/redactions.json", self._list()

    def _redacted(self, path: str, content: bytes) -> Piece:
        if not self.words or path in _UNTOUCHED or path.endswith((".pdf", ".bin", ".pem")):
            return path, content
        found = 0
        for word in self.words:
            for spelled in {word, json.dumps(word, ensure_ascii=False)[1:-1]}:
                found += content.count(spelled.encode())
                content = content.replace(spelled.encode(), BLACK.encode())
        if not found:
            return path, content
        stem, dot, ending = path.rpartition(".")
        bound = path.endswith(_BOUND) or path.startswith("data/analysis/")
        named = f"{stem}.redacted{dot}{ending}" if bound else path
        self.counted[named] += found
        return named, content

    def _list(self) -> bytes:
        """How this edition differs from the complete one; the words themselves are not told."""
        said = {
            "blacked_out": {path: n for path, n in sorted(self.counted.items()) if n},
            "words": len(self.words),
            "withheld": [
                {"number": i.number, "sha256": i.sha256, "size": i.size} for i in self.withheld
            ],
        }
        return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()
