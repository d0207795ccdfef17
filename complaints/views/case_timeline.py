"""The story of a case, newest first: which entries belong to which filter, one page of them, and
each in words.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, JSONObject
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import delivery
from complaints.models import Communication, Deadline, Event, Mention, Outbox
from complaints.prepared import ROW, everybodys
from complaints.views.case_columns import INTERNAL, TALK
from complaints.views.case_page import CasePage
from complaints.views.case_read import moment
from complaints.views.case_words import in_words
from complaints.views.words import Words
from evidence.models import Item

PAGE_SIZE = 50
_CHANGES = [
    Event.Kind.STEP,
    Event.Kind.FACT,
    Event.Kind.CHANGE,
    Event.Kind.HOLD,
    Event.Kind.RESOLUTION,
    Event.Kind.COMMITMENT,
    Event.Kind.ASSIGNMENT,
    Event.Kind.DEADLINE,
]


@dataclass(frozen=True)
class Filter:
    """One tab above the timeline: its code in the address, its name and which entries it keeps."""

    code: str
    title: str | Promise
    keeps: Q


FILTERS: tuple[Filter, ...] = (
    Filter("", _("全部经过"), Q()),
    Filter("talk", _("往来沟通"), TALK),
    Filter("evidence", _("证据"), Q(kind=Event.Kind.EVIDENCE)),
    Filter("internal", _("内部"), INTERNAL),
    Filter("changes", _("变更记录"), Q(kind__in=_CHANGES)),
)


@dataclass(frozen=True)
class Entry:
    """One entry as the page shows it.

    `undo_until`: a reply that may still be taken back by this person.
    """

    event: Event
    words: Words
    files: tuple[Item, ...] = ()
    undo_until: datetime | None = None
    delivery: str | Promise = ""
    fate: tuple[str | Promise, str, str] | None = None  # what became of a letter: words, icon, tone
    mentions: list[dict[str, Any]] = field(default_factory=list)  # whom a note names
    reader: User | None = None


@dataclass(frozen=True)
class Timeline:
    """One page. `earlier` is the cursor of the next one, "" at the beginning of the case."""

    current: Filter
    entries: list[Entry] = field(default_factory=list)
    earlier: str = ""
    continued: bool = False


def _place(text: str) -> tuple[datetime, int] | None:
    """The cursor of the address; None for one that is not ours: the newest entries follow."""
    try:
        raw = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode()
        at, _bar, pk = raw.partition("|")
        number = int(pk)
        return (datetime.fromisoformat(at).astimezone(UTC), number) if 0 < number < 2**63 else None
    except (ValueError, binascii.Error, OverflowError):
        return None


def _cursor(event: Event) -> str:
    raw = f"{event.at.isoformat()}|{event.pk}".encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _rows(case: int, keeps: Q) -> QuerySet[Event]:
    """The entries with the fate of their letter and the own name of their clock: one statement."""
    letter = (
        Communication.objects.filter(pk=OuterRef("text_id"))
        .exclude(outbox=None)
        .values(
            as_json=JSONObject(
                by="by",
                leaves="outbox__not_before",
                done="outbox__done_at",
                cancelled="outbox__cancelled_at",
                failed="outbox__last_error",
            )
        )
    )
    arrived = Outbox.objects.filter(notices__pk=OuterRef("notice_id")).values(
        as_json=JSONObject(
            way="notices__way",
            sent="notices__sent_at",
            delivered="notices__delivered_at",
            bounced="notices__bounced_at",
            cancelled="cancelled_at",
        )
    )
    named = Mention.objects.filter(communication=OuterRef("text_id")).order_by("pk")
    whom = JSONObject(user="user", name="user__name", told="told", read_at="read_at")
    clock = Deadline.objects.filter(pk=OuterRef("clock_id")).values("title")
    return (
        Event.objects.filter(keeps, complaint=case)
        .select_related("by")
        .annotate(text_id=Cast(KT("detail__communication"), BigIntegerField()))
        .annotate(clock_id=Cast(KT("detail__deadline"), BigIntegerField()))
        .annotate(notice_id=Cast(KT("detail__notice"), BigIntegerField()))
        .annotate(arrived=Subquery(arrived[:1]))
        .annotate(letter=Subquery(letter[:1]), clock_title=Subquery(clock[:1]))
        .annotate(mentions=ArraySubquery(named.values(as_json=whom)))
        .order_by("-at", "-id")
    )


def timeline(page: CasePage, code: str, before: str) -> Timeline:
    """The newest fifty entries of the filter, or the fifty before the cursor."""
    current = next((f for f in FILTERS if f.code == code), FILTERS[0])
    place = _place(before) if before else None
    if place:
        at, pk = place
        rows = _rows(page.complaint.pk, current.keeps)
        events = list(rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))[: PAGE_SIZE + 1])
    else:
        events = everybodys(
            f"story {current.code}",
            lambda: _rows(ROW, current.keeps)[: PAGE_SIZE + 1],
            {ROW: page.complaint.pk},
        )
    more, events = len(events) > PAGE_SIZE, events[:PAGE_SIZE]
    return Timeline(
        current,
        [_entry(page, event) for event in events],
        _cursor(events[-1]) if more else "",
        place is not None,
    )


def _entry(page: CasePage, event: Any) -> Entry:
    files = [i for i in page.items if i.number == event.detail.get("number")]
    letter = event.letter
    named = [{**row, "read_at": moment(row["read_at"])} for row in event.mentions]
    shown = Entry(
        event,
        in_words(event, page.complaint),
        tuple(files if event.kind == "evidence" else ()),
        fate=delivery.of_entry(event.code, event.arrived),
        mentions=named,
        reader=page.user,
    )
    if not letter or event.code != "reply":
        return shown
    leaves = moment(letter["leaves"])
    if letter["cancelled"]:
        return Entry(event, shown.words, delivery=_("已撤回，没有发出"))
    if letter["done"]:
        return Entry(event, shown.words, delivery=_("已交付发送"))
    if leaves and leaves > page.now:
        own = letter["by"] == page.user.pk
        return Entry(event, shown.words, undo_until=leaves if own else None, delivery=_("即将发出"))
    return Entry(
        event,
        shown.words,
        delivery=_("没有送出，将自动重试") if letter["failed"] else _("正在发出"),
    )
