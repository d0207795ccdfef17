"""批量写函: many letters of one kind on paper in one file, with progress."""

from __future__ import annotations

import tempfile
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from complaints.actions import letter_batches
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import LetterBatch
from complaints.seen import saw_cases
from letters.template import KINDS

SHOWN = 20  # earlier batches
IN_MEMORY = 8 * 1024 * 1024
MOST_PROBLEMS = 50


def _kinds() -> list[tuple[str, str]]:
    lang = get_language() or "zh-hans"
    return [(code, words.in_(lang)) for code, words in KINDS.items()]


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
@needs("communicate")
def batches(request: HttpRequest) -> HttpResponse:
    """Earlier ones of the person, and the form of a new one."""
    names = ("kind", "language", "state", "numbers")
    typed = {name: request.POST[name] for name in names if request.POST.get(name)}
    if request.method == "GET":
        return _page(request, {})
    try:
        batch = letter_batches.start(typed, by=person(request))
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except Invalid as invalid:
        return _page(request, typed, [m for ms in invalid.errors.values() for m in ms])
    return redirect("letter_batch", batch.pk)


def _page(
    request: HttpRequest, typed: dict[str, Any], errors: list[str] | None = None
) -> HttpResponse:
    mine = LetterBatch.objects.filter(by=person(request)).order_by("-id")
    kinds = dict(_kinds())
    context = {
        "typed": typed,
        "errors": errors or [],
        "kinds": list(kinds.items()),
        "states": State.choices,
        "batches": [(b, kinds.get(b.kind, b.kind)) for b in mine[:SHOWN]],
    }
    return render(request, "letters/batches.html", context, status=422 if errors else 200)


def _batch(request: HttpRequest, pk: int) -> LetterBatch:
    """The person's own. Raises Http404."""
    found = LetterBatch.objects.filter(pk=pk, by=person(request)).first()
    if found is None:
        raise Http404
    return found


def _shown(batch: LetterBatch) -> dict[str, Any]:
    counted = batch.rows.aggregate(
        all=Count("pk"),
        done=Count("pk", filter=Q(done_at__isnull=False)),
        failed=Count("pk", filter=~Q(problem="")),
        pages=Count("pk", filter=~Q(pdf=b"")),
    )
    share = 100 * counted["done"] // counted["all"] if counted["all"] else 100
    return {"batch": batch, "n": counted, "share": share, "title": dict(_kinds())[batch.kind]}


@never_cache
@require_GET
@needs("communicate")
def batch(request: HttpRequest, letter_batch: int) -> HttpResponse:
    """How far it is, what could not be written, and the file."""
    found = _batch(request, letter_batch)
    problems = found.rows.exclude(problem="").order_by("pk")
    rows = problems.values_list("complaint__number", "problem")[:MOST_PROBLEMS]
    saw_cases(*(number for number, _problem in rows))
    return render(request, "letters/batch.html", {**_shown(found), "problems": list(rows)})


@never_cache
@require_GET
@needs("communicate")
def batch_progress(request: HttpRequest, letter_batch: int) -> HttpResponse:
    """For the page that waits; when it is over the page is drawn anew."""
    found = _batch(request, letter_batch)
    if not request.headers.get("HX-Request"):
        return redirect("letter_batch", found.pk)
    if found.state != LetterBatch.State.RUNNING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "letters/batch_progress.html", _shown(found))


@never_cache
@require_GET
@needs("communicate")
def batch_file(request: HttpRequest, letter_batch: int) -> HttpResponse:
    """All pages in one file."""
    found = _batch(request, letter_batch)
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 the response closes it
    saw_cases(*letter_batches.pack(found, person(request), file))
    file.seek(0)
    answer = FileResponse(file, as_attachment=True, filename=f"letters-{found.pk}.zip")
    return cast(HttpResponse, answer)
