"""What an outage must not leave behind."""

from __future__ import annotations

from django.utils import timezone

from audit.record import broken_links
from complaints.models import Complaint, Outbox, Transition
from correspondence.models import Notice


def waiting() -> int:
    """Messages that may leave and have not left."""
    rows = Outbox.objects.filter(done_at=None, cancelled_at=None)
    return rows.filter(not_before__lte=timezone.now()).count()


def sent() -> int:
    """Messages that have left."""
    return Outbox.objects.exclude(done_at=None).count()


def doubled() -> list[str]:
    """Outbox rows with more than one message to the same receiver."""
    seen: dict[str, int] = {}
    for key in Notice.objects.values_list("key", flat=True):
        seen[key] = seen.get(key, 0) + 1
    return [key for key, count in seen.items() if count > 1]


def torn() -> list[str]:
    """Cases that are not wholly before or wholly after a step."""
    return [line for case in Complaint.objects.all() for line in _torn(case)]


def _torn(case: Complaint) -> list[str]:
    steps = list(Transition.objects.filter(complaint=case).order_by("id"))
    wrong = []
    if case.state != (steps[-1].to_state if steps else "registered"):
        wrong.append(f"{case.number}: {case.state} without its step")
    if steps and case.version < steps[-1].version:
        wrong.append(f"{case.number}: version {case.version}")
    if any(not step.outbox.exists() for step in steps):
        wrong.append(f"{case.number}: a step without its messages")
    if broken_links(case.subject):
        wrong.append(f"{case.number}: the record is broken")
    return wrong
