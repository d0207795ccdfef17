"""自有时限: how long our own clocks run, and another length from a day on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import person
from complaints import calendars, clock_words
from complaints.actions import own_calendar
from complaints.choices import DeadlineNature
from complaints.models import TargetLength
from complaints.own_regimes import Row
from complaints.views.calendar import told
from complaints.views.calendar_forms import LengthForm


@dataclass(frozen=True)
class Target:
    """One clock of our own: its length now and by the table, what was changed (row, length in
    words), how many run.
    """

    row: Row
    length: str
    usual: str
    changed: Sequence[tuple[TargetLength, str]]
    running: int
    form: LengthForm

    @property
    def title(self) -> str:
        """Its name in the active language."""
        return self.row.title.in_(clock_words.language())

    @property
    def nature(self) -> Any:
        """内部 or 承诺."""
        return DeadlineNature(self.row.nature).label

    @property
    def differs(self) -> bool:
        """Its length is another than the table's."""
        return self.length != self.usual


@require_http_methods(["GET", "POST"])
def targets(request: HttpRequest) -> HttpResponse:
    """Every clock whose length the enterprise decides; POST sets one."""
    if request.method == "GET":
        return _page(request)
    if not person(request).may("manage_calendar"):
        raise PermissionDenied
    entry, form = request.POST.get("entry", ""), LengthForm(request.POST, auto_id="sent-%s")
    try:
        change = form.save(entry, person(request))
    except KeyError as unknown:
        raise Http404 from unknown
    if change is None:
        return _page(request, {entry: form})
    told(request, change)
    return redirect("calendar_change", change.pk) if change.cases else redirect("calendar_targets")


def _page(request: HttpRequest, refused: Mapping[str, LengthForm] | None = None) -> HttpResponse:
    context = {
        "targets": _targets(timezone.localdate(), refused or {}),
        "may_manage": person(request).may("manage_calendar"),
        "open": next(iter(refused or ()), ""),
    }
    return render(request, "calendar/targets.html", context, status=422 if refused else 200)


def _targets(today: date, refused: Mapping[str, LengthForm]) -> list[Target]:
    """Three statements."""
    calendars.fresh()
    changed: dict[str, list[tuple[TargetLength, str]]] = {}
    lengths = TargetLength.objects.filter(superseded_at=None).select_related("by")
    for row in lengths.order_by("-valid_from"):
        words = clock_words.length_in_words(row.length, row.unit)
        changed.setdefault(row.entry, []).append((row, words))
    rows = own_calendar.changeable()
    running = own_calendar.running_of(rows).values_list("entry").annotate(n=Count("pk")).order_by()
    numbers = dict(running)
    return [
        _target(row, today, changed.get(row.entry, ()), numbers.get(row.entry, 0), refused)
        for row in rows
    ]


def _target(
    row: Row,
    today: date,
    changed: Sequence[tuple[TargetLength, str]],
    running: int,
    refused: Mapping[str, LengthForm],
) -> Target:
    terms = calendars.terms_of(row, today)
    initial = {"length": terms.length, "unit": terms.unit, "valid_from": today.isoformat()}
    form = refused.get(row.entry) or LengthForm(initial=initial, auto_id=f"{row.entry}-%s")
    words = clock_words.length_in_words
    return Target(
        row,
        words(terms.length, terms.unit),
        words(row.terms.length, row.terms.unit),
        changed,
        running,
        form,
    )
