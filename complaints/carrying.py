"""Which rules carry a resolution, and which of them counsel has not signed.

The strict reading: a rule carries a resolution that names its article, and one that gives what it
gives. See docs/legal.md, "Sign-off, drafts and changes of rules".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from complaints import facts, suggestion
from complaints.models import Resolution
from legal_rules import citations, rulebook
from legal_rules.citations import Cited
from legal_rules.reasoning.prose import cite
from legal_rules.reasoning.rules import Rule
from legal_rules.sign_off import NOT_READ, Act
from legal_rules.signatures import RULES
from legal_rules.terms import Label
from letters import library
from letters.signatures import TEMPLATES

Why = Literal["named", "minimum", "measure", "letter"]
NAMED: Why = "named"
LETTER: Why = "letter"


@dataclass(frozen=True)
class Wording:
    """The template under the letter, as a rule is a carrier: `id` is that of its acts of sign-off
    (letters.resolution.zh), `sha256` of the text with which the letter was begun.
    """

    id: str
    title: Label
    sha256: str


@dataclass(frozen=True)
class Carrier:
    """A rule under a resolution. `why`: its article is named, its sum is in the minimum, or a
    measure gives what it gives. Or the template of the letter.
    """

    rule: Rule | Wording
    why: tuple[Why, ...]
    signed: bool

    @property
    def template_id(self) -> str:
        """Of the template under the letter: resolution.zh."""
        return self.rule.id.removeprefix(TEMPLATES.prefix)

    @property
    def citation(self) -> str:
        """Its first article, in the language of the file."""
        return self.citation_in("zh-hans")

    def citation_in(self, lang: str) -> str:
        """Its first article, in a language; "" where it cites none."""
        if isinstance(self.rule, Wording):
            return ""
        sources = self.rule.versions[-1].sources
        return cite(sources[0], lang) if sources else ""

    def named_in(self, lang: str) -> str:
        """Article and title, for people: 《个人信息保护法》第六十九条（侵害个人信息的损害赔偿）."""
        title, cited = self.rule.title.in_(lang), self.citation_in(lang)
        if not cited:
            return title
        return f"{cited} ({title})" if lang.startswith("en") else f"{cited}（{title}）"

    def as_json(self, reason: str = "") -> dict[str, Any]:
        """What the signature keeps of it; `reason` by which counsel took a draft over."""
        kept = {
            "rule": self.rule.id,
            "title": self.rule.title.zh,
            "citation": self.citation,
            "sha256": self.rule.sha256,
            "signed": self.signed,
            "why": list(self.why),
        }
        return {**kept, "reason": reason} if not self.signed else kept


def rules(resolution: Resolution, last: Act | None = NOT_READ) -> list[Carrier]:
    """The rules that carry the resolution, in the order of the rulebook.

    One small query, unless the caller has read the `last` act of counsel. The resolution is bound
    to its analysis (`signature.as_it_would_be_signed`).
    """
    book, signed = rulebook.current(), RULES.signed(last)
    result = resolution.analysis.result if resolution.analysis else {}
    why: dict[str, list[Why]] = {}
    named = ((name, NAMED) for name in _named(resolution, result))
    for name, reason in (*named, *_used(resolution, result)):
        if reason not in why.setdefault(name, []):
            why[name].append(reason)
    return [
        Carrier(rule, tuple(why[name]), name in signed)
        for name, rule in book.rules.items()
        if name in why
    ] + _wording(resolution, last)


def _wording(resolution: Resolution, last: Act | None) -> list[Carrier]:
    """The template that the letter was begun with: signed while counsel's signature stands over the
    text that it had then.
    """
    name, sha256 = resolution.template, resolution.template_sha256
    if not name:
        return []
    now = library.current().templates.get(name)
    title = now.title if now else Label(name, name)
    said = Label(f"函件模板“{title.zh}”", f"template “{title.en}”")
    signed = now is not None and now.sha256 == sha256 and name in TEMPLATES.signed(last)
    piece = Wording(f"{TEMPLATES.prefix}{name}", said, sha256)
    return [Carrier(piece, (LETTER,), signed)]


def drafts(resolution: Resolution) -> list[Carrier]:
    """Those of them that counsel has not signed as they stand."""
    return [each for each in rules(resolution) if not each.signed]


def _named(resolution: Resolution, result: Mapping[str, Any]) -> Iterator[str]:
    """Each article that is named leads to its rules in the analysis, whatever they came to; where
    the analysis has none that may hold, to those of the rulebook that rest on it first.
    """
    book = rulebook.current()
    standing = {r["id"] for r in result.get("rules", []) if r["status"] != "does_not_apply"}
    for cited in citations.named_in("\n".join(resolution.legal_basis)):
        there = [n for n in standing if n in book.rules and _rests_on(book.rules[n], cited)]
        yield from there or [n for n, rule in book.rules.items() if _begins_with(rule, cited)]


def _rests_on(rule: Rule, cited: Cited) -> bool:
    return any(cited.covers(quote) for version in rule.versions for quote in version.sources)


def _begins_with(rule: Rule, cited: Cited) -> bool:
    return any(cited.covers(v.sources[0]) for v in rule.versions if v.sources)


def _used(resolution: Resolution, result: Mapping[str, Any]) -> Iterator[tuple[str, Why]]:
    """Rules that hold and give what the resolution gives, or the sum it is measured against."""
    kinds = {measure.kind for measure in resolution.measures.all()}
    for remedy in facts.due_together(result):
        yield remedy["rule"], "minimum"
    for remedy in result.get("remedies", []):
        if suggestion.kind_of(remedy) in kinds:
            yield remedy["rule"], "measure"
