"""The five phases, as the head of the case page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.lifecycle import PHASE_OF, Phase, State
from complaints.views.case_page import CasePage

Text = str | Promise


@dataclass(frozen=True)
class PhaseShown:
    """One of the five: done, now or todo, with a date and how long it took."""

    title: Text
    state: str
    note: str


def phases_of(page: CasePage) -> list[PhaseShown]:
    """The step line. A phase that was entered again counts from its first to its last day."""
    complaint = page.complaint
    entered = _visits(complaint)
    current = list(Phase).index(PHASE_OF[complaint.state])
    result = []
    for position, phase in enumerate(Phase):
        spans = entered.get(phase, [])
        state = (
            "now" if position == current else ("done" if position < current and spans else "todo")
        )
        if phase is Phase.ARCHIVE and complaint.state == State.ARCHIVED:
            state = "done"
        result.append(PhaseShown(phase.label, state, _note(page, phase, state, spans)))
    return result


Span = tuple[datetime, datetime | None]


def _visits(complaint: Any) -> dict[Phase, list[Span]]:
    visits: dict[Phase, list[Span]] = {}
    phase, since = Phase.INTAKE, complaint.created_at
    for taken in complaint.steps_taken:
        if PHASE_OF[taken["to"]] is not phase:
            visits.setdefault(phase, []).append((since, taken["at"]))
            phase, since = PHASE_OF[taken["to"]], taken["at"]
    visits.setdefault(phase, []).append((since, None))
    return visits


def _note(page: CasePage, phase: Phase, state: str, spans: list[Span]) -> str:
    if not spans:
        return _("含法务审核") if phase is Phase.RESOLUTION and state == "todo" else ""
    if state == "now":
        if not page.complaint.is_open:
            return str(page.complaint.get_state_display())
        if page.complaint.state == State.IN_REVIEW:
            return _("法务审核中")
        begun = timezone.localdate(spans[-1][0])
        return _("第 {n} 天").format(n=(timezone.localdate(page.now) - begun).days + 1)
    spent = sum(((end or page.now) - start for start, end in spans), timedelta())
    start = timezone.localtime(spans[0][0])
    return _("{day} · 用时 {time}").format(day=f"{start:%m-%d}", time=_duration(spent))


def _duration(spent: timedelta) -> str:
    minutes = int(spent.total_seconds() // 60)
    if minutes >= 1440:
        days = minutes // 1440
        return ngettext("%(n)s 天", "%(n)s 天", days) % {"n": days}
    if minutes >= 60:
        return _("{n} 时").format(n=minutes // 60)
    return _("{n} 分").format(n=max(minutes, 1))
