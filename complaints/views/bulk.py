"""批量转派: what can be handed over and what cannot, the doing, what came of it, and undoing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from accounts.browser import back, keeps_what_was_typed
from accounts.models import User
from complaints.actions import bulk
from complaints.actions.bulk import Chosen, HandOver, Verdict
from complaints.errors import Invalid
from complaints.models import BulkAct, BulkRow, Complaint, NamedPerson
from complaints.seen import saw_cases
from complaints.views.queue_directory import Directory
from complaints.views.sheets import readable

QUEUE = "none"  # in place of a person
RECENT = 20  # acts in the list


@dataclass
class Typed:
    """What was posted: cases as `number:version`, to whom, the note, and where one came from."""

    cases: list[str]
    left: list[str]
    to: str
    note: str
    token: str
    next: str
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, request: HttpRequest) -> Typed:
        posted, unreadable = readable(request.POST)
        return cls(
            cases=posted.getlist("case"),
            left=posted.getlist("left"),
            to=posted.get("to", ""),
            note=posted.get("note", ""),
            token=posted.get("form_token", ""),
            next=posted.get("next", ""),
            errors=dict(unreadable),
        )

    def receiver(self) -> User | None:
        """The person who is chosen; none for the queue, and for nobody, which is an error."""
        user, found = user_of(self.to)
        if not found:
            self.errors.setdefault("to", [_("请选择转派给谁")])
        return user


def user_of(to: str) -> tuple[User | None, bool]:
    """(the person, whether there is a choice at all); none for the queue."""
    if to == QUEUE:
        return None, True
    known = to.isascii() and to.isdecimal() and len(to) < 18
    user = User.objects.filter(pk=to, is_active=True).first() if known else None
    return user, user is not None


def chosen_of(items: list[str]) -> list[Chosen]:
    """From `number:version`."""
    found = []
    for item in items:
        number, _colon, version = item.partition(":")
        whole = version.isdecimal() and len(version) < 10
        found.append(Chosen(number, int(version) if whole else None))
    return found


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
@needs("take")
def preview(request: HttpRequest) -> HttpResponse:
    """What would become of the chosen cases; nothing is written. GET: what one did lately."""
    return _recent(request) if request.method == "GET" else _looked_at(request)


@needs("assign")
def _looked_at(request: HttpRequest) -> HttpResponse:
    typed = Typed.read(request)
    typed.cases, typed.left = typed.cases + typed.left, []
    if not typed.cases:
        messages.error(request, _("请先选择案件，再选择转派给谁。"))
        return back(request)
    return _previewed(request, typed)


@keeps_what_was_typed
@require_POST
@needs("assign")
def carry_out(request: HttpRequest) -> HttpResponse:
    """Hand over what is ticked; refused as a whole, the preview again with what was typed."""
    typed = Typed.read(request)
    receiver = typed.receiver()
    try:
        token = UUID(typed.token)
        left = [each.number for each in chosen_of(typed.left)]
        if not typed.cases:
            typed.errors.setdefault("cases", [_("请至少选择一件可以转派的案件")])
        if typed.errors:
            raise Invalid(typed.errors)
        order = HandOver(chosen_of(typed.cases), receiver, None, typed.note, left)
        act = bulk.carry_out(token, order, by=person(request))
    except ValueError:
        typed.errors.setdefault("cases", [_("请核对后再提交一次")])
    except Invalid as refused:
        typed.errors = {**refused.errors, **typed.errors}
    else:
        return redirect(_address(act, typed.next))
    typed.cases, typed.left = typed.cases + typed.left, []
    return _previewed(request, typed)


def _address(act: BulkAct, came_from: str) -> str:
    address = reverse("bulk_act", args=[act.pk])
    return f"{address}?{urlencode({'next': came_from})}" if came_from else address


def _previewed(request: HttpRequest, typed: Typed) -> HttpResponse:
    user, receiver = person(request), typed.receiver()
    order = HandOver(chosen_of(typed.cases), receiver, None, typed.note)
    wrong = order.problems()
    if "cases" in wrong:  # not from a list of ours
        messages.error(request, wrong["cases"][0])
        return back(request)
    typed.errors = {**wrong, **typed.errors}
    verdicts = bulk.preview(order, by=user, judged="to" not in typed.errors)
    saw_cases(*(v.case.number for v in verdicts if v.case))
    able = [v for v in verdicts if not v.why]
    context = {
        "typed": typed,
        "able": able,
        "unable": [v for v in verdicts if v.why],
        "now": timezone.now(),
        "receiver": receiver,
        "receivers": _receivers(user, verdicts, typed.to),
        "token": uuid4(),
        "back_url": _safe(request, typed.next),
    }
    return render(request, "queue/bulk_preview.html", context, status=422 if typed.errors else 200)


def _receivers(user: User, verdicts: list[Verdict], to: str) -> list[tuple[str, str, str]]:
    """Nobody away, and nobody whom one of the cases names, but for the one who is chosen already:
    of that one each case says why not.
    """
    ids = [v.case.pk for v in verdicts if v.case]
    named = NamedPerson.objects.filter(complaint__in=ids).values_list("user", flat=True)
    apart = {str(pk) for pk in named} - {to}
    return [each for each in Directory(user).receivers if each[0] not in apart]


@require_GET
@needs("take")
def bulk_act(request: HttpRequest, bulk_act: int) -> HttpResponse:
    """What became of each case. Only whoever did it reads it."""
    user, now = person(request), timezone.now()
    act = _own(bulk_act, user)
    rows = bulk.rows_of(act)
    ids = [row.complaint_id for row in rows if row.complaint_id]
    visible = set(
        Complaint.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True)
    )
    shown = [(row, row.complaint_id is None or row.complaint_id in visible) for row in rows]
    saw_cases(*(row.asked for row, seen in shown if seen and row.complaint_id))
    done = [row for row in rows if row.done]
    context = {
        "act": act,
        "note": _note_of(done),
        "done": [(row, seen) for row, seen in shown if row.done],
        "passed_by": [(row, seen) for row, seen in shown if not row.done],
        "taken_back": any(row.event.code == "taken_back" for row in done if row.event),
        "undone": sum(1 for row in done if row.undone_at),
        "can_undo": bool(done) and act.undone_at is None and now <= act.undo_until,
        "now": now,
        "back_url": _safe(request, request.GET.get("next", "")),
    }
    return render(request, "queue/bulk_result.html", context)


def _note_of(done: list[BulkRow]) -> str:
    """The note, where all have the same; else each stands with its case."""
    texts = {row.event.text for row in done if row.event}
    return texts.pop() if len(texts) == 1 else ""


@require_POST
@needs("take")
def undo(request: HttpRequest, bulk_act: int) -> HttpResponse:
    """Give back what nobody has touched since."""
    act = _own(bulk_act, person(request))
    try:
        bulk.undo(act.pk, by=person(request))
    except Invalid as refused:
        messages.error(request, refused.message)
    return redirect(_address(act, request.POST.get("next", "")))


def _own(pk: int, user: User) -> BulkAct:
    try:
        return bulk.find(pk, by=user)
    except BulkAct.DoesNotExist as missing:
        raise Http404 from missing


def _recent(request: HttpRequest) -> HttpResponse:
    of_them = Count("rows", filter=Q(rows__event__isnull=False))
    acts = BulkAct.objects.filter(by=person(request)).select_related("receiver")
    acts = acts.annotate(done=of_them, all=Count("rows")).order_by("-pk")[:RECENT]
    return render(request, "queue/bulk_recent.html", {"acts": acts, "most": RECENT})


def _safe(request: HttpRequest, address: str) -> str:
    """The list one came from, if it is a page of this site; else 我的待办."""
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if ours and address else reverse("queue")
