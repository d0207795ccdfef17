"""Requests to look into a case as one person finds them: which lists, which rows, and what each
may do with one. Pages and programs show the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.actions import access
from complaints.actions import access_decision as decisions
from complaints.models import AccessDecision, AccessKind, AccessRequest, Complaint

PERMISSIONS = ("ask_access", "decide_access", "review_access")
RELATED = ("by", "complaint", "decision__by", "decision__end__by", "decision__review__by")


@dataclass(frozen=True)
class Seen:
    """A request before one person at one moment."""

    row: AccessRequest
    user: User
    now: datetime

    @cached_property
    def decision(self) -> AccessDecision | None:
        """The word on it."""
        return getattr(self.row, "decision", None)

    @cached_property
    def state(self) -> str:
        """waiting, refused, unanswered, running, ended or over."""
        decision = self.decision
        if decision is None:
            over = self.row.expires_at <= self.now
            gone = decisions.has_left(self.row.by, self.row.at)
            return "unanswered" if over or gone else "waiting"
        if not decision.agreed or decision.ends_at is None:
            return "refused"
        if hasattr(decision, "end"):
            return "ended"
        return "running" if decision.ends_at > self.now else "over"

    @property
    def is_emergency(self) -> bool:
        """紧急调阅."""
        return self.row.kind == AccessKind.EMERGENCY

    @property
    def opens(self) -> bool:
        """Whether the person sees the case itself."""
        return Complaint.objects.visible_to(self.user).filter(pk=self.row.complaint_id).exists()

    @property
    def may_end(self) -> bool:
        """Whether the person may end what runs."""
        case, decision = self.row.complaint, self.decision
        runs = self.state == "running" and case is not None and decision is not None
        return runs and decisions.may_end(decision, case, self.user)  # type: ignore[arg-type]

    @property
    def against_deciding(self) -> str:
        """Why the person has no say on it now; "" where they have."""
        if self.row.complaint is None:
            return _("这是您自己的申请，须由另一位同事决定")
        why = decisions.closed(self.row, self.now)
        return why or decisions.against(self.row, self.row.complaint, self.user)

    @property
    def is_to_be_reviewed(self) -> bool:
        """Whether this person reviews it."""
        decision = self.decision
        if decision is None or not decision.agreed or not self.is_emergency:
            return False
        return not hasattr(decision, "review") and not decisions.may_review(decision, self.user)


def tabs_of(user: User) -> list[str]:
    """What the person finds here, the most pressing first."""
    found = [("decide", "decide_access"), ("review", "review_access"), ("mine", "ask_access")]
    return [tab for tab, permission in found if user.may(permission)]


def rows_of(user: User, tab: str, now: datetime) -> QuerySet[AccessRequest]:
    """The requests of a tab."""
    if tab == "decide":
        return access.waiting_for(user, now)
    if tab == "review":
        return AccessRequest.objects.filter(decision__in=decisions.to_review(user))
    return AccessRequest.objects.filter(by=user)
