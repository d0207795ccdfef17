"""The one list of what a template may name (`variables.yaml`): each with its kind, its words in
both languages and an example.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from legal_rules.terms import Label
from letters.values import Measure, Point


class Kind(Enum):
    """What a variable takes: the first four stand inside a sentence, the others alone."""

    TEXT = "text"  # str
    DAY = "day"  # date, or words that say it
    MONEY = "money"  # Decimal or digits, in yuan
    JOINED = "joined"  # list of str, said in one sentence
    PARAGRAPHS = "paragraphs"  # str; blank lines part the paragraphs
    ITEMS = "items"  # list of str
    MEASURES = "measures"  # list of values.Measure
    POINTS = "points"  # list of values.Point

    @property
    def alone(self) -> bool:
        """Takes a paragraph of its own in a template."""
        return self in (Kind.PARAGRAPHS, Kind.ITEMS, Kind.MEASURES, Kind.POINTS)


@dataclass(frozen=True)
class Variable:
    """One name of the allow-list. `fallback`: what is said where there is no value."""

    name: str
    kind: Kind
    label: Label
    example: Mapping[str, Any]
    fallback: Label | None

    def example_in(self, lang: str) -> Any:
        """An invented value, for previews and tests."""
        return self.example["en" if lang.startswith("en") else "zh"]


def _given(kind: Kind, value: Any) -> Any:
    """An example as the file writes it, as a value."""
    if kind is Kind.POINTS:
        return [Point(**one) for one in value]
    if kind is Kind.MEASURES:
        return [Measure(**{**one, "amount": Decimal(one["amount"])}) for one in value]
    return value


def _read(row: Mapping[str, Any]) -> Variable:
    kind, example = Kind(row["kind"]), row["example"]
    both = example if isinstance(example, dict) else {"zh": example, "en": example}
    return Variable(
        row["name"],
        kind,
        Label(**row["label"]),
        {lang: _given(kind, value) for lang, value in both.items()},
        Label(**row["fallback"]) if "fallback" in row else None,
    )


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a tenth of the time, at every start
_TEXT = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
_ROWS = yaml.load(_TEXT, _LOADER)  # noqa: S506 - CSafeLoader or SafeLoader
VARIABLES: Mapping[str, Variable] = {row["name"]: _read(row) for row in _ROWS}


def examples(lang: str) -> dict[str, Any]:
    """An invented value for every variable."""
    return {name: each.example_in(lang) for name, each in VARIABLES.items()}


def label(name: str, lang: str) -> str:
    """What a person calls the variable; its name where the list does not know it."""
    return VARIABLES[name].label.in_(lang) if name in VARIABLES else name
