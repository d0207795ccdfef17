"""A system check, at every start and in CI: every template loads, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from letters import library
from letters.mistakes import TemplateError


@register("letters")
def every_letter_can_be_written(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """The first mistake in a template."""
    try:
        library.current()
    except TemplateError as bad:
        return [Error(str(bad), id="letters.E001")]
    return []
