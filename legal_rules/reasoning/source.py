"""Reads YAML strictly and remembers where it stood, so that a mistake has a file and a line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml

from legal_rules.reasoning import mistakes
from legal_rules.terms import Label

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
T = TypeVar("T")
DEEPEST, MOST = (
    40,
    100_000,
)  # nesting and values of one file: far more than a paragraph of law needs
_TAG = "tag:yaml.org,2002:"


class LawError(ValueError):
    """A mistake in a file of law. `str()` is English and begins with file and line.

    `code` is one of `mistakes.MISTAKES`; `given` fills its sentences.
    """

    def __init__(self, file: Path | str, line: int, code: str, **given: object) -> None:
        self.file, self.line, self.code, self.given = str(file), line, code, given
        super().__init__(f"{file}:{line}: {self.message_for('en')}")

    def sentence_for(self, lang: str) -> str:
        """What is wrong, in "zh-hans" or "en"."""
        return mistakes.sentence(self.code, lang, self.given)

    def remedy_for(self, lang: str) -> str:
        """What to do about it."""
        return mistakes.remedy(self.code, lang, self.given)

    def message_for(self, lang: str) -> str:
        """Both in one line."""
        joint = "; " if lang.startswith("en") else "；"
        return joint.join(filter(None, (self.sentence_for(lang), self.remedy_for(lang))))


class Table(dict[str, Any]):
    """A YAML mapping that knows its file and the line of each key."""

    file: str
    line: int
    lines: dict[str, int]

    def error(self, code: str, at: str | None = None, /, **given: object) -> LawError:
        """The mistake `code` at the line of the key `at`; `given` fills its sentences."""
        return LawError(self.file, self.lines.get(at or "", self.line), code, **given)

    def at(self, key: str) -> Table:
        """Itself seen from the line of one key: for what stands there without lines of its own."""
        here = Table(self)
        here.file, here.line, here.lines = self.file, self.lines.get(key, self.line), {}
        return here

    def only(self, allowed: Iterable[str], required: Iterable[str] = ()) -> Table:
        """Itself. Raises LawError for a key not `allowed` and for a missing `required` one."""
        known = set(allowed) | set(required)
        for key in self:
            if key not in known:
                allowed = ", ".join(sorted(known))
                raise self.error("unknown_key", key, key=key, allowed=allowed)
        for key in required:
            if key not in self:
                raise self.error("missing_key", key=key)
        return self

    def text(self, key: str) -> str:
        return self._typed(key, str, "wants_text")

    def listed(self, key: str) -> list[Any]:
        return self._typed(key, list, "wants_list") if key in self else []

    def tables(self, key: str) -> list[Table]:
        """A list of mappings; absent, an empty one."""
        rows = self.listed(key)
        for place, row in enumerate(rows):
            if not isinstance(row, Table):
                line = rows.lines[place] if isinstance(rows, Rows) else self.line
                raise LawError(self.file, line, "wants_tables", key=key)
        return rows

    def names(self, key: str) -> tuple[str, ...]:
        """A list of texts; absent, an empty one."""
        for name in self.listed(key):
            if not isinstance(name, str):
                raise self.error("wants_names", key, key=key, given=name)
        return tuple(self.listed(key))

    def mapping(self, key: str) -> Table:
        return self._typed(key, Table, "wants_mapping")

    def label(self, key: str) -> Label:
        """Words in Chinese and English: {zh, en}."""
        words = self._typed(key, Table, "wants_both").only((), ("zh", "en"))
        return Label(words.text("zh"), words.text("en"))

    def maybe_label(self, key: str) -> Label | None:
        """The same, or None where the key is absent."""
        return self.label(key) if key in self else None

    def day(self, key: str) -> date:
        return self._typed(key, date, "wants_day")

    def _typed(self, key: str, wanted: type[T], code: str) -> T:
        value = self.get(key)
        if not isinstance(value, wanted) or value == "":
            raise self.error(code, key, key=key)
        return value


class Rows(list[Any]):
    """A YAML list that knows the line of each item."""

    lines: list[int]


def read(path: Path, root: Path) -> Table:
    """The mapping that a file holds.

    Raises LawError for bad YAML, a key said twice, a float, or a file that is no mapping.
    """
    return parse_bytes(path.read_bytes(), path.relative_to(root.parent).as_posix())


def parse_bytes(content: bytes, name: str, wrong: list[LawError] | None = None) -> Table:
    """The mapping that the content of a file holds. Raises LawError as `parse` does."""
    try:
        return parse(content.decode("utf-8-sig"), name, wrong)
    except UnicodeDecodeError as bad:
        line = content[: bad.start].count(b"\n") + 1
        raise LawError(name, line, "not_utf8", byte=bad.start) from bad


def parse(text: str, name: str, wrong: list[LawError] | None = None) -> Table:
    """The mapping that a text holds; `name` stands for its file. Raises LawError as `read` does.

    With `wrong`, values that cannot be taken are put there, and None in their place, so that the
    rest is read too.
    """
    try:
        node = _compose(text)
    except yaml.MarkedYAMLError as bad:
        line = bad.problem_mark.line + 1 if bad.problem_mark else 1
        raise LawError(name, line, "not_yaml", problem=bad.problem or "not YAML") from bad
    except yaml.YAMLError as bad:
        raise LawError(name, 1, "not_yaml", problem=str(bad).splitlines()[0]) from bad
    except RecursionError as bad:
        raise LawError(name, 1, "too_nested") from bad
    if not isinstance(node, yaml.MappingNode):
        raise LawError(name, 1, "no_mapping")
    table: Table = _Reader(name, wrong).mapping(node, 0)
    return table


def _compose(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


class _Reader:
    """Turns nodes into values; counts them, so that aliases cannot multiply without end."""

    def __init__(self, file: str, wrong: list[LawError] | None) -> None:
        self.file, self.wrong, self.seen = file, wrong, 0

    def mapping(self, node: yaml.MappingNode, depth: int) -> Table:
        result = Table()
        result.file, result.line, result.lines = self.file, node.start_mark.line + 1, {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise LawError(self.file, line, "key_not_text")
            key = key_node.value
            if key in result:
                self.refuse(LawError(self.file, line, "said_twice", key=key))
            result[key], result.lines[key] = self.value(value_node, depth + 1), line
        return result

    def value(self, node: yaml.Node, depth: int) -> Any:
        self.seen += 1
        if depth > DEEPEST or self.seen > MOST:
            raise LawError(self.file, node.start_mark.line + 1, "too_nested")
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            items = Rows(self.value(item, depth + 1) for item in node.value)
            items.lines = [item.start_mark.line + 1 for item in node.value]
            return items
        try:
            return _scalar(node, self.file)
        except LawError as mistake:
            self.refuse(mistake)
            return None

    def refuse(self, mistake: LawError) -> None:
        """Raise it, or only note it."""
        if self.wrong is None:
            raise mistake
        self.wrong.append(mistake)


def _scalar(node: yaml.Node, file: str) -> Any:
    kind, text, line = node.tag.removeprefix(_TAG), node.value, node.start_mark.line + 1
    if kind == "str":
        return text.strip()
    if kind == "bool":
        return text.lower() in ("yes", "true", "on")
    if kind == "null":
        return None
    if kind == "int" and text.lstrip("-").isdigit() and len(text) < 20:
        return int(text)
    if kind == "timestamp":
        try:
            return date.fromisoformat(text)
        except ValueError as bad:
            raise LawError(file, line, "not_a_day", given=text) from bad
    if kind == "float":
        raise LawError(file, line, "float", given=text)
    raise LawError(file, line, "not_allowed", given=text, kind=kind)
