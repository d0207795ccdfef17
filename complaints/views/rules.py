"""规则: the rulebook, which everybody may read, and one rule for reading and signing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import person
from complaints.actions import communication
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
    if request.method == "GET":
        return shown(request, desk)
    act = rule_signing.ACTS.get(request.POST.get("action", ""))
    if act is None:
        raise BadRequest
    if not desk.may_sign:
        raise PermissionDenied
    outcome = act(request, desk, rule_signing.Word.posted(request.POST))
    if not outcome.done:
        return shown(request, desk, outcome=outcome, status=outcome.status)
    communication.drop_draft(desk.user, desk.draft_key)
    messages.success(request, outcome.done)
    return redirect("rule", rule)


def shown(request: HttpRequest, desk: RulePage, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of one rule, on the tab that the address names."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    outcome = more.get("outcome")
    context = {
        "desk": desk,
        "tab": tab,
        "word": outcome.word if outcome else _typed(desk),
        "statuses": rule_list.STATUSES,
        "confirmed_until": rule_signing.confirmed_until(request),
        "now": timezone.now(),
        **more,
    }
    if tab == "cases":
        context["page"] = _cases(request, desk)
    return render(request, "rules/rule.html", context, status=status)


def _typed(desk: RulePage) -> rule_signing.Word:
    """What counsel began to write and did not send."""
    draft = communication.load_draft(desk.user, desk.draft_key) if desk.may_sign else None
    return rule_signing.Word(comment=str(draft[0].get("comment", "")) if draft else "")


def _cases(request: HttpRequest, desk: RulePage) -> Page:
    text = request.GET.get("cursor", "")
    try:
        cursor = Cursor.read(text) if text else None
    except BadCursor:
        cursor = None
        messages.warning(request, _("分页位置无效，已从第一页开始。"))
    return page(desk.cases, BY_DUE, cursor, timezone.now())
