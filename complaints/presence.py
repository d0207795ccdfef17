"""Who else has a case open, and who of them is writing: so that two do not answer the same letter.

Kept in the cache for some seconds and nowhere else; ids alone, no names and no words. Whoever is
told is told about people who may see the case as it is at that moment; someone whom the case names
may not. Without the cache nobody is there, and every page is the same.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.models import User
from complaints.models import Complaint

SECONDS = 45  # a page says every 15 seconds that it is open; it may miss two
SHOWN = 5  # names at once; each of them is looked up
log = logging.getLogger(__name__)
_People = dict[int, tuple[float, bool]]  # user → until when, and whether writing


@dataclass(frozen=True)
class Present:
    """Somebody else at the same case."""

    name: str
    writing: bool


def _key(pk: int) -> str:
    return f"presence:{pk}"


def _now_there(found: Any, besides: int) -> _People:
    people: _People = found or {}
    return {k: v for k, v in people.items() if k != besides and v[0] > time.time()}


def here(user: User, case: Complaint, *, writing: bool) -> list[Present]:
    """The person has the case open; who else has. Two who say so at the same instant may lose one
    of them until the next time, 15 seconds later.
    """
    try:
        others = _now_there(cache.get(_key(case.pk)), user.pk)
        kept = {**others, user.pk: (time.time() + SECONDS, writing)}
        cache.set(_key(case.pk), kept, SECONDS)
    except RedisError:
        log.warning("the cache does not answer; nobody is told who else has a case open")
        return []
    return _who_may_be_named(case, others)


def gone(user: User, case_pk: int) -> None:
    """The person may not see the case any more; of somebody who just leaves the time runs out."""
    try:
        others = _now_there(cache.get(_key(case_pk)), user.pk)
        cache.set(_key(case_pk), others, SECONDS)
    except RedisError:
        log.warning("the cache does not answer; somebody seems to be there for some seconds")


def _who_may_be_named(case: Complaint, others: _People) -> list[Present]:
    if not others:
        return []
    people = User.objects.filter(pk__in=[*others][:SHOWN], is_active=True).order_by("pk")
    return [
        Present(person.name, others[person.pk][1])
        for person in people
        if Complaint.objects.visible_to(person).filter(pk=case.pk).exists()
    ]


def in_list(user: User, cases: Iterable[int]) -> dict[int, bool]:
    """Case → whether somebody else is writing there, of those that somebody else has open. One
    question to the cache for a whole page, and no statement.
    """
    keys = {_key(pk): pk for pk in cases}
    try:
        found = cache.get_many(list(keys)) if keys else {}
    except RedisError:
        log.warning("the cache does not answer; the list does not say who is where")
        return {}
    there = {keys[key]: _now_there(people, user.pk) for key, people in found.items()}
    return {pk: any(w for _until, w in p.values()) for pk, p in there.items() if p}
