"""Letters from the templates: the template of a kind with its options and values, and whether
counsel signed the template as it stands (else it is a draft 草稿, and every place says so).

    written("acceptance", letter_values.of_case(complaint)) → Written(letter, template, options)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints.choices import MeasureKind, Payee
from complaints.letter_values import DEFAULT, FRAUD, contact, locale_of
from complaints.models import Resolution
from complaints.workdays import SHANGHAI
from letters import library, pdf
from letters.blocks import names_in
from letters.pdf import Head
from letters.rendering import Rendered, again, has_marks, render
from letters.signatures import TEMPLATES
from letters.template import Template
from letters.variables import VARIABLES, label

RESOLUTION = "resolution"
NO_MORE = {"performed"}  # what a usual option says of what did not happen


@dataclass
class Written:
    """A letter and what it was written from."""

    letter: Rendered
    template: Template
    options: tuple[str, ...]

    @cached_property
    def signed(self) -> bool:
        """Whether counsel signed the template as it is. One small query."""
        return self.template.id in TEMPLATES.signed()

    @property
    def made_of(self) -> dict[str, Any]:
        """What the timeline keeps: template, its hash, options, and whether it was a draft."""
        kept = {"template": self.template.id, "sha256": self.template.sha256}
        return {**kept, "options": list(self.options), "draft": not self.signed}


def written(
    kind: str,
    values: Mapping[str, Any],
    *,
    lang: str = DEFAULT,
    also: Iterable[str] = (),
    without: Iterable[str] = (),
) -> Written:
    """The letter with its usual options and those that occasion it, as far as there is something
    to say in them.
    """
    template = library.current().template(kind, lang)
    wanted = (template.usual | set(also)) - set(without)
    chosen = wanted & fitting(template, values)
    options = tuple(o.id for o in template.options if o.id in chosen)
    letter = render(template, values, options)
    return Written(letter, template, options)


def fitting(template: Template, values: Mapping[str, Any]) -> frozenset[str]:
    """The options in which every variable has a value."""
    always = set(names_in(template.blocks(())))
    return frozenset(
        option.id
        for option in template.options
        if not _open(set(names_in(template.blocks([option.id]))) - always, values)
    )


def _open(names: Collection[str], values: Mapping[str, Any]) -> bool:
    return any(name not in values and VARIABLES[name].fallback is None for name in names)


# --- the resolution


def offered(template: Template, values: Mapping[str, Any], kinds: Collection[str]) -> list[str]:
    """The options that a fresh resolution letter begins with: what there is something to say about.
    The rest is for the author to tick. `kinds`: of the measures, and where their sums go.
    """
    fit = fitting(template, values)
    amounts = [m for m in values.get("measures", ()) if m.amount is not None]
    by_measure = {
        "increased_damages": _rests_on_fraud(values),
        "food_damages": "punitive_damages" in values,
        "stop_calls": MeasureKind.STOP_CALLS in kinds,
        "delete_data": MeasureKind.DELETE_DATA in kinds,
        "payee": bool(amounts) and Payee.ORIGINAL_CHANNEL not in kinds,
        "original_channel": Payee.ORIGINAL_CHANNEL in kinds,
        "total": len(amounts) > 1,
    }
    wanted = {name for name in template.usual if by_measure.get(name, True)}
    wanted |= {name for name, says in by_measure.items() if says}
    return [option.id for option in template.options if option.id in wanted & fit]


def _rests_on_fraud(values: Mapping[str, Any]) -> bool:
    """Whether increased damages are given and Consumer Law, Article 55 is named."""
    named = "\n".join(values.get("legal_basis", ()))
    return "increased_damages" in values and bool(FRAUD.search(named))


def template_of(resolution: Resolution) -> Template | None:
    """The template that the letter was begun with, as it is now; None for one without."""
    return library.current().templates.get(resolution.template)


def language_of(template: str) -> str:
    """zh or en, from the id of a template; Chinese for a letter without one."""
    return "en" if template.endswith(".en") else "zh"


def title_of(template: str, number: str) -> tuple[str, str]:
    """(title, subject) of a resolution letter."""
    lang = language_of(template)
    letter = render(library.current().template(RESOLUTION, lang), {"number": number}, ())
    return letter.title, letter.subject


def as_kept(markdown: str, template: str, number: str) -> Rendered:
    """The letter that was kept, and perhaps edited, exactly as it stands."""
    title, subject = title_of(template, number)
    letter = again(title, markdown, language_of(template))
    return Rendered(**{**vars(letter), "subject": subject})


def open_in(markdown: str, template: str) -> list[str]:
    """What a letter still leaves open, in the words of whoever reads the page: variables without a
    value, and the marks of such in plain words.
    """
    letter = as_kept(markdown, template, "-")
    names = named(letter.unresolved)
    if not names and has_marks(markdown):
        names = [_("〔待填〕")]
    return names


def named(names: Iterable[str]) -> list[str]:
    """What a person calls the variables, in the language of the page."""
    lang = get_language() or "zh-hans"
    return [label(name, lang) for name in names]


# --- on paper


def on_paper(letter: Rendered, number: str, day: date | datetime, *, draft: bool = False) -> bytes:
    """The letter as PDF/A on A4 under the name of the enterprise; `draft` marks it in red."""
    on = day.astimezone(SHANGHAI).date() if isinstance(day, datetime) else day
    with translation.override(locale_of(letter.language)):
        mark = _("草稿") if draft else ""
        reach = settings.ENTERPRISE_CONTACT and contact()
    head = Head(settings.ENTERPRISE_NAME, number, on, contact=reach, mark=mark)
    return pdf.a4(letter, head)
