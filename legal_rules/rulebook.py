"""The rulebook: every rule, compiled once, with its version and its SHA-256.

    rulebook.analyse({"fr_intent": "有证据"}, date(2026, 3, 1), "misrep_health")

Pure Python; usable without Django and without a database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import chinese_calendar

from legal_rules import analysis, place
from legal_rules.reasoning import ask, source
from legal_rules.reasoning.apply import Finding, KnownFacts, apply_rules
from legal_rules.reasoning.forms import condition
from legal_rules.reasoning.holidays import LIBRARY, Holidays
from legal_rules.reasoning.load import load_rules
from legal_rules.reasoning.logic import Condition
from legal_rules.reasoning.rules import Rule
from legal_rules.reasoning.source import Table
from legal_rules.vocabulary import CATEGORIES, RIGHTS, STATUTES, check_value

PACKAGE = place.PACKAGE
ENGINE = (
    "analysis.py",
    "rulebook.py",
    "terms.py",
    "values.py",
    "vocabulary.py",
    "reasoning/**/*.py",
)  # whatever has a part in an answer


@dataclass(frozen=True, slots=True)
class Rulebook:
    """`sha256` covers law and engine: under the same hash the same facts give the same analysis."""

    version: str
    as_of: date
    sha256: str
    engine_sha256: str
    rules: Mapping[str, Rule]
    rights: Mapping[str, Condition]
    files: Mapping[str, bytes] = field(repr=False)

    def findings(
        self,
        facts: Mapping[str, object],
        as_of: date,
        dated: bool = True,
        days: Holidays = LIBRARY,
    ) -> dict[str, Finding]:
        """Every rule's finding. `facts`: plain JSON values. Raises UnknownFact, WrongValue."""
        return apply_rules(self.rules.values(), known(facts, days), as_of, dated)

    def law(self) -> dict[str, str]:
        """Every file of this law as it was loaded: path below statutes/ → text."""
        return {name: content.decode() for name, content in sorted(self.files.items())}


@cache
def current() -> Rulebook:
    """The rulebook of this installation, read once per process. Raises LawError."""
    about = source.read(STATUTES / "about.yaml", STATUTES).only((), ("version", "as_of"))
    files, engine = _law(), _sha256(_engine())
    return Rulebook(
        about.text("version"),
        about.day("as_of"),
        _sha256({**files, "engine": engine.encode()}),
        engine,
        load_rules(STATUTES),
        _rights(),
        files,
    )


def known(facts: Mapping[str, object], days: Holidays = LIBRARY) -> KnownFacts:
    """Checked facts with what follows from them. A value of None is an unknown fact."""
    checked = {name: check_value(name, value) for name, value in facts.items() if value is not None}
    return KnownFacts(checked, days)


def analyse(
    facts: Mapping[str, object],
    as_of: date,
    category: str | None = None,
    lang: str = "zh-hans",
    dated: bool = True,
    book: Rulebook | None = None,
    days: Holidays = LIBRARY,
) -> analysis.Json:
    """The legal analysis of `facts` as of the date of the conduct, in plain JSON.

    `category` (an id of categories.yaml) says which remedies are looked at besides those for which
    an answer already speaks. `dated` False: nobody has said when it happened and `as_of` is a
    guess; a young rule then stays open and asks for the date. `book`: another rulebook than the
    running one, of the same vocabulary. `days`: the days off that dates are counted by, where more
    is known than the library has. Raises UnknownFact, WrongValue, and KeyError for an unknown
    category.
    """
    book, held = book or current(), known(facts, days)
    findings = list(apply_rules(book.rules.values(), held, as_of, dated).values())
    about = CATEGORIES[category] if category else None
    relevant = ask.relevant(findings, about)
    result = analysis.as_json(findings, relevant, held, book.rights, as_of, lang)
    result["missing_facts"] = analysis.questions(ask.questions(relevant, about), book.rules, lang)
    return {
        "rule_set": book.version,
        "rulebook_sha256": book.sha256,
        "category": category,
        "dated": dated,
        **result,
    }


def _rights() -> dict[str, Condition]:
    nowhere = Table()
    nowhere.file, nowhere.line, nowhere.lines = "statutes/rights.yaml", 1, {}
    return {
        right.id: condition(right.infringed_when, nowhere)
        for right in RIGHTS.values()
        if right.infringed_when is not None
    }


def _law() -> dict[str, bytes]:
    """Path below statutes/ → content."""
    paths = STATUTES.rglob("*.yaml")
    return {path.relative_to(STATUTES).as_posix(): path.read_bytes() for path in paths}


def _engine() -> dict[str, bytes]:
    """The program that answers, and the holidays that it counts with."""
    paths = [path for pattern in ENGINE for path in PACKAGE.glob(pattern)]
    files = {path.relative_to(PACKAGE).as_posix(): path.read_bytes() for path in paths}
    return {**files, "chinesecalendar": chinese_calendar.__version__.encode()}


def _sha256(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
