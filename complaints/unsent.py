"""The clocks of an offer whose letter never left: what the signature ended runs on, what it began
is cancelled.

The same clock runs on, until the same day and with all its extensions and pauses, because the term
was never kept: a new one would leave the old one standing as met.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from complaints import clock, deadlines, marking, next_due, public_promises, regimes
from complaints.choices import RUNS, DeadlineState
from complaints.lifecycle import STEPS
from complaints.models import Complaint, Deadline, Moment, PublicPromise, Transition

SIGN = "sign"
_OURS = {"counsel_review"}  # counsel did review
_ENDED = (DeadlineState.MET, DeadlineState.MISSED)


def run_on(complaint: Complaint, now: datetime, by: Any) -> None:
    """Under the case's lock; the case is not saved."""
    steps = Transition.objects.filter(complaint=complaint, step=SIGN)
    signed_at = steps.order_by("-id").values_list("at", flat=True).first()
    if signed_at is None:
        return
    for kind in regimes.moments_of(SIGN):
        if Moment.objects.filter(complaint=complaint, kind=kind, at=signed_at).exists():
            marking.unmark(complaint, kind, now=now)
    clocks = list(Deadline.objects.filter(complaint=complaint).order_by("id"))
    promises = public_promises.of_clocks(clocks)
    running = {(d.kind, d.subject) for d in clocks if d.state in RUNS}
    ended = [
        d
        for d in clocks
        if d.state in _ENDED
        and d.met_at == signed_at
        and (d.kind, d.subject) not in running
        and _by_signing(d, promises)
    ]
    begun = [
        d
        for d in clocks
        if d.state in RUNS
        and d.started_at == signed_at
        and d.subject in promises
        and promises[d.subject].starts == SIGN
    ]
    deadlines.run_on(ended, now, by)
    deadlines.finish([(d, clock.CANCELLED) for d in begun], now, by)
    next_due.refresh(complaint)


def _by_signing(deadline: Deadline, promises: dict[str, PublicPromise]) -> bool:
    """Whether a signature ends such a clock: by its kind, by a moment, by what was promised."""
    if deadline.subject in promises:
        return promises[deadline.subject].stops == SIGN
    row = regimes.row(deadline.entry)
    kinds = {deadline.kind, row.alongside if row else ""}
    by_moment = set(row.stops if row else ()) & set(regimes.moments_of(SIGN))
    return bool(kinds & (set(STEPS[SIGN].stops) - _OURS) or by_moment)
