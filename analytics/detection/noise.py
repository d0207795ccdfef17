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
    """`excess` has one figure per series; `unsure` is its standard error (None: not told)."""

    shape: str
    excess: Floats
    unsure: Floats | None = None

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

    def divided(self, by: float) -> Noise:
        unsure = None if self.unsure is None else self.unsure / by
        return Noise(self.shape, self.excess / by, unsure)

    def drawn(self, rng: np.random.Generator) -> Noise:
        """One that may as well be the true one: gamma about `excess`, as wide as `unsure`."""
        if self.unsure is None:
            return self
        wide = np.maximum(self.unsure, 1e-6) ** 2
        drawn = rng.gamma(self.excess**2 / wide) * wide / self.excess
        return Noise(self.shape, np.maximum(LEAST, drawn))


def estimated(counts: Floats, mean: Floats, weights: Floats) -> Noise:
    """The likelier shape, with the excess of each series drawn towards that of all."""
    both = [Noise(shape, *excess(shape, counts, mean, weights)) for shape in SHAPES]
    return max(both, key=lambda noise: _likelihood(noise, counts, mean, weights))


def excess(shape: str, counts: Floats, mean: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The excess of each series by moments, drawn towards that of all, and its standard error.

    (y − m)² − m has expectation m × excess or m² × excess. How far it scatters is first taken from
    Poisson counts, then from negative-binomial ones with the excess of all: where complaints come
    in bursts, a rare series says far less of itself than Poisson counts would.
    """
    mean = np.maximum(mean, 1e-9)
    per_excess = mean if shape == "ratio" else mean**2
    seen = per_excess * ((counts - mean) ** 2 - mean)
    shared = LEAST
    for _ in range(2):
        size = mean / shared if shape == "ratio" else 1.0 / shared
        variance = mean + mean**2 / size
        # The fourth central moment of the negative binomial, less the variance squared.
        trust = weights / (variance + variance**2 * (2 + 6 / size))
        information = (trust * per_excess**2).sum(axis=1) + 1e-12
        own = (trust * seen).sum(axis=1) / information
        apart = 1.0 / information
        shared = max(LEAST, float(np.average(own, weights=1.0 / (apart + 0.25))))
    between = max(float(np.average((own - shared) ** 2 - apart, weights=information)), 0.0)
    pull = between / (between + apart)
    unsure = np.sqrt(pull * apart + 1.0 / (1.0 / (apart + between)).sum())
    return np.maximum(LEAST, shared + pull * (own - shared)), unsure


def _likelihood(noise: Noise, counts: Floats, mean: Floats, weights: Floats) -> float:
    mean = np.maximum(mean, 1e-9)
    size = noise.size(mean)
    each = gammaln(counts + size) - gammaln(size) + size * np.log(size / (size + mean))
    each = each + counts * np.log(mean / (size + mean))
    return float((weights * each).sum())
