"""Where an offer stands with the consumer: which round, until when, how often reminded; and whether
another answer may be kept after the first.
"""

from __future__ import annotations

from typing import Any

from complaints.actions.feedback import LAST_ROUND
from complaints.answering import ENDS
from complaints.lifecycle import State
from complaints.views.case_page import CasePage


def waiting(page: CasePage) -> dict[str, Any] | None:
    """While an offer waits: {round, rounds, last, due, late, reminders, came_back}; None where its
    letter does not leave because the signature is void: the consumer knows of nothing.
    """
    complaint = page.complaint
    stopped = page.voided and not (complaint.offer_letter or {}).get("arrived")
    if complaint.state != State.OFFERED or stopped:
        return None
    clock = next((c for c in page.clocks if c.kind == "consumer_reply"), None)
    return {
        "round": complaint.round,
        "rounds": max(LAST_ROUND, complaint.round),
        "last": complaint.round >= LAST_ROUND,
        "due": clock.due_at if clock else None,
        "late": bool(clock and clock.state == "running" and clock.due_at <= page.now),
        "reminders": page.reminders,
        "came_back": page.offer_came_back,
    }


def may_keep_later(page: CasePage) -> bool:
    """Whether an offer was answered, so that another answer is kept beside it."""
    answered = [row["step"] for row in page.complaint.steps_taken if row["step"] in ("sign", *ENDS)]
    return bool(answered) and answered[-1] in ENDS and page.user.may("communicate")
