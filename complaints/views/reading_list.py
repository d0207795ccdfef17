"""谁看过: the readers of a case or of a person, every reading by itself, and both as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import person
from audit.models import Reading
from audit.record import record
from complaints import reading_words
from complaints.readers import MOST_ROWS, Reader, Sought
from complaints.seen import CASE
from complaints.spans import Span
from complaints.views import mass
from complaints.views.list_export import purpose_of
from complaints.views.payment_pages import as_csv
from complaints.views.queue_rows import BadCursor, Cursor, Order
from config.tags import moment

NEWEST = Order("at", newest_first=True)
LATELY = timedelta(days=40)


@dataclass(frozen=True)
class Line:
    """One answer: who got it, on which page, and what it showed."""

    row: Reading
    place: str
    shown: str
    opened: bool  # the page was that of what is asked about
    of: list[str]  # numbers of the cases that are asked about and were shown

    @classmethod
    def of_row(cls, row: Reading, subjects: tuple[str, ...]) -> Line:
        """In words."""
        meant = set(subjects)
        numbers = [s.removeprefix(CASE) for s in row.subjects if s in meant and s.startswith(CASE)]
        place, shown = reading_words.place_of(row), reading_words.shown_of(row)
        return cls(row, place, shown, row.about in meant, numbers)

    @property
    def others(self) -> int:
        """How many cases stood on the same page."""
        return len(self.row.subjects)


def newest(sought: Sought, cursor: Cursor | None) -> mass.Page:
    """One page. What is often read fills it from the last weeks: years need not be sorted."""
    ahead = cursor is None or not cursor.backwards
    start = (cursor.moment if cursor else None) or sought.until or timezone.now()
    if ahead:
        page = mass.page(sought.rows.filter(at__gte=start - LATELY), NEWEST, cursor)
        if page.next:
            return page
    return mass.page(sought.rows, NEWEST, cursor)


@dataclass
class Readings:
    """The page: a summary of the readers where it begins, and one page of single readings."""

    sought: Sought
    span: Span
    params: Mapping[str, str]
    keep: dict[str, str] = field(default_factory=dict)  # of the address, besides the span

    def context(self) -> dict[str, Any]:
        """What the template takes."""
        cursor = self._cursor()
        page = newest(self.sought, cursor)
        readers: list[Reader] = [] if cursor else self.sought.readers()
        return {
            "span": self.span,
            "readers": readers,
            "first": cursor is None,
            "lines": [Line.of_row(row, self.sought.subjects) for row in page.rows],
            "next": page.next and self._address(page.next),
            "previous": page.previous and self._address(page.previous),
        }

    def _address(self, cursor: str) -> str:
        return "?" + urlencode({**self.keep, **self.span.chosen, "cursor": cursor})

    def _cursor(self) -> Cursor | None:
        text = self.params.get("cursor", "")
        try:
            return Cursor.read(text) if text else None
        except BadCursor:
            self.span.problems.append(_("分页位置无效，已从第一页开始。"))
            return None


def exported(request: HttpRequest, sought: Sought, about: dict[str, str]) -> HttpResponse:
    """Every reading as CSV; who took it, of what and what for is recorded."""
    by, now = person(request), timezone.now()
    span = {"since": sought.since, "until": sought.until}
    told = {name: at.isoformat() for name, at in span.items() if at is not None}
    detail = {**about, **told, "purpose": purpose_of(request)}
    record("readings.exported", f"user:{by.username}", by, now, detail)
    return as_csv(_rows(sought), f"{_('阅读记录')}-{timezone.localdate(now)}")


def _rows(sought: Sought) -> Iterator[list[str]]:
    yield [
        _("时间"),
        _("姓名"),
        _("用户名"),
        _("案件"),
        _("方式"),
        _("页面"),
        _("看到的内容"),
        _("同页案件数"),
        _("请求编号"),
    ]
    for n, row in enumerate(sought.all()):
        if n == MOST_ROWS:
            sentence = _("只导出了前 {n} 行，后面还有；请按时间分几次导出")
            yield [sentence.format(n=MOST_ROWS)]
            return
        line = Line.of_row(row, sought.subjects)
        yield [
            moment(row.at),
            row.actor_name or _("凭链接打开，未登录"),
            row.actor,
            " ".join(line.of),
            _("打开") if line.opened else _("在列表中"),
            line.place,
            line.shown,
            str(line.others),
            row.request_id,
        ]
