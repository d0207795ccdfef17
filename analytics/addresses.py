"""Addresses of the rows behind numbers. A page has hundreds of them that differ in one value, so
what they share is written once.
"""

from __future__ import annotations

from urllib.parse import quote_plus

from django.urls import reverse

from analytics.asking import WORDS, Asked

ORDER = ("from", "to", "team", *WORDS, "owner")


class Addresses:
    """Those of one look."""

    def __init__(self, asked: Asked) -> None:
        known = asked.params
        self.start = f"{reverse('analytics_rows')}?measure="
        self.parts = {name: _part(name, known[name]) if name in known else "" for name in ORDER}

    def of(self, measure: str, **changes: str) -> str:
        """The address of the rows of a number: the same window and filters but for the changes."""
        parts = {**self.parts, **{name: _part(name, value) for name, value in changes.items()}}
        return f"{self.start}{measure}{''.join(parts.values())}"


def _part(name: str, value: str) -> str:
    return f"&{name}={quote_plus(value)}"
