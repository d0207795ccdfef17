"""Writing payments down, one or ten thousand: the rows, the sums and ends of the promises they are
for, their clocks, the story of the case, the record and the letters. As many statements for many as
for one. The caller holds the locks of the cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Max
from django.utils.translation import gettext as _

from accounts.masking import originals
from accounts.models import User
from audit.record import Act, record_many
from complaints import clock, deadlines, next_due, promised
from complaints.choices import RUNS, CommitmentState, DeadlineState, PaymentWay
from complaints.models import Commitment, Complaint, Deadline, Event, Outbox, Payment
from complaints.paying.proof import fingerprint
from complaints.workdays import END_OF_DAY, SHANGHAI
from config import bulk

UNDONE = (CommitmentState.OPEN, CommitmentState.BROKEN)
STORED = ["paid", "state", "kept_at", "on_time", "settled_at", "settled_by_id", "proof"]
STORED += ["evidence_number"]
# Of a promise that is open again.
OPEN_AGAIN: Mapping[str, Any] = {
    "state": CommitmentState.OPEN,
    "kept_at": None,
    "on_time": None,
    "settled_at": None,
    "settled_by_id": None,
    "proof": "",
    "evidence_number": None,
}


@dataclass(frozen=True)
class Entry:
    """Money for one promise, which knows its case; `part` of a transfer that is for several."""

    commitment: Commitment
    amount: Decimal
    paid_on: date
    way: str
    reference: str
    part: int = 1
    evidence: int | None = None
    note: str = ""
    row: int | None = None


def one_at_a_time() -> None:
    """Others who write payments wait until the end of the transaction; taken after the locks of the
    cases and last, so that nobody waits for each other in a ring.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('payments', 0))")


def post(entries: Sequence[Entry], by: User, now: datetime) -> list[Payment]:
    """Write payments of which every one is right: the caller has looked. A promise that is wholly
    paid is kept.
    """
    if not entries:
        return []
    payments = [_payment(entry, by, now) for entry in entries]
    bulk.insert(payments, keys=True)
    promises = {e.commitment.pk: e.commitment for e in entries}
    for entry in entries:
        promises[entry.commitment.pk].paid += entry.amount
    kept = [c for c in promises.values() if c.state in UNDONE and c.paid >= (c.amount or 0)]
    last = {entry.commitment.pk: entry for entry in entries}
    _keep(kept, last, by, now)
    _store(list(promises.values()))
    cases = _older({c.complaint_id: c.complaint for c in promises.values()}, now)
    _told(entries, payments, {c.pk for c in kept}, by, now)
    _letters([c for c in kept if cases[c.complaint_id].consumer.email_masked], now)
    return payments


def _payment(entry: Entry, by: User, now: datetime) -> Payment:
    return Payment(
        commitment=entry.commitment,
        amount=entry.amount,
        paid_on=entry.paid_on,
        way=entry.way,
        reference=entry.reference,
        part=entry.part,
        evidence_number=entry.evidence,
        note=entry.note,
        file_row_id=entry.row,
        by=by,
        at=now,
    )


def _store(promises: Sequence[Commitment]) -> None:
    values = [
        {"id": c.pk, **{n: c.__dict__[n] for n in STORED}, "paid": str(c.paid)} for c in promises
    ]
    bulk.change(Commitment, values)


def _keep(kept: Sequence[Commitment], last: Mapping[int, Entry], by: User, now: datetime) -> None:
    """On the day of the last money; in time or late by the clock (not saved)."""
    if not kept:
        return
    days = dict(
        Payment.objects.filter(commitment__in=kept, reversed_at=None)
        .values_list("commitment")
        .annotate(Max("paid_on"))
        .order_by()
    )
    clocks = _clocks(kept)
    ended: list[tuple[Deadline, str, datetime]] = []
    for promise in kept:
        day = datetime.combine(days[promise.pk], END_OF_DAY, SHANGHAI)
        at = max(min(day, now), promise.made_at)
        running = clocks.get(f"{promised.KIND}:{promise.pk}")
        promise.on_time = _in_time(promise, running, at)
        if running is not None and running.state in RUNS:
            ended.append((running, clock.MET if promise.on_time else clock.MISSED, at))
        promise.state, promise.kept_at = CommitmentState.KEPT, at
        promise.settled_at, promise.settled_by = now, by
        promise.proof = words_of(last[promise.pk])
        promise.evidence_number = last[promise.pk].evidence
    deadlines.finish_each(ended, by)


def _clocks(promises: Sequence[Commitment]) -> dict[str, Deadline]:
    """The newest clock of each, by its subject."""
    rows = Deadline.objects.filter(
        complaint__in={c.complaint_id for c in promises},
        kind=promised.KIND,
        subject__in=[f"{promised.KIND}:{c.pk}" for c in promises],
    )
    return {row.subject: row for row in rows.order_by("id")}


def _in_time(promise: Commitment, running: Deadline | None, at: datetime) -> bool:
    if running is None:
        return promise.due_at is None or at <= promise.due_at
    if running.state == DeadlineState.HELD:
        return deadlines.ending(running, at) == clock.MET
    return at <= running.due_at


def words_of(entry: Entry) -> str:
    """The proof of a promise that was paid, in words."""
    return _("{way} {day}，流水号 {reference}").format(
        way=PaymentWay(entry.way).label, day=entry.paid_on.isoformat(), reference=entry.reference
    )


def _older(cases: Mapping[int, Complaint], now: datetime) -> Mapping[int, Complaint]:
    """The cases one version older, with the next of their clocks."""
    Complaint.objects.filter(pk__in=list(cases)).update(
        version=F("version") + 1,
        updated_at=now,
        **next_due.of_each(),
    )
    for case in cases.values():
        case.version += 1
        case.updated_at = now
    return cases


def _told(
    entries: Sequence[Entry], payments: Sequence[Payment], kept: set[int], by: User, now: datetime
) -> None:
    events, acts = [], []
    for entry, payment in zip(entries, payments, strict=True):
        promise, case = entry.commitment, entry.commitment.complaint
        facts = {
            "commitment": promise.pk,
            "payment": payment.pk,
            "amount": f"{entry.amount:.2f}",
            "paid_on": entry.paid_on.isoformat(),
            "way": str(entry.way),
        }
        detail = {**facts, "reference": entry.reference, "text": promise.text}
        detail |= {"open": f"{promise.standing.open:.2f}"}
        detail |= {"over": f"{promise.standing.over:.2f}", "kept": promise.pk in kept}
        detail |= {"evidence": entry.evidence} if entry.evidence else {}
        events.append(
            Event(
                complaint=case,
                at=now,
                by=by,
                kind=Event.Kind.COMMITMENT,
                code="paid",
                text=entry.note,
                detail=detail,
            )
        )
        facts["reference_sha256"] = fingerprint(case.number, entry.reference)
        acts.append(Act("payment.recorded", case.subject, {**facts, "version": case.version}))
    bulk.insert(events)
    record_many(acts, by, now)


def _letters(kept: Sequence[Commitment], now: datetime) -> None:
    """The consumer hears that it was paid."""
    effect = "tell_commitment_kept"
    bulk.insert(
        [
            Outbox(
                complaint=c.complaint,
                effect=effect,
                key=f"{c.complaint.number}.{c.complaint.version}.{effect}.{c.pk}",
                payload={"commitment": c.pk},
                created_at=now,
                not_before=now,
            )
            for c in kept
        ]
    )


def take_back(
    payments: Sequence[Payment], reason: str, by: User, now: datetime
) -> list[Commitment]:
    """Reverse payments of one case, which were looked at; answers the promises that are open
    again, with a new clock. The caller saves the case.
    """
    promises = {p.commitment_id: p.commitment for p in payments}
    for payment in payments:
        originals.keep_with(payment, "complaints_payment.reversed_reason", reason)
    Payment.objects.filter(pk__in=[p.pk for p in payments]).update(
        reversed_at=now, reversed_by=by, reversed_reason=str(reason)
    )
    again = []
    for payment in payments:
        promise = promises[payment.commitment_id]
        promise.paid -= payment.amount
        if promise.state == CommitmentState.KEPT and promise.standing.open:
            vars(promise).update(OPEN_AGAIN)
            again.append(promise)
    _store(list(promises.values()))
    promised.run_again(again)
    return again
