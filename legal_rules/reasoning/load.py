"""Reads rules from YAML and refuses every mistake it can see, with file and line.

Refused: unknown keys, floats, undeclared facts, values outside the vocabulary, comparisons in a
condition, overlapping versions, words of the law on days when they were not in force, a rule that
yields to itself (also by way of others), rules without two examples. How a rule is written: any
file below `statutes/cpl/` shows it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path

from legal_rules import place
from legal_rules.reasoning import source
from legal_rules.reasoning.forms import amount, condition
from legal_rules.reasoning.mistakes import near
from legal_rules.reasoning.rules import (
    Doubt,
    Duty,
    Exception_,
    Exposure,
    Quote,
    Review,
    Rule,
    Version,
)
from legal_rules.reasoning.source import LawError, Table
from legal_rules.reasoning.worked import answers_of, examples_of
from legal_rules.terms import Fact, Label
from legal_rules.vocabulary import CATEGORIES, FACTS, INSTRUMENTS, REMEDIES, RIGHTS

RULE_KEYS = (
    "remedy",
    "right",
    "cumulates_with",
    "alternatives",
    "yields_to",
    "preceded_by",
    "relevant_to",
)
RULE_NEEDS = ("id", "title", "dated_by", "review", "versions", "examples")
VERSION_KEYS = ("exceptions", "doubts", "then", "basis", "burden")
ARTICLE = re.compile(r"[1-9]\d{0,3}(-[1-9]\d?)?")
EXPOSURES = ("administrative_fine", "detention", "criminal_penalty", "credit_record")


def load_rules(root: Path) -> dict[str, Rule]:
    """Every rule below `root`, by id, in the order of their files. Raises LawError."""
    rules: dict[str, Rule] = {}
    for path in sorted(root.glob("*/*.yaml")):
        page = source.read(path, root)
        rule = read_rule(page)
        if rule.id in rules:
            raise page.error("same_rule", "id", rule=rule.id, other=rules[rule.id].file)
        rules[rule.id] = rule
    for rule in rules.values():
        _check_relations(rule, rules)
    return rules


def read_rule(page: Table) -> Rule:
    """One rule from its page. Raises LawError for the first mistake."""
    page.only(RULE_KEYS, RULE_NEEDS)
    versions = _versions(page)
    names = _names(versions)
    return Rule(
        id=page.text("id"),
        file=page.file,
        title=page.label("title"),
        remedy=_one_of(page, "remedy", REMEDIES),
        right=_one_of(page, "right", RIGHTS),
        dated_by=_dates(page),
        review=_review(page),
        cumulates_with=_all_of(page, "cumulates_with", REMEDIES),
        alternatives=_all_of(page, "alternatives", REMEDIES),
        yields_to=page.names("yields_to"),
        preceded_by=page.text("preceded_by") if "preceded_by" in page else None,
        relevant_to=_all_of(page, "relevant_to", CATEGORIES),
        versions=versions,
        examples=examples_of(page, versions),
        subjects=frozenset(group for version in versions for group in _groups(version)),
        names=names,
        content=_content(page, names),
    )


def mistakes_in(page: Table) -> list[LawError]:
    """Every mistake of a page that can be seen, not only the first, by line; empty when sound."""
    parts: list[Callable[[], object]] = [
        partial(page.label, "title"),
        partial(_one_of, page, "remedy", REMEDIES),
        partial(_one_of, page, "right", RIGHTS),
        partial(_dates, page),
        partial(_review, page),
        *(partial(_version, row) for row in _sound_rows(page, "versions")),
        *(partial(answers_of, row) for row in _sound_rows(page, "examples") if "like" not in row),
        partial(read_rule, page),
    ]
    found: dict[str, LawError] = {}
    for part in parts:
        try:
            part()
        except LawError as mistake:
            found.setdefault(str(mistake), mistake)
    return sorted(found.values(), key=lambda each: each.line)


def _sound_rows(page: Table, key: str) -> list[Table]:
    rows = page.get(key)
    return [row for row in rows if isinstance(row, Table)] if isinstance(rows, list) else []


def _versions(page: Table) -> tuple[Version, ...]:
    versions = tuple(_version(row) for row in page.tables("versions"))
    if not versions:
        raise page.error("no_version", "versions")
    for earlier, later in pairwise(versions):
        if earlier.until is None or earlier.until >= later.start:
            raise page.error("overlap", "versions", day=later.start)
    return versions


def _version(row: Table) -> Version:
    row.only(VERSION_KEYS, ("in_force", "sources", "when"))
    span = row.mapping("in_force").only(("until",), ("from",))
    until = span.day("until") if span.get("until") is not None else None
    if until is not None and until < span.day("from"):
        raise span.error("ends_too_early", "until")
    then = row.tables("then")
    version = Version(
        start=span.day("from"),
        until=until,
        basis=_basis(row),
        sources=tuple(_quote(each) for each in row.tables("sources")),
        when=condition(row["when"], row.at("when")),
        exceptions=tuple(_exception(each) for each in row.tables("exceptions")),
        doubts=tuple(
            Doubt(condition(each["when"], each.at("when")), each.label("question"))
            for each in (d.only((), ("when", "question")) for d in row.tables("doubts"))
        ),
        duties=tuple(_duty(each) for each in then if "duty" in each),
        exposures=tuple(_exposure(each) for each in then if "duty" not in each),
        burden=row.maybe_label("burden"),
    )
    _check_dates(row, version)
    return version


def _basis(row: Table) -> Label | None:
    """Why it reaches further back. Archived rulebooks may say it in Chinese only."""
    if place.ARCHIVED and isinstance(row.get("basis"), str):
        return Label(row["basis"], row["basis"])
    return row.maybe_label("basis")


def _check_dates(row: Table, version: Version) -> None:
    """Refuses words of the law for days on which they were not in force.

    A version may begin before the wording that it quotes, when the law was the same before: its
    `basis` then names the instrument, in both languages, and says why.
    """
    for quote in version.quotes():
        law = INSTRUMENTS[quote.instrument]
        if law.until is not None and (version.until is None or law.until < version.until):
            raise row.error("law_ended", "in_force", law=law.id, day=law.until)
        if version.start < law.start and not (place.ARCHIVED or law.named_in(version.basis)):
            raise row.error(
                "law_not_begun", "in_force", law=law.id, day=law.start, **law.short._asdict()
            )


def _quote(row: Table) -> Quote:
    row.only(("paragraph",), ("instrument", "article", "text"))
    if not ARTICLE.fullmatch(row.text("article")):
        raise row.error("article_number", "article")
    if row.text("instrument") not in INSTRUMENTS:
        raise row.error(
            "no_instrument",
            "instrument",
            given=row["instrument"],
            values=near(row["instrument"], INSTRUMENTS),
        )
    paragraph = row.get("paragraph")
    if paragraph is not None and not isinstance(paragraph, int):
        raise row.error("paragraph_number", "paragraph")
    return Quote(row.text("instrument"), row.text("article"), paragraph, row.text("text"))


def _exception(row: Table) -> Exception_:
    row.only(("source",), ("when", "why"))
    quote = _quote(row.mapping("source")) if "source" in row else None
    return Exception_(condition(row["when"], row.at("when")), row.label("why"), quote)


def _duty(row: Table) -> Duty:
    row.only(("when", "amount", "due"), ("duty", "text"))
    return Duty(
        id=row.text("duty"),
        text=row.label("text"),
        when=condition(row["when"], row.at("when")) if "when" in row else None,
        amount=amount(row["amount"], row.at("amount")) if "amount" in row else None,
        due=row.maybe_label("due"),
    )


def _exposure(row: Table) -> Exposure:
    row.only(("when", "id"), ("exposure", "range"))
    if row.text("exposure") not in EXPOSURES:
        raise row.error(
            "no_exposure", "exposure", given=row["exposure"], values=", ".join(EXPOSURES)
        )
    when = condition(row["when"], row.at("when")) if "when" in row else None
    name = row.text("id") if "id" in row else ""
    return Exposure(row["exposure"], row.label("range"), when, name)


def _names(versions: tuple[Version, ...]) -> tuple[str, ...]:
    named = {name for version in versions for name in version.facts()}
    return tuple(sorted(named.union(*(FACTS[name].inputs for name in named))))


def _content(page: Table, names: tuple[str, ...]) -> str:
    """What counsel signs. Comments, `review` and English names of answers are no part of it."""
    said = {key: value for key, value in page.items() if key != "review"}
    meant = {name: _meaning(FACTS[name]) for name in names}
    whole = {"rule": said, "facts": meant}
    return json.dumps(whole, default=str, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _meaning(fact: Fact) -> list[object]:
    return [fact.type, fact.zh, [*fact.values], fact.unknown, fact.none, fact.inputs, fact.found_by]


def _groups(version: Version) -> Iterator[str]:
    for name in version.when.facts():
        fact = FACTS[name]
        yield from (FACTS[each].group for each in fact.inputs or (name,))


def _review(page: Table) -> Review:
    row = page.mapping("review").only((), ("status", "by", "on"))
    if (row["by"] is None) != (row["on"] is None):
        raise row.error("half_signed", "by")
    if row["by"] is None:
        return Review(row.text("status"), None, None)
    return Review(row.text("status"), row.text("by"), row.day("on"))


def _dates(page: Table) -> tuple[str, ...]:
    names = page.names("dated_by")
    for name in names:
        if name not in FACTS or FACTS[name].type not in ("date", "datetime"):
            raise page.error("no_date_fact", "dated_by", fact=name)
    return names


def _one_of(page: Table, key: str, known: Mapping[str, object]) -> str | None:
    if key not in page:
        return None
    if page.text(key) not in known:
        raise page.error("not_known", key, given=page[key], values=near(page[key], known))
    return page.text(key)


def _all_of(page: Table, key: str, known: Mapping[str, object]) -> tuple[str, ...]:
    for name in page.names(key):
        if name not in known:
            raise page.error("not_known", key, given=name, values=near(name, known))
    return page.names(key)


def mistakes_between(changed: Iterable[Rule], rules: Mapping[str, Rule]) -> list[LawError]:
    """What is wrong between some rules and all; the others were sound among themselves."""
    found = []
    for rule in changed:
        try:
            _check_relations(rule, rules)
        except LawError as mistake:
            found.append(mistake)
    return found


def _check_relations(rule: Rule, rules: Mapping[str, Rule]) -> None:
    """No dangling name, and no rule that yields to itself, not even by way of others."""
    for name in (*rule.yields_to, *((rule.preceded_by,) if rule.preceded_by else ())):
        if name not in rules:
            raise LawError(rule.file, 1, "no_rule", rule=name)
    ahead, seen = list(rule.yields_to), set()
    while ahead:
        name = ahead.pop()
        if name == rule.id:
            raise LawError(rule.file, 1, "yields_to_itself", rule=rule.id)
        if name not in seen:
            seen.add(name)
            ahead.extend(rules[name].yields_to if name in rules else ())
