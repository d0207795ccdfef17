"""How a clock runs, in sentences: from when, until when, what pauses and extends it."""

from __future__ import annotations

from collections.abc import Iterator

from legal_rules.deadline_names import HOLDS, LIFECYCLE, ROLES, UNITS
from legal_rules.deadline_table import Table
from legal_rules.deadline_terms import ClockTerms, Entry, Extend
from legal_rules.vocabulary import FACTS


def origin(name: str, table: Table, lang: str) -> str:
    """Where a moment comes from: a fact, a step, or people."""
    moment, english = table.moments[name], lang.startswith("en")
    if moment.fact is not None:
        asked = FACTS[moment.fact].question_for(lang)
        return f"from the fact “{asked}”" if english else f"来自事实“{asked}”"
    if moment.step is not None:
        return "made by a step of the case" if english else "由案件的步骤产生"
    return "recorded by people on the case page" if english else "由人在案件页记录"


class Chinese:
    """Sentences in Chinese."""

    APPLIES, COUNTED, WARNED = "适用于", "怎样计算", "提醒谁"

    def __init__(self, table: Table) -> None:
        self.table = table

    def clock(self, entry: Entry, terms: ClockTerms) -> Iterator[tuple[str, str]]:
        """The course of a clock."""
        yield "何时开始", self._starts(terms)
        yield "何时结束", self._ends(terms)
        if terms.restarts:
            yield "重新起算", f"{self._moments(terms.restarts)}时，从那时起重新计算。"
        yield "中止", self._paused(terms)
        yield "延长", self._extended(terms.extend) if terms.extend else "不能延长。"

    def _starts(self, terms: ClockTerms) -> str:
        if terms.with_ is None:
            return f"从“{self._moment(terms.starts)}”起算{self._origin(terms.starts)}。"
        said = f"随案件的“{LIFECYCLE[terms.with_].zh}”开始"
        if terms.starts is None:
            return f"{said}。"
        earlier = f"已经知道“{self._moment(terms.starts)}”更早的，从那时起算"
        return f"{said}；{earlier}{self._origin(terms.starts)}。"

    def _ends(self, terms: ClockTerms) -> str:
        parts = [f"{self._moments(terms.stops)}时"] if terms.stops else []
        parts += [f"案件的“{LIFECYCLE[terms.with_].zh}”结束时"] if terms.with_ else []
        if terms.after_close:
            return f"{'，或者'.join(parts)}；案件办结后继续计时。"
        return f"{'，或者'.join([*parts, '案件办结时'])}。"

    def _paused(self, terms: ClockTerms) -> str:
        if not terms.pausable_by:
            return "不因任何原因停止。"
        reasons = "".join(f"“{HOLDS[name].zh}”" for name in terms.pausable_by)
        return f"中止的理由是{reasons}的，期间不计入；因其他理由中止的，照常计时。"

    def _extended(self, extend: Extend) -> str:
        unit = UNITS[extend.unit].zh
        if extend.by is None:
            steps = "、".join(f"{length} {unit}" for length in extend.to)
            said = f"可以依次延长到共 {steps}"
        else:
            said = f"可以延长 {extend.by} {unit}，最多 {extend.at_most} 次"
        told = "，并须先告知消费者" if extend.tell_consumer else ""
        return f"{said}，由{ROLES[extend.by_role].zh}批准{told}。"

    def _moment(self, name: str | None) -> str:
        return self.table.moments[name].title.zh if name else ""

    def _origin(self, name: str | None) -> str:
        return f"（{origin(name, self.table, 'zh-hans')}）" if name else ""

    def _moments(self, names: tuple[str, ...]) -> str:
        return "或者".join(f"“{self._moment(name)}”" for name in names)


class English:
    """Sentences in English."""

    APPLIES, COUNTED, WARNED = "Applies to", "How it is counted", "Who is told"

    def __init__(self, table: Table) -> None:
        self.table = table

    def clock(self, entry: Entry, terms: ClockTerms) -> Iterator[tuple[str, str]]:
        """The course of a clock."""
        yield "Starts", self._starts(terms)
        yield "Ends", self._ends(terms)
        if terms.restarts:
            yield "Starts anew", f"Counted anew from: {self._moments(terms.restarts)}."
        yield "Pauses", self._paused(terms)
        yield "Extends", self._extended(terms.extend) if terms.extend else "Never."

    def _starts(self, terms: ClockTerms) -> str:
        if terms.with_ is None:
            return f"Counted from: {self._moment(terms.starts)}{self._origin(terms.starts)}."
        said = f"It starts with {LIFECYCLE[terms.with_].en}"
        if terms.starts is None:
            return f"{said}."
        earlier = f"counted from “{self._moment(terms.starts)}” where that is earlier"
        return f"{said}; {earlier}{self._origin(terms.starts)}."

    def _ends(self, terms: ClockTerms) -> str:
        parts = [self._moments(terms.stops)] if terms.stops else []
        parts += [f"{LIFECYCLE[terms.with_].en} being done"] if terms.with_ else []
        if terms.after_close:
            return f"At: {' or '.join(parts)}; it runs on after the case is closed."
        return f"At: {' or '.join([*parts, 'the close of the case'])}."

    def _paused(self, terms: ClockTerms) -> str:
        if not terms.pausable_by:
            return "Never, for whatever reason."
        reasons = " or ".join(HOLDS[name].en for name in terms.pausable_by)
        return f"Time held for {reasons} is not counted; other holds change nothing."

    def _extended(self, extend: Extend) -> str:
        unit = UNITS[extend.unit].en
        if extend.by is None:
            steps = ", then ".join(f"{length} {unit}" for length in extend.to)
            said = f"To {steps} in all"
        else:
            times = "once" if extend.at_most == 1 else f"{extend.at_most} times"
            said = f"By {extend.by} {unit}, {times}"
        told = ", once the consumer has been told" if extend.tell_consumer else ""
        return f"{said}, with the approval of {ROLES[extend.by_role].en}{told}."

    def _moment(self, name: str | None) -> str:
        return self.table.moments[name].title.en if name else ""

    def _origin(self, name: str | None) -> str:
        return f" ({origin(name, self.table, 'en')})" if name else ""

    def _moments(self, names: tuple[str, ...]) -> str:
        return " or ".join(f"“{self._moment(name)}”" for name in names)
