"""Celery's doors onto what this app has to tidy up."""

from celery import shared_task
from django.utils import timezone

from accounts.api import idempotency
from accounts.sessions.store import SessionStore


@shared_task
def forget_answers() -> int:
    """Delete remembered answers that nobody may ask for any more; answers how many."""
    return idempotency.forget(timezone.now())


@shared_task
def forget_sessions() -> None:
    """Delete sessions that ended by themselves."""
    SessionStore.clear_expired()
