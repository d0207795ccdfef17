"""Telling the staff: one notice in the application for each receiver, and when the e-mail about it
may leave.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone, translation

from accounts.absences import Roster
from accounts.models import User
from complaints.choices import DeadlineNature, DeadlineState, Priority, Risk
from complaints.models import Complaint, Deadline, Event, Outbox
from correspondence import families, preferences, receivers, said, words
from correspondence.models import Notice
from correspondence.receivers import Receiver
from correspondence.who_is_told import TABLE

LANGUAGE = "zh-hans"


def tell(outbox: Outbox, now: datetime, *, mailed: bool = True) -> list[Notice]:
    """Write the notices of an outbox row, in the caller's transaction.

    `mailed`: whether e-mails may follow; not when the past is played again.
    """
    roster = Roster.of(timezone.localdate(now))
    if outbox.effect == "warn_of_deadline":
        return _warn(outbox, roster, now, mailed)
    row = TABLE[outbox.effect]
    found = receivers.of_row(row, outbox, roster)
    if outbox.effect == "tell_escalation":
        found = [each for each in found if not _warned_just_now(outbox, each.user)]
    pairs = []
    for receiver in found:
        with translation.override(receiver.user.language or LANGUAGE):
            values = words.of_case(outbox)
            subject, body = words.fill(row.subject, values), words.fill(row.body, values)
            pairs.append((receiver, _notice(outbox, receiver, row.family, subject, body, now)))
    return _kept(pairs, now, mailed)


def _warn(outbox: Outbox, roster: Roster, now: datetime, mailed: bool) -> list[Notice]:
    """A warning of a clock. One that has ended meanwhile warns nobody."""
    deadline = Deadline.objects.filter(
        pk=outbox.payload.get("deadline"),
        state__in=[DeadlineState.RUNNING, DeadlineState.HELD],
    ).first()
    if deadline is None:
        return []
    found = receivers.of_ladder(outbox, roster)
    if not any(receiver.away is None for receiver in found):
        _nobody(outbox, now)
    complaint, pairs = outbox.complaint, []
    for receiver in found:
        with translation.override(receiver.user.language or LANGUAGE):
            family = families.of_warning(receiver.level, getattr(deadline, "subject", ""))
            subject, body = words.of_clock(complaint.number, complaint.title, deadline, now)
            pairs.append((receiver, _notice(outbox, receiver, family, subject, body, now)))
    insists = deadline.nature == DeadlineNature.STATUTORY and now >= deadline.due_at
    return _kept(pairs, now, mailed, insists=insists)


def _warned_just_now(outbox: Outbox, user: User) -> bool:
    """The clock that escalates the case has warned the person already, in the same breath."""
    return Notice.objects.filter(
        user=user,
        outbox__complaint=outbox.complaint_id,
        outbox__effect="warn_of_deadline",
        outbox__created_at=outbox.created_at,
    ).exists()


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
    now: datetime,
    mailed: bool,
    *,
    insists: bool = False,
) -> list[Notice]:
    """Those that their receivers wish to have; a statutory clock that fell due asks nobody."""
    pairs, kept = list(pairs), []
    wishes = preferences.of_people([receiver.user.pk for receiver, _notice in pairs])
    for receiver, notice in pairs:
        wish = wishes.get(receiver.user.pk)
        if preferences.way_of(wish, notice.family) == families.OFF and not insists:
            continue
        if mailed:
            preferences.plan(notice, wish, now, back=receiver.away)
        kept.append(notice)
    return Notice.objects.bulk_create(kept)
