"""批量签署: several proposals that this person has read, with one opinion and one password."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import reauthentication
from accounts.access import needs, person
from accounts.models import User
from complaints.actions import batch_signing
from complaints.checklist import ITEMS
from complaints.models import SeenVersion
from complaints.querysets import ComplaintQuerySet
from complaints.views.queue_rows import BY_DUE, page
from complaints.views.review_desk import waiting
from complaints.views.signing import TOO_MANY, confirmed_until
from config.fresh import read_anew

_NUMBER = re.compile(r"[A-Za-z0-9-]{1,30}")


def read_ones(user: User) -> ComplaintQuerySet:
    """What waits for counsel and this person has read in the version that lies there. Whether it is
    still the same content is asked when it is signed.
    """
    seen = SeenVersion.objects.filter(
        user=user, resolution__complaint=OuterRef("pk"), resolution__status="submitted"
    )
    read_at = Subquery(seen.order_by("-at").values("at")[:1])
    found: ComplaintQuerySet = waiting(user).annotate(read_at=read_at)
    return found.filter(read_at__isnull=False)


@read_anew
@require_http_methods(["GET", "POST"])
@needs("sign_resolutions")
def batch(request: HttpRequest) -> HttpResponse:
    """The list; posting signs what is ticked, and says of each case what became of it."""
    return _sign(request) if request.method == "POST" else _shown(request)


def _sign(request: HttpRequest) -> HttpResponse:
    chosen = [n for n in request.POST.getlist("case") if _NUMBER.fullmatch(n)]
    opinion = request.POST.get("opinion", "").replace("\x00", "")
    ticked = {item: item in request.POST.getlist("checklist") for item in ITEMS}
    problems = []
    if not chosen:
        problems.append(_("请至少选择一件案件"))
    if not opinion.strip():
        problems.append(_("请填写审核意见"))
    if not all(ticked.values()):
        problems.append(_("请逐项核对并勾选核对清单"))
    if problems:
        return _shown(request, 422, problems=problems)
    if confirmed_until(request) is None:
        wrong = reauthentication.confirm(request, request.POST.get("password", ""))
        if wrong is not None:
            return _shown(request, TOO_MANY if wrong.locked else 422, problems=[wrong.message])
    results = batch_signing.sign(
        chosen,
        {"opinion": opinion, "checklist": ticked},
        by=person(request),
        reauthenticated_at=reauthentication.confirmed_at(request),
    )
    return _shown(request, results=results, signed=sum(1 for r in results if r.signed))


def _shown(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    user, now = person(request), timezone.now()
    done = more.get("signed") == len(more.get("results", ())) and "results" in more
    posted = {} if done else request.POST  # what was typed stays until everything is signed
    chosen = [] if done or "results" in more else request.POST.getlist("case")
    ticked = [] if done else request.POST.getlist("checklist")
    context = {
        "page": page(read_ones(user), BY_DUE, None, now),
        "me": user,
        "items": [(name, str(label), name in ticked) for name, (label, _codes) in ITEMS.items()],
        "chosen": chosen,
        "opinion": posted.get("opinion", ""),
        "confirmed_until": confirmed_until(request),
        **more,
    }
    return render(request, "review/batch.html", context, status=status)
