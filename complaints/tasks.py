"""Celery's doors onto the actions. Tasks carry ids and are idempotent."""

from celery import shared_task
from django.utils import timezone

from complaints.actions import overdue


@shared_task
def enforce_deadlines() -> int:
    """Climb the ladders that are due now; answers how many."""
    return overdue.enforce_due(timezone.now())
