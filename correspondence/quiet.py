"""When an e-mail to a person may leave. Pure: no Django, no database.

Clocks know no quiet hours: they fire at their instant, and the notice lies in the application from
then on. Only the e-mail waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from complaints.workdays import SHANGHAI

LOOKED_AHEAD = 60  # days; the longest holiday has nine
MIDNIGHT = time(0)
WorkingDay = Callable[[date], bool]


@dataclass(frozen=True)
class Hours:
    """What a person wished: no e-mails from `quiet_from` until `quiet_until` (over midnight when
    it is later), none on days that are not worked, or only within the own working hours; and when
    digests leave.
    """

    quiet: bool = True
    quiet_from: time = time(20)
    quiet_until: time = time(8)
    rest_days: bool = True
    working_only: bool = False
    work_from: time = time(9)
    work_until: time = time(18)
    digests: tuple[time, ...] = (time(9), time(14))


def _within(at: time, start: time, end: time) -> bool:
    """start ≤ at < end, over midnight when the end is earlier; nothing when both are the same."""
    return start <= at < end if start <= end else at >= start or at < end


def may_ring(at: datetime, hours: Hours, is_working_day: WorkingDay) -> bool:
    """Whether an e-mail may leave at the moment."""
    local = at.astimezone(SHANGHAI)
    now = local.time()
    if hours.quiet and _within(now, hours.quiet_from, hours.quiet_until):
        return False
    if (hours.rest_days or hours.working_only) and not is_working_day(local.date()):
        return False
    return not hours.working_only or hours.work_from <= now < hours.work_until


def opens(at: datetime, hours: Hours, is_working_day: WorkingDay) -> datetime:
    """The first moment from `at` on at which an e-mail may leave.

    `at` itself when there is none within two months: nothing is lost to a contradiction.
    """
    if may_ring(at, hours, is_working_day):
        return at
    edges = sorted({MIDNIGHT, hours.quiet_until, hours.work_from})
    for moment in _moments(at, edges):
        if may_ring(moment, hours, is_working_day):
            return moment
    return at


def next_digest(at: datetime, hours: Hours, is_working_day: WorkingDay) -> datetime:
    """The first hour of a digest from `at` on that is not quiet; without one, when it opens."""
    for moment in _moments(at, sorted(hours.digests)):
        if may_ring(moment, hours, is_working_day):
            return moment
    return opens(at, hours, is_working_day)


def _moments(at: datetime, times: list[time]) -> Iterator[datetime]:
    """The times of each day, from `at` on."""
    first = at.astimezone(SHANGHAI).date()
    for n in range(LOOKED_AHEAD):
        for each in times:
            moment = datetime.combine(first + timedelta(days=n), each, SHANGHAI)
            if moment >= at:
                yield moment
