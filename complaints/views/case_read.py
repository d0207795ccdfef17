"""The case of its page, read in one statement, its JSON columns made what templates can write."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from complaints.lifecycle import State
from complaints.models import Complaint, Deadline, Point
from complaints.prepared import NUMBER, ROW, everybodys, objects
from complaints.querysets import ComplaintQuerySet
from complaints.seen import saw_cases
from complaints.views.case_columns import columns, followed_by, same_person
from evidence.models import Item


def moment(text: str | None) -> datetime | None:
    """A time stamp out of a JSON column."""
    return datetime.fromisoformat(text) if text else None


def day(text: str | None) -> date | None:
    """A date out of a JSON column."""
    return date.fromisoformat(text) if text else None


_MOMENTS = {
    "asked_at",
    "at",
    "due_at",
    "ended_at",
    "leaves",
    "withheld_at",
    "kept_at",
    "met_at",
    "settled_at",
    "started_at",
    "created_at",
    "until",
}
_DAYS = {"due", "expected_end", "as_of"}


def _parsed(row: dict[str, Any]) -> dict[str, Any]:
    """Moments and days as templates can write them."""
    return {
        key: moment(value) if key in _MOMENTS else day(value) if key in _DAYS else value
        for key, value in row.items()
    }


_LISTS = (
    "steps_taken",
    "promises",
    "letters",
    "outgoing",
    "open_holds",
    "ended_clocks",
    "extensions_asked",
    "teams_asked",
)


def _as_objects(complaint: Any) -> None:
    """Turn the JSON columns into what the page works with."""
    for name in ("handover", "frozen", "asked", "urged", "snooze"):
        found = getattr(complaint, name)
        setattr(complaint, name, _parsed(found) if found else None)
    for name in _LISTS:
        setattr(complaint, name, [_parsed(row) for row in getattr(complaint, name)])
    for row in complaint.same_person:
        row["state_words"] = State(row["state"]).label
    if complaint.resolution:
        measures = complaint.resolution["measures"]
        complaint.resolution["measures"] = [_parsed(row) for row in measures]
        for row in complaint.resolution["points"]:
            row["found"] = Point.Finding(row["finding"]).label if row["finding"] else ""


@cache
def _described() -> ComplaintQuerySet:
    """Every case with its columns. Put together once: that took as long as asking."""
    return Complaint.objects.select_related(
        "consumer", "owner", "team", "merged_into", "withdrawal_requested_by", "registered_by"
    ).annotate(**columns())


def _before(user: User) -> ComplaintQuerySet:
    """One case as this person sees it."""
    columns_of_theirs = {"same_person": same_person(user), "followed": followed_by(user)}
    return _described().visible_to(user).annotate(**columns_of_theirs).filter(number=NUMBER)


def find(user: User, number: str) -> Any:
    """The case with everything that is a column of its statement.

    Raises Complaint.DoesNotExist, the same for a foreign case.
    """
    found = objects("case", user, (), lambda: _before(user), {NUMBER: number})
    if not found:
        raise Complaint.DoesNotExist
    complaint = found[0]
    _as_objects(complaint)
    merged_into = complaint.merged_into
    others = [row["number"] for row in complaint.same_person]
    saw_cases(number, *others, merged_into.number if merged_into else None)
    return complaint


def items_of(complaint: Any) -> list[Item]:
    """The evidence of a case that was found."""

    def rows() -> QuerySet[Item]:
        joined = Item.objects.select_related("received_by", "withdrawal__by")
        return joined.filter(folder=ROW).order_by("number")

    return everybodys("items of a folder", rows, {ROW: complaint.folder_id})


def clocks_of(complaint: Any) -> list[Deadline]:
    """Its clocks that run or are held, the next one first."""

    def rows() -> QuerySet[Deadline]:
        going = Deadline.objects.filter(state__in=["running", "held"])
        return going.filter(complaint=ROW).order_by("due_at")

    found = everybodys("clocks of a page", rows, {ROW: complaint.pk})
    for clock in found:
        clock.complaint = complaint
    return found
