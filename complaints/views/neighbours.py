"""The case before and after this one in the list from which it was opened, and the way back there:
each is looked for when it is asked for, by the place that the case had (`list_places.py`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from complaints import snoozed
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from complaints.views import list_places
from complaints.views.list_places import Place
from complaints.views.queue_filters import Filters
from complaints.views.queue_rows import PAGE_SIZE, BadCursor, Cursor, Order, from_here, list_order
from complaints.views.queue_saved import SavedViews
from complaints.views.queue_views import sections_for
from config.fresh import read_anew


class Standing(NamedTuple):
    """A case and the list in which it stands or stood."""

    case: Complaint
    place: Place
    cases: ComplaintQuerySet
    order: Order
    now: datetime

    @property
    def left(self) -> bool:
        """The case is not in the list any more."""
        return not self.cases.filter(pk=self.case.pk).exists()

    def beside(self, place: Place, *, backwards: bool) -> Complaint | None:
        """The next one of the list on that side of a place in it."""
        at = Cursor(backwards, place.moments[self.order.field], place.pk)
        rows = from_here(self.cases, self.order, at, 1, self.now)
        found = self.order.sort(rows, backwards)
        case: Complaint | None = found.only(*KEYS).first()
        return case

    def place_of(self, row: Complaint) -> Place:
        """Of a row of the list: on the page that was open, else on one that begins with it."""
        place = list_places.place_of(row, self.place.query)
        if self._is_on_page(row):
            return place
        params = QueryDict(place.query, mutable=True)
        params.pop("cursor", None)
        if before := self.beside(place, backwards=True):
            params["cursor"] = str(self.order.key(before, False))
        return replace(place, query=params.urlencode())

    def _is_on_page(self, row: Complaint) -> bool:
        page = _page(self.place.query)
        rows = from_here(self.cases, self.order, page, PAGE_SIZE, self.now)
        shown = self.order.sort(rows, bool(page and page.backwards)).values("pk")[:PAGE_SIZE]
        return bool(Complaint.objects.filter(pk=row.pk, pk__in=shown).exists())


KEYS = ("number", "next_due_at", "closed_at", "received_at")


def _page(query: str) -> Cursor | None:
    """Where the page begins on which the case stood; none for the first one."""
    try:
        return Cursor.read(QueryDict(query)["cursor"])
    except (KeyError, BadCursor):
        return None


def _filters(query: str, user: User) -> Filters:
    """Of the list as this person sees it now."""
    params = QueryDict(query)
    first = sections_for(user)[0].views[0]
    return SavedViews(user, params.get("view", "")).filters(params, default=first.filters)


def _standing(request: HttpRequest, number: str) -> Standing | Complaint:
    """The case alone where nobody knows its list. Raises Http404."""
    user, now = person(request), timezone.now()
    visible = Complaint.objects.visible_to(user).annotate(turn_at=snoozed.turn(now))
    case: Complaint = get_object_or_404(visible.only(*KEYS), number=number)
    place = list_places.kept(request, number)
    if place is None:
        return case
    filters = _filters(place.query, user)
    if "q" in filters.values:  # of a saved view: what is searched for finds others each time
        return case
    return Standing(case, place, filters.apply(visible, now), list_order(filters.values), now)


@read_anew
@require_GET
@needs("see_complaints")
def following(request: HttpRequest, number: str) -> HttpResponse:
    """列表中的下一件."""
    return _go(request, number, backwards=False)


@read_anew
@require_GET
@needs("see_complaints")
def previous(request: HttpRequest, number: str) -> HttpResponse:
    """列表中的上一件."""
    return _go(request, number, backwards=True)


def _go(request: HttpRequest, number: str, *, backwards: bool) -> HttpResponse:
    at = _standing(request, number)
    if isinstance(at, Complaint):
        messages.info(request, _("不知道您是从哪个列表打开本案的；请从列表里打开一件。"))
        return redirect("case", number)
    other = at.beside(at.place, backwards=backwards)
    if other is None:
        first, last = _("这已经是列表里的第一件。"), _("这已经是列表里的最后一件。")
        messages.info(request, first if backwards else last)
        return redirect("case", number)
    if at.left:
        before = _("{number} 已不在列表里，这是列表里排在它前面的一件。")
        after = _("{number} 已不在列表里，这是列表里排在它后面的一件。")
        messages.info(request, (before if backwards else after).format(number=number))
    answer = redirect("case", other.number)
    list_places.keep(request, answer, other.number, at.place_of(other))
    return answer


@read_anew
@require_GET
@needs("see_complaints")
def to_list(request: HttpRequest, number: str) -> HttpResponse:
    """返回列表: to the row of the case; where it left the list, to the one that stands there."""
    at = _standing(request, number)
    if isinstance(at, Complaint):
        place = list_places.kept(request, number)
        return _list(place.query if place else "", number)
    row: Complaint | None = at.case
    if at.left:
        row = at.beside(at.place, backwards=False) or at.beside(at.place, backwards=True)
    return _list(at.place_of(row).query, row.number) if row else _list(at.place.query, "")


def _list(query: str, row: str) -> HttpResponse:
    question, mark = ("?" if query else ""), ("#" if row else "")
    return HttpResponseRedirect(f"{reverse('queue')}{question}{query}{mark}{row}")
