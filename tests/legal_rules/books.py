"""Rulebooks that differ from the installation's by one rule, as an upgrade would make them."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from legal_rules import rulebook
from legal_rules.reasoning import source
from legal_rules.reasoning.load import read_rule
from legal_rules.rulebook import Rulebook
from legal_rules.vocabulary import STATUTES


def text_of(rule: str) -> str:
    """The file of a rule."""
    file = rulebook.current().rules[rule].file
    return (STATUTES.parent / file).read_text(encoding="utf-8")


def upgraded(rule: str, old: str, new: str) -> Rulebook:
    """The rulebook after `old` became `new` in the file of a rule."""
    book, text = rulebook.current(), text_of(rule)
    assert old in text
    changed = read_rule(source.parse(text.replace(old, new), book.rules[rule].file))
    rules = {**book.rules, rule: changed}
    digest = sha256(f"{book.sha256}{changed.content}".encode()).hexdigest()
    return replace(book, version="2027.01", rules=rules, sha256=digest)


def reworded(rule: str) -> Rulebook:
    """The rulebook after the title of a rule changed, which counsel reads."""
    title = rulebook.current().rules[rule].title.zh
    return upgraded(rule, f"zh: {title}", f"zh: {title}（修订）")
