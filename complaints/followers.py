"""What leaves for those who follow a case (`actions/following.py`), written with what happened."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from complaints.models import Communication, Complaint, Follow, Outbox, Transition

EFFECT = "tell_followers"


def of_step(transition: Transition) -> None:
    """A step was taken by a person, or by the system for one case."""
    _leaves(transition.complaint, transition.at, transition.by, f"step.{transition.pk}", transition)


def of_reply(written: Communication) -> None:
    """Something was said to the consumer, or by the consumer. What can be taken back is told when
    it leaves.
    """
    at = written.outbox.not_before if written.outbox else written.at
    _leaves(written.complaint, at, written.by, f"said.{written.pk}", None, written.pk)


def _leaves(
    complaint: Complaint,
    at: datetime,
    by: User | None,
    what: str,
    transition: Transition | None,
    said: int | None = None,
) -> None:
    others = Follow.objects.filter(complaint=complaint.pk)
    if not (others.exclude(user=by) if by else others).exists():
        return
    Outbox.objects.create(
        complaint_id=complaint.pk,
        transition=transition,
        effect=EFFECT,
        key=f"{complaint.number}.followed.{what}",
        payload={"by": by.pk if by else None, "said": said},
        created_at=at,
        not_before=at,
    )
