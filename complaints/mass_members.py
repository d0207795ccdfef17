"""The rows of a mass case: its members, cases that may belong to it, and consumers who have not
complained; each figure counts exactly the rows that its words list.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from complaints.lifecycle import OPEN_STATES
from complaints.models import Complaint, MassCase, MassMember, Resolution, SilentConsumer
from complaints.querysets import ComplaintQuerySet, scope_of

PERIODS = (30, 90, 365)  # days
MOST_PROPOSED = 200
_OPEN = Q(complaint__state__in=OPEN_STATES)
MEMBERS: dict[str, Q] = {
    "all": Q(),
    "open": _OPEN,
    "drafted": Q(drafted=True),
    "undrafted": Q(drafted=False) & _OPEN,
    "closed": ~_OPEN,
}
SILENT: dict[str, Q] = {
    "all": Q(),
    "none": Q(complained=False, told_at=None),
    "told": Q(complained=False, told_at__isnull=False),
    "complained": Q(complained=True),
}


def members(mass: MassCase, user: User) -> QuerySet[Any]:
    """Those that the person may see; `drafted`: a resolution that counts exists."""
    counts = Resolution.objects.exclude(status="superseded")
    counts = counts.filter(complaint=OuterRef("complaint"))
    rows = MassMember.objects.filter(scope_of(user, "complaint__"), mass=mass)
    return rows.annotate(drafted=Exists(counts))


def silent(mass: MassCase, user: User) -> QuerySet[Any]:
    """`complained`: a case of the same telephone, whoever may see it; `number`: of one that the
    person may see.
    """
    theirs = Complaint.objects.filter(consumer__phone_index=OuterRef("phone_index"))
    theirs = theirs.filter(category=mass.category)
    number = theirs.filter(scope_of(user)).order_by("-id").values("number")[:1]
    rows = SilentConsumer.objects.filter(mass=mass)
    return rows.annotate(complained=Exists(theirs), number=Subquery(number))


def counts(rows: QuerySet[Any], shown: dict[str, Q]) -> dict[str, int]:
    """How many rows each word lists. One statement for each word."""
    return {name: rows.filter(q).count() for name, q in shown.items()}


def proposed(
    mass: MassCase, user: User, now: datetime, days: int, *, product: bool
) -> ComplaintQuerySet:
    """Cases of the same category (and product) of the last days that belong to none, newest first;
    found by the index of category and age.
    """
    found = Complaint.objects.visible_to(user).filter(
        category=mass.category, created_at__gte=now - timedelta(days=days), mass_member=None
    )
    if product:
        found = found.filter(product_name=mass.product_name)
    return found.select_related("consumer", "owner").order_by("-created_at", "-id")
