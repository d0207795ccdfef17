"""Personal data that was shown in clear, and last digits that were compared instead."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.masking.fields import MaskedCharField
from audit.kinds import Sealed
from complaints.models.complaint import Complaint

_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


class Bucket(models.TextChoices):
    """What is counted together: numbers that open an account, and ways to reach somebody."""

    NUMBERS = "numbers", pgettext_lazy("reveal", "证件与账户")
    CONTACT = "contact", pgettext_lazy("reveal", "联系方式")


class Purpose(models.TextChoices):
    """What a number is looked at for. Which one fits when: `complaints/reveal_policy.py`."""

    CALL_BACK = "call_back", _("回访联系")
    VERIFY_IDENTITY = "verify_identity", _("核对身份")
    REFUND = "refund", _("退款付款")
    DELIVERY = "delivery", _("寄送文书或物品")
    LEGAL_DOCUMENT = "legal_document", _("制作法律文书")
    AUTHORITY = "authority", _("答复监管或司法机关")
    RIGHTS = "rights", _("向本人提供副本")


class Reveal(models.Model):
    """One value of one case that one person saw for a minute.

    Written and committed before the value is opened. `basis`: why the person was allowed to
    (`reveal_policy.BASES`). `expects`: the act that should follow such a purpose within a day.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="reveals")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    field = models.CharField(max_length=50)  # phone …, or span:<id> of a number in a text
    bucket = models.CharField(max_length=10, choices=Bucket.choices)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    note = MaskedCharField(max_length=100, blank=True)
    basis = models.CharField(max_length=20)
    expects = models.CharField(max_length=30, blank=True)

    class Meta:
        indexes = [models.Index(fields=["by", "bucket", "-at"], name="reveals_of_a_person")]
        triggers = [
            pgtrigger.Protect(name="reveal_is_append_only", operation=_APPEND_ONLY),
            Sealed("reveal"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.field} {self.by_id}"


class TailCheck(models.Model):
    """One comparison of last digits. What was typed is kept nowhere."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="tail_checks")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    field = models.CharField(max_length=30)
    matches = models.BooleanField()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="tail_check_is_append_only", operation=_APPEND_ONLY),
            Sealed("tail_check"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.field} {self.by_id}"
