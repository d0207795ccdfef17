"""When a case falls due, by the slow definition: every clock is looked at."""

from __future__ import annotations

from datetime import datetime

from complaints.models import Complaint, Deadline

Dues = tuple[datetime | None, datetime | None]


def known(case: Complaint) -> Dues:
    """What stands on the case: by any clock, by what the law sets us."""
    return case.next_due_at, case.next_statutory_at


def counted(case: Complaint) -> Dues:
    """The same from its clocks."""
    running = [d for d in Deadline.objects.filter(complaint=case) if d.state == "running"]
    ours = [d for d in running if d.owed_by in ("enterprise", "computing")]
    by_law = [d.due_at for d in ours if d.nature == "statutory"]
    return min((d.due_at for d in running), default=None), min(by_law, default=None)
