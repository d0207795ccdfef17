"""What the case page shows of questions to other teams (协办): those that wait, with what this
person may do about them, and those that ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from complaints import calendars
from complaints.actions.team_consults import may_ask, may_withdraw
from complaints.asked_teams import State
from complaints.clock import remaining_minutes
from complaints.clock_words import remaining_text
from complaints.views.case_page import CasePage

SHOWN = 20


@dataclass(frozen=True)
class Asked:
    """One question: `row` are its columns; how much time is left, and what this person may do."""

    row: Mapping[str, Any]
    state: str
    tone: str = ""
    left: str = ""
    late: bool = False
    answers: bool = False
    withdraws: bool = False

    @property
    def declined(self) -> bool:
        """Whether the team gave it back."""
        return bool(self.row["state"] == State.DECLINED)


@dataclass(frozen=True)
class Consults:
    """Those that wait, those that ended (the newest first), and whether one may ask."""

    waiting: list[Asked]
    ended: list[Asked]
    asks: bool


def consults_of(page: CasePage) -> Consults:
    """No statement of its own."""
    rows = page.complaint.teams_asked
    asks = bool(page.complaint.is_open) and may_ask(page.complaint, page.user)
    waiting = [_waiting(row, page) for row in rows if row["state"] == State.OPEN]
    ended = [_ended(row) for row in rows if row["state"] != State.OPEN]
    return Consults(waiting, ended[:SHOWN], asks and not page.complaint.confidential)


def _waiting(row: Mapping[str, Any], page: CasePage) -> Asked:
    due = row["due_at"]
    minutes = remaining_minutes(due, page.now, calendars.current())
    user = page.user
    return Asked(
        row,
        str(State.OPEN.label),
        left=remaining_text(minutes),
        late=page.now > due,
        answers=user.may("answer_teams") and row["team_id"] in user.team_ids,
        withdraws=may_withdraw(page.complaint, row["asker_id"], user),
    )


_TONES = {State.ANSWERED: "ok", State.DECLINED: "warn"}


def _ended(row: Mapping[str, Any]) -> Asked:
    state = State(row["state"])
    return Asked(row, str(state.label), _TONES.get(state, ""), late=row["on_time"] is False)
