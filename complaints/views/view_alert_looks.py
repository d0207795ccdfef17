"""Whether the views that people want to be told of have crossed their numbers: all of a batch are
counted in one statement, each with the scope of its subscriber, and each only up to its number.

Beside the views because what a view asks is what the list asks (`queue_filters.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Value

from accounts.models import User
from complaints.models import Complaint
from complaints.models.saved_views import Scope, ViewAlert
from complaints.querysets import ComplaintQuerySet
from complaints.views.queue_directory import Directory
from complaints.views.queue_filters import Filters
from complaints.views.queue_views import counted, counting

BATCH = 50


def look(now: datetime) -> int:
    """Look at every alert; answers how many crossed. Twice at the same moment tells once."""
    crossed, after = 0, 0
    while True:
        rows = ViewAlert.objects.filter(pk__gt=after, user__is_active=True)
        batch = list(rows.select_related("view", "user").order_by("pk")[:BATCH])
        if not batch:
            return crossed
        crossed += _look(batch, now)
        after = batch[-1].pk


def _look(alerts: Sequence[ViewAlert], now: datetime) -> int:
    User.know_teams(alert.user for alert in alerts)
    asked = [(alert, _cases(alert, now)) for alert in alerts]
    known = [(alert, cases) for alert, cases in asked if cases is not None]
    numbers = counted(
        counting(cases.values(one=Value(1))[: alert.more_than + 1] for alert, cases in known)
    )
    over = {a.pk for (a, _), n in zip(known, numbers, strict=True) if n > a.more_than}
    under = [a.pk for a, _ in known if a.pk not in over and a.crossed_at is not None]
    ViewAlert.objects.filter(pk__in=under).update(crossed_at=None, not_before=None)
    fresh = ViewAlert.objects.filter(pk__in=over, crossed_at=None)
    mailed = [a.pk for a, _ in known if a.pk in over and a.by_mail and a.user.email]
    start = {"crossed_at": now, "seen_at": None, "mailed_at": None, "attempts": 0}
    by_mail = fresh.filter(pk__in=mailed).update(**start, not_before=now)
    return by_mail + fresh.update(**start, not_before=None)


def may_open(alert: ViewAlert) -> bool:
    """Whether its subscriber still sees cases and may still open the view (`visible_to`)."""
    view, user = alert.view, alert.user
    ours = view.scope == Scope.TEAM and view.team_id in user.team_ids
    open_to = view.owner_id == user.pk or view.scope == Scope.EVERYONE or ours
    return open_to and user.may("see_complaints")


def _cases(alert: ViewAlert, now: datetime) -> ComplaintQuerySet | None:
    """The new cases of the view that its subscriber sees; none where nothing can be told."""
    if not may_open(alert) or "q" in alert.view.filters:
        return None
    filters = Filters(alert.user, {}, Directory(alert.user), view="?")
    filters.take_all({str(k): str(v) for k, v in alert.view.filters.items()})
    if filters.lost:
        return None
    cases = Complaint.objects.visible_to(alert.user)
    since = now - timedelta(days=alert.days)
    return filters.apply(cases, now).filter(received_at__gt=since).order_by()
