"""A trial of a rulebook over all open cases, its worker killed: it goes on where it was, each case
is looked at once, and the running rulebook never changes.
"""

from __future__ import annotations

from complaints.actions import trials
from complaints.models import Trial, TrialPart, TrialResult
from tests.cast import Cast
from tests.complaints.test_trials import HONEST, OVERPAID, kept
from tests.crowd import crowd
from tests.live import eventually
from tests.outages.conftest import Installation

CASES = 1_200  # six parts: the first is done, the second is being worked on


def call(installation: Installation, trial: Trial) -> None:
    """What the start, a worker's last word and beat's sweep send."""
    for _ in range(2):
        installation.call("complaints.tasks.work_on_trial", trial.pk)


def done(trial: Trial) -> int:
    return trials.progress(trial).done


def test_a_killed_worker_loses_no_case_and_doubles_none(
    installation: Installation, people: Cast
) -> None:
    crowd(people, CASES, [OVERPAID, HONEST])
    trial = kept(people.counsel)
    trials.start(trial, by=people.counsel)
    with installation.worker() as worker:
        call(installation, trial)
        eventually(lambda: done(trial), lambda n: n > 0)
        worker.kill()
        halfway = done(trial)
        assert 0 < halfway < CASES
        assert TrialResult.objects.filter(trial=trial).count() == trials.progress(trial).changed
        worker.start()
        call(installation, trial)
        eventually(lambda: Trial.objects.get(pk=trial.pk).state, lambda state: state == "done")
    told = trials.progress(trial)
    assert (told.done, told.changed, told.failed) == (CASES + 1, CASES // 2, 0)
    assert TrialResult.objects.filter(trial=trial).count() == CASES // 2
    assert not TrialPart.objects.filter(trial=trial, done_at=None).exists()
