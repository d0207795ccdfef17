"""Celery's doors onto the record."""

from celery import shared_task
from django.utils import timezone

from audit import anchors, asked, nightly, partitions
from audit.seal import seal


@shared_task
def seal_what_waits() -> int:
    """Seal what came into the record; answers how many blocks were made."""
    return seal(timezone.now())


@shared_task
def verify_at_night() -> bool:
    """Verify the record when this night's turn has come; answers whether that was now."""
    now = timezone.now()
    return nightly.due(now) and nightly.verify_and_keep(now) is not None


@shared_task
def verify_now(run_id: int) -> bool:
    """Verify the record because somebody asked; answers whether that was done here."""
    return asked.work(run_id, timezone.now())


@shared_task
def lay_down_anchors() -> int:
    """Lay down outside what is due: anchors of past days, stamps; answers how much."""
    return anchors.lay_down(timezone.now())


@shared_task
def make_months() -> int:
    """Make the monthly parts that are missing; answers how many."""
    return len(partitions.make_ahead(timezone.now()))
