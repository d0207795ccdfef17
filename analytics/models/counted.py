"""Cases as figures see them, what is counted of them, the sums of it, and what waits to be counted.

Nothing here is a source: every row follows from the tables of the cases (`analytics/occurrences`)
and is kept equal to them by `analytics/folding.py`. No words of a person stand here: names of
products and brands, which the case keeps too when its file is destroyed. They are masked where the
case is written; masked once more here they would be others than the case's.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models

from accounts.models import Team
from complaints.models import Complaint

NO_DAY = date(9999, 12, 31)  # of what has no day: an open case without a running clock
ALL_TEAMS = 0


class CaseFigures(models.Model):
    """By what one case is counted. "" is unknown. `phase` is "" once the case is closed."""

    complaint = models.OneToOneField(
        Complaint, on_delete=models.PROTECT, primary_key=True, related_name="figures"
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
    )
    category = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=20)
    region = models.CharField(max_length=20, blank=True)
    product = models.CharField(max_length=200, blank=True)
    brand = models.CharField(max_length=200, blank=True)
    batch = models.CharField(max_length=200, blank=True)
    supplier = models.CharField(max_length=200, blank=True)
    script_version = models.CharField(max_length=200, blank=True)
    received_day = models.DateField()
    phase = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["received_day", "team"], name="figures_by_receipt")]

    def __str__(self) -> str:
        return str(self.pk)


class Occurrence(models.Model):
    """One thing that is counted of a case on a local day (`occurrences.KINDS` says which).

    `key` tells kinds of it apart (which right, kept or broken), `value` is a length of time in
    tenths of a working hour or day, `amount` yuan, `ref` the id of the row that it follows from.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="occurrences")
    kind = models.CharField(max_length=12)
    day = models.DateField()
    key = models.CharField(max_length=80, blank=True)
    value = models.IntegerField(null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    ref = models.BigIntegerField(default=0)

    class Meta:
        # With all that sums need, so that filtered ones are read without the table.
        indexes = [
            models.Index(
                fields=["kind", "-day", "-id"],
                include=["complaint", "key", "value", "amount"],
                name="occurrences_whole_by_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.kind} {self.day} {self.key}"


class Cell(models.Model):
    """How many occurrences of a kind lie in a stretch of days, for a team or all, by one dimension.

    Stretches have 1, 8 or 64 days and begin at multiples of that since the first day of the
    calendar, so that any window is a handful of them (`blocks.py`). `team` 0: the whole enterprise.
    """

    team = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    dimension = models.CharField(max_length=10, blank=True)
    size = models.PositiveSmallIntegerField()
    day = models.DateField()
    key = models.CharField(max_length=200, blank=True)
    n = models.IntegerField()
    amount = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "kind", "dimension", "size", "day", "key"],
                name="one_cell_per_place",
            )
        ]

    def __str__(self) -> str:
        return f"{self.team} {self.kind} {self.dimension}={self.key} {self.day}: {self.n}"


class Touched(models.Model):
    """A case whose figures have to be looked at again, written by triggers of the database (see
    `analytics/touching.py`) in the transaction that changed it. None: every case of which time was
    reckoned that ended on `from_day` or later, because the calendar changed from that day on; with
    neither, nothing is to be counted, but pages of figures show something else now.
    `failed_at`: it could not be counted then, and waits a while so that others do not.
    """

    case_id = models.BigIntegerField(null=True)
    from_day = models.DateField(null=True)
    since = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.case_id)


class LibraryDay(models.Model):
    """A day that the holidays of this version name, off or worked, as working time was counted with
    it last. A version that knows other days has to count again what ended on them or later.
    """

    day = models.DateField(unique=True)
    is_worked = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.day} {self.is_worked}"


class Turn(models.Model):
    """One row: which count of the changes the figures are of. Another number than before: something
    changed that a page of figures shows.
    """

    number = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.number)
