"""The consumer's answer and the promises that follow from it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.actions import commitments
from complaints.actions import resolution as resolutions
from complaints.actions.commitment_ends import settle
from complaints.choices import CommitmentState, CommitmentStrength
from complaints.leaving import leaves_at
from complaints.lifecycle import Outcome, State
from complaints.models import Commitment, Complaint, Outbox, Transition

__all__ = ["completed", "decided_externally", "declined", "promises_made", "settle"]

DEFAULT_DAYS = 7
LAST_ROUND = 3
EXTERNAL_WAYS = "tell_external_ways"  # the letter after it
# What was decided by others binds by law; what nobody answered is what we offered.
_STRENGTHS = {
    "external_decision": CommitmentStrength.OWED_BY_LAW,
    "no_reply": CommitmentStrength.OFFERED,
}


def promises_made(complaint: Complaint, transition: Transition) -> None:
    """Every measure of the signed resolution becomes a promise with its clock."""
    if complaint.state != State.EXECUTING:
        return
    fallback = timezone.localdate(transition.at) + timedelta(days=DEFAULT_DAYS)
    rows = _promises(complaint, transition)
    dues = [_due_of(row, fallback, transition.at) for row in rows]
    commitments.follow(complaint, rows, dues, transition.by)


def _promises(complaint: Complaint, transition: Transition) -> list[Commitment]:
    """One of each measure that was not promised before; one for a decision that names none."""
    resolution = resolutions.current(complaint)
    measures = resolution.measures.filter(commitments=None) if resolution else []
    common = {
        "complaint": complaint,
        "made_at": transition.at,
        "strength": _STRENGTHS.get(transition.step, CommitmentStrength.AGREED),
    }
    rows = [
        Commitment(
            measure=m,
            text=m.description or str(m.get_kind_display()),
            amount=m.amount,
            **common,
        )
        for m in measures
    ]
    if rows or transition.step != "external_decision":
        return rows
    words = _("履行外部裁决 {reference}").format(reference=transition.fields.get("note", ""))
    return [Commitment(text=words.strip()[: commitments.TEXT_LIMIT], **common)]


def _due_of(row: Commitment, fallback: date, now: datetime) -> date:
    """The day that the measure names, unless it was over before the promise was made."""
    wanted = row.measure.due if row.measure else None
    return wanted if wanted is not None and wanted >= timezone.localdate(now) else fallback


def declined(complaint: Complaint, transition: Transition) -> None:
    """Another round: the signed version no longer counts. What was declined in the last round is
    answered with the ways outside the house; the letter of each offer names them too.
    """
    if complaint.round >= LAST_ROUND:
        _tell_external_ways(complaint, transition)
    complaint.round += 1
    resolutions.superseded(complaint, transition)


def _tell_external_ways(complaint: Complaint, transition: Transition) -> None:
    Outbox.objects.create(
        complaint=complaint,
        effect=EXTERNAL_WAYS,
        key=f"{complaint.number}.{transition.version}.{EXTERNAL_WAYS}",
        payload={"round": complaint.round},
        created_at=transition.at,
        not_before=leaves_at(EXTERNAL_WAYS, transition.at),
    )


def decided_externally(complaint: Complaint, transition: Transition) -> None:
    """Execute what was decided, or go back to drafting."""
    if complaint.state == State.EXECUTING:
        promises_made(complaint, transition)
    elif complaint.state == State.RESOLVING:
        complaint.outcome_if_done = ""
        resolutions.superseded(complaint, transition)


def completed(complaint: Complaint, transition: Transition) -> None:
    """A waived or broken promise makes the outcome partial, unless somebody else decided it."""
    if complaint.outcome_if_done in ("", Outcome.RESOLVED):
        undone = Commitment.objects.filter(
            complaint=complaint, state__in=[CommitmentState.WAIVED, CommitmentState.BROKEN]
        )
        complaint.outcome = Outcome.PARTLY_RESOLVED if undone.exists() else Outcome.RESOLVED
