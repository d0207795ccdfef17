"""群体性案件: one defect with many consumers, its finding, counsel's opinion, members and those who
have not complained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from complaints import mass_members
from complaints.actions import mass as masses
from complaints.actions import mass_draft
from complaints.mass_guards import barred
from complaints.models import MassCase, MassOpinion
from complaints.seen import saw_cases, saw_members
from complaints.signing import mass as signing
from complaints.signing.canonical import hash_of
from complaints.views.queue_rows import BadCursor, Cursor, Order
from complaints.views.signing import confirmed_until
from legal_rules.vocabulary import CATEGORIES

PAGE_SIZE = 50
TABS = ("members", "proposed", "silent")
ORDERS = {
    "members": Order("at", newest_first=True),
    "silent": Order("added_at", newest_first=True),
}
MEMBERS = {
    "all": gettext_lazy("成员案件"),
    "open": gettext_lazy("办理中"),
    "undrafted": gettext_lazy("尚无方案"),
    "drafted": gettext_lazy("已有方案"),
    "closed": gettext_lazy("已办结"),
}
SILENT = {
    "all": gettext_lazy("未投诉名单"),
    "none": gettext_lazy("尚未告知"),
    "told": gettext_lazy("已告知"),
    "complained": gettext_lazy("后来投诉了"),
}


@dataclass(frozen=True)
class Page:
    """Rows of one page and the cursors beside it ("" where the list ends)."""

    rows: list[Any]
    previous: str
    next: str


def page(rows: Any, order: Order, cursor: Cursor | None) -> Page:
    """One page: one statement."""
    backwards = bool(cursor and cursor.backwards)
    if cursor:
        rows = order.beyond(rows, cursor, PAGE_SIZE)
    found = list(order.sort(rows, backwards)[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if backwards:
        found.reverse()
    before = more if backwards else cursor is not None
    after = cursor is not None if backwards else more
    return Page(
        found,
        str(order.key(found[0], True)) if before and found else "",
        str(order.key(found[-1], False)) if after and found else "",
    )


@dataclass(frozen=True)
class Number:
    """One figure, and the rows that it counts."""

    label: Any
    value: int
    address: str
    current: bool


@dataclass
class Desk:
    """One mass case before one person, on the tab that the address names."""

    mass: MassCase
    user: User
    params: QueryDict
    now: datetime = field(default_factory=timezone.now)
    problems: list[str] = field(default_factory=list)

    @property
    def may_manage(self) -> bool:
        """Who writes the finding and says which cases belong."""
        return self.user.may("manage_mass")

    @cached_property
    def waits_for_me(self) -> bool:
        """A finding without a signature that holds, before counsel."""
        able = self.user.may("sign_resolutions") and bool(self.mass.finding)
        return able and self.opinion is None

    @cached_property
    def barred(self) -> str:
        """Why somebody else of counsel has to sign."""
        return barred(self.mass, self.user, self.now) if self.waits_for_me else ""

    @property
    def may_sign(self) -> bool:
        """Counsel who has nothing to do with the finding or a member."""
        return self.waits_for_me and not self.barred

    @property
    def tab(self) -> str:
        """What is listed."""
        wanted = self.params.get("tab", "")
        tabs = TABS if self.may_manage else (TABS[0], TABS[2])
        return wanted if wanted in tabs else TABS[0]

    @cached_property
    def opinion(self) -> MassOpinion | None:
        """Counsel's signature that holds for what stands here."""
        return signing.live(self.mass)

    @cached_property
    def voided(self) -> MassOpinion | None:
        """One that does not hold any more."""
        newest = self.mass.opinions.select_related("by").order_by("-id").first()
        return newest if newest is not None and self.opinion is None else None

    @property
    def read(self) -> str:
        """Hash of what counsel has before the eyes."""
        return hash_of(signing.content(self.mass))

    @property
    def category(self) -> str:
        """In the language of the screen."""
        known = CATEGORIES.get(self.mass.category)
        return known.name_for(get_language() or "zh-hans") if known else self.mass.category

    def address(self, **changes: str) -> str:
        """The query string of this page."""
        return urlencode({k: v for k, v in changes.items() if v})

    @cached_property
    def numbers(self) -> list[Number]:
        """Members and consumers who have not complained; each opens its rows."""
        found = []
        for tab, words, rows, known in (
            ("members", MEMBERS, mass_members.members(self.mass, self.user), mass_members.MEMBERS),
            ("silent", SILENT, mass_members.silent(self.mass, self.user), mass_members.SILENT),
        ):
            counts = mass_members.counts(rows, known)
            found += [
                Number(
                    words[name], counts[name], self.address(tab=tab, show=name), self._is(tab, name)
                )
                for name in words
            ]
        return found

    def _is(self, tab: str, name: str) -> bool:
        return self.tab == tab and self.show == name

    @property
    def waiting(self) -> int:
        """How many of those who have not complained were not told."""
        address = self.address(tab="silent", show="none")
        return next((n.value for n in self.numbers if n.address == address), 0)

    @property
    def show(self) -> str:
        """Which of the rows."""
        wanted = self.params.get("show", "")
        known = mass_members.MEMBERS if self.tab == "members" else mass_members.SILENT
        return wanted if wanted in known else "all"

    @cached_property
    def page(self) -> Page:
        """Rows of the tab."""
        if self.tab == "proposed":
            return Page(self._proposed(), "", "")
        if self.tab == "silent":
            rows = mass_members.silent(self.mass, self.user).select_related("consumer", "told_by")
            known = mass_members.SILENT
        else:
            rows = mass_members.members(self.mass, self.user)
            rows = rows.select_related("complaint__owner", "complaint__consumer")
            rows = rows.defer("complaint__narrative", "complaint__findings")
            known = mass_members.MEMBERS
        found = page(rows.filter(known[self.show]), ORDERS[self.tab], self._cursor())
        saw_members(found.rows)
        return found

    @property
    def days(self) -> int:
        """Of the proposals."""
        wanted = self.params.get("days", "")
        return int(wanted) if wanted in map(str, mass_members.PERIODS) else mass_members.PERIODS[1]

    @property
    def by_product(self) -> bool:
        """Whether only the same product is proposed."""
        return bool(self.mass.product_name) and self.params.get("product", "1") != "0"

    def _proposed(self) -> list[Any]:
        rows = mass_members.proposed(
            self.mass, self.user, self.now, self.days, product=self.by_product
        )
        found = list(rows.defer("narrative", "findings")[: mass_members.MOST_PROPOSED])
        saw_cases(*(case.number for case in found))
        return found

    def _cursor(self) -> Cursor | None:
        text = self.params.get("cursor", "")
        try:
            return Cursor.read(text) if text else None
        except BadCursor:
            self.problems.append(_("分页位置无效，已从第一页开始。"))
            return None


def load(request: HttpRequest, mass: int) -> Desk:
    """Raises Http404, the same for a missing and for a foreign one."""
    user = person(request)
    try:
        return Desk(masses.find(mass, user), user, request.GET)
    except MassCase.DoesNotExist as error:
        raise Http404 from error


def shown(request: HttpRequest, desk: Desk, status: int = 200, **more: Any) -> HttpResponse:
    """The page, perhaps with what was refused."""
    found = desk.page
    steps = {"tab": desk.tab, "show": desk.show}
    context = {
        "desk": desk,
        "mass": desk.mass,
        "page": found,
        "next": found.next and desk.address(**steps, cursor=found.next),
        "previous": found.previous and desk.address(**steps, cursor=found.previous),
        "waiting": desk.waiting,
        "progress": mass_draft.progress(desk.mass, desk.user) if desk.may_manage else None,
        "confirmed_until": confirmed_until(request) if desk.may_sign else None,
        "periods": mass_members.PERIODS,
        **more,
    }
    return render(request, "mass/case.html", context, status=status)


@require_GET
@needs("see_complaints")
def mass_case(request: HttpRequest, mass: int) -> HttpResponse:
    """One mass case."""
    return shown(request, load(request, mass))


@require_GET
@needs("see_complaints")
def mass_cases(request: HttpRequest) -> HttpResponse:
    """All that the person may see, newest first."""
    user, problems = person(request), []
    order, text = Order("opened_at", newest_first=True), request.GET.get("cursor", "")
    try:
        cursor = Cursor.read(text) if text else None
    except BadCursor:
        cursor = None
        problems.append(_("分页位置无效，已从第一页开始。"))
    rows = MassCase.objects.visible_to(user).select_related("opened_by")
    context = {
        "page": page(rows, order, cursor),
        "problems": problems,
        "may_manage": user.may("manage_mass"),
    }
    return render(request, "mass/list.html", context)


def categories() -> Sequence[tuple[str, str]]:
    """(code, name) in the language of the screen."""
    lang = get_language() or "zh-hans"
    return [(code, category.name_for(lang)) for code, category in CATEGORIES.items()]
