"""Imports of spreadsheets: the remembered mapping, each run, and what became of its rows."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.masking.fields import FileNameField, MaskedCharField, MaskedJSONField, ReferenceField
from accounts.models import Team
from accounts.vault.fields import DataKeyField, LivingKey
from complaints.models.complaint import Complaint


class ImportTemplate(models.Model):
    """The column mapping that a person used last for a file with these columns."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    columns_hash = models.CharField(max_length=64)
    mapping = models.JSONField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "columns_hash"], name="one_mapping_per_set_of_columns"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.columns_hash[:8]}"


class ImportRun(models.Model):
    """One import: how far it got, what was taken and refused.

    The uploaded file and the file of rejected rows hold personal data: both lie outside the
    database, sealed under `data_key` (`importing/keeping.py`). `read` is the number of rows that
    are wholly done; it grows in the transaction that does them, so a killed run goes on from there.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("已上传")
        RUNNING = "running", _("导入中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未完成")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="+", verbose_name=_("登记到团队")
    )
    file_name = FileNameField(max_length=255)
    sha256 = models.CharField(max_length=64)
    data_key = DataKeyField(default=b"")
    about = MaskedJSONField(default=list)  # format and encoding, in sentences
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    mapping = models.JSONField(default=dict)  # column → field, "" for a column left out
    rows = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    rejected_file = models.CharField(max_length=64, blank=True)  # SHA-256 of its clear content
    message = MaskedCharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    progress_at = models.DateTimeField()  # last sign of life
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="imports_of_a_person"),
            models.Index(
                fields=["progress_at"],
                condition=models.Q(state="running"),
                name="running_imports",
            ),
        ]
        triggers = [LivingKey("data_key")]

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"

    def vault_context(self) -> str:
        """To what the data key is bound."""
        return f"complaints_importrun|{self.pk}"

    @property
    def subject(self) -> str:
        """The name of this import in the audit record."""
        return f"import:{self.pk}"


class ImportRow(models.Model):
    """What became of one row, written with it.

    `problems`: [{"column", "message", "note"}], long numbers masked. `digest` is a keyed hash of
    the row's values: the same row is known again although its case was edited since.
    """

    class Outcome(models.TextChoices):
        CREATED = "created", _("已登记")
        UNCHANGED = "unchanged", _("已有，无变化")
        DIFFERING = "differing", _("已有，内容不同")
        REJECTED = "rejected", pgettext_lazy("import", "退回")

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reference = ReferenceField(max_length=120, blank=True)
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, null=True, blank=True, related_name="imported_rows"
    )
    digest = models.BinaryField(default=b"")
    problems = MaskedJSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="one_outcome_per_imported_row"),
            models.CheckConstraint(
                condition=~models.Q(outcome="created") | models.Q(complaint__isnull=False),
                name="created_row_has_its_case",
            ),
        ]
        indexes = [
            models.Index(fields=["run", "outcome", "number"], name="imported_rows_by_outcome")
        ]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.number} {self.outcome}"
