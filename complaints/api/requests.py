"""The shapes of what is sent, for the OpenAPI description. The actions check the values."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from accounts.api.schema import ById
from complaints.api.serializers import money
from complaints.choices import (
    Channel,
    Claim,
    CommunicationKind,
    FactSource,
    FiledBy,
    HoldReason,
    MeasureKind,
    Priority,
    Risk,
)
from complaints.lifecycle import STEPS, Field
from complaints.validation import NARRATIVE_LIMIT, TEXT_LIMIT
from legal_rules.vocabulary import CATEGORIES, RIGHTS

Shape = s.Serializer[Any]


class Consumer(Shape):
    """Personal data in clear: encrypted before it is stored, never answered."""

    name = s.CharField(required=False, allow_blank=True, max_length=60)
    phone = s.CharField(required=False, allow_blank=True, max_length=40)
    email = s.CharField(required=False, allow_blank=True, max_length=254)
    id_number = s.CharField(required=False, allow_blank=True, max_length=40)
    bank_account = s.CharField(required=False, allow_blank=True, max_length=60)
    address = s.CharField(required=False, allow_blank=True, max_length=200)
    protection = s.CharField(required=False, allow_blank=True)


class ProductSent(Shape):
    name = s.CharField(required=False, allow_blank=True, max_length=200)
    category = s.CharField(required=False, allow_blank=True, max_length=100)


class ComplaintEdit(Shape):
    """Only what is sent is changed."""

    version = s.IntegerField(required=False, help_text="What you last read; or send If-Match.")
    title = s.CharField(required=False, max_length=120)
    narrative = s.CharField(required=False, max_length=NARRATIVE_LIMIT)
    claims = s.ListField(required=False, child=s.ChoiceField(Claim.choices))
    category = s.ChoiceField(list(CATEGORIES), required=False, allow_null=True)
    rights = s.ListField(required=False, child=s.ChoiceField(list(RIGHTS)))
    consumer = Consumer(required=False)
    filed_by = s.ChoiceField(FiledBy.choices, required=False)
    product = ProductSent(required=False)
    order_number = s.CharField(required=False, allow_blank=True, max_length=80)
    transaction_date = s.DateField(required=False, allow_null=True)
    price_paid = money(required=False, allow_null=True)
    loss_claimed = money(required=False, allow_null=True)
    priority = s.ChoiceField(Priority.choices, required=False)
    risk_flags = s.ListField(required=False, child=s.ChoiceField(Risk.choices))
    confidential = s.BooleanField(required=False)


class NewComplaint(ComplaintEdit):
    """A complaint as it reached the enterprise."""

    version = None  # type: ignore[assignment]  # there is none yet
    channel = s.ChoiceField(Channel.choices)
    narrative = s.CharField(max_length=NARRATIVE_LIMIT, help_text="In the consumer's words.")
    currency = s.ChoiceField(["CNY"], required=False)
    received_at = s.DateTimeField(required=False, help_text="Now, when left out.")
    external_reference = s.CharField(
        required=False, max_length=120, help_text="Your number; registered once."
    )
    team = s.CharField(required=False, help_text="Id or name; your first team when left out.")


class Receiver(Shape):
    user = s.CharField(required=False, allow_null=True, help_text="User name; null: the queue.")
    team = s.CharField(required=False, help_text="Id or name.")
    note = s.CharField(required=False, max_length=2000, help_text="The new owner sees it first.")
    version = s.IntegerField(required=False)


def _step_fields() -> dict[str, s.Field[Any, Any, Any, Any]]:
    """One optional text per field that some step knows; which one needs which is in the help."""
    found: dict[str, s.Field[Any, Any, Any, Any]] = {}
    for field in Field:
        needed = [step.code for step in STEPS.values() if field in step.fields]
        may = [step.code for step in STEPS.values() if field in step.optional]
        words = [f"Required by {', '.join(needed)}."] if needed else []
        words += [f"Optional for {', '.join(may)}."] if may else []
        options: dict[str, Any] = {"required": False, "help_text": " ".join(words)}
        if field == Field.CANNOT_BE_ESTABLISHED:
            found[field.value] = s.DictField(child=s.CharField(), **options)
        elif field == Field.EVIDENCE:
            found[field.value] = s.JSONField(**options)
        else:
            found[field.value] = s.CharField(max_length=TEXT_LIMIT, **options)
    return found


_StepBase = type("_StepBase", (s.Serializer,), _step_fields())


class StepSent(_StepBase):  # type: ignore[misc,valid-type]
    """A step with its fields; a field that the step does not know is refused."""

    step = s.ChoiceField(list(STEPS))
    version = s.IntegerField(required=False, help_text="What you last read; or send If-Match.")


class FactSent(Shape):
    value = s.JSONField(required=False, help_text='Plain: true, "有证据", "3980.00", "2026-03-01".')
    source = s.ChoiceField(  # type: ignore[assignment]
        FactSource.choices, required=False
    )
    note = s.CharField(required=False, allow_blank=True, max_length=2000)
    evidence = s.IntegerField(required=False, allow_null=True, help_text="Number of the evidence.")
    cannot_be_established = s.BooleanField(required=False, help_text="Needs a note that says why.")


class FactsSent(ById):
    """Fact id → the answer, or its plain value alone. Facts that are left out keep theirs."""

    of = FactSent


class EvidenceSent(Shape):
    file = s.FileField()
    title = s.CharField(required=False, max_length=200)
    obtained_from = s.CharField(required=False, max_length=200)
    obtained_at = s.DateTimeField(required=False)
    proves = s.CharField(required=False, max_length=2000)
    is_original = s.BooleanField(required=False)


class CommunicationSent(Shape):
    """A reply leaves after 30 seconds; notes stay inside."""

    kind = s.ChoiceField(CommunicationKind.choices)
    channel = s.CharField(required=False, allow_blank=True)
    text = s.CharField(max_length=TEXT_LIMIT)
    inbound = s.BooleanField(required=False)
    version = s.IntegerField(required=False)


class Settlement(Shape):
    state = s.ChoiceField(["kept", "waived"])
    proof = s.CharField(max_length=2000)
    evidence = s.IntegerField(
        required=False, allow_null=True, help_text="Required for waived: the consumer's writing."
    )
    version = s.IntegerField(required=False)


class HoldSent(Shape):
    reason = s.ChoiceField(HoldReason.choices)
    note = s.CharField(max_length=2000)
    expected_end = s.DateField(required=False, allow_null=True)
    version = s.IntegerField(required=False)


class MeasureSent(Shape):
    kind = s.ChoiceField(MeasureKind.choices)
    amount = money(required=False, allow_null=True)
    formula = s.CharField(required=False, allow_blank=True, max_length=200)
    description = s.CharField(required=False, allow_blank=True, max_length=500)
    due = s.DateField(required=False, allow_null=True)


class Proposal(Shape):
    """Only what is sent is changed."""

    measures = MeasureSent(many=True, required=False)
    explanation = s.CharField(required=False, allow_blank=True, max_length=TEXT_LIMIT)
    legal_basis = s.ListField(required=False, child=s.CharField(max_length=200))
    letter = s.CharField(required=False, allow_blank=True, max_length=TEXT_LIMIT)
    version = s.IntegerField(required=False, help_text="Version of the case that you last read.")
