"""Chance that falls the same each time: what it decides hangs on its key alone, so that one more
story moves no other.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
SEED = "kesu-2026"


class Dice:
    """Chance for one thing."""

    def __init__(self, *key: object) -> None:
        self._random = random.Random("|".join(map(str, (SEED, *key))))  # noqa: S311 - no secret hangs on it

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(low, high)

    def pick(self, among: Sequence[T]) -> T:
        """One of them."""
        return among[self._random.randrange(len(among))]

    def chance(self, share: float) -> bool:
        """True in so large a share of all cases."""
        return self._random.random() < share

    def share(self) -> float:
        """Between 0 and 1."""
        return self._random.random()

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """All of them, in another order."""
        return self._random.sample(list(things), len(things))
