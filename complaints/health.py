"""How the work that happens by itself is going: the sweeps, what they left, what waits to leave the
house, and whether workers and broker are there. For the health page and for Prometheus.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Max, QuerySet, Sum
from django.utils.translation import gettext as _
from redis import Redis
from redis.exceptions import RedisError

from audit.models import Pending
from complaints.choices import DeadlineState
from complaints.leaving import TO_CONSUMER, letter_name
from complaints.models import Deadline, Outbox, Postponed, SweepRun, WordsChanged

SILENT = timedelta(minutes=2)  # beat calls a sweep every half minute
SLOW = timedelta(minutes=2)
CAP = 100_000
QUEUE = "celery"


@dataclass(frozen=True)
class Health:
    """At one instant of the database's clock. Counts end at CAP."""

    now: datetime
    last: SweepRun | None
    due: int
    oldest_due: datetime | None
    postponed: int
    waiting: int
    oldest_waiting: datetime | None

    @property
    def lag(self) -> timedelta:
        """How long the clock that waits longest has been due."""
        return self.now - self.oldest_due if self.oldest_due else timedelta(0)

    @property
    def silent(self) -> bool:
        """True when no sweep was heard of for too long."""
        return self.last is None or self.now - self.last.finished_at > SILENT

    @property
    def slow(self) -> bool:
        """True when due clocks wait longer than a sweep needs to come round."""
        return self.lag > SLOW


def current() -> Health:
    """How it is now; a few look-ups by index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    due = Deadline.objects.filter(state=DeadlineState.RUNNING, ladder_at__lte=now)
    waiting = Outbox.objects.filter(
        done_at=None, cancelled_at=None, withheld_at=None, not_before__lte=now
    )
    return Health(
        now=now,
        last=SweepRun.objects.order_by("-id").first(),
        due=due.order_by("ladder_at")[:CAP].count(),
        oldest_due=due.order_by("ladder_at").values_list("ladder_at", flat=True).first(),
        postponed=postponed().count(),
        waiting=waiting.order_by("not_before")[:CAP].count(),
        oldest_waiting=waiting.order_by("not_before").values_list("not_before", flat=True).first(),
    )


def postponed() -> QuerySet[Postponed]:
    """Clocks that failed and run on, the longest first."""
    found = Postponed.objects.filter(deadline__state=DeadlineState.RUNNING)
    return found.order_by("since", "pk")


def failing() -> QuerySet[Outbox]:
    """What could not be sent and is tried again, the oldest first."""
    waiting = Outbox.objects.filter(
        done_at=None, cancelled_at=None, withheld_at=None, attempts__gt=0
    )
    return waiting.order_by("created_at", "id")


def queues(now: datetime) -> list[tuple[str, int]]:
    """What waits, by kind: its name and how much of it, no further than CAP."""
    waiting = Outbox.objects.filter(
        done_at=None, cancelled_at=None, withheld_at=None, not_before__lte=now
    ).order_by("not_before")
    letters = waiting.filter(effect__in=TO_CONSUMER)
    return [
        (_("给消费者的函件与短信"), letters[:CAP].count()),
        (_("给同事的通知"), waiting.exclude(effect__in=TO_CONSUMER)[:CAP].count()),
        (_("等待读入全文检索的改动"), WordsChanged.objects.order_by("since")[:CAP].count()),
        (_("等待封存的记录"), Pending.objects.order_by("since")[:CAP].count()),
    ]


def what(effect: str) -> str:
    """What an effect sends, in words."""
    return letter_name(effect) if effect in TO_CONSUMER else _("给同事的通知")


def workers() -> list[tuple[str, datetime, int]]:
    """Who swept lately: name, when last, how many clocks; from the runs that are kept."""
    found = SweepRun.objects.values("worker").annotate(
        last=Max("finished_at"), clocks=Sum("handled")
    )
    rows = found.order_by("-last", "worker").values_list("worker", "last", "clocks")
    return [(name, at, count) for name, at, count in rows]


def tasks_waiting() -> int | None:
    """How many tasks wait for a worker; None when the broker does not answer."""
    try:
        with Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=1) as broker:
            return int(str(broker.llen(QUEUE)))
    except (RedisError, OSError):
        return None
