"""公开承诺: what everybody may read that we promise, how it is kept, and the cases behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import needs, person
from complaints import promise_rates, public_promises
from complaints.actions import promise_register
from complaints.choices import Channel, Claim
from complaints.clock_words import in_language, length_in_words
from complaints.errors import Invalid
from complaints.models import Deadline, PublicPromise
from complaints.promise_rates import OUTCOMES, WINDOWS, Figures
from complaints.seen import saw_cases
from complaints.views.promise_form import PublicPromiseForm, initial_of, sent
from complaints.views.queue_rows import BadCursor, Cursor, Order
from legal_rules.deadline_names import SECTORS
from legal_rules.vocabulary import CATEGORIES

PAGE_SIZE = 50
NEWEST = Order("due_at", newest_first=True)


@dataclass(frozen=True)
class Shown:
    """One version as the page shows it."""

    promise: PublicPromise
    text: str
    term: str
    starts: Any
    stops: Any
    scope: str
    state: str  # coming, holds, over, withdrawn
    figures: list[Figures] = field(default_factory=list)

    @property
    def may_change(self) -> bool:
        """Whether it still holds or will, and has no newer version."""
        return self.state in ("coming", "holds") and not self.replaced

    @property
    def replaced(self) -> bool:
        """Whether there is a newer version."""
        return hasattr(self.promise, "replaced_by")


def shown(promise: PublicPromise, today: date, figures: list[Figures]) -> Shown:
    """The version in words of the active language."""
    moments = public_promises.moments()
    starts = {**public_promises.STARTS, **moments}
    return Shown(
        promise,
        in_language(promise.title),
        length_in_words(promise.length, promise.unit),
        starts.get(promise.starts, promise.starts),
        public_promises.kept_by(promise),
        _scope(promise),
        _state(promise, today),
        figures,
    )


def _state(promise: PublicPromise, today: date) -> str:
    if promise.withdrawn_at is not None:
        return "withdrawn"
    if promise.valid_until is not None and promise.valid_until < today:
        return "over"
    return "coming" if promise.valid_from > today else "holds"


def _scope(promise: PublicPromise) -> str:
    """For which cases: 电话、网站；退还价款. "" for all."""
    lang = get_language() or "zh"
    parts = [
        [str(Channel(c).label) for c in promise.channels if c in Channel.values],
        [CATEGORIES[c].name_for(lang) for c in promise.categories if c in CATEGORIES],
        [SECTORS[c].in_(lang) for c in promise.sectors if c in SECTORS],
        [str(Claim(c).label) for c in promise.claims if c in Claim.values],
    ]
    return _("；").join(_("、").join(names) for names in parts if names)


@require_GET
def promises(request: HttpRequest) -> HttpResponse:
    """Every version, those that hold first. Four statements whatever their number."""
    user, now = person(request), timezone.now()
    figures = promise_rates.of_promises(user, now) if user.may("see_complaints") else {}
    none = [Figures(days, 0, 0, 0) for days in WINDOWS] if user.may("see_complaints") else []
    rows = PublicPromise.objects.select_related("by", "withdrawn_by", "replaced_by")
    today = timezone.localdate(now)
    every = [shown(p, today, figures.get(f"promise:{p.pk}", none)) for p in rows]
    context = {
        "standing": [row for row in every if row.state in ("holds", "coming")],
        "earlier": [row for row in every if row.state in ("over", "withdrawn")],
        "windows": WINDOWS if none else (),
        "may_manage": user.may("manage_promises"),
        "sees_cases": bool(none),
    }
    return render(request, "promises/register.html", context)


@require_http_methods(["GET", "POST"])
@needs("manage_promises")
def new(request: HttpRequest) -> HttpResponse:
    """Enter one."""
    initial = {"valid_from": timezone.localdate().isoformat(), "unit": "hour"}
    return _form(request, None, initial)


@require_http_methods(["GET", "POST"])
@needs("manage_promises")
def edit(request: HttpRequest, public_promise: int) -> HttpResponse:
    """Other words from a later day on."""
    promise = get_object_or_404(PublicPromise, pk=public_promise)
    return _form(request, promise, initial_of(promise))


def _form(
    request: HttpRequest, promise: PublicPromise | None, initial: dict[str, Any]
) -> HttpResponse:
    form = PublicPromiseForm(request.POST if request.method == "POST" else None, initial)
    problems: list[str] = []
    if request.method == "POST":
        values, by = sent(request.POST), person(request)
        try:
            if promise is None:
                promise_register.publish(values, by=by)
            else:
                promise_register.replace(promise.pk, values, by=by)
        except Invalid as refusal:
            problems = form.refuse(refusal.errors)
        else:
            messages.success(request, _("公开承诺已登记"))
            return redirect("promises")
    context = {"form": form, "promise": promise, "problems": problems}
    status = 422 if request.method == "POST" else 200
    return render(request, "promises/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs("manage_promises")
def withdraw(request: HttpRequest, public_promise: int) -> HttpResponse:
    """Take one back."""
    promise = get_object_or_404(PublicPromise, pk=public_promise)
    errors: list[str] = []
    if request.method == "POST":
        try:
            reason = request.POST.get("reason", "")
            promise_register.withdraw(promise.pk, reason, by=person(request))
        except Invalid as refusal:
            errors = [sentence for found in refusal.errors.values() for sentence in found]
        else:
            messages.success(request, _("公开承诺已撤回；此前登记的案件仍按它计时"))
            return redirect("promises")
    context = {
        "promise": promise,
        "text": in_language(promise.title),
        "reason": request.POST.get("reason", ""),
        "errors": errors,
    }
    return render(request, "promises/withdraw.html", context, status=422 if errors else 200)


# --- the cases behind a figure


@require_GET
@needs("see_complaints")
def cases(request: HttpRequest, public_promise: int) -> HttpResponse:
    """The cases that a figure counts, exactly: `days`, `what` (kept, late, broken, or all)."""
    user, now = person(request), timezone.now()
    promise = get_object_or_404(PublicPromise, pk=public_promise)
    days, what = request.GET.get("days", str(max(WINDOWS))), request.GET.get("what", "")
    if days not in map(str, WINDOWS) or what not in ("", *OUTCOMES):
        raise Http404
    rows = promise_rates.clocks_due(user, now, int(days)).filter(subject=f"promise:{promise.pk}")
    if what:
        rows = rows.filter(OUTCOMES[what])
    found, previous, following = _page(rows, request.GET.get("cursor", ""))
    context = {
        "row": shown(promise, timezone.localdate(now), []),
        "rows": [(clock, _outcome(clock)) for clock in found],
        "days": days,
        "what": what,
        "whats": [("", _("全部到期")), *_WORDS.items()],
        "windows": WINDOWS,
        "previous": previous,
        "next": following,
    }
    return render(request, "promises/cases.html", context)


_WORDS: dict[str, Any] = {
    "kept": gettext_lazy("按时兑现"),
    "late": gettext_lazy("逾期兑现"),
    "broken": gettext_lazy("未兑现"),
}


def _outcome(clock: Deadline) -> tuple[str, str]:
    """(code, words) of what became of the clock."""
    code = "kept" if clock.state == "met" else "late" if clock.met_at else "broken"
    return code, str(_WORDS[code])


def _page(rows: Any, text: str) -> tuple[list[Deadline], str, str]:
    """(rows, cursor before, cursor after). Keyset by the due instant."""
    try:
        cursor = Cursor.read(text) if text else None
    except BadCursor:
        cursor = None
    backwards = bool(cursor and cursor.backwards)
    rows = rows.select_related("complaint__consumer", "complaint__owner")
    rows = rows.defer("complaint__narrative", "complaint__findings")
    if cursor:
        rows = NEWEST.beyond(rows, cursor, PAGE_SIZE)
    found: list[Any] = list(NEWEST.sort(rows, backwards)[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if backwards:
        found.reverse()
    saw_cases(*(clock.complaint.number for clock in found))
    before = more if backwards else cursor is not None
    after = cursor is not None if backwards else more
    return (
        found,
        str(NEWEST.key(found[0], True)) if before and found else "",
        str(NEWEST.key(found[-1], False)) if after and found else "",
    )
