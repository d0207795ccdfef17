"""How long the file of a case is kept."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedTextField
from complaints.models.complaint import Complaint


class Retention(models.Model):
    """The class of one file and the last day on which it is kept. `code` names a class of
    `retention.yaml`; `set_by` is nobody where archiving took the one proposed.
    """

    complaint = models.OneToOneField(
        Complaint, on_delete=models.PROTECT, primary_key=True, related_name="retention"
    )
    code = models.CharField(_("保管类别"), max_length=40)
    years = models.PositiveSmallIntegerField()
    until = models.DateField(_("保管至"), null=True, blank=True)
    reason = MaskedTextField(_("理由"), blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    set_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["until", "complaint"], name="kept_until")]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.code}"
