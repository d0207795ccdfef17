"""您离开期间: what happened to a person's cases while the person was away, read on the return.

Read from the story of the cases each time, so that nobody is shown what he may not see any more.
The same few statements for any number of cases.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts import coming_back
from accounts.coming_back import Span
from accounts.models import Absence, User
from complaints.actions.assignment import OF_THE_OWNER
from complaints.choices import Channel
from complaints.lifecycle import OPEN_STATES, STEPS
from complaints.models import Communication, Complaint, Event, Mention, Transition

MOST = 200  # cases of one summary, those with the latest news
SOON = timedelta(days=3)  # after the return
SHOWN = 60  # letters of what was said


@dataclass(frozen=True)
class Line:
    """What happened to one case."""

    case: Complaint
    words: str
    at: datetime


@dataclass
class Happened:
    """All of it, for one person and one span. `handed`: case → the event by which it went from the
    person to somebody else, the newest.
    """

    user: User
    span: Span
    handed: dict[int, Event]
    cases: dict[int, Complaint]
    gone: list[Line] = field(default_factory=list)
    steps: list[Line] = field(default_factory=list)
    letters: list[Line] = field(default_factory=list)
    mentions: list[Line] = field(default_factory=list)
    due: list[Line] = field(default_factory=list)

    @property
    def touched(self) -> list[Complaint]:
        """The cases with news, each once, as they are listed."""
        lines = (*self.due, *self.letters, *self.mentions, *self.steps, *self.gone)
        return list({line.case.pk: line.case for line in lines}.values())

    @cached_property
    def last(self) -> dict[int, Event]:
        """Case → how it came to its owner, of those that were handed over."""
        rows = Event.objects.filter(
            complaint__in=[pk for pk in self.cases if pk in self.handed],
            kind=Event.Kind.ASSIGNMENT,
            code__in=OF_THE_OWNER,
        )
        rows = rows.order_by("complaint", "-id").distinct("complaint")
        return {event.complaint_id: event for event in rows}


def of(absence: Absence, now: datetime) -> Happened | None:
    """What happened; None while the person is away."""
    span = coming_back.span(absence, now)
    if span is None:
        return None
    user = absence.user
    handed = _handed(user, span)
    found = Happened(user, span, handed, _cases(user, span, handed))
    _fill(found)
    return found


def _handed(user: User, span: Span) -> dict[int, Event]:
    given = Event.objects.filter(
        detail__has_key="before", detail__before=user.pk, at__gte=span.since, at__lte=span.back
    )
    found: dict[int, Event] = {}
    for event in given.order_by("-at", "-id")[:MOST]:
        found.setdefault(event.complaint_id, event)
    return found


def _cases(user: User, span: Span, handed: Collection[int]) -> dict[int, Complaint]:
    due = Q(state__in=OPEN_STATES, next_due_at__lte=span.back + SOON)
    own = Q(owner=user) & (Q(updated_at__gte=span.left) | due)
    rows = Complaint.objects.visible_to(user).filter(own | Q(pk__in=handed), destroyed_at=None)
    rows = rows.select_related("owner", "team").order_by("-updated_at", "-pk")
    return {case.pk: case for case in rows[:MOST]}


def _fill(found: Happened) -> None:
    """Each kind, one statement."""
    for pk, event in found.handed.items():
        if case := found.cases.get(pk):
            found.gone.append(Line(case, _gone_words(event), event.at))
    of_them = {"complaint__in": found.cases, "at__gte": found.span.since}
    steps = Transition.objects.filter(**of_them).exclude(by=found.user).select_related("by")
    for step in steps.order_by("-at", "-pk"):
        _add(found, found.steps, step.complaint_id, _step_words(step), step.at)
    came = Communication.objects.filter(**of_them, inbound=True).order_by("-at", "-pk")
    for said in came:
        _add(found, found.letters, said.complaint_id, _said_words(said), said.at)
    notes = Mention.objects.filter(
        user=found.user, told=True, **{f"communication__{k}": v for k, v in of_them.items()}
    ).select_related("communication__by")
    for mention in notes.order_by("-communication__at", "-pk"):
        note = mention.communication
        who = note.by.name if note.by else ""
        words = _("{who}：{words}").format(who=who, words=Truncator(note.text).chars(SHOWN))
        _add(found, found.mentions, note.complaint_id, words, note.at)
    _falls_due(found)


def _add(found: Happened, lines: list[Line], pk: int, words: str, at: datetime) -> None:
    """Where it happened while the person was away, or after the case was handed over for that."""
    handed = found.handed.get(pk)
    begins = min(found.span.left, handed.at) if handed else found.span.left
    if begins <= at <= found.span.back:
        lines.append(Line(found.cases[pk], words, at))


def _falls_due(found: Happened) -> None:
    own = [case for case in found.cases.values() if case.owner_id == found.user.pk and case.is_open]
    soon = [(case.next_due_at, case) for case in own if case.next_due_at is not None]
    for due, case in sorted(soon, key=lambda pair: (pair[0], pair[1].pk)):
        if due <= found.span.back + SOON:
            found.due.append(Line(case, "", due))


def _gone_words(event: Event) -> str:
    if event.code == "returned_to_queue":
        return _("退回“{team}”待分配").format(team=event.detail.get("team", ""))
    return _("转给 {name}").format(name=event.detail.get("owner_name", ""))


def _step_words(step: Transition) -> str:
    known = STEPS.get(step.step)
    title = str(known.title) if known else step.step
    if step.by is None:
        return title
    return _("{step}（{name}）").format(step=title, name=step.by.name)


def _said_words(said: Communication) -> str:
    words = Truncator(said.text).chars(SHOWN)
    if said.channel not in Channel.values:
        return words
    return _("{channel}：{words}").format(channel=Channel(said.channel).label, words=words)
