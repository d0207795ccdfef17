"""通知: what the application told the person, why, and how to be told otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from accounts.browser import back
from accounts.models import User
from complaints.actions import mentioning
from complaints.choices import DeadlineState
from complaints.seen import saw_cases
from correspondence import families, inbox, said, told_together
from correspondence.models import Notice
from correspondence.said import Said

_TONES = {DeadlineState.MET: "ok", DeadlineState.MISSED: "danger", DeadlineState.CANCELLED: "line"}


@dataclass(frozen=True)
class Looked:
    """What the list is narrowed to, as read from the address; what is unknown is left out."""

    unread: bool = False
    family: str = ""

    @classmethod
    def read(cls, params: Mapping[str, str]) -> Looked:
        family = params.get("family", "")
        known = family if family in families.FAMILIES else ""
        return cls(params.get("show", "") == "unread", known)

    def address(self, **changes: str) -> str:
        """This list, changed."""
        now = {"show": "unread" if self.unread else "", "family": self.family, **changes}
        return "?" + urlencode({name: value for name, value in now.items() if value})


@dataclass(frozen=True)
class Line:
    """One notice as the page shows it: subject, first line, the rest, why, and what became of its
    clock.
    """

    said: Said
    first: str
    rest: str
    settled: str = ""
    tone: str = ""
    page: str = ""


def _line(each: Said) -> Line:
    first, _newline, rest = each.text.partition("\n")
    saw_cases(each.notice.outbox.complaint.number)
    tone = _TONES.get(DeadlineState(each.clock.state), "") if each.clock else ""
    word = str(each.clock.get_state_display()) if each.clock and tone else ""
    if each.over:
        word, tone = told_together.over_words(), "line"
    return Line(each, first, rest, word, tone, said.page_of(each.notice.outbox))


def _tabs(user: User, looked: Looked) -> list[tuple[str, str, bool]]:
    """(words, address, chosen) of the kinds of notices that the person can meet."""
    found = [(_("全部"), looked.address(family=""), not looked.family)]
    for family in families.of(user):
        chosen = looked.family == family.code
        found.append((str(family.short), looked.address(family=family.code), chosen))
    return found


@require_GET
@needs("get_notices")
def notices(request: HttpRequest) -> HttpResponse:
    """The person's notices, unread ones first."""
    user, looked = person(request), Looked.read(request.GET)
    place = inbox.Place.of(request.GET.get("after", ""))
    page = inbox.page(user, place, only_unread=looked.unread, family=looked.family)
    if sum(each.read_at is None for each in page.notices) > inbox.count(user):
        inbox.forget(user)  # some came since the number was kept, and are seen on this page
    now = timezone.now()
    context: dict[str, Any] = {
        "lines": [_line(each) for each in said.again(page.notices, now)],
        "looked": looked,
        "tabs": _tabs(user, looked),
        "all": looked.address(show=""),
        "only_unread": looked.address(show="unread"),
        "older": looked.address(after=page.next) if page.next else "",
        "begun": place.after > 0,
        "unread": inbox.count(user),
        "now": now,
    }
    return render(request, "notices/list.html", context)


@require_GET
@needs("get_notices")
def notices_count(request: HttpRequest) -> HttpResponse:
    """The bell's number, for the script that looks once in a while."""
    unread = inbox.count(person(request))
    words = ngettext("{n} 条未读通知", "{n} 条未读通知", unread).format(n=unread)
    return JsonResponse({"unread": unread, "words": words})


@require_POST
@needs("get_notices")
def open_notice(request: HttpRequest, notice: int) -> HttpResponse:
    """Mark it read and go to its case."""
    user = person(request)
    try:
        found = inbox.find(user, notice)
    except Notice.DoesNotExist as missing:
        raise Http404 from missing
    inbox.read(user, notice)
    if page := said.page_of(found.outbox):
        return redirect(page)
    number = found.outbox.complaint.number
    note = found.outbox.payload.get("communication")
    if found.outbox.effect == told_together.MENTIONED and note:
        mentioning.read(number, note, by=user)
        return redirect(reverse("case", args=[number]) + f"?show=internal#said-{note}")
    return redirect("case", number)


@require_POST
@needs("get_notices")
def read_notice(request: HttpRequest, notice: int) -> HttpResponse:
    """Mark one as read. Another person's does not exist."""
    user = person(request)
    if not inbox.of(user).filter(pk=notice).exists():
        raise Http404
    inbox.read(user, notice)
    return back(request)


@require_POST
@needs("get_notices")
def read_notices(request: HttpRequest) -> HttpResponse:
    """Mark all as read that had come when the page was shown (`until`)."""
    until = _moment(request.POST.get("until", ""))
    done = inbox.read_all(person(request), until=until)
    words = ngettext("已把 {n} 条标为已读", "已把 {n} 条标为已读", done).format(n=done)
    messages.success(request, words)
    return redirect("notices")


def _moment(text: str) -> Any:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None
