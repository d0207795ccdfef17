"""A whole rule in words that counsel can read and sign: every version with its conditions,
exceptions, doubts, duties and exposures, and how it stands to other rules.

    tell(rule, rules, "zh-hans").versions[0].when.text        lines(rule, rules, "en")
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from legal_rules.reasoning import clauses
from legal_rules.reasoning.clauses import Clause
from legal_rules.reasoning.prose import cite
from legal_rules.reasoning.rules import Duty, Quote, Rule, Version
from legal_rules.vocabulary import FACTS, REMEDIES, RIGHTS

Words = tuple[str, str]
WHEN: Words = ("成立条件", "It holds when")
EXCEPT: Words = (
    "除外（须经证明；没有证明的，不影响成立）",
    "Except, if proved (not proved, it changes nothing)",
)
DOUBT: Words = (
    "法律问题未决，由法务判断，判断之前待查明",
    "Undecided in law: open until counsel decides",
)
OWED: Words = ("法律后果", "What follows")
EXPOSED: Words = ("可能的处罚", "What may be imposed")
SUM: Words = ("金额：", "Sum: ")
DUE: Words = ("期限：", "Due: ")
BURDEN: Words = ("举证责任：", "Burden of proof: ")
IF: Words = ("条件：", "If:")
SINCE: Words = ("{0} 起至今", "since {0}")
FROM_TO: Words = ("{0} 至 {1}", "from {0} to {1}")
KINDS: Mapping[str, Words] = {
    "administrative_fine": ("行政罚款", "Administrative fine"),
    "detention": ("行政拘留", "Detention"),
    "criminal_penalty": ("刑事处罚", "Criminal penalty"),
    "credit_record": ("信用记录", "Credit record"),
}


@dataclass(frozen=True, slots=True)
class ExceptionTold:
    """除外: why, when, and the words of the law that say so."""

    why: str
    when: Clause
    source: Quote | None
    cited: str


@dataclass(frozen=True, slots=True)
class DutyTold:
    """What is owed; "" and None where the rule says nothing."""

    text: str
    when: Clause | None
    amount: str
    due: str


@dataclass(frozen=True, slots=True)
class VersionTold:
    """The rule from `start` to `until` (None: still in force)."""

    span: str
    version: Version
    when: Clause
    exceptions: tuple[ExceptionTold, ...]
    doubts: tuple[tuple[str, Clause], ...]
    duties: tuple[DutyTold, ...]
    exposures: tuple[tuple[str, str, Clause | None], ...]
    burden: str
    quotes: tuple[tuple[Quote, str], ...]
    basis: str


@dataclass(frozen=True, slots=True)
class RuleTold:
    """A rule in words. `relations`: sentences about its dates and other rules."""

    title: str
    relations: tuple[str, ...]
    versions: tuple[VersionTold, ...]


def tell(rule: Rule, rules: Mapping[str, Rule], lang: str) -> RuleTold:
    """The rule in "zh-hans" or "en". `rules` gives the titles of the others."""
    versions = tuple(_version(version, lang) for version in rule.versions)
    return RuleTold(rule.title.in_(lang), tuple(_relations(rule, rules, lang)), versions)


def _version(version: Version, lang: str) -> VersionTold:
    english = lang.startswith("en")
    return VersionTold(
        _span(version, english),
        version,
        clauses.condition(version.when, lang),
        tuple(
            ExceptionTold(
                each.why.in_(lang),
                clauses.condition(each.when, lang),
                each.source,
                cite(each.source, lang) if each.source else "",
            )
            for each in version.exceptions
        ),
        tuple(
            (each.question.in_(lang), clauses.condition(each.when, lang)) for each in version.doubts
        ),
        tuple(_duty(each, lang) for each in version.duties),
        tuple(
            (
                KINDS[each.kind][english],
                each.range.in_(lang),
                clauses.condition(each.when, lang) if each.when else None,
            )
            for each in version.exposures
        ),
        version.burden.in_(lang) if version.burden else "",
        tuple((quote, cite(quote, lang)) for quote in version.sources),
        version.basis.in_(lang) if version.basis else "",
    )


def _span(version: Version, english: bool) -> str:
    said = SINCE if version.until is None else FROM_TO
    return said[english].format(version.start, version.until)


def _duty(duty: Duty, lang: str) -> DutyTold:
    return DutyTold(
        duty.text.in_(lang),
        clauses.condition(duty.when, lang) if duty.when else None,
        clauses.amount(duty.amount, lang) if duty.amount else "",
        duty.due.in_(lang) if duty.due else "",
    )


# --- how it stands to dates and other rules


def _relations(rule: Rule, rules: Mapping[str, Rule], lang: str) -> Iterator[str]:
    dates = [FACTS[name].question_for(lang).rstrip("？?") for name in rule.dated_by]
    if dates:
        yield _said(
            (
                "适用哪一版，依下列日期中最先查明的一项：{}。",
                "The version is chosen by the first of these dates that is known: {}.",
            ),
            dates,
            lang,
        )
    if rule.right:
        yield _said(
            ("成立即侵害：{}。", "Where it holds, infringed: {}."),
            [RIGHTS[rule.right].name_for(lang)],
            lang,
        )
    if rule.yields_to:
        yield _said(
            ("特别规定适用时让位于：{}。", "Yields to these special rules where they apply: {}."),
            [_title(name, rules, lang) for name in rule.yields_to],
            lang,
        )
    if rule.preceded_by:
        yield _said(
            ("更早的事实适用：{}。", "Earlier facts: {}."),
            [_title(rule.preceded_by, rules, lang)],
            lang,
        )
    for names, said in (
        (rule.cumulates_with, ("可以同时主张：{}。", "May be claimed together with: {}.")),
        (rule.alternatives, ("只能择一：{}。", "Only one of it and: {}.")),
    ):
        if names:
            yield _said(said, [REMEDIES[name].name_for(lang) for name in names], lang)


def _said(sentence: Words, parts: list[str], lang: str) -> str:
    english = lang.startswith("en")
    return sentence[english].format(("; " if english else "；").join(parts))


def _title(name: str, rules: Mapping[str, Rule], lang: str) -> str:
    return rules[name].title.in_(lang) if name in rules else name


# --- all of it, line by line


def lines(rule: Rule, rules: Mapping[str, Rule], lang: str) -> list[str]:
    """The rule as plain text, indented by depth: what is read, signed and compared."""
    told = tell(rule, rules, lang)
    found = [(0, told.title), *((0, text) for text in told.relations)]
    for version in told.versions:
        found += [(0, version.span), *_lines_of(version, lang)]
    return ["　" * depth + text for depth, text in found]


Lines = Iterator[tuple[int, str]]


def _lines_of(version: VersionTold, lang: str) -> Lines:
    english = lang.startswith("en")
    for quote, name in version.quotes:
        yield 1, f"{name} {quote.text}"
    if version.basis:
        yield 1, version.basis
    yield 1, WHEN[english]
    yield from version.when.lines(2)
    exceptions = [(f"{each.why} {each.cited}".rstrip(), each.when) for each in version.exceptions]
    if version.burden:
        yield 1, BURDEN[english] + version.burden
    yield from _listed(EXCEPT[english], exceptions)
    yield from _listed(DOUBT[english], version.doubts)
    yield from _duties(version, english)
    yield from _exposures(version, english)


def _listed(heading: str, rows: Sequence[tuple[str, Clause]]) -> Lines:
    if rows:
        yield 1, heading
    for text, when in rows:
        yield 2, text
        yield from when.lines(3)


def _exposures(version: VersionTold, english: bool) -> Lines:
    if version.exposures:
        yield 1, EXPOSED[english]
    for kind, reach, condition in version.exposures:
        yield 2, f"{kind} {reach}"
        yield from _if(condition, english)


def _duties(version: VersionTold, english: bool) -> Lines:
    if version.duties:
        yield 1, OWED[english]
    for duty in version.duties:
        yield 2, duty.text
        yield from _if(duty.when, english)
        if duty.amount:
            yield 3, SUM[english] + duty.amount
        if duty.due:
            yield 3, DUE[english] + duty.due


def _if(condition: Clause | None, english: bool) -> Lines:
    if condition:
        yield 3, IF[english]
        yield from condition.lines(4)
