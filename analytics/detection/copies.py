"""Complaints that are nearly the same text: the same person again, or many who were given a text.

Sets of three characters in a row are compared by their Jaccard likeness. MinHash finds the few
that can be alike among thousands, and each is then compared exactly. A text joins the most alike
seed; only seeds are looked up, never a text that joined, so that clusters do not grow into one
another along a chain of likenesses.

A cluster is a hint for people. It never by itself rejects, merges or closes a case: many who were
harmed alike write alike, and whoever complains for a living is dealt with by law, not by a number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

MODEL = "copies 1"
ALIKE = 0.5  # Jaccard likeness from which on a text is a copy
SHORTEST = 12  # characters; shorter texts are alike by themselves
LOOKED_AT = 10_000  # characters of a text
PERMUTATIONS = 128
BANDS, ROWS = 32, 4  # 0.87 of the texts that are alike by 0.5 are looked at, 0.99 of those by 0.6
NOT_READ = re.compile(r"[\W_]+")
DIGITS = re.compile(r"\d+")  # order numbers, days and sums differ in what is otherwise a copy
Key = Hashable
Shingles = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Copy:
    """A text of a cluster, and how alike it is to the seed, 0 to 1."""

    key: Key
    likeness: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """Texts like the first of them that was received."""

    seed: Key
    members: tuple[Copy, ...]  # the seed first, the others as they came


class Copies:
    """Texts in the order of receipt; each can be added as it comes. One takes about 11 kB of
    memory, so a window of fifty thousand is as much as a worker should hold.
    """

    def __init__(self, threshold: float = ALIKE) -> None:
        self._threshold = threshold
        self._index = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, ROWS))
        self._empty = MinHash(PERMUTATIONS, hashfunc=int)
        self._seeds: dict[Key, tuple[int, Shingles]] = {}  # with their turn
        self._members: dict[Key, list[Copy]] = {}
        self._added: set[Key] = set()

    def add(self, key: Key, text: str) -> Key | None:
        """The seed that the text joins; None where it is the first of its kind or too short.

        A key that was added before is not looked at again, and answers None.
        """
        shingles = _shingles(text)
        if key in self._added or not len(shingles):
            return None
        self._added.add(key)
        sketch = self._empty.copy()
        sketch.update_batch(_mixed(shingles))
        likeness, seed = self._nearest(self._index.query(sketch), shingles)
        if likeness >= self._threshold:
            self._members[seed].append(Copy(key, likeness))
            return seed
        self._seeds[key] = len(self._seeds), shingles
        self._members[key] = [Copy(key, 1.0)]
        self._index.insert(key, sketch)
        return None

    def clusters(self, at_least: int = 3) -> tuple[Cluster, ...]:
        """Those with so many texts, in the order of their seeds."""
        return tuple(
            Cluster(seed, tuple(members))
            for seed, members in self._members.items()
            if len(members) >= at_least
        )

    def _nearest(self, seeds: list[Key], shingles: Shingles) -> tuple[float, Key]:
        """The most alike of these; of equals the one that came first."""
        alike = ((_likeness(self._seeds[seed][1], shingles), seed) for seed in seeds)
        return max(alike, key=lambda each: (each[0], -self._seeds[each[1]][0]), default=(0.0, None))


def find_copies(texts: Iterable[tuple[Key, str]], at_least: int = 3) -> tuple[Cluster, ...]:
    """Clusters of (key, text) in the order of receipt."""
    copies = Copies()
    for key, text in texts:
        copies.add(key, text)
    return copies.clusters(at_least)


def _shingles(text: str) -> Shingles:
    """The different runs of three characters, as numbers in order; none of a text too short."""
    folded = unicodedata.normalize("NFKC", text[:LOOKED_AT]).lower()
    letters = DIGITS.sub("0", NOT_READ.sub("", folded))
    if len(letters) < SHORTEST:
        return np.array([], dtype=np.uint64)
    codes = np.frombuffer(letters.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    packed = codes[:-2] << np.uint64(42) | codes[1:-1] << np.uint64(21) | codes[2:]
    return np.unique(packed)


def _mixed(shingles: Shingles) -> list[int]:
    """Of 32 bits, as MinHash takes them."""
    spread = shingles * np.uint64(0x9E3779B97F4A7C15)
    mixed: list[int] = (spread >> np.uint64(32)).tolist()
    return mixed


def _likeness(one: Shingles, other: Shingles) -> float:
    shorter, longer = sorted((len(one), len(other)))
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (shorter + longer - shared)
