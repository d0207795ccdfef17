"""Which case is taken next (领取下一件): by the soonest term that the law sets us, then what is
risky, then what has waited longest. Cases without such a term come last.
"""

from __future__ import annotations

from accounts.models import User
from complaints.models import Complaint
from complaints.querysets import GRAVE, ComplaintQuerySet

ORDER = ("next_statutory_at", GRAVE.desc(), "received_at", "id")  # of the index `to_be_taken`


def waiting_for(user: User) -> ComplaintQuerySet:
    """What the person could take, the next one first."""
    cases: ComplaintQuerySet = Complaint.objects.workable_by(user).unassigned()
    return cases.filter(team__in=user.team_ids).order_by(*ORDER)
