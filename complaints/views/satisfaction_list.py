"""评价: how satisfied consumers are, for those who lead; every number opens its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from complaints.models import Invitation
from complaints.satisfaction_figures import SHOWN, WINDOWS, Figures, figures, invitations
from complaints.seen import saw_cases
from complaints.views.queue_directory import Directory
from complaints.views.queue_rows import BadCursor, Cursor, Order

Menu = tuple[str, str, Sequence[tuple[str, Any]]]
PAGE_SIZE = 50
ORDER = Order("asked_at", newest_first=True)
USUAL = {"show": "all", "days": str(WINDOWS[1])}
SHOW = {
    "all": gettext_lazy("全部邀请"),
    "answered": gettext_lazy("已评价"),
    "unanswered": gettext_lazy("尚未评价"),
    "solved": gettext_lazy("问题已解决"),
    "unsolved": gettext_lazy("问题没有解决"),
    "bad": gettext_lazy("不满意（2 分以下或没有解决）"),
}


@dataclass
class Looked:
    """What is looked for, from the address; `problems` say what was not known."""

    user: User
    now: datetime
    values: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, params: QueryDict, user: User, now: datetime) -> Looked:
        looked = cls(user, now)
        for name, _label, choices in looked.menus:
            value = params.get(name, "").strip()
            if value in dict(choices):
                looked.values[name] = value
            elif value:
                looked.problems.append(_("没有“%(value)s”这一项，已忽略。") % {"value": value[:40]})
        return looked

    @cached_property
    def menus(self) -> list[Menu]:
        """(name, label, choices) of the filters that there are."""
        days = [(str(n), _("近 %(n)s 日") % {"n": n}) for n in WINDOWS]
        teams = [("", _("全部团队")), *Directory(self.user).teams]
        found: list[Menu] = [
            ("show", _("评价"), list(SHOW.items())),
            ("days", _("邀请时间"), days),
            ("team", _("团队"), teams),
        ]
        return found if len(teams) > 2 else found[:2]

    def value(self, name: str) -> str:
        """What is chosen, or the usual."""
        return self.values.get(name, USUAL.get(name, ""))

    @property
    def all(self) -> QuerySet[Invitation]:
        """What the figures count."""
        team = self.value("team")
        return invitations(self.user, self.now, int(self.value("days")), team)

    def address(self, **changes: str) -> str:
        """The query string of this list, some of it changed."""
        return urlencode({k: v for k, v in {**self.values, **changes}.items() if v})


@dataclass(frozen=True)
class Page:
    """Rows of one page and the cursors beside it ("" where the list ends)."""

    rows: list[Invitation]
    previous: str
    next: str


def page(rows: Any, cursor: Cursor | None) -> Page:
    """One page: one statement."""
    backwards = bool(cursor and cursor.backwards)
    rows = rows.select_related("feedback", "complaint__owner", "complaint__consumer")
    rows = rows.defer("complaint__narrative", "complaint__findings", "feedback__comment_sealed")
    if cursor:
        rows = ORDER.beyond(rows, cursor, PAGE_SIZE)
    found = list(ORDER.sort(rows, backwards)[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if backwards:
        found.reverse()
    saw_cases(*(row.complaint.number for row in found))
    before = more if backwards else cursor is not None
    after = cursor is not None if backwards else more
    return Page(
        found,
        str(ORDER.key(found[0], True)) if before and found else "",
        str(ORDER.key(found[-1], False)) if after and found else "",
    )


@dataclass(frozen=True)
class Shown:
    """One number: what it is, its value, and the rows that it counts."""

    label: Any
    value: str
    note: str
    address: str
    current: bool


def shown(looked: Looked, found: Figures) -> list[Shown]:
    """Answered of invited, share solved, average, dissatisfied, silent."""
    n, percent = found.counts, found.percent
    asked = _("已邀请 %(n)s 位") % {"n": n["all"]}
    marks = _("%(n)s 份评价的平均分，满分 5 分") % {"n": n["answered"]}
    rows = [
        ("all", _("已邀请"), str(n["all"]), ""),
        ("answered", _("已评价"), str(n["answered"]), percent("answered", "all") + " · " + asked),
        ("answered", _("平均分"), found.average, marks),
        ("solved", _("问题已解决"), str(n["solved"]), percent("solved", "answered")),
        ("bad", _("不满意"), str(n["bad"]), percent("bad", "answered")),
        ("unanswered", _("尚未评价"), str(n["unanswered"]), percent("unanswered", "all")),
    ]
    chosen = looked.value("show")
    return [
        Shown(label, value, note, looked.address(show=name), name == chosen)
        for name, label, value, note in rows
    ]


@require_GET
@needs("see_satisfaction")
def satisfaction_list(request: HttpRequest) -> HttpResponse:
    """The figures and the list."""
    user, now = person(request), timezone.now()
    looked = Looked.read(request.GET, user, now)
    cursor = _cursor(request, looked)
    found = page(looked.all.filter(SHOWN[looked.value("show")]), cursor)
    context = {
        "looked": looked,
        "menus": [(name, label, looked.value(name), rows) for name, label, rows in looked.menus],
        "page": found,
        "may_call": user.may("communicate"),
        "figures": shown(looked, figures(looked.all)),
        "next": found.next and looked.address(cursor=found.next),
        "previous": found.previous and looked.address(cursor=found.previous),
    }
    return render(request, "satisfaction/list.html", context)


def _cursor(request: HttpRequest, looked: Looked) -> Cursor | None:
    text = request.GET.get("cursor", "")
    try:
        return Cursor.read(text) if text else None
    except BadCursor:
        looked.problems.append(_("分页位置无效，已从第一页开始。"))
        return None
