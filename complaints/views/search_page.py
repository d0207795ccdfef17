"""The search: every case by its number, order or person, and by the words of its file; facets
beside the hits. 档案 → 全文检索 is the same over finished cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from complaints.finding import facets, listing
from complaints.finding.matching import ANY, FINISHED
from complaints.finding.terms import TOO_LONG, Asked, asked
from complaints.models.person_search import Door
from complaints.views.search_panel import kept


@dataclass(frozen=True)
class Choice:
    """One choice of a facet: how many, where it leads, whether it is chosen."""

    label: str
    count: int
    address: str
    chosen: bool


class SearchPage:
    """The answer to one query of one person. `stage`: which cases, unless another one is chosen."""

    def __init__(self, user: User, given: Mapping[str, str], stage: str) -> None:
        self.user, self.given, self.stage = user, given, stage
        self.query = given.get("q", "").strip()
        self.asked: Asked = asked(self.query)
        self.chosen, self.problems = facets.chosen(given, stage)
        self.problems = [*self.asked.problems, *self.problems]

    @cached_property
    def page(self) -> listing.Page:
        """The hits of this page."""
        cursor = self.given.get("cursor", "")
        door = Door.FULL_TEXT if self.in_archive else Door.SEARCH
        page = listing.page(self.user, self.asked, self.chosen, cursor, door=door)
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
        return self._address(chosen)

    def _address(self, chosen: Mapping[str, str], **more: str) -> str:
        kept = {k: v for k, v in chosen.items() if (k, v) != ("stage", self.stage)}
        return "?" + urlencode({"q": self.query, **kept, **more})

    def turned(self, cursor: str) -> str:
        """The address of another page."""
        return self._address(self.chosen, cursor=cursor)

    @property
    def previous(self) -> str:
        return self.turned(self.page.previous) if self.page.previous else ""

    @property
    def next(self) -> str:
        return self.turned(self.page.next) if self.page.next else ""

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What was chosen, for the form: other words keep it."""
        return [(k, v) for k, v in self.chosen.items() if (k, v) != ("stage", self.stage)]

    @property
    def anywhere(self) -> str:
        """The same words in every case, whatever it is."""
        return f"{reverse('search')}?{urlencode({'q': self.query})}"

    @property
    def to_save(self) -> str:
        """Where this search is kept under a name."""
        kept = {"q": self.query, **dict(self.kept)}
        return f"{reverse('saved_searches')}?{urlencode(kept)}"

    @property
    def in_archive(self) -> bool:
        """Whether only finished cases are looked through unless another stage is chosen."""
        return self.stage == FINISHED


@require_GET
@needs("see_complaints")
def search(request: HttpRequest) -> HttpResponse:
    """Cases of every state: by number, order or person on top, then by words, the latest first."""
    return _shown(request, ANY)


@require_GET
@needs("see_complaints")
def archive_search(request: HttpRequest) -> HttpResponse:
    """Finished files that hold the words, the latest first."""
    return _shown(request, FINISHED)


def _shown(request: HttpRequest, stage: str) -> HttpResponse:
    found = SearchPage(person(request), request.GET.dict(), stage)
    page = found.page
    if found.asked.terms and listing.still_reading(found.user, timezone.now()):
        found.problems.append(_("有些案卷的文字还在读取，过几分钟再查会更全。"))
    context: dict[str, Any] = {"s": found, "page": page, "longest": TOO_LONG}
    if not found.in_archive and not found.query:
        context |= kept(found.user)
    return render(request, "search/search.html", context)
