"""承诺: what was promised to consumers and has to be kept, soonest first; what came of the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from complaints import clock, promise_rates, promised
from complaints.choices import CommitmentSource, CommitmentState, CommitmentStrength
from complaints.lifecycle import State
from complaints.models import Commitment
from complaints.paying.proof import PAYMENT
from complaints.querysets import scope_of
from complaints.seen import saw_cases
from complaints.views.case_promises import MARKS, Left, acts_of, state_words, time_left
from complaints.views.queue_directory import Directory
from complaints.views.queue_filters import end_of_today
from complaints.views.queue_rows import BadCursor, Cursor, Order
from config.tags import when

PAGE_SIZE = 50
BY_DUE, BY_END = Order("due_at"), Order("settled_at", newest_first=True)
NAMES = ("state", "due", "owner", "team", "source")


@dataclass
class Looked:
    """What is looked for; `problems` are sentences about what is not known."""

    user: User
    directory: Directory
    values: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, params: Mapping[str, str], user: User) -> Looked:
        """From the address; without a state what is still open."""
        looked = cls(user, Directory(user))
        for name in NAMES:
            value = params.get(name, "").strip()
            if value in dict(looked.choices(name)):
                looked.values[name] = value
            elif value:
                looked.problems.append(_("没有“%(value)s”这一项，已忽略。") % {"value": value[:40]})
        return looked

    def choices(self, name: str) -> Sequence[tuple[str, Any]]:
        """(value, words) that a filter knows."""
        if name in ("owner", "team"):
            people = [("me", _("我")), ("none", _("没有指定")), *self.directory.people]
            return people if name == "owner" else self.directory.teams
        known: dict[str, Sequence[tuple[str, Any]]] = {
            "state": [(str(s.value), s.label) for s in CommitmentState],
            "due": [("today", _("今日到期")), ("overdue", _("已超时"))],
            "source": [(str(s.value), s.label) for s in CommitmentSource],
        }
        return known[name]

    @property
    def state(self) -> str:
        """The state that is listed."""
        return self.values.get("state", str(CommitmentState.OPEN.value))

    @property
    def order(self) -> Order:
        """What is open by when it is due, the rest by when it ended."""
        return BY_DUE if self.state == CommitmentState.OPEN else BY_END

    def rows(self, now: datetime) -> QuerySet[Commitment]:
        """The promises that are meant, unsorted."""
        found = promised.with_held(Commitment.objects.filter(scope_of(self.user, "complaint__")))
        found = found.filter(state=self.state)
        for name, value in self.values.items():
            found = found.filter(_condition(name, value, self.user, now))
        return found

    def address(self, **changes: str) -> str:
        """The query string of this list, some of it changed."""
        return urlencode({k: v for k, v in {**self.values, **changes}.items() if v})

    @cached_property
    def menus(self) -> list[tuple[str, Any, str, Sequence[tuple[str, Any]]]]:
        """(name, label, chosen value, choices) of the filters that there are."""
        labels = {
            "state": _("状态"),
            "due": _("期限"),
            "owner": _("兑现人"),
            "team": _("团队"),
            "source": _("来源"),
        }
        chosen = {**self.values, "state": self.state}
        found = [(n, labels[n], chosen.get(n, ""), self.choices(n)) for n in NAMES]
        return [menu for menu in found if menu[3]]


def _condition(name: str, value: str, user: User, now: datetime) -> Q:
    if name == "owner":
        return {"me": Q(owner=user.pk), "none": Q(owner=None)}.get(value) or Q(owner=value)
    if name == "due":
        if value == "overdue":
            return Q(due_at__lt=now, held=False)
        return Q(due_at__gte=now, due_at__lt=end_of_today(now))
    column = {"state": "state", "team": "complaint__team", "source": "source"}[name]
    return Q(**{column: value})


class Row:
    """One promise as the list shows it."""

    def __init__(self, promise: Any, now: datetime, *, may_end: bool) -> None:
        self.promise, case = promise, promise.complaint
        self.number, self.title, self.who = case.number, case.title, case.consumer.name_masked
        saw_cases(self.number)
        self.source = CommitmentSource(promise.source).label
        self.strength = CommitmentStrength(promise.strength).label
        self.state, self.mark = state_words(promise.state, promise.on_time), MARKS[promise.state]
        self.open = promise.state == CommitmentState.OPEN
        due, precise = promise.due_at, promise.precise
        self.left = time_left(due, now, precise=precise, held=promise.held) if self.open else Left()
        self.used = clock.share_used(promise.made_at, due, now) if due else 0
        self.ended = when(promise.kept_at or promise.settled_at)
        self.money = promise.asks_for == PAYMENT
        may_end = may_end and case.state != State.ARCHIVED
        standing = promise.standing if self.money else None
        self.acts = acts_of(case, promise.pk, promise.state, standing) if may_end else []


@dataclass(frozen=True)
class Page:
    """Rows of one page and the cursors beside it ("" where the list ends)."""

    rows: list[Row]
    previous: str
    next: str


def page(looked: Looked, cursor: Cursor | None, now: datetime) -> Page:
    """One page: one statement."""
    order, backwards = looked.order, bool(cursor and cursor.backwards)
    rows: Any = looked.rows(now).select_related("owner", "measure", "complaint__consumer")
    rows = rows.defer(
        "complaint__narrative", "complaint__findings", "complaint__consumer__data_key"
    )
    if cursor:
        rows = order.beyond(rows, cursor, PAGE_SIZE)
    found = list(order.sort(rows, backwards)[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if backwards:
        found.reverse()
    before = more if backwards else cursor is not None
    after = cursor is not None if backwards else more
    may_end = looked.user.may("keep_commitments")
    return Page(
        [Row(promise, now, may_end=may_end) for promise in found],
        str(order.key(found[0], True)) if before and found else "",
        str(order.key(found[-1], False)) if after and found else "",
    )


@require_GET
@needs("see_complaints")
def commitments(request: HttpRequest) -> HttpResponse:
    """The list."""
    user, now = person(request), timezone.now()
    looked = Looked.read(request.GET, user)
    found = page(looked, _cursor(request, looked), now)
    context = {
        "looked": looked,
        "page": found,
        "here": looked.address(),
        "rates": promise_rates.of_teams(user, now),
        "days": promise_rates.DAYS,
        "next": found.next and looked.address(cursor=found.next),
        "previous": found.previous and looked.address(cursor=found.previous),
    }
    return render(request, "promises/commitments.html", context)


def _cursor(request: HttpRequest, looked: Looked) -> Cursor | None:
    text = request.GET.get("cursor", "")
    try:
        return Cursor.read(text) if text else None
    except BadCursor:
        looked.problems.append(_("分页位置无效，已从第一页开始。"))
        return None
