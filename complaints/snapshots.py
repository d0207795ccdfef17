"""Analyses frozen at a moment: whether they still hold, what changed, and running them again.

A snapshot holds facts, result with reasons, date and the hash of the rulebook. The rulebook itself
is stored when it is first used (`StoredRulebook`), so that an old snapshot can really be run again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol

from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import Entry
from audit.record import record
from complaints import facts
from complaints.models import Analysis, Complaint, FactAnswer
from legal_rules import comparison, past, rulebook
from legal_rules.comparison import Difference
from legal_rules.models import StoredRulebook
from legal_rules.values import FactError
from legal_rules.vocabulary import CATEGORIES, check_value

FILED = "zh-hans"  # the language of the file
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
        result=facts.analyse(complaint, answers, FILED),
    )
    detail = {"occasion": str(occasion), "rulebook": book.sha256, "sha256": fingerprint(frozen)}
    record("analysis.frozen", complaint.subject, by, now, detail)
    return frozen


def fingerprint(analysis: Analysis) -> str:
    """SHA-256 (hex) over facts, date and result; the audit record of the freezing holds it."""
    kept = {
        "facts": analysis.facts,
        "as_of": analysis.as_of.isoformat(),
        "settled": analysis.settled,
        "result": analysis.result,
    }
    return hashlib.sha256(canonical(kept).encode()).hexdigest()


def canonical(value: object) -> str:
    """JSON with one spelling: keys sorted, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def latest(complaint: Complaint) -> Analysis | None:
    """The analysis frozen last."""
    return Analysis.objects.filter(complaint=complaint).order_by("-id").first()


def of_case(complaint: Complaint) -> list[Analysis]:
    """Every snapshot of the case, the newest first."""
    found = Analysis.objects.filter(complaint=complaint).select_related("by")
    return list(found.order_by("-id"))


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
    if analysis.dated != facts.is_dated(complaint):
        return True
    if analysis.facts_revision == complaint.facts_revision:
        return False
    answers = facts.current_answers(complaint) if answers is None else answers
    return facts.values_for_law(complaint, answers) != analysis.facts


def changes(
    complaint: Complaint,
    analysis: Analysis,
    lang: str,
    answers: Sequence[FactAnswer] | None = None,
    present: Result | None = None,
) -> list[Difference]:
    """What is otherwise now than in the snapshot: facts, date, rulebook, and the findings."""
    answers = facts.current_answers(complaint) if answers is None else answers
    after = facts.analyse(complaint, answers, lang) if present is None else present
    values = analysis.facts, facts.values_for_law(complaint, answers)
    return comparison.compare(in_language(analysis, lang), after, lang, values)


def between(before: Analysis, after: Analysis, lang: str) -> list[Difference]:
    """What differs between two snapshots."""
    pair = in_language(before, lang), in_language(after, lang)
    return comparison.compare(*pair, lang, (before.facts, after.facts))


# --- running it again


def in_language(analysis: Analysis, lang: str) -> Result:
    """The frozen analysis in a language: the same facts through the same law, worked out anew.

    Under another rulebook the stored words stand; in another language the stored law is asked, and
    where it cannot be read the stored words stand all the same. Nothing is reinterpreted.
    """
    stored: Result = analysis.result
    if analysis.rulebook_sha256 == rulebook.current().sha256:
        return _asked(analysis, lang)
    if lang == FILED:
        return stored
    try:
        return _under_its_law(analysis, lang)
    except (past.Unreadable, StoredRulebook.DoesNotExist):
        return stored


def _asked(analysis: Analysis, lang: str, known: dict[str, Any] | None = None) -> Result:
    """The facts of the snapshot under the present rulebook."""
    given = analysis.facts if known is None else known
    category = analysis.category if analysis.category in CATEGORIES else None
    result: Result = rulebook.analyse(given, analysis.as_of, category, lang, analysis.dated)
    return facts.still_asking(result, analysis.settled)


def _case(analysis: Analysis, lang: str) -> past.Case:
    day, category = analysis.as_of.isoformat(), analysis.category or None
    return past.Case(analysis.facts, day, category, analysis.dated, lang)


def _under_its_law(analysis: Analysis, lang: str) -> Result:
    """The facts of the snapshot under its own law.

    Raises StoredRulebook.DoesNotExist, Unreadable.
    """
    case = canonical(asdict(_case(analysis, lang)))
    return facts.still_asking(_run(analysis.rulebook_sha256, case), analysis.settled)


@lru_cache(maxsize=32)
def _run(sha256: str, case: str) -> Result:
    """The same law and the same case give the same answer, so it is kept."""
    book = StoredRulebook.objects.get(pk=sha256)
    [result] = past.analyse(book.law, [past.Case(**json.loads(case))])
    return result


@dataclass(frozen=True)
class Replay:
    """A snapshot run again under the law with which it was made.

    `same_rulebook`: that is the present one. `same_engine`: so is the program. `recorded`: the
    audit record holds its fingerprint. `identical`: the result is the same byte for byte; None
    where it could not be run, for which `problem` has the reason. `differences`: what the rerun
    says otherwise. `present`: what the present rulebook would say otherwise.
    """

    analysis: Analysis
    same_rulebook: bool
    same_engine: bool
    recorded: bool
    identical: bool | None
    problem: str
    differences: list[Difference]
    present: list[Difference]

    @property
    def verdict(self) -> str:
        """In one sentence: whether the same facts under the same law gave the same result."""
        if self.identical is None:
            return self.problem
        if not self.identical and self.differences:
            return _("重演的结果与快照不一致。")
        if not self.identical:
            return _("重演的结论与快照一致，但文字不同。")
        if not self.same_engine:
            return _("以存档的规则库、用现在的程序重演，结果逐字节一致（程序与当时不同）。")
        if not self.same_rulebook:
            return _("以存档的规则库重演，结果逐字节一致。")
        return _("以现行规则库重演，结果逐字节一致。")


def replay(analysis: Analysis, lang: str = FILED) -> Replay:
    """Run a snapshot again and compare byte for byte. Nothing is stored."""
    now = rulebook.current()
    same = analysis.rulebook_sha256 == now.sha256
    same_engine = same or _engine_of(analysis) == now.engine_sha256
    again, problem = _again(analysis, same=same)
    values = analysis.facts, analysis.facts
    differs = comparison.compare(analysis.result, again, FILED, values) if again else []
    return Replay(
        analysis,
        same,
        same_engine,
        _is_recorded(analysis),
        _is_identical(analysis, again, same_engine=same_engine) if again else None,
        problem,
        differs,
        [] if same else _under_the_present(analysis, lang),
    )


def _under_the_present(analysis: Analysis, lang: str) -> list[Difference]:
    """What today's rulebook says otherwise of the same facts; what it dropped is left out."""
    known = {name: value for name, value in analysis.facts.items() if _is_known(name, value)}
    present = _asked(analysis, lang, known)
    return comparison.compare(in_language(analysis, lang), present, lang, (analysis.facts, known))


def _is_known(fact: str, value: object) -> bool:
    try:
        check_value(fact, value)
    except FactError:
        return False
    return True


def _again(analysis: Analysis, *, same: bool) -> tuple[Result | None, str]:
    try:
        return (_asked if same else _under_its_law)(analysis, FILED), ""
    except StoredRulebook.DoesNotExist:
        return None, _("这份快照所用的规则库没有存档，不能重演")
    except (past.Unreadable, FactError) as bad:
        return None, _("现有程序不能读取当时的规则库：{why}").format(why=bad)


def _engine_of(analysis: Analysis) -> str | None:
    kept = StoredRulebook.objects.filter(pk=analysis.rulebook_sha256)
    return kept.values_list("engine_sha256", flat=True).first()


def _is_recorded(analysis: Analysis) -> bool:
    """Whether the audit record holds the fingerprint that the snapshot has now."""
    frozen = Entry.objects.filter(subject=analysis.complaint.subject, verb="analysis.frozen")
    return frozen.filter(detail__sha256=fingerprint(analysis)).exists()


def _is_identical(analysis: Analysis, again: Result, *, same_engine: bool) -> bool:
    """Byte for byte; only the hash, which covers the program too, is another under another one."""
    if not same_engine:
        again = {**again, "rulebook_sha256": analysis.rulebook_sha256}
    return canonical(analysis.result) == canonical(again)
