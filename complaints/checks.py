"""System check, at every start and in CI: the clocks of the house are described rightly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from complaints import own_regimes, regimes
from legal_rules.reasoning.source import LawError


@register("complaints")
def every_clock_of_the_house_can_be_read(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """The first mistake in `regimes.yaml`."""
    try:
        own_regimes.read(regimes.FILE)
    except LawError as bad:
        return [Error(str(bad), id="complaints.E001")]
    return []
