"""System checks, at every start and in CI: the rulebook loads and every worked example holds; the
table of deadlines loads and names rules and facts that there are; so do the patterns by which a
narrative suggests facts.

To judge some thousand examples is half of a start: what was found sound is not judged again by
this installation until a file of the law or of the engine changes (`legal_rules/judged.py`).
`manage.py check --deploy` and `./run lint` judge all of it, always.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from legal_rules import deadline_table, examples, judged, rulebook
from legal_rules.reasoning.source import LawError
from legal_rules.suggest import patterns
from legal_rules.vocabulary import FACTS


@register("legal_rules")
def the_law_was_found_sound(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """What is wrong with the law, where these very files have not been found sound before."""
    return judged.unless_found_sound(_mistakes)


@register("legal_rules", deploy=True)
def the_law_is_sound(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What is wrong with the law, looked at whatever was found before."""
    return _mistakes()


def _mistakes() -> list[CheckMessage]:
    return [
        *every_example_holds(),
        *every_deadline_stands_on_something(),
        *every_pattern_can_be_read(),
    ]


def every_example_holds() -> list[CheckMessage]:
    """One Error per mistake in a file of law, and per example whose answer differs."""
    try:
        book = rulebook.current()
    except LawError as bad:
        return [Error(str(bad), id="legal_rules.E001")]
    return [Error(text, id="legal_rules.E002") for text in examples.failures(book)]


def every_deadline_stands_on_something() -> list[CheckMessage]:
    """The first mistake in the table of deadlines; else one Error per name that computes a window
    and is neither a rule nor a fact.
    """
    try:
        table = deadline_table.current()
    except LawError as bad:
        return [Error(str(bad), id="legal_rules.E004")]
    try:
        known = {*FACTS, *rulebook.current().rules}
    except LawError:
        return []  # said above
    return [
        Error(f"{entry.file}:{entry.line}: no rule or fact {name!r}", id="legal_rules.E005")
        for entry in table.entries.values()
        if entry.window
        for name in entry.window.computed_by
        if name not in known
    ]


def every_pattern_can_be_read() -> list[CheckMessage]:
    """The first mistake in a file of patterns."""
    try:
        for kind in ("facts", "categories"):
            patterns.read(patterns.FOLDER, kind)
    except (LawError, patterns.PatternError) as bad:
        return [Error(str(bad), id="legal_rules.E003")]
    return []
