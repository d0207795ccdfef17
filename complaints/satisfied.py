"""Who had a hand in a case and therefore neither asks the consumer about it nor takes it up again;
and what was said, as it may be shown.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db.models import Q
from django.db.models.fields.json import KT
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.vault import VaultError
from complaints.importing.table import masked_numbers
from complaints.models import (
    Approval,
    Communication,
    Complaint,
    Event,
    Feedback,
    Invitation,
    Opinion,
    Resolution,
    Transition,
)

VALID = timedelta(days=30)
CALLED = ("complete",)  # the closings after which the consumer is asked
# Entries of whoever works on a case; assigning it and calling the consumer back are none
_TOUCHED = ("evidence", "fact", "resolution", "hold", "change", "commitment", "notice", "deadline")
_NO_HANDLING = ("reopen", "archive", "escalate")
TOKEN_LENGTH = 64


def token_of(invitation: Invitation) -> str:
    """The link's token. It stands nowhere: made anew from the key of the installation, so that a
    letter that has to be sent twice carries the same link twice.
    """
    value = f"{invitation.pk}|{invitation.closing_id}"
    return salted_hmac("complaints.satisfaction", value, algorithm="sha256").hexdigest()


def hash_of(token: str) -> bytes:
    """As it is kept."""
    return hashlib.sha256(token.encode()).digest()


def handled_by(complaint: Complaint) -> Q:
    """Of users: whoever ever owned the case, drafted its resolution or took a step in it."""
    owners = Event.objects.filter(complaint=complaint, kind=Event.Kind.ASSIGNMENT)
    steps = Transition.objects.filter(complaint=complaint).exclude(step__in=_NO_HANDLING)
    return (
        Q(pk__in=[complaint.owner_id, complaint.registered_by_id])
        | Q(username__in=owners.values(name=KT("detail__owner")))
        | Q(pk__in=Resolution.objects.filter(complaint=complaint).values("proposed_by"))
        | Q(pk__in=steps.exclude(by=None).values("by"))
    )


def had_a_hand(complaint: Complaint) -> Q:
    """Of users: those who handled the case, and whoever signed in it, approved it, wrote to the
    consumer, brought a letter, or added evidence, facts or payments.
    """
    touched = Event.objects.filter(complaint=complaint, kind__in=_TOUCHED).exclude(by=None)
    approved = Approval.objects.filter(resolution__complaint=complaint).exclude(decided_by=None)
    return (
        handled_by(complaint)
        | Q(pk__in=touched.values("by"))
        | Q(pk__in=approved.values("decided_by"))
        | Q(pk__in=Opinion.objects.filter(resolution__complaint=complaint).values("by"))
        | Q(pk__in=Communication.objects.filter(complaint=complaint).exclude(by=None).values("by"))
    )


def is_apart(complaint: Complaint, user: User) -> bool:
    """Whether the person had no hand in the case. One statement."""
    return not User.objects.filter(had_a_hand(complaint), pk=user.pk).exists()


def comment_of(feedback: Feedback) -> str:
    """The consumer's own words with the numbers in them masked; a sentence once they are gone."""
    consumer = feedback.invitation.complaint.consumer
    try:
        said = consumer.words(f"feedback|{feedback.invitation_id}", bytes(feedback.comment_sealed))
    except VaultError:
        return _("已删除")
    return masked_numbers(said)
