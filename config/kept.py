"""Numbers that may be some seconds old: kept in the cache, and counted anew without it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def kept(key: str, seconds: int, count: Callable[[], dict[str, int]]) -> dict[str, int]:
    """What `count` answered at most so many seconds ago. A cache that is away costs a count."""
    try:
        found: dict[str, int] | None = cache.get(key)
        if found is None:
            found = count()
            cache.set(key, found, seconds)
    except RedisError:
        log.warning("the cache does not answer; %s is counted each time", key.partition(":")[0])
        found = count()
    return found


def forget(key: str) -> None:
    """Counted anew the next time; an absent cache keeps nothing anyway."""
    try:
        cache.delete(key)
    except RedisError:
        log.warning("the cache does not answer; %s was not forgotten", key.partition(":")[0])
