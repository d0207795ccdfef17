"""The small number on the rail: overdue cases for those who work them, waiting ones for counsel."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import alarms
from accounts.models import User
from accounts.roles import Role
from analytics import telling
from complaints.actions import access_decision
from complaints.models import Complaint
from config.kept import kept
from correspondence import inbox

KEPT_SECONDS = 30
CAP = 99


def capped(number: int) -> str:
    """12, or 99+ above ninety-nine; "" for none."""
    return f"{CAP}+" if number > CAP else str(number or "")


def keys(user: User) -> list[str]:
    """Where the numbers of the person's frame are kept, the bell's too."""
    return [
        *(f"badges:{user.pk}", f"access:{user.pk}", alarms.kept_at(user.pk)),
        *(telling.kept_at(user.pk), inbox.kept_at(user)),
    ]


def of(user: User, request: HttpRequest) -> dict[str, tuple[str, str]]:
    """URL name → (number, what it counts). One statement, at most every half minute per person;
    another one for those who look at alarms.

    A view that has counted already sets `request.rail_counts`, {URL name: number}, and the
    statement is saved.
    """
    counts = getattr(request, "rail_counts", None)
    if counts is None:
        counts = kept(f"badges:{user.pk}", KEPT_SECONDS, lambda: _count(user))
    if user.may("decide_access") or user.may("review_access"):
        more = kept(f"access:{user.pk}", KEPT_SECONDS, lambda: _count_access(user))
        counts = {**counts, **more}
    counts = {**counts, "alarms": alarms.unseen(user), "dashboard": telling.unseen(user)}
    labels = {
        "queue": _("超时"),
        "review": _("待审核"),
        "access": _("待处理"),
        "alarms": _("还没看"),
        "dashboard": _("信号还没看"),
    }
    return {name: (capped(number), labels[name]) for name, number in counts.items() if number}


def _count_access(user: User) -> dict[str, int]:
    """Requests to look into cases that wait for the person."""
    return {"access": access_decision.waiting(user, timezone.now(), CAP + 1)}


def _count(user: User) -> dict[str, int]:
    if not user.may("see_complaints") or user.is_(Role.AUDITOR):
        return {}
    visible = Complaint.objects.visible_to(user)
    if user.is_(Role.COUNSEL):
        return {"review": visible.for_counsel()[: CAP + 1].count()}
    overdue = visible.overdue(timezone.now())
    if not user.is_(Role.SUPERVISOR):
        overdue = overdue.owned_by(user)
    return {"queue": overdue[: CAP + 1].count()}
