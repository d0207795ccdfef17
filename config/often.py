"""How often one address may ask for an open page."""

from __future__ import annotations

import logging
import time

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def seconds_to_wait(request: HttpRequest, what: str, calls: int, window: int) -> int:
    """0, or how long the address has to wait after so many calls in a window of seconds.

    A limit protects the service; while the cache is away it is not worth refusing everybody.
    """
    now = time.time()
    who = request.META.get("REMOTE_ADDR", "")
    name = f"often:{what}:{who}:{int(now // window)}"
    try:
        cache.add(name, 0, timeout=window + 1)
        if cache.incr(name) <= calls:
            return 0
    except (RedisError, OSError, ValueError):
        log.warning("calls of %s are not counted: the cache does not answer", what)
        return 0
    return int(window - now % window) + 1
