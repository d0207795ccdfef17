"""Many letters written in the background: one of a kind for each of some cases, on paper."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField
from complaints.models.complaint import Complaint


class LetterBatch(models.Model):
    """Letters of one kind in one language, asked for by one person, for whom alone they are."""

    class State(models.TextChoices):
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    language = models.CharField(max_length=2, blank=True, default="")  # "": of each consumer
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    created_at = models.DateTimeField()
    heard_at = models.DateTimeField()  # when a worker last did some of it
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["by", "-id"], name="letter_batches_of_a_person"),
            models.Index(
                fields=["heard_at"], condition=Q(state="running"), name="running_letter_batches"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class LetterRow(models.Model):
    """The letter of one case in a batch: the page on paper, or why there is none."""

    batch = models.ForeignKey(LetterBatch, on_delete=models.CASCADE, related_name="rows")
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # nobody looks for a case's
    done_at = models.DateTimeField(null=True, blank=True)
    pdf = models.BinaryField(default=b"")
    problem = MaskedCharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "complaint"], name="one_letter_of_a_case")
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.complaint_id}"
