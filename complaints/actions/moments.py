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
        at, precise = _instant(value)
        deadlines.mark(
            complaint,
            moment.id,
            at,
            now=now,
            source=Moment.Source.FACT,
            precise=precise,
            by=by,
        )


def _instant(value: str) -> tuple[datetime, bool]:
    """When a dated fact says it was, and whether it knows the time of day.

    Of a day alone its beginning is taken: terms in hours then end too early, never too late.
    """
    if "T" not in value:
        return datetime.combine(date.fromisoformat(value), time.min, SHANGHAI), False
    at = datetime.fromisoformat(value)
    return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)), True
