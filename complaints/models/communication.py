"""Texts: what was said to whom, and what is being typed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedTextField
from accounts.vault.fields import DataKeyField, LivingKey, SealedField
from complaints.choices import CommunicationKind
from complaints.models import held, put_aside, to_read
from complaints.models.complaint import Complaint


class Communication(models.Model):
    """One text: a reply to the consumer, an internal note, or a note of a call.

    Direction is seen from us.
    """

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="communications"
    )
    kind = models.CharField(max_length=20, choices=CommunicationKind.choices)
    inbound = models.BooleanField(default=False)
    channel = models.CharField(_("渠道"), max_length=20, blank=True)
    text = MaskedTextField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outbox = models.OneToOneField(
        "complaints.Outbox",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="communication",
    )

    class Meta:
        indexes = [models.Index(fields=["complaint", "-id"], name="communications")]
        triggers = [*held.COMMUNICATION, to_read.TALK, put_aside.TALK]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.kind}"


class Draft(models.Model):
    """What a person is typing, saved every few seconds.

    Sealed as a whole, because it may hold personal data. `offered_to`: the colleagues who may go on
    with it. `taken_by`: went on with this registration; the row is empty, so that a tab of its
    writer that is still open is told, and goes with the other old ones.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    data_key = DataKeyField()
    sealed = SealedField()
    updated_at = models.DateTimeField()
    offered_to = models.ForeignKey(
        "accounts.Team", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    offered_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_draft_per_place")]
        triggers = [LivingKey("data_key")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"

    def vault_context(self) -> str:
        """To what the data key is bound."""
        return f"complaints_draft|{self.user_id}|{self.key}"
