"""The only door through which a complaint changes state.

One transaction: lock the row, look the step up in `lifecycle.py`, check role, version, fields and
guards, write state, transition, timeline, audit entry, clocks and outbox rows. A crash at any line
leaves the old state, or the new one with everything that belongs to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import Tails, record
from complaints import (
    asked_teams,
    followers,
    granted,
    holds,
    leaving,
    public_promises,
    regimes,
    turning,
    written,
)
from complaints.errors import Gone, NotAllowed, StaleVersion, StepRefused, Unmet
from complaints.lifecycle import CONSUMER, OPEN_STATES, STEPS, State, Step
from complaints.models import Complaint, Event, Hold, Outbox, Transition
from complaints.prepared import NUMBER, everybodys, objects_seen
from complaints.querysets import ComplaintQuerySet
from complaints.situation import CaseSituation

# Sent after the commit, with the transition's id (None: of many cases). A lost signal costs
# seconds: a beat task finds the waiting outbox rows.
step_taken = Signal()

Also = Callable[[Complaint, Transition], None]


_FOUND = Complaint.objects.select_related("consumer", "owner", "team").filter(number=NUMBER)
_LOCKED = Complaint.objects.locked().select_related("consumer").filter(number=NUMBER)


def _one(place: str, number: str, by: User | None, rows: ComplaintQuerySet) -> Complaint:
    moments = {NUMBER: str(number)}
    if by is None:
        found = everybodys(place, rows.all, moments)
    else:
        found = objects_seen(place, by, rows.filter, moments)
    if not found:
        raise Complaint.DoesNotExist
    complaint: Complaint = found[0]
    return complaint


def find(number: str, by: User | None) -> Complaint:
    """The case, if the person may see it.

    Raises Complaint.DoesNotExist otherwise, so that it cannot be told from a missing one.
    """
    return _one("found", number, by, _FOUND)


def lock(number: str, by: User | None) -> Complaint:
    """The case, held until the end of the caller's transaction.

    Raises Complaint.DoesNotExist as `find` does, Gone for one whose file was destroyed, NotAllowed
    for one that is lent to the person for reading.
    """
    found = _one("locked", number, by, _LOCKED)
    refuse_destroyed(found)
    if by is not None:
        granted.admit(found, by)
    return found


def refuse_destroyed(complaint: Complaint) -> None:
    """Raises Gone where only the tombstone of the case is left."""
    if complaint.destroyed_at is not None:
        words = _("案件 {number} 的案卷已按保管期限销毁，只能查看销毁登记")
        raise Gone({"state": [words.format(number=complaint.number)]})


def check_version(complaint: Complaint, version: int | None) -> None:
    """Raises StaleVersion when the case has moved on since the caller read it."""
    if version is not None and version != complaint.version:
        raise StaleVersion(
            _(
                "案件 {number} 已被他人更新（您看到的是第 {seen} 版，现在是第 {current} 版）；"
                "您填写的内容没有丢失，请核对后再提交"
            ).format(number=complaint.number, seen=version, current=complaint.version),
            complaint.version,
        )


def unmet(step: Step, situation: CaseSituation, *, asking: bool = False) -> list[Unmet]:
    """Every reason why the step cannot be taken.

    `asking`: only look at the case, not at what was sent.
    """
    complaint, by = situation.complaint, situation.by
    if by is not None and not _role_allows(step, by):
        title, roles = str(step.title), _("、").join(str(r.label) for r in step.who) or _("系统")
        return [Unmet("role", _("“{step}”只能由{roles}进行").format(step=title, roles=roles))]
    by_link = step.by_consumer and situation.via == CONSUMER
    if by is None and not step.system and not by_link:
        return [Unmet("role", _("“{step}”不能由系统自动进行").format(step=str(step.title)))]
    if complaint.state not in step.sources:
        states = _("、").join(str(State(s).label) for s in step.sources)
        return [
            Unmet(
                "state",
                _("案件 {number} 现处于“{state}”，不能“{step}”；只有“{states}”的案件可以").format(
                    number=complaint.number,
                    state=complaint.get_state_display(),
                    step=str(step.title),
                    states=states,
                ),
            )
        ]
    reasons = [Unmet(g.__name__, message) for g in step.guards if (message := g(situation))]
    if not asking:
        reasons += [
            Unmet(f.value, _("请填写{field}").format(field=str(f.label)))
            for f in step.fields
            if situation.field(f) is None
        ]
        reasons += [Unmet(c.__name__, message) for c in step.checks if (message := c(situation))]
    return reasons


def _role_allows(step: Step, by: User) -> bool:
    return by.is_active and not by.reads_only and any(by.is_(role) for role in step.who)


def advance(
    number: str,
    step_code: str,
    *,
    by: User | None,
    fields: Mapping[str, Any] | None = None,
    version: int | None = None,
    via: str = "session",
    reauthenticated_at: datetime | None = None,
    now: datetime | None = None,
    also: Also | None = None,
) -> Complaint:
    """Take a step.

    `also(complaint, transition)` does what belongs to the step, in the same transaction, before the
    state is saved. Raises Complaint.DoesNotExist (unknown or not visible), NotAllowed (role),
    StaleVersion, StepRefused (with every unmet guard).
    """
    now = now or timezone.now()
    step = STEPS.get(step_code)
    if step is None:
        raise StepRefused(
            _("没有“{step}”这个步骤").format(step=step_code),
            [Unmet("unknown_step", _("可用的步骤：{steps}").format(steps=", ".join(STEPS)))],
        )
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        situation = CaseSituation(
            complaint, by, now, fields or {}, via, reauthenticated_at, taking=True
        )
        reasons = unmet(step, situation)
        if reasons:
            if reasons[0].code == "role":
                raise NotAllowed(reasons[0].message)
            raise StepRefused(_("；").join(r.message for r in reasons), reasons)
        transition = _write(complaint, step, situation, also)
        transaction.on_commit(
            lambda: step_taken.send(sender=Complaint, transition_id=transition.pk)
        )
    return complaint


def advance_many(
    situations: Sequence[CaseSituation], step_code: str, *, tails: Tails | None = None
) -> list[tuple[Complaint, list[Unmet]]]:
    """Take one step for many cases at once, by the system; answers which were refused, and why.

    For steps of open cases that leave the state and the clocks as they are; all situations are of
    one moment, and nothing was sent. The caller's transaction holds the locks of the cases, each of
    which is there once. Every guard is asked; what is written is what `advance` writes, in as many
    statements for a thousand cases as for one. `tails`: for `audit.record.chain`.
    """
    step, taken, refused = STEPS[step_code], [], []
    turns = (*step.stops, *step.cancels, *step.starts, *regimes.moments_of(step.code))
    if step.to or step.outcome or turns or not set(step.sources) <= set(OPEN_STATES):
        raise ValueError(f"{step.code} changes more than can be changed for many cases at once")
    if any(s.by or s.fields or s.now != situations[0].now for s in situations):
        raise ValueError("only the system takes a step for many cases at once, at one moment")
    for situation in situations:
        if reasons := unmet(step, situation):
            refused.append((situation.complaint, reasons))
        else:
            taken.append(situation.complaint)
    if taken:
        _write_many(taken, step, situations[0].now, tails)
    return refused


def _write_many(cases: Sequence[Complaint], step: Step, now: datetime, tails: Tails | None) -> None:
    for case in cases:
        case.version += 1
    written.together(cases, step, now, tails)
    # Whoever hears it looks into the outbox: one case for all.
    transaction.on_commit(lambda: step_taken.send(sender=Complaint, transition_id=None))


def _next_state(step: Step, situation: CaseSituation) -> str:
    if not step.to:
        return situation.complaint.state
    return step.choose(situation) if step.choose else step.to[0]


def _write(
    complaint: Complaint, step: Step, situation: CaseSituation, also: Also | None
) -> Transition:
    transition = _changed(complaint, step, situation)
    transition.save(force_insert=True)
    if complaint.on_hold and complaint.state != transition.from_state:
        _end_hold(complaint, situation)
    if transition.from_state == State.REGISTERED and complaint.state != State.REGISTERED:
        leaving.drop_receipt(complaint, situation.now)
    turning.turn(
        complaint,
        stops=step.stops,
        cancels=step.cancels,
        starts=step.starts,
        now=situation.now,
        step=step.code,
    )
    if also is not None:
        also(complaint, transition)
    if complaint.state == State.CLOSED and transition.from_state in OPEN_STATES:
        asked_teams.closed(complaint, situation.by, situation.now)
    public_promises.step_taken(complaint, step.code, situation.now)
    complaint.save()
    written.event(transition).save(force_insert=True)
    act = written.act(transition)
    record(act.verb, act.subject, transition.by, transition.at, act.detail)
    Outbox.objects.bulk_create(written.outbox(transition, step))
    followers.of_step(transition)
    return transition


def _changed(complaint: Complaint, step: Step, situation: CaseSituation) -> Transition:
    """The case as the step makes it, and the step taken; neither is saved."""
    before = complaint.state
    complaint.state = str(_next_state(step, situation))
    complaint.version += 1
    complaint.updated_at = situation.now
    _set_outcome(complaint, step, situation.now)
    kept = {
        f: situation.fields[f]
        for f in (*step.fields, *step.optional)
        if situation.field(f) is not None
    }
    return Transition(
        complaint=complaint,
        step=step.code,
        from_state=before,
        to_state=complaint.state,
        by=situation.by,
        at=situation.now,
        version=complaint.version,
        fields={
            str(k): v if isinstance(v, (str, int, list, dict, bool)) else str(v)
            for k, v in kept.items()
        },
    )


def _end_hold(complaint: Complaint, situation: CaseSituation) -> None:
    """Nobody waits any longer once the case moves on: the held clocks run again before the step
    turns them.
    """
    for hold in Hold.objects.filter(complaint=complaint, ended_at=None):
        holds.end(complaint, hold, situation.now)
        Event.objects.create(
            complaint=complaint,
            at=situation.now,
            by=situation.by,
            kind=Event.Kind.HOLD,
            code="resumed",
            detail={"reason": hold.reason},
        )


def _set_outcome(complaint: Complaint, step: Step, now: datetime) -> None:
    """The outcome stands on the case once it is closed; a step into execution remembers what it
    will be.
    """
    if step.outcome is not None:
        complaint.outcome_if_done = step.outcome
    if complaint.state == State.CLOSED:
        complaint.outcome = complaint.outcome_if_done or "resolved"
        complaint.closed_at = now
    elif complaint.state != State.ARCHIVED:
        complaint.outcome, complaint.closed_at = "", None
