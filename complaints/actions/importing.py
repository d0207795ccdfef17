"""An import from the person's side: upload, say which column is what, look, start, stop, fetch
what was rejected.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.models import Team, User
from audit.record import record
from complaints.actions.import_rows import BATCH, Judge, Outcome, Verdict, prepare
from complaints.actions.import_run import fail
from complaints.errors import Invalid, NotAllowed
from complaints.importing import headings, keeping, mapping, sheets
from complaints.importing.table import Table
from complaints.models import ImportRun, ImportTemplate
from evidence.receive import FileRefused, clean_name

log = logging.getLogger(__name__)
State = ImportRun.State
LOOKED_AT = 1000  # rows that are checked before the start
SHOWN = 10
SILENT = timedelta(seconds=60)  # a running import without a sign of life is taken up again
UNUSED = timedelta(days=2)  # an upload that nobody started, and a run that nobody let go on
KEPT = timedelta(days=30)  # a file of rejected rows


def find(run_id: int, by: User) -> ImportRun:
    """A person's own run. Raises ImportRun.DoesNotExist, also for other people's."""
    return ImportRun.objects.select_related("team").get(pk=run_id, user=by)


def own_runs(by: User) -> list[ImportRun]:
    """The person's last imports, newest first."""
    return list(ImportRun.objects.filter(user=by).order_by("-id")[:20])


def read_bounded(chunks: Iterable[bytes]) -> bytes:
    """The whole file, but never more than a chunk above the limit, so that it is refused then."""
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > settings.UPLOAD_LIMIT:
            break
    return b"".join(parts)


def teams_of(by: User) -> list[Team]:
    """Teams that the person may register for, the first being the usual one."""
    order = {pk: place for place, pk in enumerate(by.team_ids)}
    return sorted(Team.objects.filter(pk__in=order), key=lambda team: order[team.pk])


def upload(
    chunks: Iterable[bytes], name: str, *, by: User, now: datetime | None = None
) -> ImportRun:
    """Take a file in: read it, keep it sealed, guess its columns.

    Raises NotAllowed, FileRefused.
    """
    now = now or timezone.now()
    if not by.may("import_complaints"):
        raise NotAllowed(_("您的角色不能导入投诉；请联系客服坐席或主管"))
    teams = teams_of(by)
    if not teams:
        raise NotAllowed(_("您还不属于任何团队；请管理员先把您加入团队"))
    data = read_bounded(chunks)
    table = sheets.read(data)
    with transaction.atomic():
        run = ImportRun.objects.create(
            user=by,
            team=teams[0],
            file_name=clean_name(name),
            sha256=sha256(data).hexdigest(),
            about=table.about,
            mapping=usual_mapping(table, by),
            rows=len(table.rows),
            created_at=now,
            progress_at=now,
        )
        run.data_key = keeping.new_key(run.pk)
        run.save(update_fields=["data_key"])
        keeping.put(run.pk, run.data_key, keeping.UPLOAD, data)
    return run


def usual_mapping(table: Table, by: User) -> dict[str, str]:
    """What the person chose last for these columns, else what their headings say."""
    remembered = ImportTemplate.objects.filter(
        user=by, columns_hash=headings.fingerprint(table.columns)
    ).first()
    return headings.complete(table.columns, remembered.mapping if remembered else {})


def open_table(run: ImportRun, *, limit: int = LOOKED_AT) -> Table:
    """The table of a run that is not done. Raises FileRefused when its file is gone."""
    return sheets.read(keeping.get(run.pk, bytes(run.data_key), keeping.UPLOAD), limit=limit)


def choose(run: ImportRun, chosen: Mapping[str, str], team: str = "") -> ImportRun:
    """Keep what the person says about columns (unknown columns and fields are passed over) and
    team.
    """
    run.mapping = {
        column: chosen.get(column, field)
        if chosen.get(column, field) in headings.FIELDS or not chosen.get(column, field)
        else field
        for column, field in run.mapping.items()
    }
    wanted = next((t for t in teams_of(run.user) if str(t.pk) == team), None)
    run.team = wanted or run.team
    ImportRun.objects.filter(pk=run.pk, state=State.UPLOADED).update(
        mapping=run.mapping, team=run.team
    )
    return run


@dataclass
class Examination:
    """What would happen: the first rows, how many of each outcome, the first problems. Nothing is
    written.

    `checked` rows were looked at; `more` says that the file has further ones.
    """

    first: list[Verdict] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Outcome.values, 0))
    refused: list[Verdict] = field(default_factory=list)
    undated: int = 0
    unnumbered: int = 0
    checked: int = 0
    more: bool = False


def examine(
    table: Table, chosen: Mapping[str, str], *, by: User, team: Team, now: datetime | None = None
) -> Examination:
    """Read and judge the rows as the import will. Raises Invalid when the mapping cannot work."""
    mapping.check(chosen)
    now = now or timezone.now()
    teams = {t.name: t for t in teams_of(by)}
    judge, found = Judge(by), Examination(more=table.more)
    for start in range(0, len(table.rows), BATCH):
        rows = table.rows[start : start + BATCH]
        batch = [prepare(r, table, chosen, teams=teams, team=team, now=now) for r in rows]
        for verdict in judge.judge(batch):
            _count(found, verdict)
    return found


def _count(found: Examination, verdict: Verdict) -> None:
    candidate = verdict.candidate
    found.checked += 1
    found.counts[verdict.outcome] += 1
    if len(found.first) < SHOWN:
        found.first.append(verdict)
    if verdict.outcome == Outcome.REJECTED:
        found.refused.append(verdict)
    elif verdict.outcome == Outcome.CREATED:
        found.undated += "received_at" not in candidate.cleaned
        found.unnumbered += candidate.derived


def start(run: ImportRun, *, by: User, now: datetime | None = None, enqueue: bool = True) -> None:
    """Begin, or go on after a stop; the mapping is remembered. Pressing twice starts once.

    Raises NotAllowed, and Invalid when the mapping cannot work or the run is over.
    """
    now = now or timezone.now()
    if not by.may("import_complaints"):
        raise NotAllowed(_("您的角色不能导入投诉；请联系客服坐席或主管"))
    mapping.check(run.mapping)
    with transaction.atomic():
        current = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        if current.state == State.RUNNING:
            return
        if current.state == State.DONE:
            raise Invalid({"state": [_("这次导入已经完成；要再导入请重新上传文件")]})
        current.state, current.message, current.progress_at = State.RUNNING, "", now
        current.save(update_fields=["state", "message", "progress_at"])
        ImportTemplate.objects.update_or_create(
            user=by,
            columns_hash=headings.fingerprint(run.mapping),
            defaults={"mapping": run.mapping, "updated_at": now},
        )
        detail = {"rows": run.rows, "sha256": run.sha256, "from_row": run.read}
        record("import.started", run.subject, by, now, detail)
        if enqueue:
            transaction.on_commit(lambda: _enqueue(run.pk))


def _enqueue(run_id: int) -> None:
    """Hand the run to a worker. A broker that is away costs a minute: `sweep` finds the run."""
    try:
        current_app.send_task("complaints.tasks.run_import", [run_id])
    except (OperationalError, OSError) as error:
        log.warning("import %s waits for the broker: %s", run_id, type(error).__name__)


def stop(run: ImportRun) -> None:
    """Stop after the row that is being written. What was taken stays."""
    fail(run, _("由您停止；已登记的投诉保留，可以继续导入"))


def discard(run: ImportRun) -> None:
    """Throw an upload away that was never started. Raises Invalid for a run that was."""
    gone, _by_model = ImportRun.objects.filter(pk=run.pk, state=State.UPLOADED).delete()
    if not gone:
        raise Invalid({"state": [_("导入已经开始，不能放弃；可以停止")]})
    keeping.remove(run.pk, keeping.UPLOAD)


def rejected_rows(run: ImportRun, *, by: User, now: datetime | None = None) -> bytes:
    """The file of rejected rows; that it was fetched is recorded. Raises FileRefused when there is
    none.
    """
    if not run.rejected_file:
        raise FileRefused(_("这次导入没有退回的行"), 404)
    data = keeping.get(run.pk, bytes(run.data_key), keeping.REJECTED)
    with transaction.atomic():
        record("import.rejected_rows_fetched", run.subject, by, now or timezone.now())
    return data


def sweep(now: datetime) -> int:
    """Take up runs whose worker died, and remove files that are no longer needed. Answers how many
    were taken up.
    """
    silent = ImportRun.objects.filter(state=State.RUNNING, progress_at__lt=now - SILENT)
    waiting = list(silent.values_list("pk", flat=True))
    for run_id in waiting:
        _enqueue(run_id)
    ImportRun.objects.filter(state=State.UPLOADED, progress_at__lt=now - UNUSED).delete()
    for run_id, part in keeping.kept():
        if not _needed(run_id, part, now):
            keeping.remove(run_id, part)
    return len(waiting)


def _needed(run_id: int, part: str, now: datetime) -> bool:
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        return False
    if part == keeping.REJECTED:
        return run.finished_at is None or run.finished_at > now - KEPT
    if run.state == State.FAILED:
        return run.progress_at > now - UNUSED
    return run.state != State.DONE
