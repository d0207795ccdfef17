"""Which readers a package is for: the complete edition says everything, a redacted one blacks words
out, keeps files back, and counts both.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from complaints.archive import rows
from complaints.models import Edition, Sealing
from evidence.models import Item

BLACK = "███"
# What is bound by a hash cannot be changed and still be verified: it says in its name that it was.
_BOUND = ("/statement.txt", "/covered.json", "data/timeline.jsonl")
# Hashes and moments, in which there are no words; a number of a card or a person is none of them.
_FIXED = re.compile(r"[0-9a-f]{64}|(?=\d*[a-f])[0-9a-f]{16}|\d{4}-\d\d-\d\dT[0-9:.]+\+00:00")
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
        """The file with its words blacked out; in JSON only what is said, never names or numbers,
        so that it stays JSON. The law is public.
        """
        text = path.endswith((".json", ".jsonl", "/statement.txt"))
        if not self.words or path in _UNTOUCHED or not text:
            return path, content
        parts = [content] if path.endswith(".json") else content.splitlines(keepends=True)
        said = b"".join(self._part(path, part) for part in parts)
        found = self.counted.pop(path, 0)
        if not found:
            return path, content
        stem, dot, ending = path.rpartition(".")
        bound = path.endswith(_BOUND) or path.startswith("data/analysis/")
        named = f"{stem}.redacted{dot}{ending}" if bound else path
        self.counted[named] = found
        return named, said

    def _part(self, path: str, part: bytes) -> bytes:
        """A file or a line of it; as it is where nothing is blacked out in it."""
        if not part.strip().startswith((b"{", b"[")):
            return part
        before, said = self.counted[path], self._blacked(path, json.loads(part))
        if self.counted[path] == before:
            return part
        end = b"\n" if part.endswith(b"\n") else b""
        return rows.readable(said) if b"\n " in part else rows.spelled(said) + end

    def _blacked(self, path: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: each if name == "path" else self._blacked(path, each)
                for name, each in value.items()
            }
        if isinstance(value, list):
            return [self._blacked(path, each) for each in value]
        if not isinstance(value, str) or _FIXED.fullmatch(value):
            return value
        return self.saying(path)(value)

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
