"""How far counts scatter about what is expected: negative-binomial, as each set of series says.

Two shapes are known and the likelier one over the whole set is taken: variance/mean constant in a
series ("ratio"), or variance = mean + mean²/size ("size"), where it grows with the orders.
The `excess` is variance/mean − 1 in the first case and 1/size in the second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from analytics.detection.series import Floats

SHAPES = ("ratio", "size")
LEAST = 1e-3  # below this the counts are Poisson
MOST = 1e6


@dataclass(frozen=True)
class Noise:
    """`excess` has one figure per series."""

    shape: str
    excess: Floats

    def size(self, mean: Floats) -> Floats:
        """The size of the negative-binomial distribution, series × days."""
        if self.shape == "ratio":
            return np.minimum(np.maximum(mean, 1e-9) / self.excess[:, None], MOST)
        return np.broadcast_to(np.minimum(1.0 / self.excess[:, None], MOST), mean.shape)

    def ratio(self, mean: Floats) -> Floats:
        """variance / mean, series × days."""
        return 1.0 + mean / self.size(mean)

    def of(self, rows: slice | Floats) -> Noise:
        return Noise(self.shape, self.excess[rows])


def estimated(counts: Floats, mean: Floats, weights: Floats) -> Noise:
    """The likelier shape, with the excess of each series drawn towards that of all."""
    both = [Noise(shape, excess(shape, counts, mean, weights)) for shape in SHAPES]
    return max(both, key=lambda noise: _likelihood(noise, counts, mean, weights))


def excess(shape: str, counts: Floats, mean: Floats, weights: Floats) -> Floats:
    """The excess of each series by moments, drawn towards that of all."""
    mean = np.maximum(mean, 1e-9)
    # (y − m)² − m has expectation m × excess or m² × excess, and variance near m + 2 m².
    per_excess = mean if shape == "ratio" else mean**2
    trust = weights / (mean + 2 * mean**2)
    information = (trust * per_excess**2).sum(axis=1) + 1e-12
    own = (trust * per_excess * ((counts - mean) ** 2 - mean)).sum(axis=1) / information
    spread_of_own = 1.0 / information
    shared = np.average(own, weights=1.0 / (spread_of_own + 0.25))
    between = np.maximum(np.average((own - shared) ** 2 - spread_of_own, weights=information), 0.0)
    pull = between / (between + spread_of_own)
    return np.maximum(LEAST, shared + pull * (own - shared))


def _likelihood(noise: Noise, counts: Floats, mean: Floats, weights: Floats) -> float:
    mean = np.maximum(mean, 1e-9)
    size = noise.size(mean)
    each = gammaln(counts + size) - gammaln(size) + size * np.log(size / (size + mean))
    each = each + counts * np.log(mean / (size + mean))
    return float((weights * each).sum())
