"""Money that was really paid, and the files from which payments are entered in bulk."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.masking.fields import FileNameField, MaskedCharField, MaskedJSONField, ReferenceField
from complaints.choices import PaymentWay
from complaints.models.commitment import Commitment
from complaints.models.complaint import Complaint

_REVERSAL = ["reversed_at", "reversed_by", "reversed_reason"]


class PaymentFile(models.Model):
    """A spreadsheet of payments: what it says is kept row by row, the file itself is not.

    `read` is the number of rows that are wholly done; it grows in the transaction that does them,
    so that a killed worker's successor goes on from there.
    """

    class State(models.TextChoices):
        CHECKED = "checked", _("待确认")
        RUNNING = "running", _("登记中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未完成")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file_name = FileNameField(max_length=255)
    sha256 = models.CharField(max_length=64)
    about = MaskedJSONField(default=list)  # format and encoding, in sentences
    way = models.CharField(max_length=10, choices=PaymentWay.choices)  # of rows that name none
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKED)
    rows = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    message = MaskedCharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    progress_at = models.DateTimeField()  # last sign of life
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="payment_files_of_a_person"),
            models.Index(fields=["sha256"], name="payment_files_by_content"),
            models.Index(
                fields=["progress_at"], condition=Q(state="running"), name="running_payment_files"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"

    @property
    def subject(self) -> str:
        """The name of this file in the audit record."""
        return f"payments:{self.pk}"


class PaymentRow(models.Model):
    """One row of the file: its known cells as they were written, and what becomes of it: a
    forecast until the row is done.
    """

    class Outcome(models.TextChoices):
        PAID = "paid", pgettext_lazy("payment row", "登记付款")
        ALREADY = "already", _("此前已登记")
        DOUBLE = "double", _("文件内重复")
        TAKEN = "taken", _("流水号已用于其他付款")
        UNKNOWN_CASE = "unknown_case", _("没有此案件")
        ARCHIVED = "archived", _("已归档")
        HELD = "held", _("诉讼保留中")
        UNKNOWN_MEASURE = "unknown_measure", _("没有此措施")
        AMBIGUOUS = "ambiguous", _("措施不明")
        TOO_MUCH = "too_much", _("多于未付")
        BAD_DATE = "bad_date", _("日期不对")
        CURRENCY = "currency", _("不是人民币")
        UNREADABLE = "unreadable", _("读不出来")

    file = models.ForeignKey(PaymentFile, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    cells = MaskedJSONField(default=dict)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    message = MaskedCharField(max_length=400, blank=True)
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="one_row_per_line_of_payments")
        ]
        indexes = [
            models.Index(fields=["file", "outcome", "number"], name="payment_rows_by_outcome")
        ]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.number} {self.outcome}"


class Payment(models.Model):
    """Money paid for one promise. Never edited: a wrong one is reversed with a reason.

    One transfer may be for several promises of a case: its parts have the same way and reference,
    and are reversed together.
    """

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="payments")
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)
    paid_on = models.DateField(_("付款日期"))
    way = models.CharField(_("付款方式"), max_length=10, choices=PaymentWay.choices)
    reference = ReferenceField(_("流水号"), max_length=64)
    part = models.PositiveSmallIntegerField(default=1)
    evidence_number = models.PositiveIntegerField(null=True, blank=True)
    note = MaskedCharField(_("备注"), max_length=500, blank=True)
    file_row = models.ForeignKey(
        PaymentRow, on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reversed_at = models.DateTimeField(null=True, blank=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reversed_reason = MaskedCharField(_("冲正的理由"), max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_some_money"),
            models.CheckConstraint(condition=~Q(reference=""), name="payment_has_a_reference"),
            models.UniqueConstraint(
                fields=["way", "reference", "part"],
                condition=Q(reversed_at=None),
                name="one_payment_per_reference",
            ),
            models.CheckConstraint(
                condition=Q(reversed_at=None, reversed_by=None, reversed_reason="")
                | (
                    Q(reversed_at__isnull=False, reversed_by__isnull=False) & ~Q(reversed_reason="")
                ),
                name="payment_is_reversed_by_somebody_for_a_reason",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="payment_is_never_rewritten", exclude=_REVERSAL),
            pgtrigger.Protect(
                name="payment_is_reversed_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__reversed_at__isnull=False),
            ),
            pgtrigger.Protect(name="payment_is_kept_on_record", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.reference} {self.amount}"
