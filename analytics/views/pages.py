"""What the pages of signals have in common: filters from the address, pages by keyset, acts that
are refused with everything that was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from accounts.access import person
from complaints.errors import CaseError, Invalid, NotAllowed, StaleVersion
from complaints.views.mass import Page, page
from complaints.views.queue_rows import BadCursor, Cursor, Order
from complaints.views.sheets import SheetForm, readable

Choices = Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class Menu:
    """One filter: its name in the address, its label, what can be chosen, and what is chosen."""

    name: str
    label: Any
    rows: Choices
    chosen: str
    fixed: bool = False  # something is always chosen


@dataclass
class Looked:
    """A list as the address asks for it. What is not understood is said and shows the list without
    it (`problems`).
    """

    params: QueryDict
    menus: list[Menu] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def choose(self, name: str, label: Any, rows: Choices, usual: str = "") -> str:
        """Add a filter; answers its code, the usual one for nothing or what is none."""
        wanted = self.params.get(name, "") or usual
        if wanted not in {code for code, _words in rows} | {usual}:
            words = _("没有“{value}”这个选项，已按“{label}”的通常范围显示。")
            self.problems.append(words.format(value=wanted[:20], label=label))
            wanted = usual
        self.menus.append(Menu(name, label, rows, wanted, bool(usual)))
        return wanted

    @property
    def narrowed(self) -> bool:
        """Whether any filter is chosen."""
        return any(self.params.get(menu.name) for menu in self.menus)

    def cursor(self) -> Cursor | None:
        """The place in the list; the beginning for one that was never given out."""
        text = self.params.get("cursor", "")
        try:
            return Cursor.read(text) if text else None
        except BadCursor:
            self.problems.append(_("分页位置无效，已从第一页开始。"))
            return None

    def page(self, rows: Any, order: Order) -> Page:
        """One page: one statement."""
        return page(rows, order, self.cursor())

    def address(self, **changes: str) -> str:
        """This list, changed; without a place in it."""
        now = {menu.name: self.params.get(menu.name, "") for menu in self.menus} | changes
        return "?" + urlencode({name: value for name, value in now.items() if value})


def version_of(posted: QueryDict) -> int | None:
    """What the person had before the eyes."""
    text = posted.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None


def number_of(text: str) -> int | None:
    """A key from a form; None for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def act(
    request: HttpRequest,
    form: SheetForm | None,
    does: Callable[[Mapping[str, str], int | None], Any],
    done: Callable[[Any], HttpResponse],
    again: Callable[[SheetForm | None, list[str], int], HttpResponse],
    message: str,
) -> HttpResponse:
    """Act once with what was posted; refused: `again` with the form, the sentences that belong to
    no field, and the status. Raises Http404 for what is not there, PermissionDenied.
    """
    posted, unreadable = readable(request.POST)
    sent = {name: posted.get(name, "") for name in posted}
    try:
        if unreadable:
            raise Invalid(unreadable)
        made = does(sent, version_of(posted))
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        named = dict(error.errors) if isinstance(error, Invalid) else {"": [error.message]}
        loose = form.refuse(named) if form is not None else [s for n in named.values() for s in n]
        return again(form, loose, 409 if isinstance(error, StaleVersion) else 422)
    messages.success(request, message)
    return done(made)


def found_or_404(find: Callable[[], Any], missing: type[Exception]) -> Any:
    """Raises Http404, the same for a missing and for a foreign one."""
    try:
        return find()
    except missing as error:
        raise Http404 from error


__all__ = [
    "BadCursor", "Looked", "Menu", "Order", "act", "found_or_404", "number_of", "person",
    "version_of",
]  # fmt: skip
