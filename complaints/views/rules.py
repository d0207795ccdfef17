"""规则: the rulebook, which everybody may read, and one rule for reading and signing."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import person
from complaints.views import rule_list, rule_signing
from complaints.views.queue_rows import BY_DUE, BadCursor, Cursor, Page, page
from complaints.views.rule_page import TABS, RulePage
from config.fresh import read_anew
from legal_rules import rulebook


def _lang() -> str:
    return get_language() or "zh-hans"


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule, filtered by law, status, remedy and words."""
    user, lang = person(request), _lang()
    chosen, problems = rule_list.read(request.GET)
    every = rule_list.rows(user, lang)
    context = {
        "rows": [row for row in every if chosen.fits(row)],
        "total": len(every),
        "signed": sum(row.standing.signed for row in every),
        "chosen": chosen,
        "problems": problems,
        "statuses": list(rule_list.STATUSES.items()),
        "instruments": rule_list.instruments(every, lang),
        "remedies": rule_list.remedies(every, lang),
        "book": rulebook.current(),
        "may_try": user.may("sign_rules"),
    }
    return render(request, "rules/list.html", context)


@read_anew
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, rule: str) -> HttpResponse:
    """One rule; posting signs it or takes the signature back."""
    found = rulebook.current().rules.get(rule)
    if found is None:
        raise Http404
    desk = RulePage(found, person(request), _lang())
    outcome = rule_signing.act(request, desk) if request.method == "POST" else None
    if outcome and outcome.done:
        return redirect("rule", rule)
    return _shown(request, desk, outcome)


def _shown(
    request: HttpRequest, desk: RulePage, outcome: rule_signing.Outcome | None
) -> HttpResponse:
    """The page of one rule, on the tab that the address names."""
    tab = request.GET.get("tab", "")
    context = {
        "desk": desk,
        "tab": tab if tab in TABS else TABS[0],
        "page": _cases(request, desk) if tab == "cases" else None,
        "statuses": rule_list.STATUSES,
        "now": timezone.now(),
        **rule_signing.shown(request, desk, outcome),
    }
    return render(request, "rules/rule.html", context, status=outcome.status if outcome else 200)


def _cases(request: HttpRequest, desk: RulePage) -> Page:
    text = request.GET.get("cursor", "")
    try:
        cursor = Cursor.read(text) if text else None
    except BadCursor:
        cursor = None
        messages.warning(request, _("分页位置无效，已从第一页开始。"))
    return page(desk.cases, BY_DUE, cursor, timezone.now())
