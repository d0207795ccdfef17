"""登记时间节点: which moment, when; what it does to the clocks is shown before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from complaints import clock_words, moments
from complaints.actions import moments as acts
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import Complaint, Deadline, Moment
from complaints.moments import Effect
from complaints.own_regimes import Row
from complaints.views.acting import act, posted_of
from complaints.views.clock_changes import in_words
from complaints.views.clock_forms import MomentForm
from complaints.views.clocks import load
from complaints.views.sheets import Mark, Sheet, show
from complaints.workdays import SHANGHAI
from legal_rules import deadline_table


@dataclass(frozen=True)
class Outlook:
    """What the chosen moment would do: which clocks it is for, and with a date what becomes of
    them. `problem`: why the date cannot be taken.
    """

    question: str
    starts: list[str]
    stops: list[str]
    restarts: list[str]
    fact: bool
    precise: bool
    sentences: list[str]
    unchanged: bool = False
    problem: str = ""


@require_http_methods(["GET", "POST"])
@needs("edit_complaints")
@keeps_what_was_typed
def record_moment(request: HttpRequest, number: str) -> HttpResponse:
    """The sheet; a POST with `look` only shows what would happen."""
    complaint = load(request, number)
    known = _known(complaint)
    offered = _offered(complaint, known)
    posted = posted_of(request)
    initial = _initial(request.GET.get("kind", ""), known)
    form = MomentForm(_groups(offered, known), data=posted, initial=initial)
    sheet = Sheet(complaint, _("登记时间节点"), request.path, form, _("登记时间节点"))
    sheet.draft, sheet.template = f"moment:{number}", "case/moment.html"
    values = _values(posted) if posted is not None else {"kind": initial.get("kind", "")}
    chosen = offered.get(values["kind"])
    sheet.extra = {"outlook": _outlook(complaint, chosen, values, request), "known": known}
    if "look" in request.POST:
        form.refuse({})
        return show(request, sheet)
    mark, by = Mark.read(request.POST.get("version", "")), person(request)
    return act(
        request,
        sheet,
        lambda: _record(number, values, by, mark.version),
        _("已登记时间节点，期限随之更新"),
    )


def _record(number: str, values: dict[str, str], by: Any, version: int | None) -> None:
    try:
        acts.record(number, values, by=by, version=version)
    except Invalid as error:  # the day and the time are two fields on the sheet
        named = {"day" if name == "at" else name: texts for name, texts in error.errors.items()}
        raise Invalid(named) from error


def _known(complaint: Complaint) -> dict[str, Moment]:
    rows = Moment.objects.filter(complaint=complaint, superseded_at=None)
    return {row.kind: row for row in rows}


def _offered(complaint: Complaint, known: dict[str, Moment]) -> dict[str, Effect]:
    """What starts something, or ends or restarts what runs, or stands already."""
    running = set(
        Deadline.objects.filter(complaint=complaint, state__in=["running", "held"]).values_list(
            "entry", flat=True
        )
    )
    found = moments.effects(complaint, timezone.localdate())
    return {
        effect.kind.id: effect
        for effect in found
        if effect.kind.id in known
        or effect.starts
        or running & {row.entry for row in (*effect.stops, *effect.restarts)}
    }


def _groups(
    offered: dict[str, Effect], known: dict[str, Moment]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The moments by the field of law of what they start; those that end something come first."""
    regimes, language = deadline_table.current().regimes, clock_words.language()
    groups: dict[str, list[tuple[str, str]]] = {_("结束或者重新起算在走的期限"): []}
    for effect in offered.values():
        heading = next(iter(groups))
        if effect.starts:
            regime = regimes.get(effect.starts[0].signed_with)
            heading = regime.title.in_(language) if regime else _("其他")
        title = effect.kind.title.in_(language)
        if effect.kind.id in known:
            day = known[effect.kind.id].at.astimezone(SHANGHAI).date().isoformat()
            title = _("{title}（已登记 {day}）").format(title=title, day=day)
        groups.setdefault(heading, []).append((effect.kind.id, title))
    return [(heading, choices) for heading, choices in groups.items() if choices]


def _initial(kind: str, known: dict[str, Moment]) -> dict[str, str]:
    row = known.get(kind)
    if row is None:
        return {"kind": kind}
    local = row.at.astimezone(SHANGHAI)
    time = f"{local:%H:%M}" if row.precise else ""
    return {"kind": kind, "day": local.date().isoformat(), "time": time, "note": row.note}


def _values(posted: Any) -> dict[str, str]:
    day, time = posted.get("day", "").strip(), posted.get("time", "").strip()
    return {
        "kind": posted.get("kind", ""),
        "at": f"{day}T{time}" if day and time else day,
        "note": posted.get("note", ""),
    }


def _outlook(
    complaint: Complaint, chosen: Effect | None, values: dict[str, str], request: HttpRequest
) -> Outlook | None:
    """None while nothing is chosen."""
    if chosen is None:
        return None
    language = clock_words.language()
    about: dict[str, Any] = {
        "question": chosen.kind.asks.in_(language),
        "starts": _titles(chosen.starts),
        "stops": _titles(chosen.stops),
        "restarts": _titles(chosen.restarts),
        "fact": chosen.kind.fact is not None and complaint.is_open,
        "precise": chosen.kind.precise,
    }
    if not values.get("at"):
        return Outlook(**about, sentences=[])
    try:
        seen = acts.preview(complaint.number, values, by=person(request))
    except (CaseError, NotAllowed) as error:
        return Outlook(**about, sentences=[], problem=error.message)
    sentences = [in_words(change) for change in seen.changes]
    return Outlook(**about, sentences=sentences, unchanged=not sentences)


def _titles(rows: tuple[Row, ...]) -> list[str]:
    return [
        _("{clock}（{length}）").format(
            clock=row.title.in_(clock_words.language()),
            length=clock_words.length_in_words(row.terms.length, row.terms.unit),
        )
        for row in rows
    ]
