"""Who is named before a verb: the consumer, the seller, a page of the seller, or somebody else."""

from __future__ import annotations

import re
from pathlib import Path

from legal_rules.reasoning import source

CONSUMER, SELLER, PAGE, THIRD = "consumer", "seller", "page", "third"

_FILE = Path(__file__).resolve().parent / "patterns" / "actors.yaml"


def _words() -> dict[str, list[str]]:
    page = source.read(_FILE, _FILE.parent.parent).only((), ("actors",)).mapping("actors")
    return {kind: page.text(kind).split() for kind in (PAGE, THIRD, SELLER, CONSUMER)}


WORDS = _words()
_KIND_OF = {word: kind for kind, words in WORDS.items() for word in words}
_NAMES = re.compile("|".join(word for words in WORDS.values() for word in words))
# 跟我说, 向商家要求: the one behind the preposition does not speak
_ADDRESSED = re.compile(
    r"(?:跟|对|向|和|给|与|同|找|问|让|叫|骗|告诉|通知|答复|回复|联系|打|打电话给)\s?(?:了|过)?"
    rf"(?:{_NAMES.pattern})(?:们|的?人|女士|先生)?"
)


def last_named(before: str) -> str:
    """The kind of the one who is named last, "" when nobody is. `before`: what precedes a verb."""
    names: list[str] = _NAMES.findall(_ADDRESSED.sub(_blank, before))
    return _KIND_OF[names[-1]] if names else ""


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())
