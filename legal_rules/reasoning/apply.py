"""Applies rules to the facts of a case on a date: 成立, 不成立 or 待查明, never "probably"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache

from legal_rules.reasoning.amounts import Amount
from legal_rules.reasoning.derived import DERIVED, Get, months_after
from legal_rules.reasoning.forms import COMPARABLE
from legal_rules.reasoning.holidays import LIBRARY, Holidays
from legal_rules.reasoning.logic import Element, Truth, against, joined
from legal_rules.reasoning.rules import Duty, Exposure, Rule, Version
from legal_rules.terms import Label
from legal_rules.vocabulary import FACTS

NOT_LOADED = Label(
    "事实发生时的法律尚未录入，不能作出结论。",
    "The law of that date is not loaded; no conclusion is drawn.",
)
REPEALED = Label(
    "该规定在事实发生时已经失效。", "The provision was no longer in force on that date."
)
UNDATED = Label(
    "行为发生的日期尚未查明；本规定施行不足三年，须先查明日期。",
    "The date of the conduct is not known; this provision is younger than three years.",
)
DAY = timedelta(days=1)
COMPARED = frozenset(name for name, fact in FACTS.items() if fact.type in COMPARABLE)
GIVEN = object()  # stands for a sum, a day or a count: conditions ask only whether it is known
YOUNG = 3  # years in which facts older than the rule are still likely to be complained of
EARLIER_LAW = Label(
    "事实发生在本规定施行之前，适用当时的规定。",
    "The facts are earlier than this provision; the older law applies.",
)


class Answers:
    """Known values by fact; one with several values holds a tuple."""

    def __init__(self, values: dict[str, object]) -> None:
        self._values = values

    def value(self, fact: str) -> object | None:
        return self._values.get(fact)

    @cached_property
    def told(self) -> dict[str, object]:
        """What conditions can see: values that are compared, and that the others are given."""
        return {name: value if name in COMPARED else GIVEN for name, value in self._values.items()}

    def to_ask(self, fact: str) -> tuple[str, ...]:
        """The fact itself, or the unanswered inputs of a derived one (the next, if stepwise)."""
        asked = FACTS[fact]
        if not asked.inputs:
            return (fact,)
        open_ones = tuple(name for name in asked.inputs if name not in self._values)
        return (open_ones[:1] if asked.stepwise else open_ones) or (fact,)


class KnownFacts(Answers):
    """The facts of a case: what was answered, and what follows from it by calculation.

    A derived fact is computed where its inputs decide it and may be stated where they do not;
    stated and computed in contradiction, it is unknown. `days`: the days off that are counted by.
    """

    def __init__(self, answers: Mapping[str, object], days: Holidays = LIBRARY) -> None:
        super().__init__({})
        self.contradicted: set[str] = set()
        for name, value in answers.items():
            kept = tuple(value) if isinstance(value, list) else value
            if kept != () and kept not in FACTS[name].unknown:
                self._values[name] = kept
        get = Get(self._values, days)
        for name, compute in DERIVED.items():
            self._derive(name, compute(get))

    def _derive(self, name: str, computed: object | None) -> None:
        if computed is None:
            return
        if self._values.setdefault(name, computed) != computed:
            del self._values[name]
            self.contradicted.add(name)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule comes to.

    `missing` would decide it (`choices`: those that are one way among several), `excuses` could
    still undo it, `unmeasured` would fix the amount, `undetermined` what else is owed and
    `ungraded` how much may be imposed.
    """

    rule: Rule
    version: Version | None
    truth: Truth
    presumed: bool = False
    provisional: bool = False
    displaced_by: str | None = None
    reason: Label | None = None
    elements: tuple[Element, ...] = ()
    missing: tuple[str, ...] = ()
    choices: frozenset[str] = frozenset()
    excuses: tuple[str, ...] = ()
    amount: Amount | None = None
    unmeasured: tuple[str, ...] = ()
    undetermined: tuple[str, ...] = ()
    ungraded: tuple[str, ...] = ()
    duties: tuple[Duty, ...] = ()
    exposures: tuple[Exposure, ...] = ()

    @property
    def applies(self) -> bool:
        return self.truth is Truth.YES and self.displaced_by is None


def apply_rules(
    rules: Iterable[Rule], facts: Answers, as_of: date, dated: bool = True
) -> dict[str, Finding]:
    """The finding of every rule, by id. `as_of` dates the facts where no fact does.

    `dated` False: `as_of` is a guess (the day of the complaint, today), not the day of the conduct.
    """
    found = {rule.id: judge(rule, facts, as_of, dated) for rule in rules}
    firm: dict[str, Finding] = {}
    for name in found:
        _settle(name, found, firm)
    return {name: firm[name] for name in found}


def judge(rule: Rule, facts: Answers, as_of: date, dated: bool = True) -> Finding:
    """One rule by itself, before special rules displace it."""
    finding = _on_its_day(rule, facts, as_of)
    if dated or finding.truth is not Truth.YES or not _could_be_older(rule, facts, as_of):
        return finding
    asked = rule.dated_by[:1]
    return replace(finding, truth=Truth.OPEN, presumed=False, reason=UNDATED, missing=asked)


def _could_be_older(rule: Rule, facts: Answers, as_of: date) -> bool:
    """No date is known, and under the law of some day in the last years it does not hold.

    That is the day before a version so young that older facts are likely. 立法法 104."""
    if any(facts.value(name) is not None for name in rule.dated_by):
        return False
    since = months_after(as_of, -12 * YOUNG)
    eves = (version.start - DAY for version in rule.versions if since < version.start <= as_of)
    return any(_on_its_day(rule, facts, eve).truth is not Truth.YES for eve in eves)


def _on_its_day(rule: Rule, facts: Answers, as_of: date) -> Finding:
    day = day_of(rule, facts, as_of)
    version = rule.version_on(day)
    if version is None:
        return _outside(rule, facts, day)
    told = facts.told
    held = tuple((name, told[name]) for name in rule.names if name in told)
    return _measured(_judged(rule, version, held), facts)


@lru_cache(maxsize=4096)
def _judged(rule: Rule, version: Version, held: tuple[tuple[str, object], ...]) -> Finding:
    """What is found depends on these answers and nothing else, so it is kept; sums come after."""
    facts = Answers(dict(held))
    outcome = version.when.judge(facts)
    elements, excuses, missing = list(outcome.elements), [outcome.excuses], [outcome.missing]
    truth, reason = outcome.truth, None
    for exception in version.exceptions:
        against_it = exception.when.judge(facts)
        elements.extend(against(against_it.elements, "exception"))
        excuses.append(against_it.missing)
        if against_it.truth is Truth.YES and truth is not Truth.NO:
            truth, reason = Truth.NO, exception.why
    for doubt in version.doubts:
        raised = doubt.when.judge(facts)
        excuses.append(raised.missing)
        if raised.truth is Truth.YES and truth is Truth.YES:
            truth, reason = Truth.OPEN, doubt.question
    refuted = truth is Truth.NO
    duties, undetermined = ((), ()) if refuted else _owed(version, facts)
    exposures, ungraded = ((), ()) if refuted else _imposed(version, facts)
    return Finding(
        rule=rule,
        version=version,
        truth=truth,
        presumed=outcome.presumed and truth is Truth.YES,
        reason=reason,
        elements=_once(elements),
        missing=joined(missing) if truth is Truth.OPEN else (),
        choices=outcome.choices,
        excuses=joined(excuses) if truth is not Truth.NO else (),
        duties=duties,
        undetermined=undetermined,
        ungraded=ungraded if truth is Truth.YES else (),
        exposures=exposures,
    )


def _measured(finding: Finding, facts: Answers) -> Finding:
    """With the sum of the first duty that has one."""
    for duty in finding.duties:
        if duty.amount is not None:
            amount = duty.amount.reckon(facts)
            return replace(finding, amount=amount, unmeasured=amount.missing)
    return finding


def day_of(rule: Rule, facts: Answers, as_of: date) -> date:
    """The day whose law decides: the first known of the rule's dates, else `as_of`. 立法法 104."""
    for name in rule.dated_by:
        value = facts.value(name)
        if isinstance(value, str):
            return date.fromisoformat(value[:10])
    return as_of


def _outside(rule: Rule, facts: Answers, day: date) -> Finding:
    """No version on that day: say so, with the elements of the nearest version for the reader."""
    if day >= rule.versions[0].start:
        truth, reason, nearest = Truth.NO, REPEALED, rule.versions[-1]
    else:
        truth, reason = (Truth.NO, EARLIER_LAW) if rule.preceded_by else (Truth.OPEN, NOT_LOADED)
        nearest = rule.versions[0]
    elements = _once(nearest.when.judge(facts).elements)
    return Finding(rule, None, truth, reason=reason, elements=elements)


def _once(elements: Iterable[Element]) -> tuple[Element, ...]:
    return tuple({(e.fact, e.wanted, e.role, e.status.name): e for e in elements}.values())


def _owed(version: Version, facts: Answers) -> tuple[tuple[Duty, ...], tuple[str, ...]]:
    """The duties that are owed, and the facts that would tell whether others are."""
    judged = [(duty, duty.when.judge(facts) if duty.when else None) for duty in version.duties]
    owed = tuple(duty for duty, outcome in judged if outcome is None or outcome.truth is Truth.YES)
    return owed, joined((*o.missing, *o.excuses) for _, o in judged if o)


def _imposed(version: Version, facts: Answers) -> tuple[tuple[Exposure, ...], tuple[str, ...]]:
    """What may be imposed, and the facts that would narrow it."""
    judged = [(e, e.when.judge(facts) if e.when else None) for e in version.exposures]
    held = tuple(e for e, outcome in judged if outcome is None or outcome.truth is Truth.YES)
    return held, joined((*o.missing, *o.excuses) for _, o in judged if o)


def _settle(name: str, found: Mapping[str, Finding], firm: dict[str, Finding]) -> Finding:
    """A special rule that applies displaces the general; one still open leaves it provisional."""
    if name in firm:
        return firm[name]
    finding = found[name]
    special = [_settle(other, found, firm) for other in finding.rule.yields_to]
    if finding.truth is not Truth.NO:
        for other in special:
            if other.applies:
                finding = replace(finding, displaced_by=other.rule.id, missing=(), excuses=())
                break
    if finding.applies and any(_still_possible(other) for other in special):
        finding = replace(finding, provisional=True)
    firm[name] = finding
    return finding


def touched(finding: Finding) -> bool:
    """An answer speaks for the rule, beyond what is asked in every case."""
    return any(
        e.status is Truth.YES and e.role == "element" and FACTS[e.fact].opens
        for e in finding.elements
    )


def _still_possible(other: Finding) -> bool:
    """Open with something already shown for it; a rule of which nothing is known is no rival."""
    return other.truth is Truth.OPEN and other.displaced_by is None and touched(other)
