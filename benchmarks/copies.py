"""Are copied complaints found, and are honest ones that look alike left alone?

    python -m benchmarks.copies [TEXTS] [SEEDS] [FIRST SEED]

Assumed: invented complaints (`benchmarks/words.py`; the same products, troubles and phrases come
again and again), and among them twenty campaigns of six texts each: one invented text and five
copies of it, in which a share of the characters is replaced, left out or doubled at random and
every number is another. All are received in random order. Precision: the share of the pairs named
as copies that are; recall: the share of the copies that stand in a cluster with another text of
their campaign.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterable
from itertools import combinations

import numpy as np

from analytics.detection.copies import Cluster, find_copies
from benchmarks.words import CHARACTERS, complaint, complaints
from quickstart.terminal import say, table, tolerate_any_encoding

TEXTS, SEEDS = 4000, 3
CAMPAIGNS, SIZE = 20, 6
EDITS = (0.0, 0.03, 0.08, 0.15)
GOAL = {0.0: 0.97, 0.03: 0.97}
PRECISION = 0.99  # two honest texts of thousands do say the same by accident
Key = tuple[int, int]  # campaign or −1, number
Text = tuple[Key, str]


def edited(random: np.random.Generator, text: str, share: float) -> str:
    """A copy: other numbers, and so many of its characters changed."""
    text = re.sub(r"\d+", lambda _: str(random.integers(1, 10**6)), text)
    characters = list(text)
    for at in np.flatnonzero(random.random(len(characters)) < share):
        characters[at] = str(
            random.choice([random.choice(list(CHARACTERS)), "", characters[at] * 2])
        )
    return "".join(characters)


def world(seed: int, texts: int, share: float) -> list[Text]:
    """Honest texts and campaigns, mixed."""
    random = np.random.default_rng(seed)
    rows = [((-1, at), text) for at, text in enumerate(complaints(random, texts))]
    for campaign in range(CAMPAIGNS):
        original = complaint(random)
        rows += [((campaign, at), edited(random, original, share * (at > 0))) for at in range(SIZE)]
    return [rows[at] for at in random.permutation(len(rows))]


def judged(clusters: Iterable[Cluster]) -> tuple[float, float]:
    """Precision over pairs, and recall over copies."""
    right = named = 0
    found: set[Key] = set()
    for cluster in clusters:
        keys = [member.key for member in cluster.members]
        for one, other in combinations(keys, 2):
            named += 1
            if one[0] == other[0] >= 0:
                right += 1
                found |= {one, other}
    return right / named if named else 1.0, len(found) / (CAMPAIGNS * SIZE)


def main() -> int:
    """1 if copies are missed that should be found, or honest texts named; else 0."""
    tolerate_any_encoding()
    texts, seeds, first = [*map(int, sys.argv[1:]), *(TEXTS, SEEDS, 0)[len(sys.argv) - 1 :]]
    rows: list[tuple[str, ...]] = [("characters changed", "precision", "recall")]
    missed, spent = False, 0.0
    for share in EDITS:
        results = []
        for seed in range(first, first + seeds):
            received = world(seed, texts, share)
            began = time.process_time()
            results.append(judged(find_copies(received, at_least=2)))
            spent += time.process_time() - began
        precision, recall = (min(each) for each in zip(*results, strict=True))
        rows.append((f"{share:.0%}", f"{precision:.3f}", f"{recall:.2f}"))
        missed |= precision < PRECISION or recall < GOAL.get(share, 0)
    say(f"the worst of {seeds} seeds, {texts:,} honest texts\n{table(rows)}", timed=False)
    many = seeds * len(EDITS) * (texts + CAMPAIGNS * SIZE)
    say(f"{many / spent:,.0f} texts a second of one processor", timed=False)
    held = "held: hardly an honest text named, 97 % of lightly changed copies found"
    say("missed" if missed else held, timed=False)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
