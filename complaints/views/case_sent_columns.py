"""What was promised to the consumer of a case and what was sent, as columns of its statement."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery

from complaints.actions.withholding import REPLY
from complaints.leaving import TO_CONSUMER
from complaints.models import Commitment, Outbox
from complaints.signing.liveness import LETTER
from complaints.views.case_payments import payments_column
from complaints.views.json_columns import all_of, first, here


def promises() -> dict[str, Any]:
    """The promises, and what was paid for them."""
    return {
        "promises": all_of(
            Commitment.objects.order_by("due_at", "id"),
            id="pk",
            text="text",
            amount="amount",
            source="source",
            strength="strength",
            due_at="due_at",
            precise="precise",
            state="state",
            kept_at="kept_at",
            on_time="on_time",
            proof="proof",
            evidence="evidence_number",
            made_evidence="made_evidence",
            settled_at="settled_at",
            owner="owner__name",
            paid="paid",
            kind="measure__kind",
            unit="measure__unit__name",
        ),
        "payments": payments_column(),
    }


def _went(**how: Any) -> Exists:
    """Whether a message of the row left, and how that ended."""
    sent = {"notices__user": None, "notices__sent_at__isnull": False}
    return Exists(Outbox.objects.filter(pk=OuterRef("pk"), **sent, **how))


def letters() -> dict[str, Any]:
    """What waits to be sent or brought by hand, how the letter of the offer fared, reminders."""
    return {
        "letters": _by_hand(),
        "offer_letter": _offer_letter(),
        "outgoing": _outgoing(),
        "reminders": ArraySubquery(
            here(Outbox.objects.filter(effect="remind_consumer")).values("key")
        ),
    }


def _by_hand() -> ArraySubquery:
    by_hand = Outbox.objects.filter(
        cancelled_at=None, notices__way="manual", notices__sent_at=None, notices__user=None
    ).order_by("id")
    return all_of(
        by_hand,
        id="notices__pk",
        subject="notices__subject",
        to="notices__to",
        at="notices__created_at",
        channel="payload__channel",
    )


def _offer_letter() -> Subquery:
    return first(
        Outbox.objects.filter(effect=LETTER, cancelled_at=None)
        .annotate(
            arrived=_went(notices__bounced_at=None),
            returned=_went(notices__bounced_at__isnull=False),
        )
        .order_by("-id"),
        withheld_at="withheld_at",
        arrived="arrived",
        returned="returned",
    )


def _outgoing() -> ArraySubquery:
    return all_of(
        Outbox.objects.filter(
            effect__in=TO_CONSUMER - {REPLY}, done_at=None, cancelled_at=None
        ).order_by("id"),
        id="pk",
        effect="effect",
        leaves="not_before",
        attempts="attempts",
        withheld_at="withheld_at",
        by="withheld_by__name",
    )
