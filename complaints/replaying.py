"""A frozen analysis run again under the law with which it was made, and compared byte for byte."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from audit.models import Entry
from complaints import snapshots
from complaints.models import Analysis
from complaints.snapshots import FILED, Result
from legal_rules import comparison, past, rulebook
from legal_rules.comparison import Difference
from legal_rules.models import StoredRulebook
from legal_rules.values import FactError
from legal_rules.vocabulary import check_value


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
    kept = again and (again if same_engine else snapshots.as_kept(analysis, again))
    differs = comparison.compare(analysis.result, kept, FILED, values) if kept else []
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
    before, said_in = snapshots.spoken(analysis, lang)
    present = snapshots.asked(analysis, said_in, known)
    return comparison.compare(before, present, said_in, (analysis.facts, known))


def _is_known(fact: str, value: object) -> bool:
    try:
        check_value(fact, value)
    except FactError:
        return False
    return True


def _again(analysis: Analysis, *, same: bool) -> tuple[Result | None, str]:
    try:
        return (snapshots.asked if same else snapshots.under_its_law)(analysis, FILED), ""
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
    return frozen.filter(detail__sha256=snapshots.fingerprint(analysis)).exists()


def _is_identical(analysis: Analysis, again: Result, *, same_engine: bool) -> bool:
    """Byte for byte; only the hash, which covers the program too, is another under another one."""
    if not same_engine:
        again = snapshots.as_kept(analysis, again)
    return snapshots.canonical(analysis.result) == snapshots.canonical(again)
