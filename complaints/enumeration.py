"""How many numbers somebody tried out (C9): each look for a value of a person is written down under
a keyed hash, and stopped when too many different ones were missed.

Whoever may see a case finds it in the lists anyway; what is dangerous is asking whether a number is
there at all, again and again. So misses are counted: different values that no case of the person's
has. The ninth in half an hour is not answered any more, and nothing after it until the window has
moved on. The count stands in the database, one search of a person at a time; without it nothing is
looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts import alarms
from accounts.models import AlarmKind, User
from accounts.vault import blind_indexes, lasting_hash, normalised
from audit.record import record
from complaints.errors import NotAllowed
from complaints.models import PersonSearch
from complaints.models.person_search import Door, Kind

SHORT, DAY = timedelta(minutes=30), timedelta(hours=24)
AGAIN = timedelta(minutes=10)  # the same once more is the same search: a page turned, a way back
MOST_REFUSED = 100  # rows of what was refused in half an hour; a thousand tries need no more
QUIET = timedelta(hours=1)  # one alarm for many tries
T = TypeVar("T")


@dataclass(frozen=True)
class Sought:
    """A value of a person that is looked for."""

    kind: str
    value: str

    @cached_property
    def digest(self) -> str:
        """By which the record knows it."""
        text = normalised(self.kind, self.value)
        return lasting_hash(f"searched_{self.kind}", text).hex()

    @property
    def having(self) -> Q:
        """Cases of consumers who have it."""
        return Q(**{f"consumer__{self.kind}_index__in": blind_indexes(self.kind, self.value)})


# --- how many were missed


class Stopped(NotAllowed):
    """Too many numbers were tried; `retry_after`: seconds until the next."""

    code, status = "enumeration", 429

    def __init__(self, free: datetime, now: datetime) -> None:
        super().__init__(stopped_words(free))
        self.free = free
        self.retry_after = max(int((free - now).total_seconds()) + 1, 1)


def stopped_words(free: datetime) -> str:
    """When one may look again, and what still works."""
    words = _(
        "查不到的号码太多，已暂停按号码、邮箱查找消费者，{time} 以后可以再查；"
        "按案件编号、订单号和文字查找不受影响。急需时请联系主管。"
    )
    return words.format(time=f"{timezone.localtime(free):%m-%d %H:%M}")


def misses(user: User, now: datetime) -> list[datetime]:
    """When the person first asked for each of the values of these 24 hours that nobody has, the
    latest first. One statement.
    """
    rows = PersonSearch.objects.filter(by=user, refused=False, at__gt=now - DAY)
    rows = rows.exclude(kind=Kind.NAME)
    each = rows.order_by().values("digest").annotate(first=Min("at"), best=Max("hits"))
    return list(each.filter(best=0).order_by("-first").values_list("first", flat=True))


def free_at(missed: Sequence[datetime], now: datetime) -> datetime | None:
    """Until when nothing is looked up; None while the person may look."""
    limits = (settings.PERSON_SEARCH_MISSES, SHORT), (settings.PERSON_SEARCH_MISSES_PER_DAY, DAY)
    found = []
    for limit, span in limits:
        within = [at for at in missed if at > now - span]
        if len(within) > limit:
            found.append(within[limit] + span)
    return max(found, default=None)


def watched(
    asked: Sequence[Sought],
    find: Callable[[], tuple[T, Mapping[Sought, int]]],
    *,
    by: User,
    door: str,
    now: datetime,
) -> T:
    """What `find` answers, with how many cases it found of each value; written down, under a lock
    that lets one search of a person wait for the other. Raises Stopped when too many were missed;
    what was written down stays.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"person_search:{by.pk}"]
            )
        free = free_at(misses(by, now), now)
        if free is not None:
            note(dict.fromkeys(asked, 0), by, door, now, refused=True)
        else:
            found, hits = find()
            if note(hits, by, door, now):
                free = _stopped(by, door, now)
    if free is not None:
        raise Stopped(free, now)
    return found


def look_for(
    asked: Sequence[Sought],
    find: Callable[[], T],
    hits_of: Callable[[T, Sought], int],
    *,
    by: User,
    door: str,
    now: datetime,
) -> T:
    """As `watched`, where what was found says how many cases each value has."""

    def found() -> tuple[T, dict[Sought, int]]:
        result = find()
        return result, {one: hits_of(result, one) for one in asked}

    return watched(asked, found, by=by, door=door, now=now)


def note(
    hits: Mapping[Sought, int], by: User, door: str, now: datetime, *, refused: bool = False
) -> bool:
    """Write down what was looked for, unless it is the same search; whether a new miss is among
    it.
    """
    lately = PersonSearch.objects.filter(by=by)
    own = lately.filter(at__gt=now - AGAIN, digest__in=[one.digest for one in hits])
    known = set(own.values_list("digest", "hits", "refused"))
    rows = [
        PersonSearch(
            by=by, at=now, kind=one.kind, digest=one.digest, hits=n, refused=refused, door=door
        )
        for one, n in hits.items()
        if (one.digest, n, refused) not in known
    ]
    if refused and rows:
        there = lately.filter(refused=True, at__gt=now - SHORT)[:MOST_REFUSED].count()
        rows = rows[: MOST_REFUSED - there]
    PersonSearch.objects.bulk_create(rows)
    return any(not row.hits for row in rows)


def _stopped(by: User, door: str, now: datetime) -> datetime | None:
    """Until when the person is stopped by the latest miss, with an alarm; None for not at all."""
    missed = misses(by, now)
    free = free_at(missed, now)
    if free is not None:
        detail = {"missed": len(missed), "door": door}
        record("search.stopped", f"user:{by.username}", by, now, detail)
        alarms.raise_alarm(AlarmKind.ENUMERATION, about=by, at=now, detail=detail, quiet=QUIET)
    return free


def settle(consumer: Mapping[str, str], by: User, now: datetime) -> None:
    """The person registered a case of this consumer: whom the intake missed was a new caller, and
    counts as found. One statement, and another where something was missed.
    """
    asked = [Sought(c, consumer[c]) for c in (Kind.PHONE, Kind.ID_NUMBER) if consumer.get(c)]
    known = {one.digest: one for one in asked}
    if not known:
        return
    rows = PersonSearch.objects.filter(by=by, at__gt=now - DAY, hits=0, digest__in=list(known))
    found = set(rows.values_list("digest", flat=True))
    PersonSearch.objects.bulk_create(
        PersonSearch(by=by, at=now, kind=known[one].kind, digest=one, hits=1, door=Door.REGISTERED)
        for one in sorted(found)
    )
