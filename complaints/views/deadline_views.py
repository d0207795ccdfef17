"""法定期限: the table of deadlines, which everybody may read, and its regimes for signing."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import person
from complaints.views import deadline_list, rule_list, rule_signing
from complaints.views.deadline_page import TABS, EntryShown, RegimePage
from config.fresh import read_anew
from legal_rules import deadline_table
from legal_rules.deadline_names import OWED_BY, USES


def _lang() -> str:
    return get_language() or "zh-hans"


@require_GET
def deadlines(request: HttpRequest) -> HttpResponse:
    """Every deadline, filtered by regime, use, who owes it, and words."""
    lang, table = _lang(), deadline_table.current()
    chosen, problems = deadline_list.read(request.GET)
    groups = deadline_list.groups(chosen, lang)
    context = {
        "groups": groups,
        "count": sum(len(group.rows) for group in groups),
        "table": table,
        "chosen": chosen,
        "problems": problems,
        "statuses": rule_list.STATUSES,
        "regimes": [(one.id, one.title.in_(lang)) for one in table.regimes.values()],
        "uses": deadline_list.choices(USES, lang),
        "debtors": deadline_list.choices(OWED_BY, lang),
    }
    return render(request, "deadlines/list.html", context)


@require_GET
def deadline(request: HttpRequest, term: str) -> HttpResponse:
    """One deadline in words, with the law beside it."""
    entry = deadline_table.current().entries.get(term)
    if entry is None:
        raise Http404
    regime = deadline_table.current().regimes[entry.regime]
    desk = RegimePage(regime, person(request), _lang())
    context = {"desk": desk, "shown": EntryShown(entry, _lang()), "statuses": rule_list.STATUSES}
    return render(request, "deadlines/entry.html", context)


@read_anew
@require_http_methods(["GET", "POST"])
def regime(request: HttpRequest, regime: str) -> HttpResponse:
    """The deadlines of one regime; posting signs them or takes the signature back."""
    found = deadline_table.current().regimes.get(regime)
    if found is None:
        raise Http404
    desk = RegimePage(found, person(request), _lang())
    outcome = rule_signing.act(request, desk) if request.method == "POST" else None
    if outcome and outcome.done:
        return redirect("regime", regime)
    return _shown(request, desk, outcome)


def _shown(
    request: HttpRequest, desk: RegimePage, outcome: rule_signing.Outcome | None
) -> HttpResponse:
    """The page of a regime, on the tab that the address names."""
    tab = request.GET.get("tab", "")
    context = {
        "desk": desk,
        "tab": tab if tab in TABS else TABS[0],
        **rule_signing.shown(request, desk, outcome),
    }
    status = outcome.status if outcome else 200
    return render(request, "deadlines/regime.html", context, status=status)
