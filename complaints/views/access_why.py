"""谁能看某件案件: each rule with yes or no. Of the case itself the page shows the number alone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from complaints import seeing
from complaints.actions.access_list import Seen
from complaints.models import AccessDecision, Complaint
from complaints.seen import saw_cases
from complaints.views.access_forms import WhyForm

SHOWN = 20  # grants that run


@require_GET
@needs("explain_access")
def why(request: HttpRequest) -> HttpResponse:
    """For a supervisor: the cases of the teams led; for auditors and security: any."""
    user = person(request)
    number = request.GET.get("case", "").strip().upper()[:20]
    name = request.GET.get("user", "")[:60]
    form = WhyForm(initial={"case": number, "user": name})
    context: dict[str, Any] = {"form": form, "number": number, "problem": "", "answer": None}
    if not number:
        return render(request, "access/why.html", context)
    case = _cases(user).select_related("team").filter(number=number).first()
    if case is None:
        context["problem"] = _("没有这件案件，或者它不由您负责；请核对编号")
        return render(request, "access/why.html", context)
    saw_cases(number)
    context["case"], context["grants"] = case, _grants(case, user)
    asked = User.objects.filter(username=name).first() if name else None
    if asked is not None:
        context["answer"] = seeing.explain(case, asked, timezone.now())
    elif name:
        context["problem"] = _("没有“{user}”这个用户；请重新选择").format(user=name)
    return render(request, "access/why.html", context)


def _cases(user: User) -> Any:
    """The cases that the person may ask about; nobody asks about one that speaks of them."""
    cases = Complaint.objects.exclude(named_people__user=user.pk)
    if user.may("review_access"):
        return cases
    return cases.visible_to(user).filter(team__in=user.led_team_ids)


def _grants(case: Complaint, user: User) -> list[Seen]:
    """What runs for the case now."""
    now = timezone.now()
    rows = AccessDecision.objects.filter(complaint=case, agreed=True, ends_at__gt=now, end=None)
    rows = rows.select_related("request__by", "request__complaint", "by").order_by("ends_at")
    found = []
    for decision in rows[:SHOWN]:
        decision.request.decision = decision
        found.append(Seen(decision.request, user, now))
    return found
