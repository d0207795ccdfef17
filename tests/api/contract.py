"""Holds every answer of the tests against the OpenAPI description: status, content type, shape.

Shapes are taken strictly: a field that is not described is as wrong as one that is missing.
"""

from __future__ import annotations

import copy
import re
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

# Answers of the machine, not of a call: they may come to any of them.
UNDESCRIBED = {405, 500, 503, 507}


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    return copy.deepcopy(document)


@cache
def _strict() -> dict[str, Any]:
    """The shapes, closed."""
    shapes = copy.deepcopy(description()["components"])
    for shape in shapes["schemas"].values():
        if "properties" in shape:
            shape.setdefault("additionalProperties", False)
    return shapes


@cache
def _paths() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", template)), template)
        for template in description()["paths"]
    ]


def template(path: str) -> str | None:
    """The described address, with its gaps, of a path; None for one that is not described."""
    plain = path.partition("?")[0]
    return next((found for pattern, found in _paths() if pattern.fullmatch(plain)), None)


def operation(method: str, path: str) -> dict[str, Any] | None:
    """The description of a call; None for an address that is not described."""
    found = template(path)
    return description()["paths"][found].get(method.lower()) if found else None


def problems(shape: dict[str, Any], value: Any) -> str:
    """What is wrong with the value, "" when nothing is."""
    whole = {**shape, "components": _strict()}
    checker = Draft202012Validator(whole, format_checker=FormatChecker())
    error = best_match(checker.iter_errors(value))
    return "" if error is None else f"{error.json_path}: {error.message[:300]}"


def check(method: str, path: str, answer: Any) -> None:
    """Raises AssertionError for an answer that the description does not know."""
    call = operation(method, path)
    if call is None or answer.status_code in UNDESCRIBED:
        return
    where = f"{method} {path} → {answer.status_code}"
    described = call["responses"].get(str(answer.status_code))
    assert described is not None, f"{where} is not described"
    kinds = described.get("content", {})
    if not kinds:
        return
    kind = answer["Content-Type"].partition(";")[0]
    assert kind in kinds or "*/*" in kinds, f"{where}: {kind} is not described"
    if answer.streaming:
        return
    wrong = problems(kinds[kind]["schema"], answer.json())
    assert not wrong, f"{where}: {wrong}"
