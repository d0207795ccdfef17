"""Findings in words, Chinese and English: one sentence each, for screens, letters and files."""

from __future__ import annotations

import re
from decimal import Decimal

from legal_rules.reasoning.amounts import Amount, to_cents
from legal_rules.reasoning.apply import Finding
from legal_rules.reasoning.logic import Element, Truth
from legal_rules.reasoning.rules import Quote
from legal_rules.vocabulary import FACTS, INSTRUMENTS

_DIGITS = "零一二三四五六七八九"


def chinese_number(number: int) -> str:
    """55 → 五十五; 1179 → 一千一百七十九. From 1 to 9999, as articles are counted."""
    text, pending_zero = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            text += ("零" if pending_zero else "") + _DIGITS[digit] + unit
            pending_zero = False
        elif text:
            pending_zero = True
    return text.removeprefix("一") if text.startswith("一十") else text


def cite(quote: Quote, lang: str) -> str:
    """《消费者权益保护法》第五十五条第一款 / Consumer Law, Article 55(1)."""
    short = INSTRUMENTS[quote.instrument].short.in_(lang)
    place = place_name(quote.article, quote.paragraph, lang)
    return f"{short}, {place}" if lang.startswith("en") else f"《{short}》{place}"


def place_name(article: str, paragraph: int | None, lang: str) -> str:
    """第五十五条第一款 / Article 55(1)."""
    if lang.startswith("en"):
        return f"Article {article}" + (f"({paragraph})" if paragraph else "")
    main, _, added = article.partition("-")
    name = f"第{chinese_number(int(main))}条"
    name += f"之{chinese_number(int(added))}" if added else ""
    return name + (f"第{chinese_number(paragraph)}款" if paragraph else "")


def in_yuan(value: Decimal | None) -> str | None:
    """Two decimals, or None."""
    return None if value is None else f"{to_cents(value):.2f}"


def formula(amount: Amount, lang: str) -> str:
    """The formula, with the question's fact named where its answer is missing."""
    return re.sub(r"\b[a-z]{2}_[a-z_0-9]+\b", lambda m: _named(m.group(), lang), amount.formula)


def _named(fact: str, lang: str) -> str:
    return f"[{FACTS[fact].question_for(lang)}]" if fact in FACTS else fact


def why(element: Element, lang: str, contradicted: bool = False) -> str:
    """Why an element stands as it does."""
    english, fact = lang.startswith("en"), FACTS[element.fact]
    if contradicted:
        return (
            "The answer contradicts the dates or figures given."
            if english
            else "所答与日期或数额推算的结果不一致。"
        )
    if element.value is None:
        if element.role == "element":
            return "Not answered yet." if english else "尚未查明。"
        return (
            "Not proved; an unproved defence defeats nothing."
            if english
            else "尚未证明；未证明的抗辩不影响结论。"
        )
    answer = fact.value_for(element.value, lang)
    wanted = " / ".join(fact.value_for(value, lang) for value in element.wanted)
    if element.status is Truth.YES:
        return f"Answered: {answer}." if english else f"已答：{answer}。"
    if english:
        return f"Answered: {answer}; the rule asks about: {wanted}."
    return f"已答：{answer}；规则所问：{wanted}。"


def sentence(finding: Finding, lang: str) -> str:
    """The finding in one sentence."""
    english = lang.startswith("en")
    title = finding.rule.title.in_(lang)
    source = (
        cite(finding.version.sources[0], lang) + (": " if english else "：")
        if finding.version
        else ""
    )
    return source + (_english(finding, title) if english else _chinese(finding, title))


def _chinese(finding: Finding, title: str) -> str:
    if finding.displaced_by:
        return f"{title}：让位于特别规定（{finding.displaced_by}）。"
    reason = finding.reason.zh if finding.reason else ""
    if finding.truth is Truth.NO:
        return f"{title}不成立。{reason or _failed(finding, 'zh-hans')}"
    if finding.truth is Truth.OPEN:
        asked = "；".join(FACTS[name].zh for name in finding.missing)
        return f"{title}待查明。{reason}{asked}"
    marks = "（推定）" * finding.presumed + "（暂定）" * finding.provisional
    return f"{title}成立{marks}。{_sum(finding, 'zh-hans')}"


def _english(finding: Finding, title: str) -> str:
    if finding.displaced_by:
        return f"{title}: displaced by a special rule ({finding.displaced_by})."
    reason = finding.reason.en if finding.reason else ""
    if finding.truth is Truth.NO:
        return f"{title}: does not apply. {reason or _failed(finding, 'en')}".rstrip()
    if finding.truth is Truth.OPEN:
        asked = " ".join(FACTS[name].en for name in finding.missing)
        return f"{title}: open. {' '.join(part for part in (reason, asked) if part)}".rstrip()
    marks = " (presumed)" * finding.presumed + " (provisional)" * finding.provisional
    return f"{title}: applies{marks}. {_sum(finding, 'en')}".rstrip()


def _failed(finding: Finding, lang: str) -> str:
    failed = [e for e in finding.elements if e.status is Truth.NO]
    words = [
        f"{FACTS[e.fact].question_for(lang)}{' ' if lang == 'en' else ''}{why(e, lang)}"
        for e in failed
    ]
    return (" " if lang == "en" else "").join(words)


def _sum(finding: Finding, lang: str) -> str:
    amount, english = finding.amount, lang == "en"
    if amount is None or amount.low is None:
        return ""
    low, high = in_yuan(amount.low), in_yuan(amount.high)
    words = formula(amount, lang)
    reckoned = "" if words == low else f" ({words})" if english else f"（{words}）"
    if high is None:
        return f"At least {low} yuan{reckoned}." if english else f"不少于 {low} 元{reckoned}。"
    if low != high:
        low = f"{low} to {high}" if english else f"{low} 元至 {high}"
    return f"{low} yuan{reckoned}." if english else f"{low} 元{reckoned}。"
