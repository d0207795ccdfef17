"""A letter on the screen as it will be read, with its options and what is still open in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from complaints import letter_writing
from letters import html, library
from letters.rendering import Rendered
from letters.signatures import TEMPLATES
from letters.template import Template
from letters.variables import label


def _lang() -> str:
    return get_language() or "zh-hans"


def as_html(letter: Rendered, top: int = 3) -> SafeString:
    """The letter below a heading of the page; `letters.html` has escaped every word."""
    return mark_safe(html.body(letter.blocks, letter.language, top))  # noqa: S308


def open_names(letter: Rendered) -> list[str]:
    """What is open in it, in the language of the page."""
    return [label(name, _lang()) for name in letter.unresolved]


@dataclass(frozen=True)
class Choice:
    """One option of the template to tick."""

    id: str
    title: str
    ticked: bool


@dataclass(frozen=True)
class Kept:
    """A letter as it is kept: Markdown, the template that it was begun with, the options."""

    markdown: str
    template_id: str
    template_sha256: str
    ticked: Sequence[str]
    number: str

    @cached_property
    def letter(self) -> Rendered:
        """As it stands."""
        return letter_writing.as_kept(self.markdown, self.template_id, self.number)

    @property
    def shown(self) -> SafeString:
        """As HTML; open variables are marked."""
        return as_html(self.letter)

    @property
    def unresolved(self) -> list[str]:
        """What is open, in the language of the page."""
        return open_names(self.letter)

    @property
    def template(self) -> Template | None:
        """The template that the letter was begun with, as it is now."""
        return library.current().templates.get(self.template_id)

    @property
    def draft(self) -> bool:
        """Whether that template is a draft, or says something else by now."""
        now = self.template
        if now is None or now.sha256 != self.template_sha256:
            return bool(self.template_id)
        return now.id not in TEMPLATES.signed()

    @property
    def title(self) -> str:
        """What the template is called in the language of the page."""
        return self.template.title.in_(_lang()) if self.template else self.template_id

    @property
    def options(self) -> list[Choice]:
        """To tick, by their titles in the language of the page."""
        if self.template is None:
            return []
        said = library.current().template(self.template.kind, _lang())
        return [Choice(o.id, o.title, o.id in self.ticked) for o in said.options]
