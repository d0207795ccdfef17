"""What is printed leaves the house: who printed which case, or which list and what for, is on
record before anything leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.record import record
from complaints.advance import lock


def of_case(number: str, *, by: User, now: datetime) -> None:
    """The page of a case. Raises Complaint.DoesNotExist, Gone, and NotAllowed where the case is
    lent to the person for reading, or where their team is only asked about it.
    """
    with transaction.atomic():
        complaint = lock(number, by)
        record("complaint.printed", complaint.subject, by, now)


def of_list(
    filters: Mapping[str, str], purpose: str, found: tuple[int, int], *, by: User, now: datetime
) -> None:
    """A list of cases. `found`: how many cases there are, and how many of them are on the paper.
    What was searched for may be a name or a number: that there was something is kept, not what.
    """
    kept = {name: value for name, value in filters.items() if name != "q"}
    detail = {
        "filters": {**kept, **({"q": "…"} if "q" in filters else {})},
        "purpose": purpose,
        "cases": found[0],
        "printed": found[1],
    }
    record("queue.printed", f"user:{by.username}", by, now, detail)
