"""The list of quick texts that opens while one writes: filtered by what was typed, each with the
values of the case. A part of a page for `static/js/quick.js`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from complaints import quick_values
from complaints.actions import quick_texts
from complaints.models import Complaint, QuickTextVersion
from complaints.quick_values import Piece, Values
from complaints.views.case import load

SHOWN = 30


@dataclass(frozen=True)
class Choice:
    """One text with the values of the case: what is put in, and how it is shown before."""

    row: QuickTextVersion
    pieces: list[Piece]

    @property
    def text(self) -> str:
        """What is put in."""
        return quick_values.plain(self.pieces)


@require_GET
@needs("write_notes")
def anywhere(request: HttpRequest) -> HttpResponse:
    """Where there is no case yet: `q` is what was typed."""
    return _list(request, None)


@require_GET
@needs("write_notes")
def of_case(request: HttpRequest, number: str) -> HttpResponse:
    """The same on a case."""
    return _list(request, load(request, number).complaint)


def _list(request: HttpRequest, complaint: Complaint | None) -> HttpResponse:
    rows = _ranked(request.GET.get("q", ""), list(quick_texts.in_force(person(request))))
    known: dict[str, Values] = {}
    choices = []
    for row in rows[:SHOWN]:
        lang = quick_values.language_of(row.text)
        if lang not in known and "{" in row.text:
            known[lang] = (
                quick_values.of_case(complaint, lang)
                if complaint is not None
                else quick_values.without_case(person(request), lang)
            )
        choices.append(Choice(row, quick_values.filled(row.text, known.get(lang, {}), lang)))
    typed = request.GET.get("q", "").strip()[:40]
    context = {"choices": choices, "more": len(rows) > SHOWN, "query": typed}
    return render(request, "quick/choices.html", context)


def _ranked(typed: str, rows: list[QuickTextVersion]) -> list[QuickTextVersion]:
    """Those that fit: the abbreviation begins so, the name has it, the text has it; in that
    order, otherwise as they come.
    """
    wanted = " ".join(typed.lower().split())[:60]

    def rank(row: QuickTextVersion) -> int:
        if row.abbreviation == wanted:
            return 0
        if row.abbreviation.startswith(wanted):
            return 1
        return 2 if wanted in row.name.lower() else 3 if wanted in row.text.lower() else 4

    return [row for row in sorted(rows, key=rank) if rank(row) < 4]
