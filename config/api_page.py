"""The API as a page that people read: the OpenAPI description in the product's own look.

Drawn on the server from the description itself, so that it cannot say something else, works
without scripts, in both languages and themes, and with a keyboard.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

DEEPEST = 4
Schema = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One parameter or field: its name with dots, its type, what it means, the codes it knows."""

    name: str
    kind: str
    required: bool
    meaning: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """One call as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    scope: str
    params: list[Field]
    sent: list[Field]
    examples: list[tuple[str, str]]
    answered: list[Field]
    answers: list[tuple[str, str]]


@dataclass(frozen=True)
class Group:
    """Calls that belong together."""

    name: str
    calls: list[Call]


@require_GET
@login_not_required
def docs(request: HttpRequest) -> HttpResponse:
    """The page. No statement; the description is read once per language."""
    return render(request, "api/docs.html", {"groups": drawn(get_language() or "zh-hans")})


@cache
def description(_language: str) -> Schema:
    """The OpenAPI document, the same for everybody: read once per language and process, because
    looking through all views and their fields takes half a second.
    """
    found: Schema = SchemaGenerator().get_schema(request=None, public=True)
    return found


@cache
def drawn(language: str) -> str:
    """The calls as the page shows them, safe HTML; as large as the description, and as lasting."""
    return render_to_string("api/groups.html", {"groups": groups(language)})


def groups(language: str) -> list[Group]:
    """Every call, in the order of the table of the contract: cases first."""
    document = description(language)
    found: dict[str, list[Call]] = {
        "complaints": [],
        "keeping": [],
        "legal": [],
        "me": [],
        "audit": [],
    }
    for path, ways in document["paths"].items():
        for method, call in ways.items():
            found.setdefault(call["tags"][0], []).append(_call(method, path, call, document))
    names = {
        "complaints": _("案件"),
        "keeping": _("保管与销毁"),
        "legal": _("法律"),
        "me": _("调用者"),
        "audit": _("审计"),
    }
    return [Group(names.get(tag, tag), calls) for tag, calls in found.items() if calls]


def _call(method: str, path: str, call: Schema, document: Schema) -> Call:
    kinds = call.get("requestBody", {}).get("content", {})
    body = next(iter(kinds.values()), {})
    good = next(c for code, c in call["responses"].items() if code < "300")
    answered = next(iter(good.get("content", {}).values()), {})
    return Call(
        anchor=call["operationId"],
        method=method.upper(),
        path=path,
        summary=str(call.get("summary", "")),
        scope=str(call.get("x-scope") or ""),
        params=[_parameter(p) for p in call.get("parameters", []) if p["in"] != "path"],
        sent=list(_fields(body.get("schema", {}), document)),
        examples=[
            (name, json.dumps(one["value"], ensure_ascii=False, indent=2))
            for name, one in body.get("examples", {}).items()
        ],
        answered=list(_fields(answered.get("schema", {}), document)),
        answers=[
            (code, str(one.get("description") or _("成功")))
            for code, one in sorted(call["responses"].items())
        ],
    )


def _parameter(parameter: Schema) -> Field:
    schema = parameter["schema"]
    codes = schema.get("enum") or schema.get("items", {}).get("enum") or ()
    kind = _("请求头") if parameter["in"] == "header" else _kind(schema)
    meaning = str(parameter.get("description", ""))
    return Field(
        parameter["name"], kind, parameter.get("required", False), meaning, tuple(map(str, codes))
    )


def _resolved(schema: Schema, document: Schema) -> Schema:
    """The shape itself, whatever leads to it: a reference, or one of several beside null."""
    for key in ("allOf", "oneOf", "anyOf"):
        inner = [one for one in schema.get(key, []) if one.get("type") != "null"]
        if inner:
            return {**_resolved(inner[0], document), **_own(schema)}
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        shape = document["components"]["schemas"][name]
        # what is said of a shape speaks to whoever reads the code; of a field, to the caller
        return {**{k: v for k, v in shape.items() if k != "description"}, **_own(schema)}
    return schema


def _own(schema: Schema) -> Schema:
    return {k: v for k, v in schema.items() if k == "description"}


def _fields(schema: Schema, document: Schema, prefix: str = "", depth: int = 0) -> Iterator[Field]:
    """The fields of an object, `consumer.phone` for one inside another, `measures[].kind` for one
    in a list.
    """
    schema = _resolved(schema, document)
    if schema.get("type") == "array":
        yield from _fields(schema.get("items", {}), document, f"{prefix}[]", depth)
        return
    many = schema.get("additionalProperties")
    if isinstance(many, dict) and many:
        yield from _fields(many, document, f"{prefix}.{{id}}" if prefix else "{id}", depth + 1)
    required = schema.get("required", [])
    for name, inner in schema.get("properties", {}).items():
        full = f"{prefix}.{name}" if prefix else name
        yield _field(full, name in required, _resolved(inner, document))
        if depth < DEEPEST:
            yield from _fields(inner, document, full, depth + 1)


def _field(name: str, required: bool, schema: Schema) -> Field:
    items = schema.get("items", {})
    codes = schema.get("enum") or items.get("enum") or ()
    # the list of codes with their names is drawn as codes; what is said before it stays
    meaning = str(schema.get("description", "")).partition("* `")[0].strip()
    return Field(name, _kind(schema), required, meaning, tuple(str(c) for c in codes if c))


def _kind(schema: Schema) -> str:
    kind = schema.get("type", "")
    kinds = [k for k in (kind if isinstance(kind, list) else [kind]) if k not in ("", "null")]
    names = {
        "string": _("文字"),
        "integer": _("整数"),
        "boolean": _("是或否"),
        "number": _("数"),
        "array": _("列表"),
        "object": _("对象"),
    }
    formats = {"date": _("日期"), "date-time": _("时间"), "binary": _("文件")}
    known = formats.get(schema.get("format", "")) or names.get(kinds[0] if kinds else "")
    return str(known or _("任意值"))
