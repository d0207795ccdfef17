"""Celery's doors onto what this app has to tidy up."""

from celery import shared_task
from django.utils import timezone

from accounts import factor_mails, lockout
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


@shared_task
def mail_about_factors() -> int:
    """Tell people by mail what changed about their second factors; answers how many mails."""
    return factor_mails.send(timezone.now())


@shared_task
def notice_lockouts() -> int:
    """Raise alarms for people who are locked out; answers for how many."""
    return lockout.notice(timezone.now())
