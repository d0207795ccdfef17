"""Carrying a list of payments out, a batch of rows at a time, so that it can be killed anywhere and
goes on from there.

A batch is one transaction: payments, promises, cases, clocks, what became of the rows, and the
counter of rows done. The counter is compared under the file's row lock, so that of two workers on
one file the later one notices and leaves.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from audit.record import record
from complaints import posting
from complaints.actions.payment_file import BATCH, counts, fail, may_reconcile, readable
from complaints.actions.payment_rows import Judged, Known, is_paid, judge, known, readings
from complaints.errors import NotAllowed
from complaints.models import PaymentFile, PaymentRow
from complaints.paying.judging import Judge
from config import bulk

log = logging.getLogger(__name__)
State = PaymentFile.State


def proceed(file_id: int, now: datetime | None = None) -> PaymentFile:
    """Do all that is left of a running file. Idempotent; does nothing for one that is not
    running. `now`: of what is written, else the time of each batch.
    """
    file = PaymentFile.objects.select_related("user").get(pk=file_id)
    with translation.override(file.user.language or settings.LANGUAGE_CODE):
        try:
            while _batch(file, now or timezone.now()):
                pass
        except NotAllowed as refusal:
            fail(file, refusal.message)
    file.refresh_from_db()
    return file


def _batch(file: PaymentFile, now: datetime) -> bool:
    """The next rows; False when there is nothing left to do here."""
    with transaction.atomic():
        current = PaymentFile.objects.select_for_update(no_key=True).get(pk=file.pk)
        if current.state != State.RUNNING or current.read != file.read:
            log.info("payments %s go on elsewhere or were stopped", file.pk)
            return False
        may_reconcile(file.user)
        rows = list(PaymentRow.objects.filter(file=file).order_by("number")[file.read :][:BATCH])
        if rows:
            _written(file, rows, now)
        current.read += len(rows)
        current.progress_at = now
        if not rows:
            current.state, current.finished_at = State.DONE, now
        current.save(update_fields=["read", "progress_at", "state", "finished_at"])
        if not rows:
            done = {outcome: n for outcome, n in counts(file).items() if n}
            record("payments.finished", file.subject, file.user, now, done)
    file.read = current.read
    return bool(rows)


def _written(file: PaymentFile, rows: Sequence[PaymentRow], now: datetime) -> None:
    read_rows = readings(readable(rows), file.way, timezone.localdate(now))
    entries = [reading.entry for _row, reading in read_rows if reading.entry is not None]
    what = known(entries, file.user, file, lock=True)
    judged = judge(read_rows, what, Judge())
    posting.post(_payments(judged, what), file.user, now)
    bulk.update(rows, ["outcome", "message", "complaint_id"])


def _payments(judged: Sequence[Judged], what: Known) -> list[posting.Entry]:
    return [
        posting.Entry(
            what.promises[promise],
            amount,
            each.entry.paid_on,
            each.entry.way,
            each.entry.reference,
            part,
            note=each.entry.note,
            row=each.row.pk,
        )
        for each in judged
        if is_paid(each) and each.entry is not None
        for part, (promise, amount) in enumerate(each.verdict.parts, start=1)
    ]
