"""A list of payments from the person's side: upload and look, start, stop, throw away."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from celery import current_app
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.actions.importing import read_bounded
from complaints.actions.payment_rows import judge, known, readings
from complaints.choices import PaymentWay
from complaints.errors import Invalid, NotAllowed
from complaints.importing import sheets
from complaints.importing.table import Table
from complaints.models import PaymentFile, PaymentRow
from complaints.paying import columns
from complaints.paying.judging import Judge
from complaints.paying.rows import UNREADABLE, joined, kept
from config import bulk
from evidence.receive import FileRefused, clean_name

log = logging.getLogger(__name__)
State = PaymentFile.State
BATCH = 500
SILENT = timedelta(seconds=60)  # a running file without a sign of life is taken up again
UNUSED = timedelta(days=2)  # one that nobody started


def find(file_id: int, by: User) -> PaymentFile:
    """A person's own file. Raises PaymentFile.DoesNotExist, also for other people's."""
    return PaymentFile.objects.get(pk=file_id, user=by)


def own_files(by: User) -> list[PaymentFile]:
    """The person's last files, newest first."""
    return list(PaymentFile.objects.filter(user=by).order_by("-id")[:20])


def may_reconcile(by: User) -> None:
    """Raises NotAllowed for people who do not enter payments in bulk."""
    if not by.may("reconcile_payments"):
        raise NotAllowed(_("您的角色不能批量登记付款；请联系客服主管"))


def upload(
    chunks: Iterable[bytes], name: str, *, by: User, way: str = "", now: datetime | None = None
) -> PaymentFile:
    """Take a list in: read it, keep its rows, say of each what would become of it. Nothing is paid.

    `way` is for rows that name none. Raises NotAllowed, Invalid, FileRefused.
    """
    now = now or timezone.now()
    may_reconcile(by)
    chosen = validation.clean(
        {"way": way or PaymentWay.BANK.value},
        {"way": lambda x: validation.choice(x, PaymentWay.values, required=True)},
    )["way"]
    data = read_bounded(chunks)
    table = sheets.read(data, row_of=columns.row_of)
    places = _places(table)
    with transaction.atomic():
        file = PaymentFile.objects.create(
            user=by,
            file_name=clean_name(name),
            sha256=sha256(data).hexdigest(),
            about=table.about,
            way=chosen,
            rows=len(table.rows),
            created_at=now,
            progress_at=now,
        )
        rows = _rows(file, table, places)
        _forecast(file, rows, by, now)
        for start in range(0, len(rows), BATCH):
            bulk.insert(rows[start : start + BATCH])
        detail = {"rows": file.rows, "sha256": file.sha256}
        record("payments.uploaded", file.subject, by, now, detail, first=True)
    return file


def _places(table: Table) -> dict[str, int]:
    """Where each column stands. Raises FileRefused where one is lacking, or stands there twice."""
    places = columns.places(table.columns)
    if lacking := columns.missing(list(places)):
        sentence = _("文件里没有这些列：{names}；请对照模板补上列名后再上传")
        raise FileRefused(sentence.format(names=_("、").join(lacking)))
    for names in columns.twice(table.columns):
        sentence = _("这几列说的是同一件事：{names}；看不出用哪一列，请只留一列后再上传")
        raise FileRefused(sentence.format(names=_("、").join(f"“{name}”" for name in names)))
    return places


def _rows(file: PaymentFile, table: Table, places: dict[str, int]) -> list[PaymentRow]:
    """The known cells of each row; a row that is broken as a whole has none."""
    names, found = list(table.columns), []
    for row in table.rows:
        broken = [
            s if place is None else f"{names[place]}：{s}"
            for place, s in row.damage
            if place is None or place in places.values()
        ]
        whole = any(place is None for place, _s in row.damage)
        line = PaymentRow(file=file, number=row.number, outcome="", message="")
        line.cells = {} if whole else kept(row.cells, places, epoch=table.epoch)
        if broken:
            line.outcome, line.message = UNREADABLE, joined(broken)[:400]
            line.cells = {**line.cells, "damage": line.message}
        found.append(line)
    return found


def _forecast(file: PaymentFile, rows: Sequence[PaymentRow], by: User, now: datetime) -> None:
    one, today = Judge(), timezone.localdate(now)
    for start in range(0, len(rows), BATCH):
        batch = readable(rows[start : start + BATCH])
        read_rows = readings(batch, file.way, today)
        entries = [reading.entry for _row, reading in read_rows if reading.entry is not None]
        judge(read_rows, known(entries, by, None), one)


def readable(rows: Iterable[PaymentRow]) -> list[PaymentRow]:
    """Rows whose cells are whole; the others are refused already."""
    return [row for row in rows if row.cells and "damage" not in row.cells]


def same_before(file: PaymentFile) -> PaymentFile | None:
    """An earlier file with the very same content."""
    earlier = PaymentFile.objects.filter(sha256=file.sha256, pk__lt=file.pk)
    return earlier.exclude(state=State.CHECKED).select_related("user").order_by("id").first()


def counts(file: PaymentFile) -> dict[str, int]:
    """How many rows have each outcome."""
    rows = PaymentRow.objects.filter(file=file).values_list("outcome").annotate(Count("id"))
    found = dict(rows.order_by())
    return {outcome: found.get(outcome, 0) for outcome in PaymentRow.Outcome.values}


def start(file: PaymentFile, *, by: User, now: datetime | None = None) -> None:
    """Begin, or go on after a stop. Pressing twice starts once. Raises NotAllowed, Invalid."""
    now = now or timezone.now()
    may_reconcile(by)
    with transaction.atomic():
        current = PaymentFile.objects.select_for_update(no_key=True).get(pk=file.pk)
        if current.state == State.RUNNING:
            return
        if current.state == State.DONE:
            raise Invalid({"state": [_("这个文件已经登记完成；要再登记请重新上传")]})
        current.state, current.message, current.progress_at = State.RUNNING, "", now
        current.save(update_fields=["state", "message", "progress_at"])
        record("payments.started", file.subject, by, now, {"from_row": current.read})
        transaction.on_commit(lambda: enqueue(file.pk))


def enqueue(file_id: int) -> None:
    """Hand the file to a worker. A broker that is away costs a minute: `sweep` finds the file."""
    try:
        current_app.send_task("complaints.tasks.run_payments", [file_id])
    except (OperationalError, OSError) as error:
        log.warning("payments %s wait for the broker: %s", file_id, type(error).__name__)


def stop(file: PaymentFile) -> None:
    """Stop after the rows that are being written. What was paid stays."""
    fail(file, _("由您停止；已登记的付款保留，可以继续"))


def fail(file: PaymentFile, message: str, *, by: User | None = None) -> None:
    """Not finished; the person may let it go on. `by`: who stopped it, if not the person."""
    now = timezone.now()
    with transaction.atomic():
        stopped = PaymentFile.objects.filter(pk=file.pk, state=State.RUNNING).update(
            state=State.FAILED, message=message[:300], progress_at=now
        )
        if stopped:
            record("payments.stopped", file.subject, by or file.user, now, {"read": file.read})


def discard(file: PaymentFile) -> None:
    """Throw away a list that was never started. Raises Invalid for one that was."""
    gone, _by_model = PaymentFile.objects.filter(pk=file.pk, state=State.CHECKED).delete()
    if not gone:
        raise Invalid({"state": [_("已经开始登记，不能放弃；可以停止")]})


def sweep(now: datetime) -> int:
    """Take up files whose worker died, drop those that nobody started; answers how many were taken
    up.
    """
    silent = PaymentFile.objects.filter(state=State.RUNNING, progress_at__lt=now - SILENT)
    waiting = list(silent.values_list("pk", flat=True))
    for file_id in waiting:
        enqueue(file_id)
    PaymentFile.objects.filter(state=State.CHECKED, created_at__lt=now - UNUSED).delete()
    return len(waiting)
