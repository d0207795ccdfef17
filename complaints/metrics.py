"""The health of the clocks and of the outbox as figures for Prometheus, at /metrics.

Read from the database when they are asked for, so that every web process tells the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector

from complaints import health

FIGURES = {
    "kesu_sweep_last_timestamp": "End of the last sweep of the clocks in Unix seconds, 0: never",
    "kesu_sweep_lag_seconds": "How long the clock that waits longest has been due",
    "kesu_deadlines_due": "Clocks with a rung that is due",
    "kesu_deadlines_postponed": "Clocks that failed in a sweep and are tried again",
    "kesu_outbox_waiting": "Effects that may leave and have not left",
}


class Figures(Collector):
    """A database that is away takes these figures away and nothing else."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """The names, without asking the database."""
        for name, words in FIGURES.items():
            yield GaugeMetricFamily(name, words)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Names with values."""
        try:
            now = health.current()
        except DatabaseError:
            return
        values = {
            "kesu_sweep_last_timestamp": now.last.finished_at.timestamp() if now.last else 0,
            "kesu_sweep_lag_seconds": now.lag.total_seconds(),
            "kesu_deadlines_due": now.due,
            "kesu_deadlines_postponed": now.postponed,
            "kesu_outbox_waiting": now.waiting,
        }
        for name, words in FIGURES.items():
            yield GaugeMetricFamily(name, words, value=values[name])


def register() -> None:
    """Once per process."""
    REGISTRY.register(Figures())
