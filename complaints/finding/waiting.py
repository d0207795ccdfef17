"""Cases whose words changed, read for the search by a task: each in short transactions, and
again at any time with the same result. A worker that dies leaves its claim, which ends after some
minutes.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from complaints.finding import reading
from complaints.finding.reading import Said
from complaints.models import Complaint, Passage, WordsChanged
from evidence import words
from evidence.models import Item, ItemText
from evidence.store import store
from evidence.words import Words

logger = logging.getLogger(__name__)
QUIET = timedelta(seconds=10)  # a case that is being worked on is not read with every act
CLAIMED = timedelta(minutes=5)  # longer than any one file may take
MOST_SECONDS = 4  # of one go, so that a worker has time for the others between two
_FILE = Passage.Part.FILE


def read_waiting(now: datetime | None = None, most: int = 200) -> int:
    """Read cases that wait, for some seconds; how many. The next go takes what is left."""
    now, begun, done = now or timezone.now(), time.monotonic(), 0
    while done < most and time.monotonic() - begun < MOST_SECONDS:
        pk = _next(now)
        if pk is None:
            return done
        try:
            read_case(pk, now)
        except (DatabaseError, ValueError, LookupError, TypeError):
            logger.exception("case %s could not be read for the search; the others go on", pk)
        done += 1
    return done


def _next(now: datetime) -> int | None:
    """Key of the case that waits longest and that nobody reads."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIMED)
    with transaction.atomic():
        rows = WordsChanged.objects.select_for_update(skip_locked=True).filter(free)
        row = rows.filter(since__lte=now - QUIET).order_by("since").first()
        if row is None:
            return None
        WordsChanged.objects.filter(complaint=row.complaint_id).update(claimed_at=now)
        return int(row.complaint_id)


def read_case(pk: int, now: datetime | None = None) -> None:
    """Read the words of one case and of its files that were not read yet."""
    now = now or timezone.now()
    changed = list(WordsChanged.objects.filter(complaint=pk).values_list("pk", flat=True))
    complaint = Complaint.objects.get(pk=pk)
    away = False
    if complaint.destroyed_at is None:
        known: dict[tuple[str, str], Words] = {}  # the same file many times
        for item in _unread_items(complaint):
            try:
                _read_item(complaint, item, known, now)
            except OSError:
                logger.exception("item %s could not be read for the search", item.pk)
                away = True
    with transaction.atomic():
        locked = Complaint.objects.locked().get(pk=pk)
        if locked.destroyed_at is None:
            _keep(locked, reading.said(locked))
        if not away:
            WordsChanged.objects.filter(pk__in=changed).delete()


def _unread_items(complaint: Complaint) -> QuerySet[Item]:
    return Item.objects.filter(folder=complaint.folder_id, words=None).order_by("number")


def _read_item(
    complaint: Complaint, item: Item, known: dict[tuple[str, str], Words], now: datetime
) -> None:
    """One file: its words, or why there are none. Raises OSError where the store is away."""
    key = (item.sha256, item.content_type)
    if key not in known:
        known[key] = _words_of(item)
    found = known[key]
    part = Said(_FILE, item.number, found.text, item.pk)
    rows = reading.passages(complaint, [part] if found.text.strip() else [])
    with transaction.atomic():
        locked = Complaint.objects.locked().get(pk=complaint.pk)
        if locked.destroyed_at is not None or ItemText.objects.filter(pk=item.pk).exists():
            return
        Passage.objects.bulk_create(rows)
        ItemText.objects.create(item=item, at=now, state=found.state, cut=found.cut)


def _words_of(item: Item) -> Words:
    if not words.kind_of(item.content_type):  # a recording of 500 MB is not even opened
        return words.nothing(item.content_type)
    try:
        return words.read(store().open(item.sha256), item.content_type)
    except FileNotFoundError:
        return Words(ItemText.State.MISSING)


def _keep(complaint: Complaint, parts: list[Said]) -> None:
    """Write what changed; the words of files stay as they were read."""
    rows = Passage.objects.filter(complaint=complaint).exclude(part=_FILE)
    before = {
        (p.part, p.number, p.position): p for p in rows.only("part", "number", "position", "text")
    }
    after = {(p.part, p.number, p.position): p for p in reading.passages(complaint, parts)}
    same = {key for key in before.keys() & after.keys() if before[key].text == after[key].text}
    gone = [before[key].pk for key in before.keys() - same]
    if gone:
        Passage.objects.filter(pk__in=gone).delete()
    Passage.objects.bulk_create(after[key] for key in after if key not in same)
