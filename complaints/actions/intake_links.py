"""Earlier cases that were ticked while a complaint was written down: linked with it once it has a
number.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from complaints.actions import linking
from complaints.choices import LinkKind
from complaints.errors import CaseError
from complaints.models import Complaint

MOST = 5  # as many as are shown (`intake.similar`)


def link_earlier(
    complaint: Complaint, numbers: Iterable[str], *, by: User, now: datetime
) -> list[str]:
    """Link the new case with each of these that is of the same order, phone or document and that
    the person may work on; answers those that were. A tick that does not fit any more keeps no
    complaint from being written down. In the caller's transaction.
    """
    wanted = list(dict.fromkeys(numbers))[:MOST]
    if not wanted or not by.may("edit_complaints"):
        return []
    found = Complaint.objects.workable_by(by).filter(number__in=wanted)
    kinds = {other.number: _kind(complaint, other) for other in found.select_related("consumer")}
    return [number for number in wanted if _linked(complaint, number, kinds, by, now)]


def _kind(complaint: Complaint, other: Complaint) -> str:
    """What both have in common: the order, else the person; "" for nothing."""
    if complaint.order_number and complaint.order_number == other.order_number:
        return LinkKind.SAME_MATTER
    for name in ("phone", "id_number"):
        own = bytes(getattr(other.consumer, f"{name}_index"))
        if own and own in complaint.consumer.indexes(name):
            return LinkKind.SAME_CONSUMER
    return ""


def _linked(
    complaint: Complaint, number: str, kinds: dict[str, str], by: User, now: datetime
) -> bool:
    if not kinds.get(number):
        return False
    try:
        linking.link(complaint.number, {"to": number, "kind": kinds[number]}, by=by, now=now)
    except (CaseError, Complaint.DoesNotExist):
        return False
    return True
