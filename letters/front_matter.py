"""The YAML at the head of a template, read strictly: plain texts and lists of texts, each with its
line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import yaml

from letters.mistakes import TemplateError

KEYS = ("title", "subject", "kind", "language", "legal_basis", "channels", "sms")
REQUIRED = ("title", "kind", "language", "legal_basis", "channels")
MARK = "---"
LONGEST = 8_000  # characters; the longest that we have is 900
_DEEPEST = 3


@dataclass(frozen=True)
class Said:
    """A text of the front matter and where it stands."""

    text: str
    line: int


class FrontMatter:
    """The keys of one template. Each question raises TemplateError for an unsound answer."""

    def __init__(self, file: str, nodes: Mapping[str, yaml.Node], lines: Mapping[str, int]) -> None:
        self.file, self._nodes, self._lines = file, nodes, lines

    def error(self, key: str, code: str, /, **given: object) -> TemplateError:
        """The mistake `code` at the line of the key."""
        return TemplateError(self.file, self._lines.get(key, 1), code, **given)

    def text(self, key: str) -> str:
        """One text; "" where the key is not there."""
        node = self._nodes.get(key)
        if node is None:
            return ""
        said = _text(node) if isinstance(node, yaml.ScalarNode) else ""
        if not said or "\n" in said:
            raise self.error(key, "wants_text", key=key)
        return said

    def line(self, key: str) -> int:
        return self._lines.get(key, 1)

    def listed(self, key: str, example: str) -> list[Said]:
        """A list of texts, at least one."""
        node = self._nodes[key]
        if isinstance(node, yaml.SequenceNode) and node.value:
            said = [Said(_text(n), _line(n)) for n in node.value if isinstance(n, yaml.ScalarNode)]
            if len(said) == len(node.value) and all(one.text for one in said):
                return self._once(key, said)
        raise self.error(key, "wants_list", key=key, example=example)

    def _once(self, key: str, said: list[Said]) -> list[Said]:
        seen: set[str] = set()
        for one in said:
            if one.text in seen:
                raise TemplateError(self.file, one.line, "listed_twice", key=key, given=one.text)
            seen.add(one.text)
        return said

    def one_of(self, key: str, allowed: Iterable[str]) -> str:
        """One of some words."""
        return self.allowed(key, Said(self.text(key), self.line(key)), list(allowed))

    def allowed(self, key: str, said: Said, allowed: list[str]) -> str:
        """The text, which is one of some words."""
        if said.text not in allowed:
            raise TemplateError(
                self.file,
                said.line,
                "not_allowed",
                key=key,
                given=said.text,
                allowed=", ".join(allowed),
            )
        return said.text


def split(file: str, text: str) -> tuple[str, str, int]:
    """(front matter, text of the letter, line on which the latter begins)."""
    lines = text.split("\n")
    if lines[0].rstrip() != MARK:
        raise TemplateError(file, 1, "no_front_matter")
    for number, line in enumerate(lines[1:], 2):
        if line.rstrip() == MARK:
            return "\n".join(lines[1 : number - 1]), "\n".join(lines[number:]), number + 1
    raise TemplateError(file, 1, "open_front_matter")


def read(file: str, text: str) -> FrontMatter:
    """The front matter without its marks. Raises TemplateError."""
    root = _composed(file, text)
    if not isinstance(root, yaml.MappingNode):
        raise TemplateError(file, 2, "no_mapping", allowed=", ".join(KEYS))
    nodes: dict[str, yaml.Node] = {}
    lines: dict[str, int] = {}
    for key_node, node in root.value:
        key = _text(key_node) if isinstance(key_node, yaml.ScalarNode) else "?"
        if key not in KEYS:
            allowed = ", ".join(KEYS)
            raise TemplateError(file, _line(key_node), "unknown_key", key=key, allowed=allowed)
        if key in nodes:
            raise TemplateError(file, _line(key_node), "repeated_key", key=key)
        nodes[key], lines[key] = node, _line(key_node)
    for key in REQUIRED:
        if key not in nodes:
            raise TemplateError(file, 1, "missing_key", key=key)
    return FrontMatter(file, nodes, lines)


def _composed(file: str, text: str) -> yaml.Node | None:
    if len(text) > LONGEST:
        raise TemplateError(file, 2, "long_front_matter", most=LONGEST)
    try:
        _plain(file, text)
        return yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as bad:
        mark = getattr(bad, "problem_mark", None)
        problem = getattr(bad, "problem", None) or type(bad).__name__
        line = mark.line + 2 if mark else 1
        if "\\t" in problem:
            raise TemplateError(file, line, "tab") from bad
        raise TemplateError(file, line, "not_yaml", problem=problem) from bad


def _plain(file: str, text: str) -> None:
    """Refuses what front matter has no use for: anchors, tags, documents, lists within lists."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        special = isinstance(event, yaml.AliasEvent) or any(
            getattr(event, name, None) for name in ("anchor", "tag", "tags", "version")
        )
        if special or depth > _DEEPEST:
            raise TemplateError(file, _line(event), "not_plain")


def _text(node: yaml.ScalarNode) -> str:
    """ "" for what YAML takes for nothing (null, ~)."""
    return "" if node.tag == "tag:yaml.org,2002:null" else str(node.value).strip()


def _line(node: yaml.Node | yaml.Event) -> int:
    mark = node.start_mark
    return (mark.line if mark else 0) + 2  # counted from 0, after the opening ---
