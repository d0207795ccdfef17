"""催办 on the case: whether the button stands there, and the latest one, while it still counts."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from complaints.lifecycle import State
from complaints.models import Complaint
from complaints.views.case_page import CasePage

_WITH_COUNSEL = (State.IN_REVIEW, State.EXTERNAL)


def may_urge(user: User, complaint: Complaint) -> bool:
    """Whether the case may be waiting for somebody else: the sheet says for whom."""
    if not complaint.is_open or not user.may("write_notes"):
        return False
    own = complaint.owner_id == user.pk and complaint.state not in _WITH_COUNSEL
    return not own or complaint.must_be_signed_again or bool(complaint.withdrawal_requested_by_id)


def urged(page: CasePage) -> dict[str, Any] | None:
    """The latest one, until a step is taken, or the owner who was urged did something."""
    last, complaint = page.complaint.urged, page.complaint
    if not last or not complaint.is_open:
        return None
    moved = any(step["at"] > last["at"] for step in complaint.steps_taken[-1:])
    acted = last["whom"] == "owner" and (complaint.owner_acted or 0) > last["id"]
    return None if moved or acted else dict(last)
