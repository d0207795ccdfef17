"""The rows behind a number: a list of exactly as many as it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
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
from analytics import folding, labels, rows
from analytics import occurrences as o
from analytics.asking import LABELS, Asked, asked, meant
from analytics.comparing import THINGS
from analytics.measures import MEASURES
from complaints.errors import Invalid
from complaints.seen import saw_cases
from complaints.views.queue_rows import BY_DUE, BadCursor, Cursor, Order
from complaints.workdays import SHANGHAI

PAGE_SIZE = 50
LONGEST_KEY = 80
OLDEST = timedelta(days=2)  # of the moment at which a number was read


class ByDay(Order):
    """The latest first, by their day."""

    def key(self, row: Any, backwards: bool) -> Cursor:
        return Cursor(backwards, datetime.combine(row.day, time(0), UTC), row.pk)

    def sort(self, cases: Any, backwards: bool) -> Any:
        """As the index is (`occurrences_whole_by_day`): a day is always there."""
        return cases.order_by(*(("day", "id") if backwards else ("-day", "-id")))

    def beyond(self, found: Any, at: Cursor, size: int) -> Any:
        """Begins in the index at the day of the cursor."""
        if at.moment is None:
            raise BadCursor
        day, side = at.moment.date(), "gt" if at.backwards else "lt"
        here = Q(**{f"day__{side}e": day})
        return found.filter(here & (Q(**{f"day__{side}": day}) | Q(**{f"id__{side}": at.pk})))


BY_DAY = ByDay("day", newest_first=True)


@dataclass(frozen=True)
class Row:
    """One row: its case, what was counted of it, and its day (None: as it is now)."""

    case: Any
    what: str
    day: date | None = None


@dataclass
class Looked:
    """What an address asks for. `problems`: sentences about what cannot be read; nothing is listed
    then, because more would be shown than was asked for.
    """

    user: User
    now: datetime
    params: Mapping[str, str]
    problems: list[str] = field(default_factory=list)
    asked: Asked | None = None
    cursor: Cursor | None = None

    @classmethod
    def read(cls, params: Mapping[str, str], user: User, now: datetime) -> Looked:
        """From the address."""
        looked = cls(user, now, params)
        try:
            looked.asked = asked(params, user, looked.today)
        except Invalid as invalid:
            looked.problems += [line for lines in invalid.errors.values() for line in lines]
        if looked.measure not in rows.LISTED:
            looked.problems.append(_("没有这个指标；请从看板上的数字打开明细"))
        if looked.moment is None or params.get("part", "") not in ("", "of"):
            looked.problems.append(_("这个地址已经过时或者不完整；请从看板上的数字重新打开明细"))
        if text := params.get("cursor", ""):
            looked._place(text)
        return looked

    def _place(self, text: str) -> None:
        try:
            self.cursor = Cursor.read(text)
        except BadCursor:
            self.problems.append(_("分页位置无效；请从第一页重新开始"))

    @property
    def today(self) -> date:
        """The local day at which the number was read."""
        return (self.moment or self.now).astimezone(SHANGHAI).date()

    @property
    def measure(self) -> str:
        """Its code, as it was sent."""
        return self.params.get("measure", "")

    @property
    def key(self) -> str:
        """Which right, phase or clock."""
        return self.params.get("key", "")[:LONGEST_KEY]

    @property
    def whole(self) -> bool:
        """Whether the denominator is listed."""
        return self.params.get("part", "") == "of"

    @cached_property
    def moment(self) -> datetime | None:
        """When the number was read; None for what is no moment, or long ago."""
        text = self.params.get("at", "")
        if not text:
            return self.now
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        if at.tzinfo is None or not self.now - OLDEST <= at <= self.now + timedelta(minutes=5):
            return None
        return at

    @property
    def standing(self) -> bool:
        """Whether cases are listed as they are now."""
        return self.measure in rows.STANDING

    @property
    def order(self) -> Order:
        """Cases by what is due next, others the latest first."""
        return BY_DUE if self.standing else BY_DAY

    def rows(self) -> QuerySet[Any]:
        """All of them."""
        if self.asked is None or self.moment is None:
            raise ValueError(self.problems)
        if self.standing:
            return rows.standing(self.user, self.asked, self.measure, self.moment, self.key)
        return rows.occurrences(
            self.user, self.asked, self.measure, self.today, key=self.key, whole=self.whole
        )

    def page(self) -> tuple[list[Row], str, str]:
        """(rows, cursor before, cursor after). Raises BadCursor for one of another list."""
        found: Any = self.rows()
        backwards = bool(self.cursor and self.cursor.backwards)
        case = "" if self.standing else "complaint__"
        found = found.select_related(f"{case}consumer", f"{case}owner")
        if self.cursor:
            found = self.order.beyond(found, self.cursor, PAGE_SIZE)
        page = list(self.order.sort(found, backwards)[: PAGE_SIZE + 1])
        more, page = len(page) > PAGE_SIZE, page[:PAGE_SIZE]
        if backwards:
            page.reverse()
        shown = [self._row(one) for one in page]
        saw_cases(*(row.case.number for row in shown))
        before = more if backwards else self.cursor is not None
        after = self.cursor is not None if backwards else more
        return (
            shown,
            str(self.order.key(page[0], True)) if before and page else "",
            str(self.order.key(page[-1], False)) if after and page else "",
        )

    def _row(self, one: Any) -> Row:
        if self.standing:
            return Row(one, one.get_state_display())
        day = None if one.kind in o.STANDING else one.day
        return Row(one.complaint, labels.what(one), day)

    def address(self, **changes: str) -> str:
        """The same list, some of it changed."""
        values = {**self.params, **changes}
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def chips(self) -> list[tuple[str, str]]:
        """(name, value) of what narrows the list."""
        if self.asked is None:
            return []
        found = []
        for name, value in self.asked.filters.items():
            words = labels.label(name, meant(value))
            if name == "owner":
                owner = self.asked.owner
                words = User.objects.get(pk=owner).name if owner else _("待分配")
            found.append((str(LABELS[name]), words))
        if self.key:
            found.append((_("其中"), labels.key_words(self.measure, self.key)))
        return found


@require_GET
@needs("see_analytics")
def number_rows(request: HttpRequest) -> HttpResponse:
    """The list. A wrong address is told, and shows nothing."""
    folding.catch_up()
    looked = Looked.read(request.GET.dict(), person(request), timezone.now())
    measure = MEASURES.get(looked.measure) or THINGS.get(looked.measure)
    context: dict[str, Any] = {"looked": looked, "measure": measure}
    if not looked.problems:
        try:
            found, previous, following = looked.page()
        except BadCursor:
            looked.problems.append(_("分页位置无效；请从第一页重新开始"))
        else:
            context |= {
                "rows": found,
                "number": rows.number(looked.rows()),
                "previous": previous and looked.address(cursor=previous),
                "next": following and looked.address(cursor=following),
            }
    status = 400 if looked.problems else 200
    return render(request, "analytics/rows.html", context, status=status)
