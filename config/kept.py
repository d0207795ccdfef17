"""Numbers that may be some seconds old: kept in the cache, and counted anew without it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
_ahead: ContextVar[dict[str, dict[str, int]] | None] = ContextVar("ahead", default=None)


@contextmanager
def ahead(keys: Iterable[str]) -> Iterator[None]:
    """These are asked of the cache at once, for whatever is read in here: a page has several, and
    each way there and back costs as much as the number.
    """
    try:
        found = cache.get_many(list(keys))
    except RedisError:
        found = {}  # each is asked by itself, and says so
    token = _ahead.set(found)
    try:
        yield
    finally:
        _ahead.reset(token)


def kept(key: str, seconds: int, count: Callable[[], dict[str, int]]) -> dict[str, int]:
    """What `count` answered at most so many seconds ago. A cache that is away costs a count."""
    try:
        found = (_ahead.get() or {}).get(key)
        if found is None:
            found = cache.get(key)
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
