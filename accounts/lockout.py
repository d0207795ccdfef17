"""What django-axes knows about failed passwords, in the words of this product."""

from __future__ import annotations

from datetime import datetime

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off, get_failure_limit
from django.http import HttpRequest
from django.utils.translation import ngettext


def tries_left(request: HttpRequest, username: str) -> str:
    """How often one may still try, as a sentence; "" when not at all.

    Counted for any name alike, so that it tells nothing about who exists.
    """
    credentials = {"username": username}
    left = get_failure_limit(request, credentials) - AxesProxyHandler.get_failures(
        request, credentials
    )
    return (
        ngettext("还可以再试 %(n)s 次。", "还可以再试 %(n)s 次。", left) % {"n": left}
        if left > 0
        else ""
    )


def locked_until(request: HttpRequest, username: str) -> datetime | None:
    """When the lock-out ends: the cool-off after the latest failed attempt.

    None when it cannot be told.
    """
    cool_off = get_cool_off(request)
    attempts = AxesProxyHandler.get_implementation().get_user_attempts(
        request, {"username": username}
    )
    latest = [
        moment
        for found in attempts
        for moment in found.order_by("-attempt_time").values_list("attempt_time", flat=True)[:1]
    ]
    return max(latest) + cool_off if latest and cool_off else None
