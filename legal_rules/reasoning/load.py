"""Reads rules from YAML and refuses every mistake it can see, with file and line.

Refused: unknown keys, floats, undeclared facts, values outside the vocabulary, comparisons in a
condition, overlapping versions, words of the law on days when they were not in force, a rule that
yields to itself (also by way of others), rules without two examples. How a rule is written: any
file below `statutes/cpl/` shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from legal_rules.reasoning import source
from legal_rules.reasoning.forms import amount, condition
from legal_rules.reasoning.rules import (
    Doubt,
    Duty,
    Example,
    Exception_,
    Exposure,
    Quote,
    Review,
    Rule,
    Version,
)
from legal_rules.reasoning.source import LawError, Table
from legal_rules.terms import Label
from legal_rules.values import FactError
from legal_rules.vocabulary import CATEGORIES, FACTS, INSTRUMENTS, REMEDIES, RIGHTS, check_value

RULE_KEYS = (
    "remedy",
    "right",
    "cumulates_with",
    "alternatives",
    "yields_to",
    "preceded_by",
    "relevant_to",
)
VERSION_KEYS = ("exceptions", "doubts", "then", "basis")
ARTICLE = re.compile(r"[1-9]\d{0,3}(-[1-9]\d?)?")
EXPOSURES = ("administrative_fine", "detention", "criminal_penalty", "credit_record")


def load_rules(root: Path) -> dict[str, Rule]:
    """Every rule below `root`, by id, in the order of their files. Raises LawError."""
    rules: dict[str, Rule] = {}
    for path in sorted(root.glob("*/*.yaml")):
        page = source.read(path, root)
        rule = read_rule(page)
        if rule.id in rules:
            raise page.error(f"rule {rule.id!r} is also in {rules[rule.id].file}", "id")
        rules[rule.id] = rule
    for rule in rules.values():
        _check_relations(rule, rules)
    return rules


def read_rule(page: Table) -> Rule:
    """One rule from its page. Raises LawError."""
    page.only(RULE_KEYS, ("id", "title", "dated_by", "review", "versions", "examples"))
    remedy = _one_of(page, "remedy", REMEDIES)
    versions = tuple(_version(row) for row in page.tables("versions"))
    if not versions:
        raise page.error("a rule has at least one version", "versions")
    for earlier, later in pairwise(versions):
        if earlier.until is None or earlier.until >= later.start:
            raise page.error(f"version from {later.start} overlaps the one before it", "versions")
    examples = _examples(page.tables("examples"))
    if len(examples) < 2:
        raise page.error("a rule has at least two examples", "examples")
    return Rule(
        id=page.text("id"),
        file=page.file,
        title=_label(page, "title"),
        remedy=remedy,
        right=_one_of(page, "right", RIGHTS),
        dated_by=_dates(page),
        review=_review(page),
        cumulates_with=_all_of(page, "cumulates_with", REMEDIES),
        alternatives=_all_of(page, "alternatives", REMEDIES),
        yields_to=page.names("yields_to"),
        preceded_by=page.text("preceded_by") if "preceded_by" in page else None,
        relevant_to=_all_of(page, "relevant_to", CATEGORIES),
        versions=versions,
        examples=examples,
        subjects=frozenset(group for version in versions for group in _groups(version)),
        names=_names(versions),
    )


def _version(row: Table) -> Version:
    row.only(VERSION_KEYS, ("in_force", "sources", "when"))
    span = row.mapping("in_force").only(("until",), ("from",))
    until = span.day("until") if span.get("until") is not None else None
    if until is not None and until < span.day("from"):
        raise span.error("a version ends before it begins", "until")
    then = row.tables("then")
    version = Version(
        start=span.day("from"),
        until=until,
        basis=row.text("basis") if "basis" in row else "",
        sources=tuple(_quote(each) for each in row.tables("sources")),
        when=condition(row["when"], row),
        exceptions=tuple(_exception(each) for each in row.tables("exceptions")),
        doubts=tuple(
            Doubt(condition(each["when"], each), _label(each, "question"))
            for each in (d.only((), ("when", "question")) for d in row.tables("doubts"))
        ),
        duties=tuple(_duty(each) for each in then if "duty" in each),
        exposures=tuple(_exposure(each) for each in then if "duty" not in each),
    )
    _check_dates(row, version)
    return version


def _check_dates(row: Table, version: Version) -> None:
    """Refuses words of the law for days on which they were not in force.

    A version may begin before the wording that it quotes, when the law was the same before: its
    `basis` then names the instrument and says why.
    """
    for quote in version.quotes():
        law = INSTRUMENTS[quote.instrument]
        if law.until is not None and (version.until is None or law.until < version.until):
            raise row.error(
                f"{law.id} ended on {law.until}: end the version then, or quote what followed",
                "in_force",
            )
        if version.start < law.start and law.short.zh not in version.basis:
            raise row.error(
                f"the wording of {law.id} applies from {law.start}: begin the version then, or "
                f"let its `basis` name {law.short.zh} and say why it reaches further back",
                "in_force",
            )


def _quote(row: Table) -> Quote:
    row.only(("paragraph",), ("instrument", "article", "text"))
    if not ARTICLE.fullmatch(row.text("article")):
        raise row.error('an article is a number as text, such as "55" or "253-1"', "article")
    if row.text("instrument") not in INSTRUMENTS:
        raise row.error(f"{row['instrument']!r} is not in instruments.yaml", "instrument")
    paragraph = row.get("paragraph")
    if paragraph is not None and not isinstance(paragraph, int):
        raise row.error("a paragraph is a whole number", "paragraph")
    return Quote(row.text("instrument"), row.text("article"), paragraph, row.text("text"))


def _exception(row: Table) -> Exception_:
    row.only(("source",), ("when", "why"))
    quote = _quote(row.mapping("source")) if "source" in row else None
    return Exception_(condition(row["when"], row), _label(row, "why"), quote)


def _duty(row: Table) -> Duty:
    row.only(("when", "amount", "due"), ("duty", "text"))
    return Duty(
        id=row.text("duty"),
        text=_label(row, "text"),
        when=condition(row["when"], row) if "when" in row else None,
        amount=amount(row["amount"], row) if "amount" in row else None,
        due=_label(row, "due") if "due" in row else None,
    )


def _exposure(row: Table) -> Exposure:
    row.only(("when",), ("exposure", "range"))
    if row.text("exposure") not in EXPOSURES:
        raise row.error(f"{row['exposure']!r} is no kind of exposure", "exposure")
    when = condition(row["when"], row) if "when" in row else None
    return Exposure(row["exposure"], _label(row, "range"), when)


def _names(versions: tuple[Version, ...]) -> tuple[str, ...]:
    named = {name for version in versions for name in version.facts()}
    return tuple(sorted(named.union(*(FACTS[name].inputs for name in named))))


def _groups(version: Version) -> Iterator[str]:
    for name in version.when.facts():
        fact = FACTS[name]
        yield from (FACTS[each].group for each in fact.inputs or (name,))


def _review(page: Table) -> Review:
    row = page.mapping("review").only((), ("status", "by", "on"))
    if (row["by"] is None) != (row["on"] is None):
        raise row.error("a signature has a name and a date", "by")
    if row["by"] is None:
        return Review(row.text("status"), None, None)
    return Review(row.text("status"), row.text("by"), row.day("on"))


def _examples(rows: list[Table]) -> tuple[Example, ...]:
    """Each by itself, or `like` an earlier one but for the facts that it names."""
    read: dict[str, Example] = {}
    for row in rows:
        row.only(("on", "like", "facts"), ("name", "expect"))
        if row.text("name") in read:
            raise row.error(f"there are two examples {row['name']!r}", "name")
        like = read.get(row.text("like")) if "like" in row else None
        if like is None and "like" in row:
            raise row.error(f"there is no earlier example {row['like']!r}", "like")
        if like is None and "facts" not in row:
            raise row.error("missing key 'facts'")
        read[row["name"]] = _example(row, like)
    return tuple(read.values())


def _example(row: Table, like: Example | None) -> Example:
    facts = dict(like.facts) if like else {}
    for name, value in (row.mapping("facts") if "facts" in row else Table()).items():
        facts.pop(name, None)
        if value is None and like:
            continue  # what the other example says of it is not known here
        try:
            facts[name] = check_value(name, value)
        except FactError as bad:
            raise row.mapping("facts").error(str(bad), name) from bad
    inherited = like.on if like else None
    day = row.day("on") if "on" in row else inherited
    return Example(row.text("name"), day, facts, _expected(row), row.line)


def _expected(row: Table) -> dict[str, object]:
    if not row.mapping("expect"):
        raise row.error("an example expects something", "expect")
    return dict(row.mapping("expect"))


def _label(row: Table, key: str) -> Label:
    words = row.mapping(key).only((), ("zh", "en"))
    return Label(words.text("zh"), words.text("en"))


def _dates(page: Table) -> tuple[str, ...]:
    names = page.names("dated_by")
    for name in names:
        if name not in FACTS or FACTS[name].type not in ("date", "datetime"):
            raise page.error(f"{name!r} is not a fact with a date", "dated_by")
    return names


def _one_of(page: Table, key: str, known: Mapping[str, object]) -> str | None:
    if key not in page:
        return None
    if page.text(key) not in known:
        raise page.error(f"{page[key]!r} is not known", key)
    return page.text(key)


def _all_of(page: Table, key: str, known: Mapping[str, object]) -> tuple[str, ...]:
    for name in page.names(key):
        if name not in known:
            raise page.error(f"{name!r} is not known", key)
    return page.names(key)


def _check_relations(rule: Rule, rules: Mapping[str, Rule]) -> None:
    """No dangling name, and no rule that yields to itself, not even by way of others."""
    for name in (*rule.yields_to, *((rule.preceded_by,) if rule.preceded_by else ())):
        if name not in rules:
            raise LawError(rule.file, 1, f"there is no rule {name!r}")
    ahead, seen = list(rule.yields_to), set()
    while ahead:
        name = ahead.pop()
        if name == rule.id:
            raise LawError(rule.file, 1, f"rule {rule.id!r} yields to itself")
        if name not in seen:
            seen.add(name)
            ahead.extend(rules[name].yields_to)
