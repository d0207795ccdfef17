"""What of the letters on their way a person may take back, let go or drop."""

from __future__ import annotations

from typing import Any

from complaints.actions import withholding
from complaints.leaving import letter_name
from complaints.lifecycle import State
from complaints.signing.liveness import LETTER
from complaints.views.case_page import CasePage


def leaving(page: CasePage) -> list[dict[str, Any]]:
    """Letters that can still be taken back by this person: {id, name, leaves, attempts}."""
    return [
        {**row, "name": letter_name(row["effect"])}
        for row in page.complaint.outgoing
        if row["withheld_at"] is None
        and row["leaves"] > page.now
        and withholding.may(page.user, row["effect"])
    ]


def withheld(page: CasePage) -> list[dict[str, Any]]:
    """Letters taken back that have not left: {id, name, withheld_at, by, may, may_drop,
    redraft}; `redraft`: counsel may send back what it says.
    """
    return [
        {
            **row,
            "name": letter_name(row["effect"]),
            "may": withholding.may(page.user, row["effect"]),
            "may_drop": not _of_the_offer(page, row),
            "redraft": _of_the_offer(page, row),
        }
        for row in page.complaint.outgoing
        if row["withheld_at"] is not None
    ]


def _of_the_offer(page: CasePage, row: dict[str, Any]) -> bool:
    """The letter of the offer that waits for its answer."""
    return bool(row["effect"] == LETTER and page.complaint.state == State.OFFERED)
