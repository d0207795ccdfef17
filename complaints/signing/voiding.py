"""What changes the content of a signature voids it, visibly and in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from audit.record import record
from complaints.models import Complaint, Event, Opinion, Outbox, Voided
from complaints.signing import liveness


def look(complaint: Complaint, by: User | None, now: datetime) -> None:
    """After an act on the case, under its lock: void the signatures that cover something else than
    what the case says now. One small query where nothing is signed.
    """
    if complaint.state not in liveness.OPEN_TO_CHANGE:
        return
    for opinion in liveness.standing(complaint):
        if liveness.void_of(opinion) is None and (changed := liveness.changed_since(opinion)):
            void(opinion, changed, by, now)


def bar(complaint: Complaint, user: User, by: User, now: datetime) -> None:
    """Who has no part in the case any more has signed nothing in it that could still leave."""
    for opinion in liveness.standing(complaint):
        holds = liveness.void_of(opinion) is None and not liveness.has_left(opinion)
        if opinion.by_id == user.pk and holds:
            void(opinion, ["barred"], by, now)


def void(
    opinion: Opinion,
    changed: Sequence[str],
    by: User | None,
    now: datetime,
    *,
    tell: bool = True,
) -> Voided:
    """Write down that the signature holds no more, and `tell` the owner and counsel."""
    resolution = opinion.resolution
    complaint = resolution.complaint
    voided = Voided.objects.create(opinion=opinion, at=now, by=by, changed=list(changed))
    detail = {"opinion": opinion.pk, "version": resolution.version, "changed": list(changed)}
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.RESOLUTION,
        code="signature_voided",
        detail=detail,
    )
    record("signature.voided", complaint.subject, by, now, detail)
    if liveness.waits_for_another(complaint):
        mark(complaint, again=True)
    if tell:
        Outbox.objects.create(
            complaint=complaint,
            effect="tell_signature_voided",
            key=f"{complaint.number}.voided.{opinion.pk}",
            payload=detail,
            created_at=now,
            not_before=now,
        )
    return voided


def mark(complaint: Complaint, *, again: bool) -> None:
    """Whether the offer lies there to be signed again: what counsel's list reads."""
    if complaint.must_be_signed_again != again:
        complaint.must_be_signed_again = again
        complaint.save(update_fields=["must_be_signed_again"])


def stop_letters(complaint: Complaint, now: datetime, why: str) -> None:
    """No letter of the offer that has not left may leave any more; one of an earlier round that
    did leave stays as sent. Under the case's lock, which whoever sends holds too.
    """
    letters: Any = Outbox.objects.filter(
        complaint=complaint, effect=liveness.LETTER, cancelled_at=None
    )
    left = letters.filter(notices__user=None, notices__sent_at__isnull=False)
    letters.exclude(pk__in=left.values("pk")).update(cancelled_at=now, last_error=why)
