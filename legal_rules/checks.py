"""System checks, at every start and in CI: the rulebook loads and every worked example holds; the
table of deadlines loads and names rules and facts that there are; so do the patterns by which a
narrative suggests facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from legal_rules import deadline_table, examples, rulebook
from legal_rules.reasoning.source import LawError
from legal_rules.suggest import patterns
from legal_rules.vocabulary import FACTS


@register("legal_rules")
def every_example_holds(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """One Error per mistake in a file of law, and per example whose answer differs."""
    try:
        book = rulebook.current()
    except LawError as bad:
        return [Error(str(bad), id="legal_rules.E001")]
    return [Error(text, id="legal_rules.E002") for text in examples.failures(book)]


@register("legal_rules")
def every_deadline_stands_on_something(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
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


@register("legal_rules")
def every_pattern_can_be_read(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """The first mistake in a file of patterns."""
    try:
        for kind in ("facts", "categories"):
            patterns.read(patterns.FOLDER, kind)
    except (LawError, patterns.PatternError) as bad:
        return [Error(str(bad), id="legal_rules.E003")]
    return []
