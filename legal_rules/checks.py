"""System check: the rulebook loads and every worked example holds, at every start and in CI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from legal_rules import examples, rulebook
from legal_rules.reasoning.source import LawError


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
