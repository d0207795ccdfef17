"""What the pages of an import show. Personal data masked, long numbers in texts too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import Promise

from accounts.models import User
from accounts.vault import masked
from complaints.actions import importing
from complaints.actions.import_rows import FORECAST, Outcome, Verdict
from complaints.errors import Invalid
from complaints.importing.headings import FIELDS, field_of
from complaints.importing.table import MAX_ROWS, Table, masked_numbers
from complaints.models import Complaint, ImportRow, ImportRun
from complaints.seen import saw_cases
from config.tags import moment

State = ImportRun.State
EXCERPT = 120  # characters of a narrative in the preview
SAMPLE = 24
REASONS = 50  # rows that cannot be registered, named before the start
PAGE = 100
_FREE_TEXT = {"", "title", "narrative", "source", "product.name", "brand", "supplier"}
QUIET = timedelta(seconds=15)
TAGS = {Outcome.CREATED: "ok", Outcome.DIFFERING: "warn", Outcome.REJECTED: "danger"}


@dataclass
class Page:
    """A template with what it needs."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


def upload_page(by: User, refused: str = "") -> Page:
    """The way in, with the person's earlier imports."""
    context = {
        "refused": refused,
        "runs": importing.own_runs(by),
        "max_rows": MAX_ROWS,
        "max_size": settings.UPLOAD_LIMIT // 1024 // 1024,
    }
    return Page("importing/upload.html", context)


def page_of(run: ImportRun, query: Mapping[str, str]) -> Page:
    """The page that fits where the import stands. Raises FileRefused when its file is gone."""
    if run.state == State.UPLOADED:
        return mapping_page(run)
    if run.state == State.RUNNING:
        return Page("importing/running.html", progress(run).context)
    return result_page(run, query)


def mapping_page(run: ImportRun) -> Page:
    """Columns, and what would come of the first rows."""
    table = importing.open_table(run)
    context = {
        **preview(run, table).context,
        "columns": _columns(run, table),
        "fields": [(f.code, f.label) for f in FIELDS.values()],
        "teams": importing.teams_of(run.user),
    }
    return Page("importing/mapping.html", context)


def _columns(run: ImportRun, table: Table) -> list[tuple[str, str, str]]:
    """(column, the first thing that stands in it, chosen field)."""
    found = []
    for index, column in enumerate(table.columns):
        texts = (row.cells[index] for row in table.rows[:20] if len(row.cells) > index)
        sample = next((text for text in texts if text.strip()), "")
        chosen = run.mapping.get(column, "")
        found.append((column, _sample(sample, chosen or field_of(column)), chosen))
    return found


def _sample(text: str, chosen: str) -> str:
    """Personal fields masked as everywhere; long numbers in free text and in what is left out."""
    part = chosen.removeprefix("consumer.")
    shown = " ".join(text.split())
    if part != chosen:
        shown = masked(part, text)
    elif chosen in _FREE_TEXT:
        shown = masked_numbers(shown)
    return shown[:SAMPLE] + "…" if len(shown) > SAMPLE else shown


@dataclass
class PreviewRow:
    """One row as it would be registered."""

    number: int
    tag: str
    outcome: str | Promise
    title: str
    excerpt: str
    facts: list[str]
    reasons: list[Any]
    notes: list[Any]


def preview(run: ImportRun, table: Table | None = None) -> Page:
    """What would happen with this mapping, or why it cannot work."""
    table = table or importing.open_table(run)
    context: dict[str, Any] = {"run": run, "problems": [], "found": None}
    try:
        found = importing.examine(table, run.mapping, by=run.user, team=run.team)
    except Invalid as refusal:
        context["problems"] = refusal.errors["mapping"]
        return Page("importing/preview.html", context)
    context |= {
        "found": found,
        "sums": [(FORECAST[o], n, TAGS.get(Outcome(o), "")) for o, n in found.counts.items() if n],
        "rows": [_preview_row(verdict) for verdict in found.first],
        "reasons": [_preview_row(verdict) for verdict in found.refused[:REASONS]],
        "more_reasons": max(0, len(found.refused) - REASONS),
    }
    return Page("importing/preview.html", context)


def _preview_row(verdict: Verdict) -> PreviewRow:
    candidate = verdict.candidate
    values, reading = candidate.cleaned or candidate.reading.values, candidate.reading
    narrative = " ".join(str(values.get("narrative", "")).split())
    return PreviewRow(
        candidate.number,
        TAGS.get(Outcome(verdict.outcome), ""),
        FORECAST[verdict.outcome],
        masked_numbers(str(values.get("title", ""))),
        masked_numbers(narrative[:EXCERPT]) + ("…" if len(narrative) > EXCERPT else ""),
        _facts(reading.values, "" if candidate.derived else candidate.reference),
        reading.problems,
        reading.notes,
    )


def _facts(values: Mapping[str, Any], reference: str) -> list[str]:
    """Number, time, person, order, price: what there is of them, in one line."""
    person = values.get("consumer", {})
    received = values.get("received_at")
    said = [
        reference,
        moment(received) if hasattr(received, "hour") else str(received or ""),
        *[masked(part, str(value)) for part, value in person.items() if value],
        str(values.get("order_number", "")),
        f"¥{values['price_paid']:,.2f}" if values.get("price_paid") else "",
        str(values.get("source", "")),
    ]
    return [text for text in said if text]


def progress(run: ImportRun) -> Page:
    """How far it is."""
    waiting = timezone.now() - run.progress_at > QUIET
    share = 100 * run.read // run.rows if run.rows else 0
    return Page("importing/progress.html", {"run": run, "share": share, "waiting": waiting})


def result_page(run: ImportRun, query: Mapping[str, str]) -> Page:
    """What became of the rows: sums that open their lists, and one list."""
    counts = {name: getattr(run, name) for name in Outcome.values}
    usual = next((o for o in (Outcome.REJECTED, Outcome.DIFFERING) if counts[o]), Outcome.CREATED)
    wanted = query.get("show", "")
    show = wanted if wanted in counts else str(usual)
    lines = ImportRow.objects.filter(run=run, outcome=show).order_by("number")
    page = Paginator(lines, PAGE).get_page(query.get("page"))
    context = {
        "run": run,
        "tabs": [(o, Outcome(o).label, n, o == show) for o, n in counts.items()],
        "show": show,
        "page": page,
        "lines": _lines(list(page), run.user),
        "left": run.rows - run.read,
    }
    return Page("importing/result.html", context)


def _lines(rows: list[ImportRow], by: User) -> list[dict[str, Any]]:
    """Rows with their case where the person may still see it."""
    visible = Complaint.objects.visible_to(by).only("id", "number", "title")
    cases = visible.in_bulk([row.complaint_id for row in rows if row.complaint_id])
    lines = []
    for row in rows:
        case = cases.get(row.complaint_id or 0)
        line = {"number": row.number, "reference": row.reference, "problems": row.problems}
        saw_cases(case.number if case else None)
        line |= {"case": case, "title": masked_numbers(case.title) if case else ""}
        lines.append(line)
    return lines


def download(run: ImportRun, data: bytes) -> HttpResponse:
    """The file of rejected rows, named after the file it comes from."""
    stem = run.file_name.rpartition(".")[0] or run.file_name
    name = f"{stem}.rejected.csv"
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    return response
