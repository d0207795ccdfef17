"""What happened to a case since a page was opened: shown when a save or a signature is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from complaints.lifecycle import STEPS
from complaints.models import Complaint, Event

MOST = 20


@dataclass(frozen=True)
class Change:
    """One event: when, by whom, what kind of thing, and its words."""

    at: datetime
    who: str
    what: str
    text: str


def latest(complaint: Complaint) -> int:
    """The id of the newest event; the page sends it back as what it had seen. One statement."""
    found = complaint.events.order_by("-id").values_list("pk", flat=True).first()
    return int(found or 0)


def since(complaint: Complaint, seen: str) -> list[Change]:
    """The events after `seen` (as posted: anything but a number counts as nothing seen lately)."""
    after = int(seen) if seen.isdecimal() and len(seen) < 19 else latest(complaint)
    events = complaint.events.filter(pk__gt=after).select_related("by").order_by("id")[:MOST]
    return [Change(e.at, e.by.name if e.by else _("系统"), named(e), e.text) for e in events]


def named(event: Event) -> str:
    """What kind of thing an event is: the step's name, else its kind's."""
    step = STEPS.get(event.code) if event.kind == Event.Kind.STEP else None
    return str(step.title) if step else str(event.get_kind_display())
