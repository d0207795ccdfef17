"""The demo, loaded once for all tests of this folder, with two interruptions on the way."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import pytest
from django.core.management import call_command

from quickstart import beginning
from quickstart.demo.load import Loaded, load
from quickstart.models import Installation


@dataclass
class Story:
    """What the loads said and did."""

    said: list[str] = field(default_factory=list)
    interrupted_at: list[int] = field(default_factory=list)
    last: Loaded = field(default_factory=Loaded)

    @property
    def anchor(self) -> Any:
        return Installation.objects.get().demo_anchor


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _position() -> int:
    return Installation.objects.get().demo_position


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[Story]:
    """Loaded in three goes: stopped in the middle of a batch, stopped between two, finished."""
    story = Story()

    def say(text: str) -> None:
        story.said.append(text)
        if len(story.said) == 2:
            raise KeyboardInterrupt

    with django_db_blocker.unblock():
        beginning.of_this_database(empty=False)
        beginning.demo_people()
        before = signal.signal(signal.SIGALRM, _stop)
        signal.setitimer(signal.ITIMER_REAL, 4)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                load(say)
            signal.setitimer(signal.ITIMER_REAL, 0)
            story.interrupted_at.append(_position())
        signal.signal(signal.SIGALRM, before)
        story.last = load(say)
        yield story
        call_command("flush", interactive=False, verbosity=0)
