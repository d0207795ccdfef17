"""Celery's door onto the outbox."""

from celery import shared_task
from django.utils import timezone

from correspondence import dispatch


@shared_task
def send_waiting() -> int:
    """Send what may leave now; answers how many rows were sent."""
    now = timezone.now()
    return sum(dispatch.deliver(pk, now) for pk in dispatch.waiting(now))
