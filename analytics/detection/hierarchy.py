"""One cause, one alarm: category → product → region, and only the most specific level that
explains the excess.

Each level above is watched as the sum of its series. Where it and something below it alarm at the
same time, the part below is taken away from the sum:
- what is left would have alarmed as well: the excess is spread, the level above is named and the
  parts that are no worse than the rest of it are not;
- what is left is calm and half of the whole or more alarmed by itself, in two branches at least:
  the level above is named;
- what is left is calm otherwise: the parts explain it, and they are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from analytics.detection import cusum
from analytics.detection.noise import Noise
from analytics.detection.series import Floats, Path

NEAR = 7  # days between two alarms that belong together
MOST_OF_IT = 0.5


class Nodes(NamedTuple):
    """`paths`: the leaves first, then the levels above them, upwards; `sums` (nodes × leaves)."""

    paths: list[Path]
    sums: sparse.csr_matrix

    def under(self, row: int, path: Path) -> bool:
        return len(self.paths[row]) > len(path) and self.paths[row][: len(path)] == path


def nodes(leaves: Sequence[Path]) -> Nodes:
    """All levels of the tree; a flat list has only leaves."""
    paths, rows, columns = list(leaves), list(range(len(leaves))), list(range(len(leaves)))
    for depth in range(len(leaves[0]) - 1, 0, -1):
        known: dict[Path, int] = {}
        for column, leaf in enumerate(leaves):
            if leaf[:depth] not in known:
                known[leaf[:depth]] = len(paths)
                paths.append(leaf[:depth])
            rows.append(known[leaf[:depth]])
            columns.append(column)
    shape = (len(paths), len(leaves))
    return Nodes(paths, sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape))


class Watched(NamedTuple):
    """Nodes × days: `counts`, `expected`; the noise and the threshold of each node."""

    counts: Floats
    expected: Floats
    noise: Noise
    thresholds: Floats


def named(found: Sequence[cusum.Episode], tree: Nodes, watched: Watched) -> list[cusum.Episode]:
    """The episodes that remain when each excess is named once."""
    if len(tree.paths) == tree.sums.shape[1]:
        return list(found)
    kept: list[cusum.Episode] = []
    for episode in sorted(found, key=lambda one: (-len(tree.paths[one.row]), one.day, one.row)):
        path = tree.paths[episode.row]
        parts = [part for part in kept if tree.under(part.row, path) and _together(part, episode)]
        if not parts:
            kept.append(episode)
            continue
        dropped = _explained(episode, parts, tree, watched)
        kept = [one for one in kept if not any(one is gone for gone in dropped)]
        if not any(gone is episode for gone in dropped):
            kept.append(episode)
    return kept


def _together(one: cusum.Episode, other: cusum.Episode) -> bool:
    return one.started <= other.ended + NEAR and other.started <= one.ended + NEAR


def _explained(
    whole: cusum.Episode, parts: list[cusum.Episode], tree: Nodes, watched: Watched
) -> list[cusum.Episode]:
    """Those of `whole` and its `parts` that the others explain."""
    first = min(whole.started, *(part.started for part in parts))
    days = slice(first, whole.ended + 1)
    rows = _outermost([part.row for part in parts], tree)
    counts = watched.counts[whole.row, days] - watched.counts[rows, days].sum(axis=0)
    expected = watched.expected[whole.row, days] - watched.expected[rows, days].sum(axis=0)
    expected = np.maximum(expected, 0.0)
    branches = {tree.paths[row][: len(tree.paths[whole.row]) + 1] for row in rows}
    share = 1.0 - expected.sum() / watched.expected[whole.row, days].sum()
    if _alarms(counts, expected, whole.row, watched):
        rest = counts.sum() / max(expected.sum(), 1e-9)
        return [part for part in parts if not _worse(part, rest, watched)]
    if share >= MOST_OF_IT and len(branches) > 1:
        return parts
    return [whole]


def _outermost(rows: list[int], tree: Nodes) -> list[int]:
    """Without rows that lie inside another of them, which would be taken away twice."""
    once = sorted(set(rows))
    return [row for row in once if not any(tree.under(row, tree.paths[other]) for other in once)]


def _alarms(counts: Floats, expected: Floats, row: int, watched: Watched) -> bool:
    if expected.sum() <= 0:
        return False
    size = watched.noise.of(np.array([row])).size(expected[None, :])
    steps = cusum.evidence(counts[None, :], expected[None, :], size)
    return bool(cusum.episodes(steps, watched.thresholds[row : row + 1]))


def _worse(part: cusum.Episode, rest: float, watched: Watched) -> bool:
    """Would the part alarm even if all were to be `rest` times as many?"""
    days = slice(part.started, part.ended + 1)
    lifted = watched.expected[part.row, days] * max(rest, 1.0)
    return _alarms(watched.counts[part.row, days], lifted, part.row, watched)
