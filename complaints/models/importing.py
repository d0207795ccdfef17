"""Imports of spreadsheets: the remembered mapping and each run with its result."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


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
    """One import: the uploaded file (by hash in the store), how far it got, what was taken and
    refused.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("已上传")
        RUNNING = "running", _("导入中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未完成")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    mapping = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    problems = models.JSONField(
        default=list
    )  # [{"row": 7, "field": "日期", "message": "…"}], the first 500
    rejected_file = models.CharField(max_length=64, blank=True)
    message = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"
