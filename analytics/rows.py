"""The rows behind a number: exactly those that it counts, of cases that the person sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from analytics import occurrences as o
from analytics.asking import Asked
from analytics.models import Occurrence
from complaints.lifecycle import PHASE_OF
from complaints.models import Complaint
from complaints.models.satisfaction import DISSATISFIED_UP_TO, LOWEST
from complaints.querysets import ComplaintQuerySet, scope_of
from complaints.workdays import SHANGHAI

# What may yet be kept, and what was.
EVERY = Q()
_TIMED = Q(value__isnull=False)
_RUNS = Q(key=o.RUNNING) | Q(key__endswith=f":{o.RUNNING}")
_KEPT = Q(key__endswith=f":{o.KEPT}")
_BAD = Q(key__in=[str(score) for score in range(LOWEST, DISSATISFIED_UP_TO + 1)])


@dataclass(frozen=True)
class Counted:
    """Which occurrences: their kind, which of them, and out of which (None: nothing is divided).
    `due`: those that are still waited for are left out.
    """

    kind: str
    which: Q = EVERY
    of: tuple[str, Q] | None = None
    due: bool = False


COUNTED: dict[str, Counted] = {
    "received": Counted(o.RECEIVED),
    "closed": Counted(o.CLOSED),
    "first_response": Counted(o.RESPONDED, _TIMED),
    "time_to_close": Counted(o.CLOSED, _TIMED),
    "time_to_close_p90": Counted(o.CLOSED, _TIMED),
    "satisfaction": Counted(o.ASKED, Q(key__in=o.SATISFIED), (o.ASKED, ~Q(key=o.SILENT))),
    "dissatisfied": Counted(o.ASKED, _BAD, (o.ASKED, ~Q(key=o.SILENT))),
    "response_rate": Counted(o.ASKED, ~Q(key=o.SILENT), (o.ASKED, Q())),
    "reopened": Counted(o.CLOSING, Q(key=o.REOPENED), (o.CLOSING, Q())),
    "repeat": Counted(o.REPEAT, Q(), (o.RECEIVED, Q())),
    "promises_kept": Counted(o.PROMISE, Q(key=o.KEPT), (o.PROMISE, Q()), due=True),
    "sent_back": Counted(o.OPINION, Q(key=o.SENT_BACK), (o.OPINION, Q())),
    "owed": Counted(o.OWED),
    "paid": Counted(o.PAID),
    "clocks_kept": Counted(o.CLOCK, _KEPT, (o.CLOCK, Q()), due=True),
    "clocks_missed": Counted(o.CLOCK, ~_KEPT, due=True),
    "right": Counted(o.RIGHT),
}
STANDING = ("open", "overdue", "due_today")
LISTED = (*STANDING, *COUNTED)


def of_led_teams(asked: Asked, prefix: str = "") -> Q:
    """Of the teams that are counted."""
    teams = asked.of_teams
    return Q() if teams is None else Q(**{f"{prefix}team__in": list(teams)})


def cases_of(user: User, asked: Asked) -> ComplaintQuerySet:
    """The cases that the person may be told figures of, filtered."""
    found = Complaint.objects.visible_to(user).filter(of_led_teams(asked))
    if asked.owner is not None:
        found = found.filter(owner=asked.owner or None)
    for name, column, wanted in asked.columns:
        column = "product_name" if name == "product" else column
        found = found.filter(**_one_of(column, wanted))
    return found


def _one_of(column: str, wanted: list[str]) -> dict[str, Any]:
    return {column: wanted[0]} if len(wanted) == 1 else {f"{column}__in": wanted}


def standing(
    user: User, asked: Asked, measure: str, now: datetime, key: str = ""
) -> ComplaintQuerySet:
    """Cases that are open, late or due today at the moment."""
    found = cases_of(user, asked).open()
    if measure == "overdue":
        return found.overdue(now)
    if measure == "due_today":
        end = datetime.combine(now.astimezone(SHANGHAI).date(), time(0), SHANGHAI)
        return found.filter(next_due_at__gt=now, next_due_at__lt=end + timedelta(days=1))
    if key:
        return found.filter(state__in=[s for s, p in PHASE_OF.items() if p == key])
    return found


def occurrences(
    user: User, asked: Asked, measure: str, today: date, *, key: str = "", whole: bool = False
) -> QuerySet[Occurrence]:
    """What the measure counts; `whole`: out of which. `key`: which right, which clock."""
    found = of_everybody(asked, measure, today, key=key, whole=whole)
    return found.filter(scope_of(user, "complaint__"))


def of_everybody(
    asked: Asked, measure: str, today: date, *, key: str = "", whole: bool = False
) -> QuerySet[Occurrence]:
    """The same whoever may see the cases: for sums in which nobody is named, never to be listed."""
    counted = COUNTED[measure]
    kind, which = (counted.of if whole else None) or (counted.kind, counted.which)
    rows = Occurrence.objects.filter(which, kind=kind)
    if kind not in o.STANDING:
        rows = rows.filter(day__gte=asked.since, day__lte=asked.until)
    if counted.due:
        rows = rows.exclude(_RUNS, day__gte=today)
    if key:
        rows = rows.filter(key__startswith=f"{key}:") if kind == o.CLOCK else rows.filter(key=key)
    return rows.filter(*_of_case(asked))


def _of_case(asked: Asked) -> list[Q]:
    found = [of_led_teams(asked, "complaint__figures__")]
    if asked.owner is not None:
        found.append(Q(complaint__figures__owner=asked.owner or None))
    for _name, column, wanted in asked.columns:
        found.append(Q(**_one_of(f"complaint__figures__{column}", wanted)))
    return found


def number(rows: QuerySet[Any]) -> int:
    """How many there are."""
    return rows.order_by().count()
