"""交接: the open cases of one person, each with a note of its own, given to one colleague."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import absences
from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from accounts.models import Absence, User
from complaints.actions import bulk
from complaints.actions.bulk import Chosen, HandOver, Verdict
from complaints.errors import Invalid
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from complaints.seen import saw_cases
from complaints.views.bulk import QUEUE, chosen_of, user_of
from complaints.views.queue_directory import Directory
from complaints.views.sheets import readable

OWN_NOTE = "note-"  # before the number of the case


@dataclass(frozen=True)
class Line:
    """One case: what would become of it, whether it is ticked, and its note as typed."""

    verdict: Verdict
    ticked: bool
    note: str


@dataclass
class Typed:
    """What the page holds: to whom, the note for all, those of single cases, what is ticked."""

    to: str
    note: str = ""
    notes: dict[str, str] = field(default_factory=dict)
    cases: list[str] | None = None
    token: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, request: HttpRequest) -> Typed:
        posted, unreadable = readable(request.POST)
        notes = {
            name.removeprefix(OWN_NOTE): str(posted[name])
            for name in posted
            if name.startswith(OWN_NOTE) and str(posted[name]).strip()
        }
        return cls(
            to=request.GET.get("to", ""),  # of the address: nothing restored changes it
            note=posted.get("note", ""),
            notes=notes,
            cases=posted.getlist("case"),
            token=posted.get("form_token", ""),
            errors=dict(unreadable),
        )


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
@needs("take")
def hand_over_all(request: HttpRequest) -> HttpResponse:
    """The list; posting hands over what is ticked. `owner`: whose cases, a supervisor's choice;
    `to`: who takes them, the deputy unless somebody else is chosen.
    """
    user = person(request)
    directory = Directory(user)
    owner = _owner(request, user, directory)
    if request.method == "POST":
        return _hand_over(request, owner, directory)
    away = absences.coming(absences.today()).filter(user=owner).first()
    deputy = str(away.deputy_id) if away and away.deputy_id else ""
    offered = {value for value, _name, _teams in directory.receivers} | {QUEUE}
    to = request.GET.get("to", deputy)
    return _shown(request, owner, directory, Typed(to if to in offered else ""), away)


def _owner(request: HttpRequest, user: User, directory: Directory) -> User:
    """Whose cases. Others' only for whoever may hand them over. Raises Http404."""
    asked = request.GET.get("owner", "")
    if not asked or asked == str(user.pk):
        return user
    if not user.may("assign") or asked not in dict(directory.people):
        raise Http404
    return User.objects.get(pk=asked)


def _open_cases(user: User, owner: User) -> ComplaintQuerySet:
    cases = Complaint.objects.workable_by(user).open().filter(owner=owner)
    return cases.filter(team__in=user.team_ids).order_by("next_due_at", "id")


def _hand_over(request: HttpRequest, owner: User, directory: Directory) -> HttpResponse:
    typed = Typed.read(request)
    receiver, found = user_of(typed.to)
    order = HandOver(chosen_of(typed.cases or []), receiver, None, typed.note, notes=typed.notes)
    try:
        token = UUID(typed.token)
        if not found:
            typed.errors.setdefault("to", [_("请选择转派给谁")])
        if not typed.cases:
            typed.errors.setdefault("cases", [_("请至少选择一件案件")])
        if typed.errors:
            raise Invalid(typed.errors)
        act = bulk.carry_out(token, order, by=person(request))
    except ValueError:
        typed.errors.setdefault("cases", [_("请核对后再提交一次")])
    except Invalid as refused:
        typed.errors = {**refused.errors, **typed.errors}
    else:
        here = f"{reverse('hand_over_all')}?owner={owner.pk}&to={typed.to}"
        return redirect(f"{reverse('bulk_act', args=[act.pk])}?{urlencode({'next': here})}")
    return _shown(request, owner, directory, typed, None)


def _shown(
    request: HttpRequest,
    owner: User,
    directory: Directory,
    typed: Typed,
    away: Absence | None,
) -> HttpResponse:
    user = person(request)
    cases = list(_open_cases(user, owner)[: bulk.MOST + 1])
    receiver, found = user_of(typed.to)
    order = HandOver(
        [Chosen(case.number, case.version) for case in cases[: bulk.MOST]], receiver, None, ""
    )
    verdicts = bulk.preview(order, by=user, judged=found)
    saw_cases(*(v.chosen.number for v in verdicts))
    ticked = None if typed.cases is None else {c.number for c in chosen_of(typed.cases)}
    lines = [
        Line(v, ticked is None or v.chosen.number in ticked, typed.notes.get(v.chosen.number, ""))
        for v in verdicts
    ]
    context: dict[str, Any] = {
        "owner": owner,
        "own": owner.pk == user.pk,
        "away": away,
        "typed": typed,
        "chosen": found,
        "able": [line for line in lines if not line.verdict.why],
        "unable": [line for line in lines if line.verdict.why],
        "more": len(cases) > bulk.MOST,
        "most": bulk.MOST,
        "people": directory.people if user.may("assign") else [],
        "receivers": [each for each in directory.receivers if each[0] != str(owner.pk)],
        "token": uuid4(),
        "now": timezone.now(),
    }
    status = 422 if typed.errors else 200
    return render(request, "queue/hand_over_all.html", context, status=status)
