"""When something of the matter happened (时间节点): clocks start from it or end with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from accounts.models import User
from complaints import deadlines
from complaints.models import Complaint, Moment
from complaints.workdays import SHANGHAI
from legal_rules import deadline_table


def from_facts(complaint: Complaint, answers: Mapping[str, Any], by: User, now: datetime) -> None:
    """Dated facts that were answered make moments; one that can no longer be established takes its
    moment back. The caller holds the case's lock and saves it.
    """
    for moment in deadline_table.current().moments.values():
        if moment.fact is None or moment.fact not in answers:
            continue
        value = answers[moment.fact]
        if value is None:
            deadlines.unmark(complaint, moment.id, now=now)
            continue
        deadlines.mark(
            complaint,
            moment.id,
            datetime.combine(date.fromisoformat(value), time.min, SHANGHAI),
            now=now,
            source=Moment.Source.FACT,
            precise=False,
            by=by,
        )
