"""Real workers and real beats, killed by SIGKILL while deadlines fall due. The full run (20,000
deadlines, 200 kills): `python -m tests.complaints.crash_sweep`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from redis import Redis

from tests.complaints import crash_sweep

DEADLINES, KILLS = 1_000, 12


@pytest.fixture
def _no_tasks_are_left() -> Iterator[None]:
    yield
    with Redis.from_url(settings.CELERY_BROKER_URL) as broker:
        broker.delete("celery", "letters", "unacked", "unacked_index")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_no_tasks_are_left")
def test_every_rung_is_climbed_once_whoever_is_killed(tmp_path: Path) -> None:
    herd = crash_sweep.run(tmp_path / "herd", DEADLINES, KILLS, seed=1)
    assert sum(herd.killed.values()) == KILLS
    assert list(crash_sweep.wrong(DEADLINES)) == []
