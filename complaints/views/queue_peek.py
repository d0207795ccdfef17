"""The preview beside the list: enough of a case to decide whether to open it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from complaints import clock_words, facts
from complaints.lifecycle import STEPS, State
from complaints.models import Complaint, Deadline, Event
from complaints.views.queue_rows import OPEN_HOLD, Row, time_left
from config.tags import when

EVENTS = 4
QUESTIONS = 2
_ASKING = (State.REGISTERED, State.INVESTIGATING)


@require_GET
@needs("see_complaints")
def peek(request: HttpRequest, number: str) -> HttpResponse:
    """One case in short. Seven statements."""
    visible = Complaint.objects.visible_to(person(request)).select_related("consumer", "owner")
    complaint = get_object_or_404(visible.annotate(hold_reason=OPEN_HOLD), number=number)
    now = timezone.now()
    running = complaint.deadlines.filter(state__in=["running", "held"]).order_by("due_at")
    missing = facts.missing_for_conclusion(complaint) if complaint.state in _ASKING else []
    context = {
        "row": Row(complaint, now),
        "clocks": [_clock(deadline, now) for deadline in running],
        "missing": len(missing),
        "questions": [m["question"] for m in missing[:QUESTIONS]],
        "events": [_event(e) for e in complaint.events.order_by("-at", "-id")[:EVENTS]],
    }
    return render(request, "queue/peek.html", context)


def _clock(deadline: Deadline, now: datetime) -> dict[str, Any]:
    used = clock_words.share_used(deadline, now)
    if deadline.state == "held":
        return {"title": clock_words.title_of(deadline), "held": True, "used": used}
    kind = "over" if deadline.due_at <= now else ("soon" if used >= 75 else "")
    return {
        "title": clock_words.title_of(deadline),
        "basis": clock_words.basis_of(deadline),
        "left": time_left(deadline, now),
        "due": clock_words.marked(when(deadline.due_at), provisional=deadline.provisional),
        "used": used,
        "kind": kind,
    }


def _event(event: Event) -> tuple[datetime, str, str]:
    """(when, what kind of thing, in words)."""
    step = STEPS.get(event.code) if event.kind == Event.Kind.STEP else None
    return event.at, str(step.title) if step else event.get_kind_display(), event.text
