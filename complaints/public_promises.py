"""Clocks that cases inherit from public promises: which start with what happens, which end with it.

A promise is for the cases that were registered while it held. Its clock is kept by the event that
the promise names, not by the case's end: closed without that event, it was missed when it was
overdue and is no longer needed otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.dispatch import receiver
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints import clock, clock_words, deadlines, marking, next_due, regimes
from complaints.choices import RUNS
from complaints.clock import Terms
from complaints.lifecycle import STEPS, State
from complaints.models import Complaint, Deadline, Outbox, PublicPromise
from complaints.prepared import ROW, everybodys
from complaints.workdays import SHANGHAI
from legal_rules import deadline_table
from legal_rules.deadline_terms import Applies, Traits

KIND = "promise"
MOMENT = "moment:"
FIRST_REPLY, CLOSED = "first_reply", "closed"
# What is a reply to the consumer: a receipt that only says we will look into it is none.
REPLIES = ("reply_to_consumer", "send_reply_letter", "tell_consumer_declined")
STARTS: dict[str, str | Promise] = {
    "registered": pgettext_lazy("event", "登记投诉"),
    "accept": pgettext_lazy("step", "受理"),
    "sign": _("签署方案"),
    "consumer_accepts": _("消费者同意"),
    "reopen": _("重新启动"),
}
STOPS: dict[str, str | Promise] = {
    FIRST_REPLY: _("首次答复消费者"),
    "accept": _("决定是否受理"),
    "sign": _("作出处理意见"),
    CLOSED: _("办结"),
}
_KEPT_BY = {"accept": ("accept", "decline"), "sign": ("sign",)}  # stop → steps


def moments() -> dict[str, str]:
    """Events of the matter that a promise may start from or end with: `moment:id` → its name."""
    table = deadline_table.current().moments.values()
    lang = clock_words.language()
    return {f"{MOMENT}{m.id}": m.title.in_(lang) for m in table if m.step is None}


def kept_by(promise: PublicPromise) -> str:
    """What keeps the promise, in words."""
    return str({**STOPS, **moments()}.get(promise.stops, promise.stops))


def of_clock(deadline: Deadline) -> PublicPromise | None:
    """The promise that a clock was inherited from; None for any other clock. One statement."""
    if deadline.kind != KIND:
        return None
    return PublicPromise.objects.filter(pk=deadline.subject.removeprefix(f"{KIND}:")).first()


# --- starting


def _in_force(complaint: Complaint) -> Q:
    """Promises that held when the case was registered."""
    day = complaint.created_at.astimezone(SHANGHAI).date()
    return (
        Q(valid_from__lte=day)
        & (Q(valid_until=None) | Q(valid_until__gte=day))
        & (Q(withdrawn_at=None) | Q(withdrawn_at__gt=complaint.created_at))
    )


def applies(promise: PublicPromise, case: Traits) -> bool:
    """Each list that is not empty has to know the case."""
    wanted = Applies(
        tuple(promise.sectors),
        tuple(promise.channels),
        tuple(promise.categories),
        tuple(promise.claims),
    )
    return wanted.to(case)


def inherited(complaint: Complaint, event: str, start: datetime) -> list[Deadline]:
    """Unsaved clocks of the promises that start with this event. One statement."""
    found = PublicPromise.objects.filter(_in_force(complaint), starts=event).order_by("pk")
    case = regimes.traits(complaint)
    return [_clock(complaint, p, start) for p in found if applies(p, case)]


def _clock(complaint: Complaint, promise: PublicPromise, start: datetime) -> Deadline:
    row = regimes.row(KIND)
    if row is None:
        raise RuntimeError("regimes.yaml has no row for public promises")
    return deadlines.new(
        complaint,
        row,
        start,
        subject=f"{KIND}:{promise.pk}",
        terms=Terms(promise.length, promise.unit),
        title=promise.title,
    )


# --- what happens to the case


def step_taken(complaint: Complaint, step: str, now: datetime) -> None:
    """A step of the lifecycle ends clocks and starts others (the state is the new one). The caller
    saves the case.
    """
    running = _running(complaint)
    ended = list(_ended_by(running, step, complaint, now)) if running else []
    deadlines.finish([(d, how) for d, how, _done in ended], now)
    _never_kept([d for d, how, done in ended if how == clock.MISSED and not done])
    fresh = inherited(complaint, step, now) if step in STARTS else []
    if step == "accept":  # the category was not known before
        fresh += _late(complaint)
    _start(fresh, [d for d in running if d.state in RUNS])
    if ended or fresh:
        next_due.refresh(complaint)


def _late(complaint: Complaint) -> list[Deadline]:
    """Promises for the registration that are known to be for the case only now."""
    known = set(_rows(complaint).values_list("subject", flat=True))
    found = inherited(complaint, "registered", complaint.created_at)
    return [d for d in found if d.subject not in known]


def replied(complaint: Complaint, at: datetime) -> None:
    """The consumer was answered: what was promised for the first reply is kept. The caller holds
    the case's lock.
    """
    running = _running(complaint)
    promises = _of(running)
    kept = [d for d in running if promises[d.subject].stops == FIRST_REPLY]
    if kept:
        deadlines.finish([(d, deadlines.ending(d, at)) for d in kept], at)
        next_due.refresh(complaint)
        Complaint.objects.filter(pk=complaint.pk).update(
            **{name: getattr(complaint, name) for name in next_due.COLUMNS}
        )


def letter_left(outbox: Outbox, at: datetime) -> None:
    """A letter to the consumer was delivered, by a machine or by a person."""
    if outbox.effect not in REPLIES:
        return
    if not _rows(outbox.complaint).filter(state__in=RUNS).exists():
        return
    replied(Complaint.objects.locked().get(pk=outbox.complaint_id), at)


@receiver(marking.moment_marked)
def on_moment(
    sender: Any, complaint: Complaint, kind: str, at: datetime | None, **more: Any
) -> None:
    """An event of the matter was written down (`at`), corrected, or taken back (None)."""
    event, now = f"{MOMENT}{kind}", more["now"]
    running = _running(complaint)
    promises = _of(running)
    begun = [d for d in running if promises[d.subject].starts == event]
    if at is None:
        deadlines.finish([(d, clock.CANCELLED) for d in begun], now)
        return
    deadlines.move([d for d in begun if d.started_at != at], at, now)
    kept = [d for d in running if promises[d.subject].stops == event]
    deadlines.finish([(d, deadlines.ending(d, at)) for d in kept], at)
    if complaint.is_open:
        _start(inherited(complaint, event, at), begun)


def _ended_by(
    running: Sequence[Deadline], step: str, complaint: Complaint, now: datetime
) -> Iterable[tuple[Deadline, str, bool]]:
    """(clock, how it ended, whether what was promised was done) of those that the step ends."""
    promises, closed = _of(running), complaint.state == State.CLOSED
    for deadline in running:
        stops = promises[deadline.subject].stops
        if step in _KEPT_BY.get(stops, ()) or (closed and stops == CLOSED and not _void(step)):
            yield deadline, deadlines.ending(deadline, now), True
        elif closed and not (stops == FIRST_REPLY and _answer_is_under_way(complaint, step)):
            over = deadlines.ending(deadline, now) == clock.MISSED
            yield deadline, clock.MISSED if over else clock.CANCELLED, False


def _answer_is_under_way(complaint: Complaint, step: str) -> bool:
    """The step itself answers, or a letter waits to leave or for a person to bring it."""
    if set(STEPS[step].effects) & set(REPLIES):
        return True
    waits = Q(done_at=None, cancelled_at=None) | Q(notices__way="manual", notices__sent_at=None)
    return Outbox.objects.filter(waits, complaint=complaint, effect__in=REPLIES).exists()


def _void(step: str) -> bool:
    """The consumer gave up, or the matter goes on in another case."""
    return step in ("withdraw", "merge")


# --- the rows


def _rows(complaint: Complaint | int) -> Any:
    return Deadline.objects.filter(complaint=complaint, kind=KIND)


def _running(complaint: Complaint) -> list[Deadline]:
    return everybodys(
        "promises that run",
        lambda: _rows(ROW).filter(state__in=RUNS).order_by("id"),
        {ROW: complaint.pk},
    )


def _of(running: Sequence[Deadline]) -> dict[str, PublicPromise]:
    """Subject → its promise; no statement when there is nothing to ask."""
    keys = {int(d.subject.partition(":")[2]) for d in running}
    found = PublicPromise.objects.filter(pk__in=keys) if keys else ()
    return {f"{KIND}:{p.pk}": p for p in found}


def of_clocks(clocks: Iterable[Deadline]) -> dict[str, PublicPromise]:
    """Subject → its promise, of those clocks that were inherited from one."""
    return _of([d for d in clocks if d.kind == KIND])


def _start(fresh: Sequence[Deadline], running: Sequence[Deadline]) -> None:
    known = {d.subject for d in running}
    deadlines.save_new([d for d in fresh if d.subject not in known])


def _never_kept(missed: Sequence[Deadline]) -> None:
    """Missed and not done late either: no clock says when."""
    if missed:
        Deadline.objects.filter(pk__in=[d.pk for d in missed]).update(met_at=None)
