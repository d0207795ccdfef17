"""Where two contents differ, part by part, in the order in which one reads: `letter`,
`measures.2.amount`, `evidence.3`, `analysis.facts`, `rules.cpl.55.1`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from legal_rules import rulebook
from letters import library

Rows = Sequence[Mapping[str, Any]]

# Parts of what is covered, in reading order; then those of the statement and of its signature.
NAMES: dict[str, str | Promise] = {
    "complaint": gettext_lazy("案件编号"),
    "version": gettext_lazy("方案版本"),
    "measures": gettext_lazy("措施"),
    "points": gettext_lazy("争点"),
    "explanation": gettext_lazy("说明"),
    "legal_basis": gettext_lazy("法律依据"),
    "below_reason": gettext_lazy("低于最低额的理由"),
    "letter": gettext_lazy("致消费者函"),
    "template": gettext_lazy("函件模板与选项"),
    "analysis": gettext_lazy("法律分析"),
    "evidence": gettext_lazy("证据"),
    "rules": gettext_lazy("规则"),
    "format": gettext_lazy("内容格式"),
    "case": gettext_lazy("案件编号"),
    "content": gettext_lazy("内容指纹"),
    "signer": gettext_lazy("签署人"),
    "at": gettext_lazy("签署时间"),
    "reauthenticated_at": gettext_lazy("验证身份的时间"),
    "opinion": gettext_lazy("审核意见"),
    "below_minimum_reason": gettext_lazy("低于法定最低额的理由"),
    "taken_over": gettext_lazy("承担草稿规则的理由"),
    "checklist": gettext_lazy("核对清单"),
    "conditions": gettext_lazy("签署条件"),
    "met": gettext_lazy("签署条件的落实"),
    "key": gettext_lazy("签署密钥"),
    "signature": gettext_lazy("数字签名"),
    "kept": gettext_lazy("签署时留存的内容"),
    "record": gettext_lazy("审计记录"),
    "voided": gettext_lazy("失效记录"),
    "missing": gettext_lazy("签署本身（审计记录里有，数据库里没有）"),
}
_OF_A_MEASURE: dict[str, str | Promise] = {
    "kind": gettext_lazy("种类"),
    "amount": gettext_lazy("金额"),
    "formula": gettext_lazy("算式"),
    "description": gettext_lazy("内容"),
    "due": gettext_lazy("期限"),
    "basis": gettext_lazy("依据"),
    "remedy": gettext_lazy("所取自的请求权"),
    "proposed_amount": gettext_lazy("分析得出的金额"),
    "proposed_formula": gettext_lazy("分析得出的算式"),
    "payee": gettext_lazy("付到哪里"),
    "payee_words": gettext_lazy("付款方式的说明"),
    "unit": gettext_lazy("责任部门"),
}
_OF_A_POINT: dict[str, str | Promise] = {
    "title": gettext_lazy("标题"),
    "consumer_says": gettext_lazy("消费者主张"),
    "we_found": gettext_lazy("我方查明"),
    "for_numbers": gettext_lazy("支持的证据"),
    "against_numbers": gettext_lazy("反对的证据"),
    "burden": gettext_lazy("举证责任"),
    "finding": pgettext_lazy("point", "认定"),
    "finding_words": pgettext_lazy("point", "结论"),
    "fact": gettext_lazy("所涉事实"),
}
_OF_THE_ANALYSIS: dict[str, str | Promise] = {
    "facts": gettext_lazy("事实"),
    "rulebook": gettext_lazy("规则库"),
    "as_of": gettext_lazy("适用日期"),
    "result": gettext_lazy("结论"),
}


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The parts that are not the same, in reading order; [] where nothing differs."""
    known = [name for name in NAMES if name in before or name in after]
    names = known + sorted((before.keys() | after.keys()) - set(known))
    found: list[str] = []
    for name in names:
        old, new = before.get(name), after.get(name)
        if old != new:
            found += _PARTS.get(name, _whole)(name, old, new)
    return found


def _whole(name: str, old: Any, new: Any) -> list[str]:
    return [name]


def _numbered(known: Mapping[str, str | Promise]) -> Callable[[str, Rows, Rows], list[str]]:
    """Rows that have a place and no name, column by column in the order of `known`."""

    def compare(name: str, old: Rows | None, new: Rows | None) -> list[str]:
        before, after = old or [], new or []
        found = []
        for number in range(1, max(len(before), len(after)) + 1):
            if number > min(len(before), len(after)):
                found.append(f"{name}.{number}")
                continue
            one, other = before[number - 1], after[number - 1]
            keys = [*known, *sorted((one.keys() | other.keys()) - known.keys())]
            found += [f"{name}.{number}.{key}" for key in keys if one.get(key) != other.get(key)]
        return found or [name]

    return compare


def _analysis(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[str]:
    if old is None or new is None:
        return [name]
    return [f"{name}.{key}" for key in _OF_THE_ANALYSIS if old.get(key) != new.get(key)] or [name]


def _by(key: str) -> Callable[[str, Rows, Rows], list[str]]:
    """Rows that have a name of their own."""

    def compare(name: str, old: Rows | None, new: Rows | None) -> list[str]:
        one, other = ({row[key]: row for row in rows or []} for rows in (old, new))
        names = [*one, *(each for each in other if each not in one)]
        found = [f"{name}.{each}" for each in names if one.get(each) != other.get(each)]
        return found or [name]  # the same in another order

    return compare


_PARTS: dict[str, Callable[[str, Any, Any], list[str]]] = {
    "measures": _numbered(_OF_A_MEASURE),
    "points": _numbered(_OF_A_POINT),
    "analysis": _analysis,
    "evidence": _by("number"),
    "rules": _by("rule"),
}


# --- in words


def in_words(parts: Iterable[str]) -> str:
    """The parts in the active language, one after the other."""
    return _("、").join(words_of(part) for part in parts)


def sentence(parts: Sequence[str]) -> str:
    """Why a signature does not hold: what is not as it was signed, or that there is none."""
    alone = _ALONE.get(parts[0]) if parts else None
    return str(alone) if alone else _("{parts}与签署时不一致").format(parts=in_words(parts))


_ALONE: dict[str, str | Promise] = {
    "unsigned": gettext_lazy("签署于启用数字签名之前，没有数字签名"),
    "returned": gettext_lazy("方案已退回、被取代，或者没有签署"),
    "sent_back": gettext_lazy("法务在函件发出之前退回了方案"),
    "barred": gettext_lazy("签署人被本案点名，或者已经回避"),
    "cosign": gettext_lazy("金额或风险需要两位法务签署，还缺一位"),
}


def words_of(part: str) -> str:
    """One part: 第 2 项措施的金额."""
    name, _dot, rest = part.partition(".")
    if name == "kept" and rest:
        return _("签署时留存的内容（{part}）").format(part=words_of(rest))
    if not rest:
        return str(NAMES.get(name, part))
    return _WORDS.get(name, _other)(rest)


def _measure_words(rest: str) -> str:
    number, _dot, key = rest.partition(".")
    if not key:
        return _("第 {n} 项措施").format(n=number)
    what = str(_OF_A_MEASURE.get(key, key))
    return _("第 {n} 项措施的{what}").format(n=number, what=what)


def _point_words(rest: str) -> str:
    number, _dot, key = rest.partition(".")
    if not key:
        return _("第 {n} 个争点").format(n=number)
    what = str(_OF_A_POINT.get(key, key))
    return _("第 {n} 个争点的{what}").format(n=number, what=what)


def _analysis_words(rest: str) -> str:
    return _("法律分析的{what}").format(what=str(_OF_THE_ANALYSIS.get(rest, rest)))


def _evidence_words(rest: str) -> str:
    return _("证据 {n}").format(n=rest)


def _rule_words(rest: str) -> str:
    if (template := library.current().templates.get(rest.removeprefix("letters."))) is not None:
        title = template.title.in_(get_language() or "zh-hans")
        return _("函件模板“{title}”").format(title=title)
    rule = rulebook.current().rules.get(rest)
    title = rule.title.in_(get_language() or "zh-hans") if rule else rest
    return _("规则“{title}”").format(title=title)


def _other(rest: str) -> str:
    return rest


_WORDS: dict[str, Callable[[str], str]] = {
    "measures": _measure_words,
    "points": _point_words,
    "analysis": _analysis_words,
    "evidence": _evidence_words,
    "rules": _rule_words,
}
