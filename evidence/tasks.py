"""Celery's doors onto the folder of evidence."""

from celery import shared_task
from django.utils import timezone

from evidence import resuming, store


@shared_task
def sweep_uploads() -> int:
    """Remove what unfinished uploads left behind more than a day ago; answers how many files."""
    return resuming.sweep(timezone.now()) + store.sweep()
