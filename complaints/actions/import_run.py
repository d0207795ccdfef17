"""Carrying an import out, so that it can be killed anywhere and goes on from there.

Some hundred rows are one transaction: the cases with their history, what became of the other rows,
and the counter of rows done. Where the database refuses one of them, all are taken back and tried
row by row, each case a transaction of its own, so that one refusal costs no other row. The counter
is compared under the run's row lock, so that of two workers on one run the later one notices and
leaves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.vault import RingAway, VaultError
from audit.record import record
from complaints.actions import intake
from complaints.actions.import_rows import (
    BATCH,
    Candidate,
    Judge,
    Outcome,
    Verdict,
    prepare,
    refuse,
)
from complaints.actions.intake_many import Taken, register_many
from complaints.errors import Duplicate, Invalid, NotAllowed
from complaints.importing import keeping, rejected, sheets
from complaints.importing.table import Row, Table
from complaints.models import ImportRow, ImportRun
from config import bulk
from evidence.receive import FileRefused

log = logging.getLogger(__name__)
Progress = Callable[[ImportRun], None]
State = ImportRun.State


class Superseded(Exception):
    """The run was stopped, or somebody else is carrying it out."""


def proceed(run_id: int, *, progress: Progress | None = None) -> ImportRun:
    """Do all that is left of a running import. Idempotent; does nothing for one that is not
    running.

    `progress` is called after each batch.
    """
    run = ImportRun.objects.select_related("user", "team").get(pk=run_id)
    if run.state != State.RUNNING:
        return run
    with translation.override(run.user.language or settings.LANGUAGE_CODE):
        try:
            table = sheets.read(keeping.get(run.pk, bytes(run.data_key), keeping.UPLOAD))
            _Work(run, table).all_rows(progress)
            _finish(run, table)
        except Superseded:
            log.info("import %s goes on elsewhere or was stopped", run.pk)
        except (FileRefused, NotAllowed) as refusal:
            fail(run, refusal.message)
        except RingAway:
            raise  # taken up again when the key service is back
        except VaultError:
            log.exception("the file of import %s does not open", run.pk)
            fail(run, _("保存的文件打不开；请重新上传后再导入"))
    run.refresh_from_db()
    if progress:
        progress(run)
    return run


def fail(run: ImportRun, message: str, *, by: User | None = None) -> None:
    """Not finished; what was taken stays, and the person may let it go on. `by`: who stopped it,
    if not the person.
    """
    now = timezone.now()
    with transaction.atomic():
        stopped = ImportRun.objects.filter(pk=run.pk, state=State.RUNNING).update(
            state=State.FAILED, message=message[:300], progress_at=now
        )
        if stopped:
            record("import.stopped", run.subject, by or run.user, now, {"read": run.read})


class _Work:
    """One worker's turn at a run."""

    def __init__(self, run: ImportRun, table: Table) -> None:
        self.run, self.table = run, table
        self.judge = Judge(run.user)
        self.teams = {team.name: team for team in run.user.teams.filter(is_active=True)}

    def _prepare(self, rows: Sequence[Row]) -> list[Candidate]:
        now, run = timezone.now(), self.run
        return [
            prepare(r, self.table, run.mapping, teams=self.teams, team=run.team, now=now)
            for r in rows
        ]

    def all_rows(self, progress: Progress | None) -> None:
        """From the first row that is not done to the last. Raises Superseded, NotAllowed."""
        for candidate in self._prepare(self.table.rows[: self.run.read]):
            self.judge.remember(candidate)
        for start in range(self.run.read, len(self.table.rows), BATCH):
            verdicts = self.judge.judge(self._prepare(self.table.rows[start : start + BATCH]))
            try:
                self._write(verdicts, self._at_once)
            except (Invalid, DataError, IntegrityError) as refusal:
                log.info("import %s: row by row after %s", self.run.pk, type(refusal).__name__)
                for together in _up_to_each_case(verdicts):
                    self._write(together, self._one_by_one)
            if progress:
                progress(self.run)

    def _write(
        self, verdicts: Sequence[Verdict], carry_out: Callable[[Sequence[Verdict]], list[Verdict]]
    ) -> None:
        """One transaction."""
        now = timezone.now()
        with transaction.atomic():
            current = ImportRun.objects.select_for_update(no_key=True).get(pk=self.run.pk)
            if current.state != State.RUNNING or current.read != self.run.read:
                raise Superseded
            done = carry_out(verdicts)
            bulk.insert([_line(self.run, verdict) for verdict in done])
            for verdict in done:
                setattr(current, verdict.outcome, getattr(current, verdict.outcome) + 1)
            current.read += len(done)
            current.progress_at = now
            fields = ["read", "progress_at", *Outcome.values]
            current.save(update_fields=fields)
        for name in fields:
            setattr(self.run, name, getattr(current, name))

    def _at_once(self, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """Every case of these rows, or none. Raises NotAllowed, Invalid, DataError,
        IntegrityError.
        """
        new = [verdict for verdict in verdicts if verdict.outcome == Outcome.CREATED]
        rows = [Taken(v.candidate.checked(), self._origin(v.candidate)) for v in new]
        cases = register_many(rows, by=self.run.user, now=timezone.now())
        made = dict(zip(map(id, new), cases, strict=True))
        return [replace(v, complaint=made.get(id(v), v.complaint)) for v in verdicts]

    def _origin(self, candidate: Candidate) -> dict[str, Any]:
        """What the case keeps of where it comes from."""
        return {"import": self.run.pk, "row": candidate.number}

    def _one_by_one(self, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """At most the last verdict becomes a case."""
        return [self._carried_out(verdict) for verdict in verdicts]

    def _carried_out(self, verdict: Verdict) -> Verdict:
        if verdict.outcome != Outcome.CREATED:
            return verdict
        candidate, run = verdict.candidate, self.run
        try:
            verdict.complaint = intake.register(
                candidate.values(), by=run.user, origin=self._origin(candidate)
            )
        except Duplicate:  # registered by somebody else since the look-up
            return self.judge.judge([candidate])[0]
        except Invalid as invalid:
            refuse(candidate, invalid)
            verdict.outcome = Outcome.REJECTED
        except (DataError, IntegrityError) as error:
            log.warning("import %s row %s: %s", run.pk, candidate.number, type(error).__name__)
            candidate.reading.refuse(
                "", _("数据库不接受这一行的内容；请核对有无异常字符或超长内容")
            )
            verdict.outcome = Outcome.REJECTED
        return verdict


def _up_to_each_case(verdicts: Sequence[Verdict]) -> Iterator[list[Verdict]]:
    """Cut after each row that is to become a case."""
    together: list[Verdict] = []
    for verdict in verdicts:
        together.append(verdict)
        if verdict.outcome == Outcome.CREATED:
            yield together
            together = []
    if together:
        yield together


def _line(run: ImportRun, verdict: Verdict) -> ImportRow:
    candidate = verdict.candidate
    return ImportRow(
        run=run,
        number=candidate.number,
        outcome=verdict.outcome,
        reference=candidate.reference,
        complaint=verdict.complaint,
        digest=candidate.digest,
        problems=[vars(problem) for problem in candidate.problems],
    )


def _finish(run: ImportRun, table: Table) -> None:
    """The file of rejected rows, the end of the run, and the upload removed, in this order: killed
    in between it is done again.
    """
    now = timezone.now()
    lines = ImportRow.objects.filter(run=run, outcome=Outcome.REJECTED)
    reasons = {
        number: _sentences(problems) for number, problems in lines.values_list("number", "problems")
    }
    content = b""
    if reasons:
        pairs = [(row, reasons[row.number]) for row in table.rows if row.number in reasons]
        content = rejected.write(table, pairs)
        keeping.put(run.pk, bytes(run.data_key), keeping.REJECTED, content)
    with transaction.atomic():
        current = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        if current.state != State.RUNNING:
            raise Superseded
        current.state, current.message = State.DONE, ""
        current.rejected_file = sha256(content).hexdigest() if content else ""
        current.finished_at = current.progress_at = now
        current.save(
            update_fields=["state", "message", "rejected_file", "finished_at", "progress_at"]
        )
        counts = {name: getattr(current, name) for name in Outcome.values}
        record("import.finished", run.subject, run.user, now, counts)
    keeping.remove(run.pk, keeping.UPLOAD)


def _sentences(problems: Sequence[dict[str, str]]) -> str:
    return "；".join(
        f"{p['column']}：{p['message']}" if p["column"] else p["message"]
        for p in problems
        if not p["note"]
    )
