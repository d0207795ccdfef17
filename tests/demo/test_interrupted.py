"""A load of the demo that is stopped goes on where it was, as if nothing had happened."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import pytest
from django.core.management import call_command

from complaints.models import Complaint, Event
from quickstart import beginning
from quickstart.demo import programme
from quickstart.demo.load import load
from quickstart.demo.moments import Anchor
from quickstart.models import Installation
from tests.demo.about_load import (
    test_every_audit_chain_is_whole,
    test_history_is_lawful,
    test_nobody_signed_or_confirmed_the_own_work,
    test_numbers_follow_the_order_of_registration,
    test_time_runs_forwards_in_every_case,
)

__all__ = [
    "test_every_audit_chain_is_whole",
    "test_history_is_lawful",
    "test_nobody_signed_or_confirmed_the_own_work",
    "test_numbers_follow_the_order_of_registration",
    "test_time_runs_forwards_in_every_case",
]
pytestmark = [pytest.mark.usefixtures("demo"), pytest.mark.django_db]
SOON = 3.0  # seconds of the processor: four batches of acts, on a busy machine too


@dataclass
class Stopped:
    """How many acts were done at each stop."""

    at: list[int] = field(default_factory=list)

    @property
    def anchor(self) -> Any:
        return Installation.objects.get().demo_anchor


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _stop_at_once(_text: str) -> None:
    raise KeyboardInterrupt


@contextmanager
def _stopped_soon() -> Iterator[None]:
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SOON)
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stopped]:
    """Stopped in the middle of a batch, between two when it tells its progress, in the middle."""
    story = Stopped()

    def note() -> None:
        story.at.append(Installation.objects.get().demo_position)

    with django_db_blocker.unblock():
        beginning.of_this_database(empty=False)
        beginning.demo_people()
        with _stopped_soon():
            load(_stop_at_once)
        note()
        with pytest.raises(KeyboardInterrupt):
            load(_stop_at_once)
        note()
        with _stopped_soon():
            load(_stop_at_once)
        note()
        yield story
        call_command("flush", interactive=False, verbosity=0)


def test_each_case_is_there_once_as_far_as_the_acts_went(demo: Stopped) -> None:
    cases, acts = programme.make(Anchor(demo.anchor))
    done = acts[: demo.at[-1]]
    begun = sorted(act.case for act in done if act.name == "register")
    references = Complaint.objects.values_list("external_reference", flat=True)
    assert sorted(references) == begun
    assert Event.objects.filter(code="registered").count() == len(begun)
    assert 0 < demo.at[0] < demo.at[1] < demo.at[2] < len(acts)
    assert 30 <= len(begun) < len(cases)
