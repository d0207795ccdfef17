"""Celery's doors onto the actions. Tasks carry ids and are idempotent."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from complaints.actions import (
    access_decision,
    archiving,
    calendar_notice,
    disposal,
    half_typed,
    import_run,
    importing,
    letter_batches,
    mass_draft,
    payment_file,
    payment_run,
    recount,
    recount_work,
    returning,
    sealing,
    shredding,
    sweep,
    trial_work,
    trials,
)
from complaints.finding import waiting


@shared_task(bind=True)
def enforce_deadlines(self: Any) -> int:
    """Climb the ladders that are due now; answers how many.

    A sweep is short and calls the next one while more is due: others' tasks come in between.
    """
    swept = sweep.run(self.request.hostname or "")
    if swept.more:
        self.apply_async(retry=False)
    return swept.handled


@shared_task
def archive_finished() -> int:
    """Archive complete files of cases closed for long enough; answers how many."""
    return archiving.archive_due(timezone.now())


@shared_task
def ask_for_reviews() -> int:
    """Raise an alarm for each 紧急调阅 that nobody reviewed in time; answers how many."""
    return access_decision.sweep(timezone.now())


@shared_task
def seal_package(sealing_id: int) -> None:
    """Make the package of a case that was archived."""
    sealing.seal(sealing_id)


@shared_task
def resume_packages() -> int:
    """Call workers for packages that nobody made; answers for how many."""
    return sealing.resume(timezone.now())


@shared_task
def run_import(run_id: int) -> None:
    """Do all that is left of an import."""
    import_run.proceed(run_id)


@shared_task
def resume_imports() -> int:
    """Take up imports and lists of payments whose worker died, remove files that are no longer
    needed.
    """
    return importing.sweep(timezone.now()) + payment_file.sweep(timezone.now())


@shared_task
def run_payments(file_id: int) -> None:
    """Do all that is left of a list of payments."""
    payment_run.proceed(file_id)


@shared_task
def forget_old_drafts() -> int:
    """Drop drafts that nobody came back to; answers how many."""
    return half_typed.forget_old_drafts(timezone.now())


@shared_task
def work_on_trial(trial_id: int) -> None:
    """Do one part of a trial, then call the next worker: others' tasks come in between."""
    if trial_work.work(trial_id):
        trials.enqueue(trial_id, 1)


@shared_task
def write_letters(batch_id: int) -> None:
    """Write some letters of a batch, then call the next worker: others' tasks come in between."""
    if letter_batches.work(batch_id):
        letter_batches.enqueue(batch_id, 1)


@shared_task
def resume_letters() -> int:
    """Call workers for batches of letters of which nothing was heard; answers for how many."""
    return letter_batches.resume(timezone.now())


@shared_task
def resume_trials() -> int:
    """Call workers for trials of which nothing was heard; answers for how many."""
    return trials.sweep(timezone.now())


@shared_task
def notice_rulebook() -> None:
    """Look at all open cases when an upgrade brought another rulebook."""
    trials.notice_rulebook(timezone.now())


@shared_task
def recount_clocks(change_id: int) -> None:
    """Count some cases anew after a change of the calendar, then call the next worker."""
    wait = recount_work.work(change_id)
    if wait is not None:
        recount.enqueue(change_id, 1, in_seconds=wait)


@shared_task
def resume_recounts() -> int:
    """Call workers for recounts of which nothing was heard, heal provisional dates of years that
    are published by now, drop files that were read and never loaded.
    """
    calendar_notice.forget_unloaded(timezone.now())
    return recount.sweep(timezone.now())


@shared_task
def draft_for_members(draft_id: int) -> None:
    """Draft for some members of a mass case, then call the next worker."""
    if mass_draft.work(draft_id, timezone.now()):
        mass_draft.enqueue(draft_id)


@shared_task
def resume_mass_drafts() -> int:
    """Call workers for those that are not finished; answers for how many."""
    return mass_draft.sweep()


@shared_task
def read_for_search() -> int:
    """Read the words of cases that changed; answers how many."""
    return waiting.read_waiting()


@shared_task
def propose_disposal() -> int:
    """Propose the files whose time ends within thirty days; answers how many."""
    batch = disposal.propose(timezone.now())
    return batch.rows.count() if batch else 0


@shared_task
def destroy_agreed() -> int:
    """Destroy what two people agreed to and whose day has come; answers how many."""
    return shredding.run(timezone.now())


@shared_task
def tell_returned() -> int:
    """Tell those who are back from a leave what happened to their cases; answers how many."""
    return returning.tell(timezone.now())
