"""What a machine can look at before counsel signs. Deterministic; each says what it looked at.

A mark is ok, unk (counsel has to look) or no (something does not agree). None of them signs or
forbids by itself: what forbids a signature stands in `guards.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from complaints import facts, suggestion, sums
from complaints.carrying import Carrier
from complaints.models import Complaint, Measure, Point, Resolution
from complaints.suggestion import cited
from legal_rules.reasoning.prose import chinese_number
from letters import wording

Mark = Literal["ok", "unk", "no"]


@dataclass(frozen=True)
class Check:
    """One point: its mark, what was looked at, the short figure beside it, and sentences below."""

    mark: Mark
    label: str
    figure: str = ""
    notes: tuple[str, ...] = ()
    code: str = ""


def total_of(resolution: Resolution) -> Decimal:
    """The sum of the offer, in yuan."""
    amounts = (m.amount for m in resolution.measures.all())
    return sum((a for a in amounts if a is not None), Decimal("0.00"))


def all_of(
    complaint: Complaint,
    resolution: Resolution,
    result: Mapping[str, Any],
    evidence: int,
    carriers: Sequence[Carrier] | None = (),
    withdrawn: Collection[int] = (),
) -> list[Check]:
    """Every check of the proposal, in the order in which counsel reads. `carriers`: its rules;
    None leaves their check out. `withdrawn`: numbers of the evidence that counts no more.
    """
    text = f"{resolution.explanation}\n{resolution.letter}"
    found = {
        "facts": _facts(complaint, result, evidence),
        "basis": _basis(resolution.legal_basis, result),
        **({"signed_rules": _signed_rules(carriers)} if carriers is not None else {}),
        "amount": _amount(resolution, result),
        "formulas": _formulas(list(resolution.measures.all()), result),
        "letter_agrees": _letter_agrees(resolution),
        "points": _points(resolution, result),
        "proofs": _proofs(resolution, withdrawn),
        "absolute": _wording(_("没有绝对化承诺或疗效断言"), text, "absolute"),
        "unfair": _wording(_("没有排除、限制消费者权利的内容"), text, "unfair"),
        "conflict": _wording(_("没有激化矛盾的用语"), text, "conflict"),
        "other_remedies": _other_remedies(resolution.letter),
    }
    return [replace(check, code=code) for code, check in found.items()]


def _facts(complaint: Complaint, result: Mapping[str, Any], evidence: int) -> Check:
    label = _("事实已查明，有证据")
    missing = result.get("missing_facts", [])
    counsels = sum(1 for m in missing if facts.is_judgement(m["fact"]))
    others = len(missing) - counsels
    notes = []
    if not evidence:
        why = complaint.no_evidence_reason or _("没有写明原因")
        notes.append(_("没有证据：{why}").format(why=why))
    if counsels:
        words = ngettext("还有 %(n)s 项待法务认定", "还有 %(n)s 项待法务认定", counsels)
        notes.append(words % {"n": counsels})
    if others:
        words = ngettext("还有 %(n)s 项事实没有查明", "还有 %(n)s 项事实没有查明", others)
        notes.append(words % {"n": others})
    figure = ngettext("%(n)s 份证据", "%(n)s 份证据", evidence) % {"n": evidence}
    return Check("unk" if notes else "ok", label, figure, tuple(notes))


def _plain(citation: str) -> str:
    return re.sub(r"\s|中华人民共和国", "", citation)


def _known_articles(result: Mapping[str, Any]) -> dict[str, str]:
    """Article → why its rule does not carry it ("" where one applies)."""
    words = {"applies": "", "open": _("待查明"), "displaced": _("让位于特别规定")}
    known: dict[str, str] = {}
    for rule in result.get("rules", []):
        names = [_plain(cited(citation)) for citation in rule["citations"]]
        for name in names:
            if known.get(name) != "":  # one rule that applies is enough
                known[name] = words.get(rule["status"], _("不成立"))
    return known


def _basis(legal_basis: Sequence[str], result: Mapping[str, Any]) -> Check:
    label = _("所引条文与规则结论一致")
    known = _known_articles(result)
    notes = []
    for text in legal_basis:
        status = known.get(_plain(text))
        if status is None:
            notes.append(_("{text}：不在规则的结论里，请人工核对是否现行有效").format(text=text))
        elif status:
            notes.append(_("{text}：规则的结论是“{status}”").format(text=text, status=status))
    mark: Mark = "unk" if notes or not legal_basis else "ok"
    count = len(legal_basis)
    figure = ngettext("%(n)s 条", "%(n)s 条", count) % {"n": count}
    return Check(mark, label, figure, tuple(notes))


def _signed_rules(carriers: Sequence[Carrier]) -> Check:
    label = _("所依据的规则已经法务签署")
    drafts = [each for each in carriers if not each.signed]
    notes = tuple(
        _("{rule}还是草稿，签署方案时须由您具名承担").format(
            rule=each.named_in(get_language() or "zh-hans")
        )
        for each in drafts
    )
    figure = f"{len(carriers) - len(drafts)} / {len(carriers)}"
    return Check("unk" if drafts else "ok", label, figure, notes)


def _amount(resolution: Resolution, result: Mapping[str, Any]) -> Check:
    label = _("金额不低于法律分析的最低额")
    offered, owed = total_of(resolution), facts.owed_by_law(result)
    figure = f"{offered:,.2f}"
    if offered < owed:
        short = _("最低 {owed} 元，低了 {short} 元").format(
            owed=f"{owed:,.2f}", short=f"{owed - offered:,.2f}"
        )
        return Check("no", label, figure, (short,))
    if not owed:
        return Check("unk", label, figure, (_("规则没有得出确定的金额，请人工核对"),))
    return Check("ok", label, figure)


def _formulas(measures: Sequence[Measure], result: Mapping[str, Any]) -> Check:
    """As the guard `sums_agree` says it, against the analysis on the page."""
    label = _("算式复算一致")
    wrong = sums.disagreeing(measures, sums.given(result))
    counted = sum(1 for m in measures if sums.worked_out(m.formula)[0] is not None)
    figure = ngettext("%(n)s 个算式", "%(n)s 个算式", counted) % {"n": counted}
    return Check("no" if wrong else "ok", label, figure, tuple(wrong))


_YUAN = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(?:元|yuan)")


def _letter_agrees(resolution: Resolution) -> Check:
    label = _("函件写明的金额与方案一致")
    total = total_of(resolution)
    if not total:
        return Check("ok", label, _("无金额"))
    written = {Decimal(text.replace(",", "")) for text in _YUAN.findall(resolution.letter)}
    amounts = [m.amount for m in resolution.measures.all() if m.amount]
    absent = [a for a in (*amounts, total) if a not in written]
    notes = tuple(
        _("函件里没有写明 {amount} 元").format(amount=f"{a:,.2f}") for a in dict.fromkeys(absent)
    )
    return Check("unk" if notes else "ok", label, "", notes)


_AT_ISSUE = re.compile(r"[\W_]+")


def _points(resolution: Resolution, result: Mapping[str, Any]) -> Check:
    """Each is answered by its title, or by its number (争点 2, 争点二)."""
    label = _("函件逐项答复了争点")
    found = list(resolution.points.all())
    figure = ngettext("%(n)s 个争点", "%(n)s 个争点", len(found)) % {"n": len(found)}
    if not found:
        claimed = any(suggestion.is_claim(r) for r in result.get("remedies", []))
        asked = _("没有列出争点；请核对消费者的主张是否都有答复")
        return Check("unk", label, figure, (asked,)) if claimed else Check("ok", label, figure)
    letter = _AT_ISSUE.sub("", resolution.letter).lower()
    absent = [p.title for p in found if not any(m in letter for m in _markers(p))]
    notes = tuple(_("函件没有答复“{title}”").format(title=title) for title in absent)
    return Check("unk" if absent else "ok", label, figure, notes)


def _markers(point: Point) -> list[str]:
    title = _AT_ISSUE.sub("", point.title).lower()
    return [title, f"争点{chinese_number(point.position)}", f"争点{point.position}"]


def _proofs(resolution: Resolution, withdrawn: Collection[int]) -> Check:
    """As the guard `points_rest_on_evidence` says it."""
    label = _("争点引用的证据都仍然有效")
    named = [(p.title, {*p.for_numbers, *p.against_numbers}) for p in resolution.at_issue]
    notes = tuple(
        _("“{title}”引用的证据 {numbers} 已经撤回").format(
            title=title, numbers=_("、").join(str(n) for n in sorted(numbers & set(withdrawn)))
        )
        for title, numbers in named
        if not numbers.isdisjoint(withdrawn)
    )
    count = len(set().union(*(numbers for _title, numbers in named)))
    figure = ngettext("%(n)s 份证据", "%(n)s 份证据", count) % {"n": count}
    return Check("no" if notes else "ok", label, figure, notes)


def _wording(label: str, text: str, topic: wording.Topic) -> Check:
    found = [hit for hit in wording.check(text, "zh-hans") if hit.topic == topic]
    notes = tuple(_("“{quote}”：{why}").format(quote=hit.quote, why=str(hit.why)) for hit in found)
    figure = ngettext("%(n)s 处", "%(n)s 处", len(found)) % {"n": len(found)} if found else ""
    return Check("unk" if found else "ok", label, figure, notes)


def _other_remedies(letter: str) -> Check:
    label = _("已告知其他救济途径")
    by_language = (wording.missing_ways(letter, lang) for lang in ("zh-hans", "en"))
    absent = [str(what) for what in min(by_language, key=len)]
    if not absent:
        return Check("ok", label)
    return Check("unk", label, "", (_("没有提到：{what}").format(what=_("、").join(absent)),))
