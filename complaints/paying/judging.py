"""What becomes of each payment of a list: paid, known already, or refused and why. Decides from
what it is told; reads nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from complaints.paying.rows import Entry
from complaints.paying.sums import NOTHING

PAID, ALREADY, DOUBLE, TAKEN = "paid", "already", "double", "taken"
UNKNOWN_CASE, ARCHIVED, UNKNOWN_MEASURE = "unknown_case", "archived", "unknown_measure"
AMBIGUOUS, TOO_MUCH, BAD_DATE = "ambiguous", "too_much", "bad_date"
HELD = "held"


@dataclass(frozen=True)
class Owed:
    """A promise of money: how it may be named, and what is open of it."""

    id: int
    words: str
    names: frozenset[str]
    open: Decimal


@dataclass(frozen=True)
class Case:
    """A case that the person may see. `held`: the sentence of its legal hold, "" without one."""

    number: str
    received: date
    archived: bool
    owed: tuple[Owed, ...]
    held: str = ""


@dataclass(frozen=True)
class Used:
    """Where a reference stands already: `number` is "" for a case that the person may not see,
    `row` the row of this very file, 0 for none.
    """

    number: str
    amount: Decimal
    day: date
    row: int = 0


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row; `parts` are (promise, yuan)."""

    outcome: str
    message: str = ""
    parts: tuple[tuple[int, Decimal], ...] = ()


@dataclass
class Judge:
    """Remembers what the rows before have taken."""

    spent: dict[int, Decimal] = field(default_factory=dict)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def judge(self, entry: Entry, case: Case | None, used: Used | None) -> Verdict:
        """One row after the other, in their order."""
        verdict = self._doubled(entry, used) or _no_case(entry, case)
        if verdict is None and case is not None:
            verdict = self._measured(entry, case)
        if verdict is None:
            raise RuntimeError("a case that is not there was let through")
        if verdict.outcome == PAID:
            for place in (entry.way, entry.case):
                self.seen[place, entry.reference] = entry.number
            for pk, amount in verdict.parts:
                self.spent[pk] = self.spent.get(pk, NOTHING) + amount
        return verdict

    def _doubled(self, entry: Entry, used: Used | None) -> Verdict | None:
        before = [self.seen.get((place, entry.reference), 0) for place in (entry.way, entry.case)]
        row = next((n for n in (*before, used.row if used else 0) if n), 0)
        if row:
            sentence = _("流水号 {reference} 与第 {row} 行相同；只登记第 {row} 行")
            return Verdict(DOUBLE, sentence.format(reference=entry.reference, row=row))
        if used is None:
            return None
        if used.number == entry.case and used.amount == entry.amount:
            sentence = _("流水号 {reference} 此前已登记在本案，没有重复登记")
            return Verdict(ALREADY, sentence.format(reference=entry.reference))
        if not used.number:
            hidden = _(
                "流水号 {reference} 已登记在您无权查看的案件；请核对，同一笔付款不能登记两次"
            )
            return Verdict(TAKEN, hidden.format(reference=entry.reference))
        sentence = _(
            "流水号 {reference} 已登记在案件 {number}：{amount} 元，{day}；请核对流水号与金额"
        )
        words = {"number": used.number, "amount": f"{used.amount:,.2f}", "day": used.day}
        return Verdict(TAKEN, sentence.format(reference=entry.reference, **words))

    def _open(self, owed: Owed) -> Decimal:
        return max(owed.open - self.spent.get(owed.id, NOTHING), NOTHING)

    def _measured(self, entry: Entry, case: Case) -> Verdict:
        meant = [o for o in case.owed if not entry.measure or entry.measure in o.names]
        if not meant:
            return _no_measure(case)
        waiting = [o for o in meant if self._open(o)]
        total = sum((self._open(o) for o in waiting), NOTHING)
        if entry.amount > total:
            return _too_much(entry, total)
        if entry.amount == total or len(waiting) == 1:
            return Verdict(PAID, parts=self._along(waiting, entry.amount))
        same = [o for o in waiting if self._open(o) == entry.amount]
        if len(same) == 1:
            return Verdict(PAID, parts=((same[0].id, entry.amount),))
        return self._ambiguous(waiting)

    def _along(self, waiting: Sequence[Owed], amount: Decimal) -> tuple[tuple[int, Decimal], ...]:
        if len(waiting) == 1:
            return ((waiting[0].id, amount),)
        return tuple((o.id, self._open(o)) for o in waiting)

    def _ambiguous(self, waiting: Sequence[Owed]) -> Verdict:
        names = _("、").join(f"{o.words} {self._open(o):,.2f}" for o in waiting[:5])
        sentence = _("本案有 {n} 项未付（{names}），看不出付的是哪一项；请在“措施”列写明")
        return Verdict(AMBIGUOUS, sentence.format(n=len(waiting), names=names))


def _no_case(entry: Entry, case: Case | None) -> Verdict | None:
    if case is None:
        sentence = _("没有案件 {number}，或者您无权查看；请核对案件编号")
        return Verdict(UNKNOWN_CASE, sentence.format(number=entry.case[:40]))
    if case.archived:
        return Verdict(ARCHIVED, _("案卷已经归档，不能再登记；如需更正请先重新启动"))
    if case.held:
        return Verdict(HELD, case.held)
    if entry.paid_on < case.received:
        sentence = _("付款日期早于收到投诉的 {day}；请核对")
        return Verdict(BAD_DATE, sentence.format(day=case.received.isoformat()))
    return None


def _no_measure(case: Case) -> Verdict:
    if not case.owed:
        return Verdict(UNKNOWN_MEASURE, _("本案没有要付款的措施；请核对案件编号"))
    names = _("、").join(o.words for o in case.owed[:5])
    return Verdict(UNKNOWN_MEASURE, _("本案没有这项措施；有：{names}").format(names=names))


def _too_much(entry: Entry, total: Decimal) -> Verdict:
    if not total:
        return Verdict(TOO_MUCH, _("已经付清，没有未付的金额；请核对，确属多付请在案件页登记"))
    sentence = _("付款 {amount} 元，多于未付的 {open} 元；请核对，确属多付请在案件页登记")
    words = sentence.format(amount=f"{entry.amount:,.2f}", open=f"{total:,.2f}")
    return Verdict(TOO_MUCH, words)
