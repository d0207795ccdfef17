"""今日告急: what will breach today or is over, by person, and handing it over at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from accounts.models import Absence, User
from complaints.actions import assignment
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import Complaint, NamedPerson
from complaints.views.danger_rows import NOBODY, Danger, grouped
from complaints.views.queue_directory import Directory
from complaints.views.queue_rows import BY_DUE, BadCursor, Cursor, page
from complaints.views.sheets import Mark, readable


@require_GET
@needs("take")
def danger(request: HttpRequest) -> HttpResponse:
    """The list: of everybody, of one person (`who`), or one case that a warning named (`case`)."""
    return render(request, "queue/danger.html", _shown(request))


@require_http_methods(["GET", "POST"])
@needs("take")
@keeps_what_was_typed
def hand_over(request: HttpRequest, number: str) -> HttpResponse:
    """转派; refused, the list again with what was typed. Who comes back here sees the case in the
    list.
    """
    user = person(request)
    if request.method == "GET":
        case = get_object_or_404(Complaint.objects.visible_to(user), number=number)
        return redirect(f"{reverse('danger')}?{urlencode({'case': case.number})}")
    posted, unreadable = readable(request.POST)
    typed = {name: posted.get(name, "") for name in ("to", "note")}
    try:
        if unreadable:
            raise Invalid(unreadable)
        receiver = _receiver(user, number, typed["to"])
        mark = Mark.read(posted.get("version", ""))
        assignment.assign(number, by=user, user=receiver, note=typed["note"], version=mark.version)
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        again = {"number": number, "typed": typed, "errors": [error.message]}
        return render(request, "queue/danger.html", _shown(request, again), status=422)
    said = _("已将 {number} 转派给 {name}").format(number=number, name=receiver.name)
    messages.success(request, said)
    back = {name: posted[name] for name in ("who", "away") if posted.get(name)}
    return redirect(f"{reverse('danger')}?{urlencode(back)}" if back else "danger")


def _receiver(user: User, number: str, to: str) -> User:
    """A colleague of the case's team. Raises Complaint.DoesNotExist, Invalid."""
    case = Complaint.objects.visible_to(user).get(number=number)
    known = dict(Directory(user).present.get(case.team_id, []))
    if to not in known:
        raise Invalid({"to": [_("请选择转给谁")]})
    return User.objects.get(pk=to)


def _shown(request: HttpRequest, again: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the list shows. Six statements at most, whatever it holds."""
    user, now = person(request), timezone.now()
    found = Danger(user, now, Directory(user))
    loads = found.loads()
    who, away = _looked_at(found, request.POST if again else request.GET)
    only = again["number"] if again else request.GET.get("case", "")
    if only:
        cases = Complaint.objects.visible_to(user).open().filter(number=only)
    elif away:
        cases = found.during(away)
    else:
        cases = found.of(who) if who else found.cases
    # who is named in a case is offered for all but that one
    named = NamedPerson.objects.filter(complaint=OuterRef("pk")).values("user")
    cases = cases.annotate(named=ArraySubquery(named))
    shown = page(cases, BY_DUE, _cursor(request), now)
    return {
        "groups": grouped(found, shown.rows, loads, again),
        "people": [
            (value, name, loads[value], value in found.directory.absent, value == who)
            for value, name in found.people
            if loads[value].pressed or value == who
        ],
        "leads": found.leads,
        "who": who,
        "away": away,
        "leaves": [] if who or away or only else found.leaves(),
        "only": only,
        "again": again,
        "nobody": NOBODY,
        "now": now,
        "page": shown,
        "next_url": shown.next and _address(who, away, shown.next),
        "previous_url": shown.previous and _address(who, away, shown.previous),
    }


def _looked_at(found: Danger, asked: Mapping[str, str]) -> tuple[str, Absence | None]:
    """Whose cases the address names, or which leave of somebody whose cases are in the list."""
    away = asked.get("away", "")
    if away:
        return "", next((each for each in found.absences if str(each.pk) == away), None)
    who = asked.get("who", "")
    return (who if who in dict(found.people) else ""), None


def _address(who: str, away: Absence | None, cursor: str) -> str:
    place = {"away": str(away.pk)} if away else {"who": who} if who else {}
    return f"{reverse('danger')}?{urlencode({**place, 'cursor': cursor})}"


def _cursor(request: HttpRequest) -> Cursor | None:
    try:
        return Cursor.read(request.GET["cursor"]) if request.GET.get("cursor") else None
    except BadCursor:
        return None
