"""The consumer's answer, the promises that follow from it, and their keeping."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.actions import resolution as resolutions
from complaints.advance import check_version, lock
from complaints.choices import CommitmentState
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import Outcome, State
from complaints.models import Commitment, Complaint, Event, Transition
from evidence.models import Item

DEFAULT_DAYS = 7
LAST_ROUND = 3


def promises_made(complaint: Complaint, transition: Transition) -> None:
    """Every measure of the signed resolution becomes a commitment with a due date."""
    if complaint.state != State.EXECUTING:
        return
    resolution = resolutions.current(complaint)
    fallback = timezone.localdate(transition.at) + timedelta(days=DEFAULT_DAYS)
    measures = list(resolution.measures.all()) if resolution else []
    Commitment.objects.bulk_create(
        Commitment(
            complaint=complaint,
            measure=m,
            text=m.description or str(m.get_kind_display()),
            amount=m.amount,
            due=m.due or fallback,
            owner=complaint.owner,
            made_at=transition.at,
        )
        for m in measures
    )
    if not measures:
        Commitment.objects.create(
            complaint=complaint,
            text=_("履行外部裁决 {reference}")
            .format(reference=transition.fields.get("note", ""))
            .strip(),
            due=fallback,
            owner=complaint.owner,
            made_at=transition.at,
        )


def declined(complaint: Complaint, transition: Transition) -> None:
    """Another round: the signed version no longer counts."""
    complaint.round += 1
    resolutions.superseded(complaint, transition)


def decided_externally(complaint: Complaint, transition: Transition) -> None:
    """Execute what was decided, or go back to drafting."""
    if complaint.state == State.EXECUTING:
        promises_made(complaint, transition)
    elif complaint.state == State.RESOLVING:
        complaint.outcome_if_done = ""
        resolutions.superseded(complaint, transition)


def completed(complaint: Complaint, transition: Transition) -> None:
    """A waived promise makes the outcome a partial one, unless somebody else decided it."""
    if complaint.outcome_if_done in ("", Outcome.RESOLVED):
        waived = Commitment.objects.filter(
            complaint=complaint, state=CommitmentState.WAIVED
        ).exists()
        complaint.outcome = Outcome.PARTLY_RESOLVED if waived else Outcome.RESOLVED


def settle(
    number: str,
    commitment_id: int,
    *,
    by: User,
    state: str,
    proof: Any,
    evidence: Any = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Commitment:
    """Record that a promise was kept (with proof) or waived by the consumer in writing (with the
    evidence number of that writing).

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not by.may("keep_commitments"):
        raise NotAllowed(_("您的角色不能登记兑现"))
    given = validation.clean(
        {"state": state, "proof": proof, "evidence": evidence},
        {
            "state": lambda x: validation.choice(
                x, [CommitmentState.KEPT, CommitmentState.WAIVED], required=True
            ),
            "proof": lambda x: validation.text(x, 2000, required=True, lines=True),
            "evidence": validation.item_number,
        },
    )
    state, proof = given["state"], given["proof"]
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        commitment = Commitment.objects.filter(complaint=complaint, pk=commitment_id).first()
        if commitment is None:
            raise Invalid({"commitment": [_("没有这项承诺")]})
        commitment.complaint = complaint
        if commitment.state != CommitmentState.OPEN:
            raise Invalid(
                {
                    "commitment": [
                        _("这项承诺已经登记为“{state}”").format(
                            state=commitment.get_state_display()
                        )
                    ]
                }
            )
        commitment.evidence_number = _evidence(
            complaint, given["evidence"], needed=state == CommitmentState.WAIVED
        )
        commitment.state, commitment.proof, commitment.settled_at, commitment.settled_by = (
            state,
            proof,
            now,
            by,
        )
        commitment.save()
        complaint.version += 1
        complaint.updated_at = now
        complaint.save(update_fields=["version", "updated_at"])
        Event.objects.create(
            complaint=complaint,
            at=now,
            by=by,
            kind=Event.Kind.COMMITMENT,
            code=state,
            text=proof,
            detail={"text": commitment.text},
        )
        record(
            f"commitment.{state}",
            complaint.subject,
            by,
            now,
            {"commitment": commitment.pk, "version": complaint.version},
        )
    return commitment


def _evidence(complaint: Complaint, number: int | None, *, needed: bool) -> int | None:
    if number is None:
        if needed:
            raise Invalid({"evidence": [_("消费者放弃须有书面证据；请先上传，再填写证据编号")]})
        return None
    if not Item.objects.filter(folder=complaint.folder_id, number=number).exists():
        raise Invalid(
            {"evidence": [_("证据编号 {number} 不在本案中；请先上传").format(number=number)]}
        )
    return number
