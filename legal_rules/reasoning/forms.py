"""Conditions and amounts as they are written in YAML, compiled into what the engine applies.

The forms are closed: five of a condition, seven operations of an amount. A sixth or an eighth is
refused with file and line.
"""

from __future__ import annotations

from decimal import Decimal

from legal_rules.reasoning import amounts, logic
from legal_rules.reasoning.mistakes import near
from legal_rules.reasoning.source import Rows, Table
from legal_rules.terms import Fact
from legal_rules.vocabulary import FACTS

COMPARABLE = ("boolean", "enum", "multi")


def condition(raw: object, where: Table) -> logic.Condition:
    """A condition from its YAML form. `where` names file and line in a refusal."""
    if isinstance(raw, str):
        return _fact_is(raw, (True,), where)
    if not isinstance(raw, Table):
        raise where.error("no_condition", given=raw)
    if "fact" in raw:
        return _comparison(raw)
    raw.only(("all", "any", "not", "unless_proved"))
    if len(raw) != 1:
        raise raw.error("one_form")
    form = next(iter(raw))
    if form in ("all", "any"):
        parts = tuple(_part(raw, form, place) for place in range(len(raw.listed(form))))
        if not parts:
            raise raw.error("no_part", form, form=form)
        return logic.All(parts) if form == "all" else logic.Any(parts)
    part = condition(raw[form], raw.at(form))
    if any(part.defences()):
        raise raw.error("no_reversal_here", form)
    return logic.Not(part) if form == "not" else logic.UnlessProved(part)


def _comparison(raw: Table) -> logic.Condition:
    raw.only(("is", "one_of"), ("fact",))
    if ("is" in raw) == ("one_of" in raw):
        raise raw.error("is_or_one_of", "fact")
    wanted = tuple(raw.listed("one_of")) if "one_of" in raw else (raw["is"],)
    return _fact_is(raw.text("fact"), wanted, raw)


def amount(raw: object, where: Table) -> amounts.Expression:
    """An amount from its YAML form: a fact, a figure, or one operation, perhaps with `at_least`."""
    if isinstance(raw, str) and raw in FACTS:
        if FACTS[raw].type not in ("money", "integer"):
            raise where.error("no_amount", fact=raw)
        return amounts.FactSum(raw)
    if not isinstance(raw, Table):
        return amounts.Number(_figure(raw, where))
    raw.only((*amounts.KINDS, "known", "at_least"))
    forms = [key for key in raw if key != "at_least"]
    if len(forms) != 1:
        raise raw.error("one_amount", forms=", ".join(amounts.KINDS))
    part = _operation(raw, forms[0])
    return amounts.AtLeast(part, _figure(raw["at_least"], raw)) if "at_least" in raw else part


def _operation(raw: Table, form: str) -> amounts.Expression:
    given = raw[form] if isinstance(raw[form], list) else [raw[form]]
    parts = tuple(amount(each, raw) for each in given)
    if form == "known":
        if len(parts) != 1:
            raise raw.error("known_takes_one", form)
        return amounts.Known(parts[0])
    if len(parts) != amounts.ARITY.get(form, max(2, len(parts))):
        raise raw.error("other_arity", form, form=form, wanted=amounts.ARITY.get(form, "2+"))
    return amounts.Operation(form, parts)


def _figure(raw: object, where: Table) -> Decimal:
    text = str(raw)
    if isinstance(raw, bool) or not text.replace(".", "", 1).isdigit() or not text.isascii():
        raise where.error("no_figure", given=raw)
    return Decimal(text)


def _part(raw: Table, form: str, place: int) -> logic.Condition:
    here = Table(raw)
    here.file, here.line, here.lines = raw.file, raw.line, {}
    if isinstance(raw[form], Rows):
        here.line = raw[form].lines[place]
    return condition(raw[form][place], here)


def _fact_is(fact_id: str, wanted: tuple[object, ...], where: Table) -> logic.FactIs:
    """Raises LawError for an undeclared fact and for a value that decides nothing."""
    fact = FACTS.get(fact_id)
    if fact is None:
        raise where.error("undeclared_fact", fact=fact_id, values=near(fact_id, FACTS))
    if fact.type not in COMPARABLE:
        raise where.error("not_comparable", fact=fact_id, kind=fact.type)
    for value in wanted:
        known = isinstance(value, bool) if fact.type == "boolean" else value in [*fact.values]
        if not known:
            raise where.error("no_such_value", given=value, fact=fact_id, values=_answers(fact))
        if value in fact.unknown:
            raise where.error("unknown_value", given=value, fact=fact_id)
    return logic.FactIs(fact_id, wanted)


def _answers(fact: Fact) -> str:
    return ", ".join(["yes", "no"] if fact.type == "boolean" else fact.values)
