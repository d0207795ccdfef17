"""Conditions and amounts of a rule as sentences, Chinese and English, for people who sign them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from legal_rules.reasoning import amounts, logic
from legal_rules.reasoning.prose import cite
from legal_rules.reasoning.rules import Quote
from legal_rules.terms import Fact
from legal_rules.vocabulary import FACTS


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence, and what is listed below it."""

    text: str
    parts: tuple[Clause, ...] = ()

    def lines(self, depth: int = 0) -> Iterator[tuple[int, str]]:
        """(how deep, words) of itself and of everything below."""
        yield depth, self.text
        for part in self.parts:
            yield from part.lines(depth + 1)


ALL = ("下列各项同时具备：", "All of the following:")
ANY = ("具有下列情形之一：", "Any of the following:")
NOT = ("没有下列情形：", "None of the following is so:")
UNLESS = (
    "除非证明有下列情形（举证责任倒置：未证明的，推定没有）：",
    "Unless this is proved (burden of proof reversed: not proved, it is presumed not to be so):",
)
COUNSEL = ("（由法务认定）", " (found by counsel)")
DERIVED = ("（依{cited}推算）", " (computed under {cited})")


def condition(node: logic.Condition, lang: str) -> Clause:
    """A condition of a rule."""
    english = lang.startswith("en")
    if isinstance(node, logic.FactIs):
        return Clause(_fact_is(node, lang))
    if isinstance(node, logic.All | logic.Any):
        parts = tuple(condition(part, lang) for part in node.parts)
        if len(parts) == 1:
            return parts[0]
        return Clause((ALL if isinstance(node, logic.All) else ANY)[english], parts)
    if isinstance(node, logic.Not | logic.UnlessProved):
        said = NOT if isinstance(node, logic.Not) else UNLESS
        return Clause(said[english], (condition(node.part, lang),))
    raise TypeError(f"{node!r} is none of the five forms")


def _fact_is(node: logic.FactIs, lang: str) -> str:
    fact, english = FACTS[node.fact], lang.startswith("en")
    if english:
        text = f"{fact.en} — {_wanted(fact, node.wanted, lang)}"
    elif node.wanted == (True,):
        text = _stated(fact)
    elif node.wanted == (False,):
        text = f"“{_stated(fact)}”为否"
    else:
        text = f"{fact.zh.rstrip('？')}：{_wanted(fact, node.wanted, lang)}"
    return text + _mark(fact, lang)


def _wanted(fact: Fact, wanted: tuple[object, ...], lang: str) -> str:
    *words, last = [fact.value_for(value, lang) for value in wanted]
    if lang.startswith("en"):
        said = f"{', '.join(words)} or {last}" if words else last
        return f"including {said}" if fact.type == "multi" else said
    said = f"{'、'.join(words)}或者{last}" if words else last
    return f"包括{said}" if fact.type == "multi" else said


def _stated(fact: Fact) -> str:
    """The question as a statement: 是否……？ loses its 是否, 能否 its 否; any other stays quoted."""
    text = fact.zh.rstrip("？")
    if fact.zh.count("？") == 1 and len(re.findall("是否|能否", text)) == 1:
        return text.replace("是否", "").replace("能否", "能")
    return f"“{fact.zh}”为是"


def _mark(fact: Fact, lang: str) -> str:
    english = lang.startswith("en")
    if fact.found_by == "counsel":
        return COUNSEL[english]
    if fact.derived and fact.citation:
        instrument, article = fact.citation
        return DERIVED[english].format(cited=cite(Quote(instrument, article, None, ""), lang))
    return ""


# --- amounts

Words = tuple[str, str]
GREATEST: Words = ("下列各项中最高的一项：", "the greatest of: ")
AT_LEAST: Words = (
    "{sum}；不足 {floor}的，为 {floor}",
    "{sum}; if that is less than {floor}, {floor}",
)
BETWEEN: Words = ("{0} 至 {1}", "from {0} to {1}")
UP_TO: Words = ("不超过 {0}", "not more than {0}")
MINUS: Words = ("{0} − {1}（不少于零）", "{0} − {1} (never below zero)")
PORTION: Words = ("{0} × {1} ÷ {2}（不超过全部）", "{0} × {1} ÷ {2} (never more than the whole)")
KNOWN: Words = ("{0}（以查明的为限）", "{0} (as far as known)")


def amount(node: amounts.Expression, lang: str) -> str:
    """How a sum is worked out, in yuan."""
    english = lang.startswith("en")
    if isinstance(node, amounts.Number):
        return _yuan(node.value, lang)
    if isinstance(node, amounts.FactSum):
        return _measure(FACTS[node.fact], lang)
    if isinstance(node, amounts.Known):
        return KNOWN[english].format(amount(node.part, lang))
    if isinstance(node, amounts.AtLeast):
        floor = _yuan(node.floor, lang)
        return AT_LEAST[english].format(sum=amount(node.part, lang), floor=floor)
    if isinstance(node, amounts.Operation):
        return _operation(node, lang)
    raise TypeError(f"{node!r} is no amount")


def _operation(node: amounts.Operation, lang: str) -> str:
    english = lang.startswith("en")
    if node.kind == "greatest":
        return GREATEST[english] + ("; " if english else "；").join(
            amount(part, lang) for part in node.parts
        )
    parts = [_inner(part, lang, node.kind) for part in node.parts]
    if node.kind in ("times", "sum"):
        return (" × " if node.kind == "times" else " + ").join(parts)
    said = {"between": BETWEEN, "up_to": UP_TO, "minus": MINUS, "portion": PORTION}[node.kind]
    return said[english].format(*parts)


def _inner(node: amounts.Expression, lang: str, kind: str) -> str:
    if isinstance(node, amounts.Number) and kind == "times":
        return _plain(node.value)
    compound = isinstance(node, amounts.Operation | amounts.AtLeast)
    text = amount(node, lang)
    if not compound or kind in ("between", "up_to"):
        return text
    return f"({text})" if lang.startswith("en") else f"（{text}）"


def _plain(value: Decimal) -> str:
    whole = value.to_integral_value()
    return str(whole) if value == whole else str(value.normalize())


def _yuan(value: Decimal, lang: str) -> str:
    return f"{_plain(value)} yuan" if lang.startswith("en") else f"{_plain(value)} 元"


def _measure(fact: Fact, lang: str) -> str:
    """消费者实际支付的价款或费用是多少？ → 消费者实际支付的价款或费用; else the question itself."""
    if lang.startswith("en"):
        return f"[{fact.en.rstrip('?')}]"
    if not fact.zh.endswith(("？", "）")):
        return fact.zh
    text = re.sub(r"（没有填0）", "", fact.zh).rstrip("？")
    asked = re.fullmatch(r"是否(.+)？金额是多少", text)
    if asked:
        return f"{asked[1]}的金额"
    counted = re.fullmatch(r"(.+?)是多少", text)
    return counted[1] if counted else f"“{fact.zh}”"
