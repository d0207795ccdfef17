"""Looking at all open cases under another rulebook: planned in parts, worked on by whoever is free.

A part is claimed under its row's lock and written in one transaction, so that a killed worker
leaves it to the next one. `trial_work.py` does a part.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from celery import current_app
from django.db import connection, transaction
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from kombu.exceptions import OperationalError

from accounts.models import User
from audit.record import record
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import OPEN_STATES
from complaints.models import Trial, TrialPart
from legal_rules import editions, regime_signatures, rulebook
from legal_rules.candidate import Candidate
from letters.signatures import TEMPLATES

PART = 200  # cases: some tenths of a second, so that letters and clocks do not wait behind it
AT_ONCE = 8  # messages in the queue of one trial
SILENT = timedelta(seconds=45)
KEPT = timedelta(days=90)
State, Kind = Trial.State, Trial.Kind
# Why a trial ended early; stored like this and translated where it is shown.
OUTDATED = gettext_noop("规则库在试算期间更新了；请重新试算")
BY_HAND = gettext_noop("由人停止；已经算出的结果保留")
log = logging.getLogger(__name__)


def keep(
    candidate: Candidate,
    files: Mapping[str, str],
    *,
    by: User | None,
    now: datetime | None = None,
) -> Trial:
    """A sound candidate, ready to be tried. Raises NotAllowed, and Invalid for one that is not."""
    if by is not None and not by.may("sign_rules"):
        raise NotAllowed(_("只有法务可以试算规则的修改"))
    if not candidate.sound or candidate.book is None:
        raise Invalid({"files": [_("规则文件有错误，或者有例子不成立；请先改正")]})
    changed = [*candidate.replaced, *candidate.added]
    if not changed:
        raise Invalid({"files": [_("文件与现行规则相同，没有可试算的修改")]})
    return Trial.objects.create(
        kind=Kind.CANDIDATE,
        by=by,
        files=dict(files),
        rules=[rule.id for rule in changed],
        base_sha256=candidate.base.sha256,
        new_sha256=candidate.book.sha256,
        rule_set=candidate.base.version,
        created_at=now or timezone.now(),
    )


def after_upgrade(by: User | None, now: datetime | None = None) -> Trial:
    """A look at what the present rulebook changed since analyses were frozen; begun at once."""
    book, now = rulebook.current(), now or timezone.now()
    trial = Trial.objects.create(
        kind=Kind.UPGRADE,
        by=by,
        base_sha256="",
        new_sha256=book.sha256,
        rule_set=book.version,
        created_at=now,
    )
    start(trial, by=by, now=now)
    return trial


def start(trial: Trial, *, by: User | None, now: datetime | None = None) -> None:
    """Plan the parts over all cases that are open now, and begin. Twice is once.

    Raises NotAllowed, and Invalid when the rulebook is another one by now.
    """
    now = now or timezone.now()
    if by is not None and not by.may("sign_rules"):
        raise NotAllowed(_("只有法务可以试算规则的修改"))
    if trial.kind == Kind.CANDIDATE and trial.base_sha256 != rulebook.current().sha256:
        raise Invalid({"state": [_("规则库在检查之后更新过；请重新上传，再试算")]})
    with transaction.atomic():
        current = Trial.objects.select_for_update(no_key=True).get(pk=trial.pk)
        if current.state != State.READY:
            return
        current.cases = _plan(current)
        current.state, current.started_at = State.RUNNING, now
        current.save(update_fields=["state", "cases", "started_at"])
        detail = {"rules": {name: trial.new_sha256 for name in trial.rules}, "cases": current.cases}
        record("trial.started", trial.subject, by, now, detail)
        transaction.on_commit(lambda: enqueue(trial.pk))
    trial.refresh_from_db()


def _plan(trial: Trial) -> int:
    """One statement, whatever the number of cases; answers how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO complaints_trialpart"
            " (trial_id, first_id, last_id, cases, changed, failed)"
            " SELECT %s, min(id), max(id), count(*), 0, 0 FROM (SELECT id,"
            " (row_number() OVER (ORDER BY id) - 1) / %s AS part FROM complaints_complaint"
            " WHERE state = ANY(%s)) numbered GROUP BY part ORDER BY part",
            [trial.pk, PART, list(OPEN_STATES)],
        )
    total = TrialPart.objects.filter(trial=trial).aggregate(n=Sum("cases"))["n"]
    return total or 0


def enqueue(trial_id: int, messages: int = AT_ONCE) -> None:
    """Call workers. A broker that is away costs a minute: `sweep` calls again."""
    try:
        for _message in range(messages):
            current_app.send_task("complaints.tasks.work_on_trial", [trial_id])
    except (OperationalError, OSError) as error:
        log.warning("trial %s waits for the broker: %s", trial_id, type(error).__name__)


def stop(trial: Trial, why: str, *, by: User | None, now: datetime | None = None) -> None:
    """No further part is begun; what was found stays. `why`: OUTDATED or BY_HAND."""
    now = now or timezone.now()
    with transaction.atomic():
        stopped = Trial.objects.filter(pk=trial.pk, state__in=[State.READY, State.RUNNING]).update(
            state=State.STOPPED, message=why, finished_at=now
        )
        if stopped:
            record("trial.stopped", trial.subject, by, now)


def finish(trial_id: int, now: datetime) -> bool:
    """The end, once no part is left; the last of several workers sees it. Answers whether."""
    with transaction.atomic():
        trial = Trial.objects.select_for_update(no_key=True).get(pk=trial_id)
        if trial.state != State.RUNNING or trial.parts.filter(done_at=None).exists():
            return False
        trial.state, trial.finished_at = State.DONE, now
        trial.save(update_fields=["state", "finished_at"])
        record("trial.finished", trial.subject, trial.by, now, progress(trial).__dict__)
    return True


class Progress:
    """How far a trial is: cases in all, looked at, changed, and those that could not be judged."""

    def __init__(self, cases: int, done: int, changed: int, failed: int) -> None:
        self.cases, self.done, self.changed, self.failed = cases, done, changed, failed

    @property
    def share(self) -> int:
        """Percent that is done."""
        return self.done * 100 // self.cases if self.cases else 100


def progress(trial: Trial) -> Progress:
    """One small statement over the parts."""
    done = TrialPart.objects.filter(trial=trial).exclude(done_at=None)
    sums = done.aggregate(done=Sum("cases"), changed=Sum("changed"), failed=Sum("failed"))
    return Progress(trial.cases, *(sums[name] or 0 for name in ("done", "changed", "failed")))


def sweep(now: datetime) -> int:
    """Call workers anew for trials of which nothing was heard, and forget old ones. Answers how
    many were called for.
    """
    running = Trial.objects.filter(state=State.RUNNING).annotate(heard=Max("parts__done_at"))
    called = 0
    for trial in running:
        heard = max(filter(None, (trial.heard, trial.started_at)))
        if heard < now - SILENT and not finish(trial.pk, now):
            enqueue(trial.pk)
            called += 1
    Trial.objects.filter(created_at__lt=now - KEPT).exclude(state=State.RUNNING).delete()
    return called


def notice_rulebook(now: datetime) -> Trial | None:
    """Write down which rulebook, table of deadlines and letters run; where the rulebook replaced
    another, look at all open cases.
    """
    replaced = editions.note(now)
    regime_signatures.note(now)
    TEMPLATES.note(now)
    return after_upgrade(None, now) if replaced else None
