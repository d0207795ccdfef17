"""What leaves for whoever asked about their own data: the letters, and the one-time code by which
it is known who asks. Rows that nobody changes.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedTextField
from complaints.models.communication import Communication
from complaints.models.rights import RightsRequest
from complaints.models.transition import Outbox

CODE_LASTS = timedelta(minutes=10)
_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


class RightsLetter(models.Model):
    """One letter about a request, as it left: Markdown, and the template it was written from. The
    words stand in the communication too, where the case is read.
    """

    class Kind(models.TextChoices):
        IDENTITY = "identity", _("请先确认身份")
        DELAY = "delay", _("延期告知")
        ANSWER = "answer", _("答复")

    request = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="letters")
    number = models.PositiveSmallIntegerField()  # of the request
    kind = models.CharField(max_length=10, choices=Kind.choices)
    communication = models.OneToOneField(
        Communication, on_delete=models.PROTECT, related_name="rights_letter"
    )
    letter = MaskedTextField()
    template = models.CharField(max_length=40)
    template_sha256 = models.CharField(max_length=64)
    options = ArrayField(models.CharField(max_length=40), default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "number"], name="letters_of_a_rights_request_are_numbered"
            )
        ]
        triggers = [pgtrigger.Protect(name="rights_letter_append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.request_id} {self.number} {self.kind}"


class IdentityCode(models.Model):
    """A code that went to the number or the address on file. It stands nowhere: it is made anew
    from `salt` and the key of the installation (`complaints/identity_code.py`).
    """

    class Field(models.TextChoices):
        PHONE = "phone", _("登记的手机号")
        EMAIL = "email", _("登记的邮箱")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="codes")
    field = models.CharField(max_length=10, choices=Field.choices)
    salt = models.CharField(max_length=64)
    outbox = models.OneToOneField(Outbox, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="identity_code_append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.request_id} {self.field}"

    @property
    def ends_at(self) -> datetime:
        """Until when it counts, whenever it arrived."""
        return self.at + CODE_LASTS


class IdentityTry(models.Model):
    """What somebody read out, compared and forgotten."""

    code = models.ForeignKey(IdentityCode, on_delete=models.PROTECT, related_name="tries")
    matches = models.BooleanField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(matches=True), name="identity_code_counts_once"
            )
        ]
        triggers = [pgtrigger.Protect(name="identity_try_append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.code_id} {self.matches}"
