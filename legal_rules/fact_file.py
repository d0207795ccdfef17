"""Reads a YAML file of facts and names every mistake with its line, its key and what to do.

    tx_price_paid: "3980.00"
    fr_false_statement: yes
    pi_sensitive: [身份证件号码, 金融账户]

One fact a line, as plain values of facts.yaml. Pure Python; usable without Django.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from legal_rules.nearest import nearest
from legal_rules.values import FactError, UnknownFact
from legal_rules.vocabulary import FACTS, check_value

MOST_BYTES = 1_000_000
MOST_FACTS = 500
_TAG = "tag:yaml.org,2002:"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SENTENCES: dict[str, tuple[str, str]] = {
    "missing": ("没有这个文件；请核对路径。", "There is no such file; check the path."),
    "unreadable": ("无法读取：{given}。", "It cannot be read: {given}."),
    "too_large": (
        "文件大于 1 MB；事实文件每行一项，通常不足 100 行。",
        "The file is larger than 1 MB; a file of facts holds one fact a line, seldom 100 lines.",
    ),
    "not_utf8": (
        "不是 UTF-8 编码；请用 UTF-8 另存。",
        "It is not UTF-8; save it with that encoding.",
    ),
    "empty": (
        "文件里没有事实；每行写一项，例如 fr_false_statement: yes。",
        "It holds no facts; write one a line, such as fr_false_statement: yes.",
    ),
    "not_yaml": (
        "不是有效的 YAML：{given}；每行应为“事实: 值”。",
        "It is not valid YAML: {given}; each line should read “fact: value”.",
    ),
    "not_pairs": (
        "应为“事实: 值”，每行一项，不是列表或文字。",
        "Write “fact: value”, one a line; not a list and not a text.",
    ),
    "too_many": (
        "共 {given} 项事实，最多 500 项；词汇表里总共也没有这么多。",
        "{given} facts; 500 at most, more than the vocabulary holds.",
    ),
    "twice": (
        "写了两次（另见第 {given} 行）；请只留一处。",
        "Said twice (see also line {given}); keep one.",
    ),
    "key": ("键应为事实的编号。", "A key must be the id of a fact."),
    "float_money": (
        '{given} 会被当作浮点数；金额请加引号，写成 "{given}"。',
        '{given} would be a floating-point number; put the amount in quotes, as "{given}".',
    ),
    "nested": (
        "值只能是一个值，或者一列值；请不要再嵌套。",
        "A value is one value or a list of values; do not nest.",
    ),
    "not_date": (
        "{given} 不是日历上的日期；请写成 2026-03-01 这样的日期。",
        "{given} is not a day of the calendar; write a date like 2026-03-01.",
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: its line (0: the whole file), its key, and the sentence in both languages."""

    line: int
    key: str
    zh: str
    en: str

    def in_(self, lang: str) -> str:
        """LINE: key: what is wrong and what to do."""
        words = self.en if lang.startswith("en") else self.zh
        place = f"{self.line}: " if self.line else ""
        return f"{place}{self.key}: {words}" if self.key else f"{place}{words}"


class BadFacts(ValueError):
    """The file cannot be taken. `problems` holds every mistake, in the order of the lines."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path, self.problems = path, problems
        super().__init__("\n".join(self.lines("zh-hans")))

    def lines(self, lang: str) -> list[str]:
        """FILE:LINE: key: sentence, for each mistake."""
        return [f"{self.path}:{'' if each.line else ' '}{each.in_(lang)}" for each in self.problems]


def read(path: Path) -> dict[str, object]:
    """The facts of a file in normal form. Raises BadFacts with every mistake."""
    text = _text(path)
    try:
        return _facts(text)
    except _Refused as bad:
        raise BadFacts(path, bad.problems) from bad


class _Refused(ValueError):
    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(len(problems))


def _problem(code: str, line: int = 0, key: str = "", given: object = "") -> Problem:
    zh, en = (words.format(given=given) for words in SENTENCES[code])
    return Problem(line, key, zh, en)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError as bad:
        raise BadFacts(path, [_problem("missing")]) from bad
    except OSError as bad:
        raise BadFacts(path, [_problem("unreadable", given=bad.strerror)]) from bad
    if len(raw) > MOST_BYTES:
        raise BadFacts(path, [_problem("too_large")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        line = raw[: bad.start].count(b"\n") + 1
        raise BadFacts(path, [_problem("not_utf8", line)]) from bad


def _facts(text: str) -> dict[str, object]:
    node = _root(text)
    problems: list[Problem] = []
    first: dict[str, int] = {}
    facts: dict[str, object] = {}
    if len(node.value) > MOST_FACTS:
        raise _Refused([_problem("too_many", given=len(node.value))])
    for key_node, value_node in node.value:
        line, key = key_node.start_mark.line + 1, str(key_node.value)
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(_problem("key", line))
        elif key in first:
            problems.append(_problem("twice", line, key, first[key]))
        else:
            first[key] = line
            try:
                facts[key] = _checked(key, value_node, line)
            except _Refused as bad:
                problems += bad.problems
    if problems:
        raise _Refused(problems)
    return {name: value for name, value in facts.items() if value is not None}


def _root(text: str) -> yaml.MappingNode:
    """The mapping of the file. Raises _Refused."""
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as bad:
        mark = getattr(bad, "problem_mark", None)
        said = getattr(bad, "problem", None) or getattr(bad, "reason", None) or "?"
        raise _Refused([_problem("not_yaml", mark.line + 1 if mark else 0, given=said)]) from bad
    except RecursionError as bad:
        raise _Refused([_problem("nested")]) from bad
    if node is None or (isinstance(node, yaml.MappingNode) and not node.value):
        raise _Refused([_problem("empty")])
    if not isinstance(node, yaml.MappingNode):
        raise _Refused([_problem("not_pairs", node.start_mark.line + 1)])
    return node


def _checked(key: str, node: yaml.Node, line: int) -> object:
    value = _value(key, node)
    if value is None and key in FACTS:
        return None
    try:
        return check_value(key, value)
    except FactError as bad:
        if isinstance(bad, UnknownFact):
            bad.meant = nearest(key, FACTS)
        words = (bad.sentence_for(lang) for lang in ("zh-hans", "en"))
        raise _Refused([Problem(line, key[:100], *words)]) from bad


def _value(key: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.SequenceNode):
        return list(_items(key, node))
    if not isinstance(node, yaml.ScalarNode):
        raise _Refused([_problem("nested", node.start_mark.line + 1, key)])
    return _scalar(key, node)


def _items(key: str, node: yaml.SequenceNode) -> Iterator[object]:
    for item in node.value:
        if not isinstance(item, yaml.ScalarNode):
            raise _Refused([_problem("nested", item.start_mark.line + 1, key)])
        yield _scalar(key, item)


def _scalar(key: str, node: yaml.ScalarNode) -> object:
    kind, text, line = node.tag.removeprefix(_TAG), str(node.value), node.start_mark.line + 1
    if kind == "bool":
        return text.lower() in ("yes", "true", "on")
    if kind == "null":
        return None
    if kind == "int" and text.lstrip("-").isdigit() and len(text) < 40:
        return int(text)
    if kind == "float" and text.replace(".", "").replace("_", "").lstrip("-+").isdigit():
        raise _Refused([_problem("float_money", line, key, text[:40])])
    if kind == "timestamp" and len(text) == len("2026-03-01"):
        try:
            return date.fromisoformat(text)
        except ValueError as bad:
            raise _Refused([_problem("not_date", line, key, text)]) from bad
    return text
