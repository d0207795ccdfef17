"""Reads YAML strictly and remembers where it stood, so that a mistake has a file and a line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
T = TypeVar("T")
_TAG = "tag:yaml.org,2002:"


class LawError(ValueError):
    """A mistake in a file of law. `str()` begins with file and line."""

    def __init__(self, file: Path | str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file, self.line, self.message = str(file), line, message


class Table(dict[str, Any]):
    """A YAML mapping that knows its file and the line of each key."""

    file: str
    line: int
    lines: dict[str, int]

    def error(self, message: str, key: str | None = None) -> LawError:
        return LawError(self.file, self.lines.get(key or "", self.line), message)

    def only(self, allowed: Iterable[str], required: Iterable[str] = ()) -> Table:
        """Itself. Raises LawError for a key not `allowed` and for a missing `required` one."""
        known = set(allowed) | set(required)
        for key in self:
            if key not in known:
                raise self.error(f"unknown key {key!r}; allowed: {', '.join(sorted(known))}", key)
        for key in required:
            if key not in self:
                raise self.error(f"missing key {key!r}")
        return self

    def text(self, key: str) -> str:
        return self._typed(key, str, "a text")

    def listed(self, key: str) -> list[Any]:
        return self._typed(key, list, "a list") if key in self else []

    def mapping(self, key: str) -> Table:
        return self._typed(key, Table, "a mapping")

    def day(self, key: str) -> date:
        return self._typed(key, date, "a date")

    def _typed(self, key: str, wanted: type[T], name: str) -> T:
        value = self.get(key)
        if not isinstance(value, wanted) or value == "":
            raise self.error(f"{key!r} must be {name}", key)
        return value


class Rows(list[Any]):
    """A YAML list that knows the line of each item."""

    lines: list[int]


def read(path: Path, root: Path) -> Table:
    """The mapping that a file holds.

    Raises LawError for bad YAML, a key said twice, a float, or a file that is no mapping.
    """
    name = path.relative_to(root.parent).as_posix()
    loader = _Loader(path.read_text(encoding="utf-8"))
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as bad:
        line = bad.problem_mark.line + 1 if bad.problem_mark else 1
        raise LawError(name, line, bad.problem or "not YAML") from bad
    finally:
        loader.dispose()
    if not isinstance(node, yaml.MappingNode):
        raise LawError(name, 1, "the file must hold a mapping")
    return _mapping(node, name)


def _mapping(node: yaml.MappingNode, file: str) -> Table:
    result = Table()
    result.file, result.line, result.lines = file, node.start_mark.line + 1, {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise LawError(file, line, "a key must be plain text")
        key = key_node.value
        if key in result:
            raise LawError(file, line, f"key {key!r} is said twice")
        result[key], result.lines[key] = _value(value_node, file), line
    return result


def _value(node: yaml.Node, file: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, file)
    if isinstance(node, yaml.SequenceNode):
        items = Rows(_value(item, file) for item in node.value)
        items.lines = [item.start_mark.line + 1 for item in node.value]
        return items
    return _scalar(node, file)


def _scalar(node: yaml.Node, file: str) -> Any:
    kind, text, line = node.tag.removeprefix(_TAG), node.value, node.start_mark.line + 1
    if kind == "str":
        return text.strip()
    if kind == "bool":
        return text.lower() in ("yes", "true", "on")
    if kind == "null":
        return None
    if kind == "int" and text.lstrip("-").isdigit():
        return int(text)
    if kind == "timestamp":
        try:
            return date.fromisoformat(text)
        except ValueError as bad:
            raise LawError(file, line, f"{text!r} is not a date YYYY-MM-DD") from bad
    if kind == "float":
        raise LawError(file, line, f'{text} is a float; write money as text, such as "{text}"')
    raise LawError(file, line, f"{text!r} ({kind}) is not allowed here")
