"""函件模板: the templates of the letters, which everybody reads and counsel signs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import person
from accounts.models import User
from complaints.views import rule_list, rule_signing
from complaints.views.letter_paper import as_html
from complaints.views.rule_list import status_of
from complaints.views.signing_page import SigningPage
from config.fresh import read_anew
from legal_rules.sign_off import Standing
from letters import library, sms
from letters.rendering import Rendered
from letters.rendering import render as filled_in
from letters.signatures import TEMPLATES
from letters.template import CHANNELS, Option, Template
from letters.variables import VARIABLES, examples

TABS = ("text", "source", "history")


def _lang() -> str:
    return get_language() or "zh-hans"


@dataclass(frozen=True)
class Row:
    """One template as the list shows it."""

    template: Template
    title: str
    cited: list[str]
    ways: list[str]
    options: int
    standing: Standing[Template]
    status: str


@require_GET
def letter_templates(request: HttpRequest) -> HttpResponse:
    """Every template with its law and its sign-off: one query."""
    lang = _lang()
    rows = [
        Row(
            one.piece,
            one.piece.title.in_(lang),
            one.piece.cited(lang),
            [CHANNELS[way].in_(lang) for way in one.piece.channels],
            len(one.piece.options),
            one,
            status_of(one),
        )
        for one in TEMPLATES.standings().values()
    ]
    context = {
        "rows": rows,
        "signed": sum(row.standing.signed for row in rows),
        "statuses": rule_list.STATUSES,
        "may_write": person(request).may("communicate"),
        "sha256": library.current().sha256,
    }
    return render(request, "letters/list.html", context)


class TemplatePage(SigningPage[Template]):
    """A template: how it reads with invented values, its text, counsel's acts."""

    sign_off = TEMPLATES
    done = {
        "sign": gettext_lazy("已签署函件模板“{title}”"),
        "revoke": gettext_lazy("已撤销函件模板“{title}”的签署，它又是草稿"),
    }

    def __init__(self, template: Template, user: User, lang: str) -> None:
        super().__init__(template, user, lang, f"letter-template:{template.id.replace('.', '-')}")
        self.template = template

    @cached_property
    def letter(self) -> Rendered:
        """With every option and invented values."""
        every = [option.id for option in self.template.options]
        return filled_in(self.template, examples(self.template.language), every)

    @property
    def paper(self) -> SafeString:
        """As the consumer would read it."""
        return as_html(self.letter)

    @property
    def length(self) -> sms.Length:
        """Of the text message with these values."""
        return sms.length(self.letter.sms)

    @property
    def options(self) -> list[Option]:
        """By their titles in the language of the page."""
        return list(library.current().template(self.template.kind, self.lang).options)

    @property
    def variables(self) -> list[tuple[str, str]]:
        """(name, what a person calls it) of what it needs."""
        return [(name, VARIABLES[name].label.in_(self.lang)) for name in self.template.names()]

    @property
    def cited(self) -> list[str]:
        """The law it rests on."""
        return self.template.cited(self.lang)

    @property
    def ways(self) -> list[str]:
        """How it may leave."""
        return [CHANNELS[way].in_(self.lang) for way in self.template.channels]


@read_anew
@require_http_methods(["GET", "POST"])
def letter_template(request: HttpRequest, template: str) -> HttpResponse:
    """One template; posting signs it or takes the signature back."""
    found = library.current().templates.get(template)
    if found is None:
        raise Http404
    desk = TemplatePage(found, person(request), _lang())
    outcome = rule_signing.act(request, desk) if request.method == "POST" else None
    if outcome and outcome.done:
        return redirect("letter_template", template)
    tab = request.GET.get("tab", "")
    context = {
        "desk": desk,
        "tab": tab if tab in TABS else TABS[0],
        **rule_signing.shown(request, desk, outcome),
    }
    status = outcome.status if outcome else 200
    return render(request, "letters/template.html", context, status=status)
