"""转派 from the dashboard: the cases of one person that press most, handed to a colleague at once.

The act itself is the list's (`complaints/views/bulk.py`), with its preview and undo.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from complaints.seen import saw_cases
from complaints.views.danger_rows import Danger
from complaints.views.queue_directory import Directory

SHOWN = 20  # cases, the soonest first; the list of cases has all
CHOSEN = 5  # of them ticked when the form opens


@require_GET
@needs("assign")
def hand_over(request: HttpRequest, owner: int) -> HttpResponse:
    """The form, in a dialog or as a page. `owner` 0: what lies with nobody. Seven statements."""
    user, now = person(request), timezone.now()
    directory = Directory(user)
    name = dict(directory.people).get(str(owner))
    cases = list(_open_cases(user, owner)[: SHOWN + 1])
    if owner and name is None:  # who left the team may still have cases of it
        if not cases:
            raise Http404
        name = User.objects.get(pk=owner).name
    saw_cases(*(case.number for case in cases[:SHOWN]))
    loads = Danger(user, now, directory).loads()
    inside = bool(request.headers.get("HX-Request"))
    context = {
        "owner": owner,
        "name": name,
        "cases": [
            (case, n <= CHOSEN, bool(case.next_due_at and case.next_due_at <= now))
            for n, case in enumerate(cases[:SHOWN], 1)
        ],
        "more": len(cases) > SHOWN,
        "all_url": f"{reverse('queue')}?owner={owner or 'none'}",
        "receivers": [
            (value, who, teams, loads[value].words if value in loads else "")
            for value, who, teams in directory.receivers
            if value != str(owner)
        ],
        "next": _came_from(request),
        "inside": inside,
    }
    template = "hand_over" if inside else "hand_over_page"
    return render(request, f"analytics/dashboard/{template}.html", context)


def _open_cases(user: User, owner: int) -> ComplaintQuerySet:
    cases = Complaint.objects.workable_by(user).open().filter(team__in=user.team_ids)
    cases = cases.filter(owner=owner or None)
    return cases.order_by("next_due_at", "id").only("number", "title", "version", "next_due_at")


def _came_from(request: HttpRequest) -> str:
    """The dashboard as it was looked at."""
    home = reverse("dashboard")
    came = urlsplit(request.headers.get("HX-Current-URL", ""))
    return f"{home}?{came.query}" if came.path == home and came.query else home
