"""并案 before and after: which clocks would end and which of the target's cover them; then the
stories and the evidence of the merged cases beside those of their target.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from complaints import clock_words
from complaints.choices import RUNS, DeadlineNature
from complaints.models import Complaint, Deadline, Event
from complaints.seen import saw_cases
from complaints.situation import CaseSituation
from complaints.views.case_timeline import PAGE_SIZE, Entry
from complaints.views.case_words import in_words
from complaints.views.lookup import case_of
from evidence.models import Item

TABS = ("story", "evidence")


@dataclass(frozen=True)
class Ending:
    """A clock that ends with the merger, and the target's of the same kind (None: it has none)."""

    title: str
    nature: str
    statutory: bool
    due: datetime
    other: Deadline | None

    @property
    def covered(self) -> bool:
        """Whether the target's is due no later."""
        return self.other is not None and self.other.due_at <= self.due


def endings(complaint: Complaint, target: Complaint | None) -> list[Ending]:
    """Every running clock of the case, the soonest first. Two statements."""
    rows = Deadline.objects.filter(state__in=RUNS).order_by("due_at", "pk")
    others = {d.kind: d for d in rows.filter(complaint=target)} if target else {}
    return [
        Ending(
            clock_words.title_of(d),
            d.get_nature_display(),
            d.nature == DeadlineNature.STATUTORY,
            d.due_at,
            others.get(d.kind),
        )
        for d in rows.filter(complaint=complaint)
    ]


@require_GET
@needs("write_notes")
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """What merging into `into` would end; part of the sheet."""
    complaint, user = case_of(request, number), person(request)
    asked = request.GET.get("into", "")[:20].strip()
    situation = CaseSituation(complaint, user, timezone.now(), {"into": asked})
    target = situation.merge_target if asked else None
    if target is not None:
        saw_cases(target.number)
        target = None if target.pk == complaint.pk else target
    context = {"case": complaint, "target": target, "clocks": endings(complaint, target)}
    return render(request, "links/merge_preview.html", context)


def _merged_into(complaint: Complaint, user: User) -> list[Complaint]:
    seen = Complaint.objects.visible_to(user).filter(merged_into=complaint, destroyed_at=None)
    found = list(seen.select_related("consumer").order_by("pk"))
    saw_cases(*(case.number for case in found))
    return found


@require_GET
@needs("see_complaints")
def merged(request: HttpRequest, number: str) -> HttpResponse:
    """The stories of the cases that were merged into this one, or their evidence; of one of them
    with `case`.
    """
    complaint = case_of(request, number)
    every = _merged_into(complaint, person(request))
    asked, tab = request.GET.get("case", ""), request.GET.get("tab", "")
    chosen = [case for case in every if case.number == asked] or every
    tab = tab if tab in TABS else TABS[0]
    context = {
        "case": complaint,
        "every": every,
        "only": asked if len(chosen) == 1 and chosen[0].number == asked else "",
        "tab": tab,
        **(_story(chosen, request) if tab == TABS[0] else {"groups": _evidence(chosen)}),
    }
    return render(request, "links/merged.html", context)


def _story(cases: list[Complaint], request: HttpRequest) -> dict[str, object]:
    """Their entries together, the newest first."""
    known = {case.pk: case for case in cases}
    rows = Event.objects.filter(complaint__in=cases).select_related("by").order_by("-at", "-id")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    entries = [(known[e.complaint_id], Entry(e, in_words(e, known[e.complaint_id]))) for e in page]
    return {"entries": entries, "page": page}


def _evidence(cases: list[Complaint]) -> list[tuple[Complaint, list[Item]]]:
    """The evidence by case, under the numbers that it has there."""
    rows = Item.objects.filter(folder__in=[case.folder_id for case in cases])
    items = list(rows.select_related("received_by", "withdrawal").order_by("number"))
    return [(case, [i for i in items if i.folder_id == case.folder_id]) for case in cases]
