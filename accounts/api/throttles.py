"""How often one caller may call."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from accounts.models import ApiKey, User

if TYPE_CHECKING:
    from rest_framework.views import APIView  # reads the settings that name this module

log = logging.getLogger(__name__)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def rate() -> tuple[int, int]:
    """(calls, seconds) of the setting `DEFAULT_THROTTLE_RATES["caller"]`, such as 1200/min."""
    calls, _slash, per = str(api_settings.DEFAULT_THROTTLE_RATES["caller"]).partition("/")
    return int(calls), _SECONDS[per[:1]]


def _caller(request: Request) -> str:
    """Whose calls are counted together; a visitor reads the description only, by address."""
    if isinstance(request.auth, ApiKey):
        return f"key:{request.auth.pk}"
    if isinstance(request.user, User):
        return f"user:{request.user.pk}"
    return f"visitor:{request.META.get('REMOTE_ADDR', '')}"


class PerCaller(BaseThrottle):
    """So many calls of one key or person in each window of time, counted in the cache.

    A limit protects the service; while the cache is away it is not worth refusing everybody.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        calls, window = rate()
        now = time.time()
        self.left = int(window - now % window) + 1
        name = f"calls:{_caller(request)}:{int(now // window)}"
        try:
            cache.add(name, 0, timeout=window + 1)
            return cache.incr(name) <= calls
        except (RedisError, OSError, ValueError):
            log.warning("calls are not counted: the cache does not answer")
            return True

    def wait(self) -> float:
        """Seconds until the next window (`Retry-After`)."""
        return float(self.left)
