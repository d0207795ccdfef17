"""Analyses frozen at a moment: whether they still hold, what changed, and running them again.

A snapshot holds facts, result with reasons, date and the hash of the rulebook. The rulebook itself
is stored when it is first used (`StoredRulebook`), so that an old snapshot can really be run again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol

from django.db.models.fields.json import KT

from accounts.models import User
from audit.record import record
from complaints import calendars, facts
from complaints.models import Analysis, Complaint, FactAnswer
from complaints.prepared import ROW, everybodys
from legal_rules import comparison, past, rulebook
from legal_rules.comparison import Difference
from legal_rules.models import StoredRulebook
from legal_rules.reasoning.derived import DERIVED
from legal_rules.reasoning.holidays import Holidays
from legal_rules.vocabulary import CATEGORIES

FILED = "zh-hans"  # the language of the file
LANGUAGES = (FILED, "en")
Result = dict[str, Any]


class Frozen(Protocol):
    """What is needed to tell whether a snapshot still holds."""

    @property
    def as_of(self) -> date: ...
    @property
    def facts_revision(self) -> int: ...
    @property
    def rulebook_sha256(self) -> str: ...
    @property
    def facts(self) -> dict[str, Any]: ...
    @property
    def category(self) -> str: ...
    @property
    def dated(self) -> bool: ...
    @property
    def holidays(self) -> dict[str, Any]: ...


def freeze(complaint: Complaint, by: User, now: datetime, occasion: Analysis.Occasion) -> Analysis:
    """Store the analysis of the moment with its facts, and the rulebook where it is new."""
    answers = facts.current_answers(complaint)
    book = rulebook.current()
    StoredRulebook.keep(book)
    frozen = Analysis.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        occasion=occasion,
        as_of=facts.date_of_conduct(complaint),
        facts_revision=complaint.facts_revision,
        rulebook_sha256=book.sha256,
        facts=facts.values_for_law(complaint, answers),
        settled=sorted(facts.settled(answers)),
        holidays=calendars.holidays().as_json(),
        result=facts.analyse(complaint, answers, FILED),
    )
    detail = {"occasion": str(occasion), "rulebook": book.sha256, "sha256": fingerprint(frozen)}
    record("analysis.frozen", complaint.subject, by, now, detail)
    return frozen


def fingerprint(analysis: Analysis) -> str:
    """SHA-256 (hex) over facts, date, result and loaded holidays.

    The audit record of the freezing holds it.
    """
    return hashlib.sha256(canonical(kept(analysis)).encode()).hexdigest()


def kept(analysis: Analysis) -> Result:
    """What the fingerprint is taken of."""
    found = {
        "facts": analysis.facts,
        "as_of": analysis.as_of.isoformat(),
        "settled": analysis.settled,
        "result": analysis.result,
    }
    return {**found, "holidays": analysis.holidays} if analysis.holidays else found


def canonical(value: object) -> str:
    """JSON with one spelling: keys sorted, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def latest(complaint: Complaint) -> Analysis | None:
    """The analysis frozen last."""
    found = everybodys(
        "latest analysis",
        lambda: Analysis.objects.filter(complaint=ROW).order_by("-id")[:1],
        {ROW: complaint.pk},
    )
    return found[0] if found else None


def of_case(complaint: Complaint) -> list[Analysis]:
    """Every snapshot of the case, the newest first, with `rule_set`; the result itself is read when
    it is asked for.
    """
    found = Analysis.objects.filter(complaint=complaint).select_related("by").defer("result")
    return list(found.annotate(rule_set=KT("result__rule_set")).order_by("-id"))


# --- whether it still holds


def is_stale(
    complaint: Complaint, analysis: Frozen | None, answers: Sequence[FactAnswer] | None = None
) -> bool:
    """True when a fact, the date, the category or the rulebook changed since, or there is none.

    One statement for the answers, and only where something was answered or edited since.
    """
    if analysis is None:
        return True
    frame = (rulebook.current().sha256, facts.date_of_conduct(complaint), complaint.category)
    if frame != (analysis.rulebook_sha256, analysis.as_of, analysis.category or ""):
        return True
    if analysis.dated != facts.is_dated(complaint) or any(_counted_otherwise(analysis)):
        return True
    if analysis.facts_revision == complaint.facts_revision:
        return False
    answers = facts.current_answers(complaint) if answers is None else answers
    return facts.values_for_law(complaint, answers) != analysis.facts


def _counted_otherwise(analysis: Frozen) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answers that a notice loaded since computes otherwise, as it moves an end: then and now."""
    now, then = calendars.holidays(), Holidays.from_json(analysis.holidays)
    if now == then:
        return {}, {}
    before, after = (rulebook.known(analysis.facts, days) for days in (then, now))
    moved = [name for name in DERIVED if before.value(name) != after.value(name)]
    return {n: before.value(n) for n in moved}, {n: after.value(n) for n in moved}


def changes(
    complaint: Complaint,
    analysis: Analysis,
    lang: str,
    answers: Sequence[FactAnswer] | None = None,
) -> list[Difference]:
    """What is otherwise now than in the snapshot: facts, those computed by days off too, date,
    rulebook, and the findings.
    """
    answers = facts.current_answers(complaint) if answers is None else answers
    before, said_in = spoken(analysis, lang)
    after = facts.analyse(complaint, answers, said_in)
    values = analysis.facts, facts.values_for_law(complaint, answers)
    return comparison.compare(before, after, said_in, values, _counted_otherwise(analysis))


def between(before: Analysis, after: Analysis, lang: str) -> list[Difference]:
    """What differs between two snapshots; Chinese where one of them cannot be put otherwise."""
    pair = [spoken(before, lang), spoken(after, lang)]
    if any(said_in != lang for _result, said_in in pair):
        lang, pair = FILED, [spoken(before, FILED), spoken(after, FILED)]
    (old, _lang), (new, _lang) = pair
    return comparison.compare(old, new, lang, (before.facts, after.facts))


# --- running it again


def in_language(analysis: Analysis, lang: str) -> Result:
    """The frozen analysis in a language: the same facts through the same law, worked out anew.

    Under another rulebook the stored words stand. They are put into another language only where
    the stored law, run again, finds the same; nothing is reinterpreted.
    """
    return spoken(analysis, lang)[0]


def spoken(analysis: Analysis, lang: str) -> tuple[Result, str]:
    """The analysis and the language that it is really in."""
    stored: Result = analysis.result
    if analysis.rulebook_sha256 == rulebook.current().sha256:
        return asked(analysis, lang), lang
    if lang == FILED:
        return stored, FILED
    try:
        again, translated = (under_its_law(analysis, each) for each in (FILED, lang))
    except (past.Unreadable, StoredRulebook.DoesNotExist):
        return stored, FILED
    values = analysis.facts, analysis.facts
    if comparison.compare(stored, as_kept(analysis, again), FILED, values):
        return stored, FILED
    return as_kept(analysis, translated), lang


def as_kept(analysis: Analysis, again: Result) -> Result:
    """A rerun under the hash of the snapshot; another program alone makes another hash."""
    return {**again, "rulebook_sha256": analysis.rulebook_sha256}


def asked(analysis: Analysis, lang: str, known: dict[str, Any] | None = None) -> Result:
    """The facts of the snapshot under the present rulebook."""
    given = analysis.facts if known is None else known
    category = analysis.category if analysis.category in CATEGORIES else None
    days = Holidays.from_json(analysis.holidays)
    result: Result = rulebook.analyse(
        given, analysis.as_of, category, lang, analysis.dated, days=days
    )
    return facts.still_asking(result, analysis.settled)


def _case(analysis: Analysis, lang: str) -> past.Case:
    day, category = analysis.as_of.isoformat(), analysis.category or None
    return past.Case(analysis.facts, day, category, analysis.dated, lang, analysis.holidays)


def under_its_law(analysis: Analysis, lang: str) -> Result:
    """The facts of the snapshot under its own law.

    Raises StoredRulebook.DoesNotExist, Unreadable.
    """
    case = canonical(asdict(_case(analysis, FILED)))
    found = _run(analysis.rulebook_sha256, case)
    chosen = found["en" if lang.startswith("en") else FILED]
    return facts.still_asking(chosen, analysis.settled)


@lru_cache(maxsize=32)
def _run(sha256: str, case: str) -> dict[str, Result]:
    """In both languages. The same law and the same case give the same answer, so it is kept."""
    book = StoredRulebook.objects.get(pk=sha256)
    one = past.Case(**json.loads(case))
    results = past.analyse(book.law, [replace(one, lang=lang) for lang in LANGUAGES])
    return dict(zip(LANGUAGES, results, strict=True))
