"""Telling the staff: one notice in the application for each receiver, and when the e-mail about it
may leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils import translation

from complaints.choices import DeadlineNature, Priority, Risk
from complaints.models import Complaint, Event, Outbox
from correspondence import families, preferences, receivers, said, words
from correspondence.models import Notice
from correspondence.receivers import Receiver
from correspondence.scene import Scene
from correspondence.who_is_told import TABLE

LANGUAGE = "zh-hans"


def tell(rows: Sequence[Outbox], now: datetime, *, mailed: bool = True) -> list[Notice]:
    """Write the notices of outbox rows to staff, in the caller's transaction.

    `mailed`: whether e-mails may follow; not when the past is played again.
    """
    scene = Scene(rows, now)
    notices = [notice for row in rows for notice in _of(row, scene, mailed)]
    return Notice.objects.bulk_create(notices, batch_size=500)


def _of(outbox: Outbox, scene: Scene, mailed: bool) -> list[Notice]:
    if outbox.effect == "warn_of_deadline":
        return _warning(outbox, scene, mailed)
    row = TABLE[outbox.effect]
    found = receivers.of_row(row, outbox, scene)
    if outbox.effect == "tell_escalation":
        found = [each for each in found if not scene.warned(each.user, outbox)]
    pairs = []
    for receiver in found:
        with translation.override(receiver.user.language or LANGUAGE):
            values = words.of_case(outbox)
            subject, body = words.fill(row.subject, values), words.fill(row.body, values)
            notice = _notice(outbox, receiver, row.family, subject, body, scene.now)
        pairs.append((receiver, notice))
    return _kept(pairs, scene, mailed)


def _warning(outbox: Outbox, scene: Scene, mailed: bool) -> list[Notice]:
    """A warning of a clock. One that has ended meanwhile warns nobody."""
    clock, now = scene.clock(outbox), scene.now
    if clock is None or clock.state not in said.RUNS:
        return []
    found = receivers.of_ladder(outbox, scene)
    if not any(receiver.away is None for receiver in found):
        _nobody(outbox, now)
    case, pairs = outbox.complaint, []
    for receiver in found:
        with translation.override(receiver.user.language or LANGUAGE):
            family = families.of_warning(receiver.level, clock.subject)
            subject, body = words.of_clock(case.number, case.title, clock, now)
            pairs.append((receiver, _notice(outbox, receiver, family, subject, body, now)))
        scene.warns(receiver.user, outbox)
    insists = clock.nature == DeadlineNature.STATUTORY and now >= clock.due_at
    return _kept(pairs, scene, mailed, insists=insists)


def _nobody(outbox: Outbox, now: datetime) -> None:
    """Nobody is there who may see the case: it stands in the case's history."""
    Event.objects.create(
        complaint=outbox.complaint,
        at=now,
        by=None,
        kind=Event.Kind.NOTICE,
        code="nobody_to_tell",
        detail={k: outbox.payload.get(k) for k in ("kind", "who")},
    )


def is_urgent(complaint: Complaint) -> bool:
    """Critical, or somebody's safety is at stake."""
    return complaint.priority == Priority.CRITICAL or Risk.SAFETY in complaint.risk_flags


def _notice(
    outbox: Outbox, receiver: Receiver, family: str, subject: str, body: str, now: datetime
) -> Notice:
    user = receiver.user
    notice = Notice(
        key=f"{outbox.key}.{user.username}",
        outbox=outbox,
        user=user,
        way=Notice.Way.IN_APP,
        to=user.username,
        created_at=now,
        sent_at=now,
        subject=subject[:200],
        body=body,
        family=family,
        level=receiver.level,
        behalf_of=receiver.behalf_of,
        urgent=is_urgent(outbox.complaint),
    )
    notice.reason = said.reason_of(notice)[:200]
    return notice


def _kept(
    pairs: Iterable[tuple[Receiver, Notice]],
    scene: Scene,
    mailed: bool,
    *,
    insists: bool = False,
) -> list[Notice]:
    """Those that their receivers wish to have; a statutory clock that fell due asks nobody."""
    kept = []
    for receiver, notice in pairs:
        wish = scene.wishes(receiver.user)
        if preferences.way_of(wish, notice.family) == families.OFF and not insists:
            continue
        if mailed:
            preferences.plan(notice, wish, scene.now, back=receiver.away)
        kept.append(notice)
    return kept
