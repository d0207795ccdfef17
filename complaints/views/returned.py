"""您离开期间: what happened to one's cases meanwhile, and taking back what a deputy has."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import coming_back
from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from accounts.models import Absence
from complaints import returned as reading
from complaints.actions import bulk, taking_back
from complaints.errors import Invalid
from complaints.returned import Happened, Line
from complaints.seen import saw_cases
from complaints.views.bulk import chosen_of
from complaints.views.sheets import readable

Group = tuple[str, str, list[Line]]  # code, title, lines


@dataclass
class Typed:
    """What the form holds."""

    note: str = ""
    cases: list[str] | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
@needs("take")
def returned(request: HttpRequest, absence: int) -> HttpResponse:
    """The summary; posting takes back what is ticked. Only the person's own."""
    row = _own(request, absence)
    if request.method == "GET":
        return _shown(request, row, Typed())
    posted, unreadable = readable(request.POST)
    typed = Typed(posted.get("note", ""), posted.getlist("case"), dict(unreadable))
    try:
        token = UUID(posted.get("form_token", ""))
        if typed.errors:
            raise Invalid(typed.errors)
        chosen = chosen_of(typed.cases or [])
        act = taking_back.carry_out(token, row, chosen, typed.note, by=person(request))
    except ValueError:
        typed.errors.setdefault("cases", [_("请核对后再提交一次")])
    except Invalid as refused:
        typed.errors = {**refused.errors, **typed.errors}
    else:
        return redirect(f"{reverse('bulk_act', args=[act.pk])}?{urlencode({'next': request.path})}")
    return _shown(request, row, typed)


@require_POST
@needs("take")
def seen(request: HttpRequest, absence: int) -> HttpResponse:
    """Looked at: the way in leads to the own page again."""
    coming_back.seen(_own(request, absence))
    return redirect("home")


def _own(request: HttpRequest, pk: int) -> Absence:
    found = Absence.objects.select_related("user").filter(pk=pk, user=person(request)).first()
    if found is None:
        raise Http404
    return found


def _shown(request: HttpRequest, absence: Absence, typed: Typed) -> HttpResponse:
    now = timezone.now()
    found = reading.of(absence, now)
    if found is None:  # still away, or called off before it began
        return redirect("absence")
    verdicts = taking_back.preview(found, now)
    groups = _groups(found)
    saw_cases(*(case.number for case in found.touched))
    ticked = None if typed.cases is None else {each.number for each in chosen_of(typed.cases)}
    able = [(v, ticked is None or v.chosen.number in ticked) for v in verdicts if not v.why]
    context = {
        "absence": absence,
        "span": found.span,
        "touched": len(found.touched),
        "cut": len(found.cases) >= reading.MOST,
        "most": reading.MOST,
        "groups": groups,
        "able": able[: bulk.MOST],
        "unable": [v for v in verdicts if v.why],
        "at_once": bulk.MOST,
        "typed": typed,
        "token": uuid4(),
        "now": now,
    }
    return render(request, "queue/returned.html", context, status=422 if typed.errors else 200)


def _groups(found: Happened) -> list[Group]:
    """What there is, what presses first."""
    groups = [
        ("due", _("期限已到或将到"), found.due),
        ("letters", _("消费者来信"), found.letters),
        ("mentions", _("备注提到您"), found.mentions),
        ("steps", _("有新步骤"), found.steps),
        ("gone", _("转给他人"), found.gone),
    ]
    return [group for group in groups if group[2]]
