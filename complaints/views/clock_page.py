"""One clock on a page of its own: why this date, what happened to it, what ends, stops and extends
it, and who is warned when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import clock_words, extending, promised, public_promises, regimes
from complaints.choices import CommitmentState, DeadlineNature, DeadlineState, HoldReason
from complaints.lifecycle import STEPS, State
from complaints.models import Complaint, Deadline, Extension, Hold, PublicPromise
from complaints.views import clock_days
from complaints.views.clock_history import WHO, history
from complaints.views.clock_shown import shown
from config.tags import when
from legal_rules import deadline_table
from legal_rules.deadline_names import OWED_BY

Text = str | Promise


@dataclass(frozen=True)
class Rung:
    """One warning: when, whom, and whether it was given."""

    at: datetime
    who: Text
    done: bool
    provisional: bool

    @property
    def shown_at(self) -> str:
        """As it is shown; one to come moves with a provisional due date."""
        return clock_words.marked(when(self.at), provisional=self.provisional and not self.done)


@dataclass(frozen=True)
class Asked:
    """A request for a longer term, and whether this person may decide about it."""

    extension: Extension
    terms: str
    may_decide: bool


def page_of(deadline: Deadline, complaint: Complaint, user: User, now: datetime) -> dict[str, Any]:
    """What the page shows. Four statements, of a public promise one more."""
    deadline.complaint = complaint
    holds = list(Hold.objects.filter(complaint=complaint).order_by("id"))
    asked = list(deadline.extension_requests.select_related("requested_by", "decided_by"))
    days = clock_days.days_of(deadline)
    promise = public_promises.of_clock(deadline)
    return {
        "clock": shown(deadline, now, _running(holds)),
        "deadline": deadline,
        "state": deadline.get_state_display(),
        "runs": deadline.state in (DeadlineState.RUNNING, DeadlineState.HELD),
        "owed_by": _owed_by(deadline),
        "weekdays": clock_days.WEEKDAYS,
        "weeks": clock_days.weeks_of(days),
        "legend": clock_days.legend_of(days),
        "stretches": clock_days.stretches_of(days),
        "promise": promise,
        "ends": ends_of(deadline, promise),
        "pauses": pauses_of(deadline),
        "ladder": _ladder(deadline),
        "history": history(deadline, holds),
        "asked": [_asked(extension, deadline, user) for extension in asked],
        **_may_extend(deadline, asked, user, now),
    }


def _running(holds: Sequence[Hold]) -> list[dict[str, Any]]:
    names = ("reason", "pauses", "started_at", "expected_end")
    return [{n: getattr(h, n) for n in names} for h in holds if h.ended_at is None]


def _owed_by(deadline: Deadline) -> str:
    label = OWED_BY.get(deadline.owed_by)
    return label.in_(clock_words.language()) if label else deadline.owed_by


def ends_of(deadline: Deadline, promise: PublicPromise | None = None) -> list[str]:
    """What ends the clock: steps, moments, the end of the case; what keeps a promise."""
    if promise is not None:
        return [public_promises.kept_by(promise), _("案件办结")]
    if deadline.kind == promised.KIND:
        return [_("兑现"), str(CommitmentState.WAIVED.label)]
    row, language = regimes.row(deadline.entry), clock_words.language()
    kinds = {deadline.kind, row.alongside if row else ""}
    steps = [step for step in STEPS.values() if State.CLOSED not in step.to]
    found = [str(step.title) for step in steps if kinds & set(step.stops) - {""}]
    moments = deadline_table.current().moments
    found += [moments[name].title.in_(language) for name in (row.stops if row else ())]
    if row is None or not row.after_close:
        found.append(_("案件办结"))
    return list(dict.fromkeys(found))


def pauses_of(deadline: Deadline) -> str:
    """Which waits stop the clock, or why none does."""
    names = [str(HoldReason(r).label) for r in deadline.pausable_by if r in HoldReason.values]
    if names:
        return _("、").join(names)
    if deadline.nature == DeadlineNature.STATUTORY:
        return _("不能中止：法定期限不因等待而中止")
    return _("不能中止")


def _ladder(deadline: Deadline) -> list[Rung]:
    """Warnings given and to come; of a clock that has ended only those given."""
    runs = deadline.state in (DeadlineState.RUNNING, DeadlineState.HELD)
    rungs = [
        Rung(
            datetime.fromisoformat(step["at"]),
            WHO.get(step["who"], step["who"]),
            step["done_at"] is not None,
            deadline.provisional,
        )
        for step in deadline.ladder
        if runs or step["done_at"] is not None
    ]
    return sorted(rungs, key=lambda rung: rung.at)


def _asked(extension: Extension, deadline: Deadline, user: User) -> Asked:
    waits = extension.decision == Extension.Decision.WAITING
    may = waits and not extending.may_decide(deadline, extension, user)
    return Asked(extension, extending.in_words(extension.terms), may)


def _may_extend(
    deadline: Deadline, asked: Sequence[Extension], user: User, now: datetime
) -> dict[str, Any]:
    """Whether a longer term can be asked for, else why not; what the table allows."""
    offer = extending.offer(deadline)
    refusal = extending.why_not(deadline, now, asked)
    return {
        "may_extend": not refusal and user.may("edit_complaints"),
        "why_no_extension": refusal,
        "offer": offer.words if offer else "",
        "approver": str(offer.by_role.label) if offer else "",
    }
