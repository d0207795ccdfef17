"""The preview beside the list: enough of a case to decide whether to open it."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from complaints import facts
from complaints.lifecycle import STEPS, State
from complaints.models import Complaint, Event
from complaints.views.clock_shown import by_pressure, shown
from complaints.views.queue_row import Row
from complaints.views.queue_rows import OPEN_HOLD
from complaints.views.urged import may_urge

EVENTS = 4
QUESTIONS = 2
_ASKING = (State.REGISTERED, State.INVESTIGATING)


@require_GET
@needs("see_complaints")
def peek(request: HttpRequest, number: str) -> HttpResponse:
    """One case in short. Eight statements."""
    visible = Complaint.objects.visible_to(person(request)).select_related("consumer", "owner")
    complaint = get_object_or_404(visible.annotate(hold_reason=OPEN_HOLD), number=number)
    now = timezone.now()
    running = complaint.deadlines.filter(state__in=["running", "held"])
    missing = facts.missing_for_conclusion(complaint) if complaint.state in _ASKING else []
    context = {
        "row": Row(complaint, now),
        "may_urge": may_urge(person(request), complaint),
        "clocks": [shown(deadline, now) for deadline in by_pressure(running)],
        "missing": len(missing),
        "questions": [m["question"] for m in missing[:QUESTIONS]],
        "events": [_event(e) for e in complaint.events.order_by("-at", "-id")[:EVENTS]],
    }
    return render(request, "queue/peek.html", context)


def _event(event: Event) -> tuple[datetime, str, str]:
    """(when, what kind of thing, in words)."""
    step = STEPS.get(event.code) if event.kind == Event.Kind.STEP else None
    return event.at, str(step.title) if step else event.get_kind_display(), event.text
