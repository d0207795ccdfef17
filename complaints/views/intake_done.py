"""What the caller is told once the complaint has a number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from complaints import clock_words
from complaints.actions import steps
from complaints.lifecycle import State
from complaints.models import Complaint, Deadline
from config.tags import when

# What a running clock lets us say; the other clocks are our own affair.
SAY = {
    "accept": gettext_lazy("我们会在 %(due)s 前核实情况，告知您是否受理。"),
    "general_reply": gettext_lazy("我们会在 %(due)s 前给您答复。"),
}


def told_to_the_caller(complaint: Complaint, user: User) -> dict[str, Any]:
    """`clocks` that run, sentences to `say`, and what keeps the case from being accepted
    (`unmet`).
    """
    running = list(complaint.deadlines.filter(state__in=["running", "held"]).order_by("due_at"))
    say = [SAY[d.kind] % {"due": _due(d, in_words(d.due_at))} for d in running if d.kind in SAY]
    return {
        "clocks": [_clock(deadline) for deadline in running if deadline.kind in SAY],
        "say": [
            _("您的投诉已经登记，编号是 %(number)s。") % {"number": complaint.number},
            *say,
            _("您可以凭编号随时来电查询，也可以拨打 12315 或者请消费者协会调解。"),
        ],
        "unmet": _unmet(complaint, user),
    }


def _unmet(complaint: Complaint, user: User) -> list[str]:
    if complaint.state != State.REGISTERED:
        return []
    found = next((s for s in steps.available(complaint, by=user) if s["step"] == "accept"), None)
    return [u.message if hasattr(u, "message") else str(u) for u in found["unmet"]] if found else []


def _clock(deadline: Deadline) -> dict[str, Any]:
    return {
        "title": clock_words.title_of(deadline),
        "due": _due(deadline, when(deadline.due_at)),
        "basis": clock_words.basis_of(deadline),
    }


def _due(deadline: Deadline, date_in_words: str) -> str:
    return clock_words.marked(date_in_words, provisional=deadline.provisional)


def in_words(moment: datetime) -> str:
    """11 月 27 日（星期五）18:00, to be read out."""
    # Translators: a format of Django's date filter
    return date_format(timezone.localtime(moment), _("n 月 j 日（l）H:i"))
