"""Writing many letters at once: who asks gets one file with a page on paper for each case.

A worker takes some rows, writes them and marks them in one transaction. One that is killed leaves
its rows as they were, and another takes them: no letter is written twice or left out.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import IO, Any

from celery import current_app
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.models import User
from audit.record import record
from complaints import legal_hold, letter_occasions, letter_sets, letter_writing, validation
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import Complaint, LetterBatch, LetterRow, Resolution
from letters.rendering import Rendered
from letters.template import KINDS, LANGUAGES

logger = logging.getLogger(__name__)
MOST = 1_000  # cases of one batch
PART = 20
SILENT = timedelta(minutes=1)
KEPT = timedelta(days=7)


def start(values: Mapping[str, Any], *, by: User, now: datetime | None = None) -> LetterBatch:
    """Begin: `{kind, language?, state?, numbers?}`: cases by number, or all that the person may
    see in a state; each in the language of its consumer unless one is given. Raises NotAllowed,
    Invalid.
    """
    now = now or timezone.now()
    if not by.may("communicate"):
        raise NotAllowed(_("您的角色不能与消费者沟通"))
    v = validation
    data = v.clean(
        {"kind": None, **values},
        {
            "kind": lambda x: v.choice(x, list(KINDS), required=True),
            "language": lambda x: v.choice(x, list(LANGUAGES)),
            "state": lambda x: v.choice(x, State.values),
            "numbers": lambda x: v.text(x, 40_000, lines=True),
        },
    )
    cases = _cases(data, by)
    with transaction.atomic():
        batch = LetterBatch.objects.create(
            by=by,
            kind=data["kind"],
            language=data.get("language") or "",
            created_at=now,
            heard_at=now,
        )
        LetterRow.objects.bulk_create(
            [LetterRow(batch=batch, complaint_id=pk) for pk in cases], batch_size=500
        )
        detail = {"kind": batch.kind, "cases": len(cases)}
        record("letters.batch", f"letters:{batch.pk}", by, now, detail)
        transaction.on_commit(lambda: enqueue(batch.pk, 2))
    return batch


def _cases(data: Mapping[str, Any], by: User) -> list[int]:
    visible = Complaint.objects.workable_by(by)
    numbers = list(dict.fromkeys((data.get("numbers") or "").replace(",", " ").split()))
    if len(numbers) > MOST:
        raise _too_many()
    if numbers:
        found = dict(visible.filter(number__in=numbers).values_list("number", "pk"))
        if unknown := [number for number in numbers if number not in found]:
            words = _("没有这些案件，或者您看不到：{numbers}")
            raise Invalid({"numbers": [words.format(numbers=_("、").join(unknown[:10]))]})
        cases = list(found.values())
    elif data.get("state"):
        rows = visible.filter(state=data["state"]).order_by("pk")
        cases = list(rows.values_list("pk", flat=True)[: MOST + 1])
    else:
        raise Invalid({"numbers": [_("请填写案件编号，或者选择案件状态")]})
    if not cases:
        raise Invalid({"state": [_("没有符合条件的案件")]})
    if len(cases) > MOST:
        raise _too_many()
    return cases


def _too_many() -> Invalid:
    return Invalid({"numbers": [_("一次最多 {limit} 件；请分批").format(limit=MOST)]})


def enqueue(batch_id: int, workers: int) -> None:
    """Call workers; when the broker is away the sweep does."""
    try:
        for _n in range(workers):
            current_app.send_task("complaints.tasks.write_letters", [batch_id])
    except (OperationalError, OSError) as error:
        logger.warning("letters %s wait for the broker: %s", batch_id, type(error).__name__)


def work(batch_id: int, now: datetime | None = None) -> bool:
    """Write some letters that nobody else is at; answers whether there may be more to do."""
    now = now or timezone.now()
    batch = LetterBatch.objects.filter(pk=batch_id, state=LetterBatch.State.RUNNING).first()
    if batch is None:
        return False
    with transaction.atomic():
        rows = LetterRow.objects.filter(batch=batch, done_at=None).order_by("pk")
        mine = list(
            rows.select_for_update(of=("self",), skip_locked=True).select_related(
                "complaint__consumer", "complaint__owner"
            )[:PART]
        )
        letter_sets.read([row.complaint for row in mine], batch.kind)
        for row in mine:
            _write(batch, row, now)
            row.done_at = now
        LetterRow.objects.bulk_update(mine, ["pdf", "problem", "done_at"])
        if mine:
            LetterBatch.objects.filter(pk=batch.pk).update(heard_at=timezone.now())
    return bool(mine) and not _finished(batch)


def _finished(batch: LetterBatch) -> bool:
    if LetterRow.objects.filter(batch=batch, done_at=None).exists():
        return False
    LetterBatch.objects.filter(pk=batch.pk, state=LetterBatch.State.RUNNING).update(
        state=LetterBatch.State.DONE, finished_at=timezone.now()
    )
    return True


def _write(batch: LetterBatch, row: LetterRow, now: datetime) -> None:
    """The page, or why there is none; one case must not stop the others."""
    if held := legal_hold.why_not_among_many(row.complaint):
        row.problem = held[:300]
        return
    try:
        letter, day = _letter(batch, row.complaint, now)
        if letter is None:
            row.problem = str(_("这件案件还没有处理意见函"))
        elif letter.unresolved:
            names = letter_writing.named(letter.unresolved)
            row.problem = str(_("没有填写：{names}").format(names=_("、").join(names)))[:300]
        else:
            row.pdf = letter_writing.on_paper(letter, row.complaint.number, day)
    except Exception:
        logger.exception("letter of case %s cannot be written", row.complaint_id)
        row.problem = str(_("写不出来，请单独预览这件案件的函件"))


def _letter(
    batch: LetterBatch, complaint: Complaint, now: datetime
) -> tuple[Rendered | None, datetime]:
    if batch.kind != letter_writing.RESOLUTION:
        lang = batch.language or complaint.consumer.language
        values = letter_occasions.values_of(batch.kind, complaint, lang, now)
        return letter_writing.written(batch.kind, values, lang=lang).letter, now
    found = letter_sets.last(complaint, letter_sets.VERSIONS)
    if found is None or found.status != Resolution.Status.SIGNED:
        return None, now
    return letter_writing.as_kept(found.letter, found.template, complaint.number), now


def resume(now: datetime) -> int:
    """Call workers for batches of which nothing was heard, and forget old pages; answers for how
    many.
    """
    LetterRow.objects.filter(batch__created_at__lt=now - KEPT).exclude(pdf=b"").update(pdf=b"")
    running = LetterBatch.objects.filter(state=LetterBatch.State.RUNNING)
    silent = list(running.filter(heard_at__lt=now - SILENT).values_list("pk", flat=True))
    for pk in silent:
        enqueue(pk, 1)
    return len(silent)


def pack(batch: LetterBatch, by: User, file: IO[bytes]) -> list[str]:
    """The pages of the cases that the person may see, as a ZIP; answers the cases' numbers."""
    visible = Complaint.objects.visible_to(by).values("pk")
    rows = LetterRow.objects.filter(batch=batch, complaint__in=visible).exclude(pdf=b"")
    pages = rows.order_by("pk").values_list("complaint__number", "pdf")
    packed = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, pdf in pages.iterator(chunk_size=PART):
            archive.writestr(f"{number}-{batch.kind}.pdf", bytes(pdf))
            packed.append(number)
    return packed
