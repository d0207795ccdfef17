"""全文检索: what the files of cases say, found by words; facets beside the hits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from complaints.finding import facets, listing
from complaints.finding.matching import FINISHED, MOST
from complaints.finding.terms import LONGEST, Asked, asked
from complaints.models.person_search import Door


@dataclass(frozen=True)
class Choice:
    """One choice of a facet: how many, where it leads, whether it is chosen."""

    label: str
    count: int
    address: str
    chosen: bool


class SearchPage:
    """The answer to one query of one person."""

    def __init__(self, user: User, given: Mapping[str, str]) -> None:
        self.user, self.given = user, given
        self.query = given.get("q", "").strip()
        self.asked: Asked = asked(self.query)
        self.chosen, self.problems = facets.chosen(given)
        self.problems = [*self.asked.problems, *self.problems]

    @cached_property
    def page(self) -> listing.Page:
        """The hits of this page."""
        cursor = self.given.get("cursor", "")
        page = listing.page(self.user, self.asked.terms, self.chosen, cursor, door=Door.FULL_TEXT)
        self.problems += page.persons.problems
        if page.lost:
            self.problems.append(_("分页位置无效，已从第一页开始。"))
        return page

    @property
    def facets(self) -> list[tuple[str, str, list[Choice]]]:
        """(code, name, choices) of each facet that has any."""
        found = []
        for facet in facets.FACETS:
            rows = facets.choices(facet.code, self.page.found, get_language() or "zh-hans")
            now = self.chosen.get(facet.code, "")
            shown = [
                Choice(name, n, self._with(facet.code, value, now), value == now)
                for value, name, n in rows
            ]
            if shown:
                found.append((facet.code, str(facet.label), shown))
        return found

    def _with(self, code: str, value: str, now: str) -> str:
        """The address with this choice; once more takes it away."""
        chosen = {**self.chosen, code: value}
        if value == now and code != "stage":
            del chosen[code]
        if chosen.get("stage") == FINISHED:
            del chosen["stage"]
        return "?" + urlencode({"q": self.query, **chosen})

    def turned(self, cursor: str) -> str:
        """The address of another page."""
        return "?" + urlencode({"q": self.query, **self.chosen, "cursor": cursor})

    @property
    def previous(self) -> str:
        return self.turned(self.page.previous) if self.page.previous else ""

    @property
    def next(self) -> str:
        return self.turned(self.page.next) if self.page.next else ""

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What was chosen, for the form: other words keep it."""
        return list(self.chosen.items())

    @property
    def anywhere(self) -> str:
        """The same words in every case, open ones too."""
        return "?" + urlencode({"q": self.query, "stage": "any"})


@require_GET
@needs("see_complaints")
def archive_search(request: HttpRequest) -> HttpResponse:
    """Files that hold the words, the latest first."""
    found = SearchPage(person(request), request.GET.dict())
    page = found.page
    if found.asked.terms and listing.still_reading(found.user, timezone.now()):
        found.problems.append(_("有些案卷的文字还在读取，过几分钟再查会更全。"))
    context: dict[str, Any] = {"s": found, "page": page, "most": MOST, "longest": LONGEST}
    return render(request, "archive/search.html", context)
