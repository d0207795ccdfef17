"""What a person who drafts a resolution is offered to start from: measures, legal basis, a letter.

Everything comes from the frozen analysis and the case; nothing is written anywhere. The words are
Chinese whatever the language of the screen: they become part of the file and of a letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import translation

from complaints import facts
from complaints.choices import MeasureKind
from complaints.models import Complaint
from complaints.validation import Refused, money
from complaints.workdays import SHANGHAI
from legal_rules.reasoning.prose import cite
from legal_rules.reasoning.rules import Quote

DAYS_TO_PERFORM = 7
_ZH = "zh-hans"

# What a remedy is called as a measure; kinds that are nobody's claim are not on the list.
MEASURE_OF: dict[str, MeasureKind] = {
    "refund": MeasureKind.REFUND,
    "rescission": MeasureKind.REFUND,
    "price_difference": MeasureKind.REFUND,
    "refund_or_repair": MeasureKind.REPAIR,
    "refund_or_replace": MeasureKind.REPLACEMENT,
    "punitive": MeasureKind.INCREASED_DAMAGES,
    "compensation": MeasureKind.COMPENSATION,
    "non_pecuniary": MeasureKind.APOLOGY,
    "performance": MeasureKind.OTHER,
}
BY_REMEDY: dict[str, MeasureKind] = {
    "marketing_stop": MeasureKind.STOP_CALLS,
    "pi_stop_delete": MeasureKind.DELETE_DATA,
}


@dataclass(frozen=True)
class Basis:
    """One article that the analysis says applies: as it is cited, and what it gives."""

    text: str
    title: str
    rule: str
    signed: bool
    others: tuple[str, ...] = ()


def cited(citation: Mapping[str, Any], lang: str = _ZH) -> str:
    """《民法典》第一百四十八条, from the analysis' {instrument, article, paragraph?}."""
    quote = Quote(citation["instrument"], citation["article"], citation.get("paragraph"), "")
    return cite(quote, lang)


def is_claim(remedy: Mapping[str, Any]) -> bool:
    """True for what a consumer may claim, false for fines, crimes and mere limits."""
    return kind_of(remedy) is not None


def kind_of(remedy: Mapping[str, Any]) -> MeasureKind | None:
    """The kind of measure that answers the remedy; repair becomes a refund where a sum is owed."""
    if remedy["kind"] in ("refund_or_repair", "refund_or_replace") and remedy.get("amount"):
        return MeasureKind.REFUND
    return BY_REMEDY.get(remedy["remedy"]) or MEASURE_OF.get(remedy["kind"])


def bases(result: Mapping[str, Any]) -> list[Basis]:
    """The articles of the rules that apply and give the consumer something."""
    claims = {r["rule"] for r in result.get("remedies", []) if is_claim(r)}
    return [
        Basis(
            cited(rule["citations"][0]),
            rule["title"],
            rule["id"],
            bool(rule["signed"]),
            tuple(cited(c) for c in rule["citations"][1:]),
        )
        for rule in result.get("rules", [])
        if rule["status"] == "applies" and rule["id"] in claims and rule["citations"]
    ]


def owed(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is offered at one click: the best set with sums, and what applies without a sum."""
    chosen = facts.due_together(result)
    excluded = {other for r in chosen for other in r.get("alternatives", [])}
    free = [
        r
        for r in result.get("remedies", [])
        if is_claim(r) and not r.get("amount") and r["remedy"] not in excluded
    ]
    return [r for r in chosen if is_claim(r)] + free


def measures(result: Mapping[str, Any], today: date) -> list[dict[str, str]]:
    """Rows from the analysis as a form holds them: kind, amount, formula, description, due."""
    cited_as = {b.rule: b.text for b in bases(result)}
    return [row_of(remedy, cited_as.get(remedy["rule"], ""), today) for remedy in owed(result)]


def row_of(remedy: Mapping[str, Any], citation: str, today: date) -> dict[str, str]:
    """One remedy as a row of the form."""
    return {
        "kind": str(kind_of(remedy)),
        "amount": remedy["amount"] or "",
        "formula": remedy["formula"] or "",
        "description": remedy["title"] + (f"，依据{citation}" if citation else ""),
        "due": (today + timedelta(days=DAYS_TO_PERFORM)).isoformat(),
    }


@dataclass(frozen=True)
class Awaited:
    """An open rule that only counsel still decides, and what it would give if found."""

    rule: str
    title: str
    citation: str
    questions: tuple[str, ...]
    remedy: dict[str, Any]


def awaiting_counsel(result: Mapping[str, Any]) -> list[Awaited]:
    """The open claims whose missing facts are all judgements."""
    questions = {m["fact"]: m["question"] for m in result.get("missing_facts", [])}
    possible = {r["rule"]: r for r in result.get("possible_remedies", []) if is_claim(r)}
    found = []
    for rule in result.get("rules", []):
        asked = [f for f in rule["missing"] if f in questions and facts.is_judgement(f)]
        if rule["id"] not in possible or not asked or len(asked) < len(rule["missing"]):
            continue
        citation = cited(rule["citations"][0]) if rule["citations"] else ""
        asked_as = tuple(questions[f] for f in asked)
        found.append(Awaited(rule["id"], rule["title"], citation, asked_as, possible[rule["id"]]))
    return found


# --- the letter

REMEDIES = (
    "如对本意见有异议，您可以与我们继续协商；也可以拨打 12315 投诉，请求消费者协会调解，"
    "依仲裁协议申请仲裁，或者向人民法院提起诉讼。"
)
NO_PRESUMPTION = (
    "如您同意，请回复本函或来电告知。您不答复不会被视为同意；依法应付的款项，我们仍会支付。"
)
_NUMERALS = "一二三四五六七八九十"


def letter(
    complaint: Complaint,
    rows: Sequence[Mapping[str, str]],
    basis: Iterable[str],
    explanation: str,
    enterprise: str,
) -> str:
    """A starting text for the letter to the consumer; the person who drafts makes it a letter."""
    with translation.override(_ZH):
        return _letter(complaint, rows, list(basis), explanation, enterprise)


def _letter(
    complaint: Complaint,
    rows: Sequence[Mapping[str, str]],
    basis: Sequence[str],
    explanation: str,
    enterprise: str,
) -> str:
    received = complaint.received_at.astimezone(SHANGHAI).date()
    paragraphs = [
        f"尊敬的{_addressed(complaint)}：",
        f"您于 {_day(received)}反映的“{complaint.title}”（案件编号 {complaint.number}）"
        f"我们已经调查核实。{_ended(explanation)}",
        "我们的处理意见如下：\n" + "\n".join(_item(n, row) for n, row in enumerate(rows))
        if rows
        else "",
        _total(rows),
        f"以上意见依据{'、'.join(basis)}作出。" if basis else "",
        NO_PRESUMPTION,
        REMEDIES,
        enterprise,
    ]
    return "\n\n".join(p for p in paragraphs if p)


def _addressed(complaint: Complaint) -> str:
    """By surname, as far as a masked name tells it: how to go on only a person knows."""
    surname = complaint.consumer.name_masked.rstrip("*")
    return f"{surname}先生/女士" if "一" <= surname[:1] <= "鿿" else "消费者"


def _ended(text: str) -> str:
    """A sentence ends with its full stop."""
    text = text.strip()
    return f"{text}。" if text and text[-1] not in "。！？；”" else text


def _day(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _item(number: int, row: Mapping[str, str]) -> str:
    mark = _NUMERALS[number] if number < len(_NUMERALS) else str(number + 1)
    what = str(MeasureKind(row["kind"]).label) if row["kind"] in MeasureKind.values else ""
    amount = amount_of(row)
    words = f"{what} {amount:,.2f} 元" if amount is not None else what
    note = row.get("description", "").strip()
    due = _due(row.get("due", ""))
    return (
        f"{mark}、{words}"
        + (f"：{note}" if note else "")
        + (f"，{due}前履行" if due else "")
        + "。"
    )


def _due(text: str) -> str:
    try:
        return _day(date.fromisoformat(text))
    except ValueError:
        return ""


def amount_of(row: Mapping[str, str]) -> Decimal | None:
    """The row's sum in yuan, None when there is none or it cannot be read (the form says so)."""
    try:
        return money(row.get("amount", ""))
    except Refused:
        return None


def _total(rows: Sequence[Mapping[str, str]]) -> str:
    amounts = [a for row in rows if (a := amount_of(row)) is not None]
    if not amounts:
        return ""
    return f"以上款项合计 {sum(amounts):,.2f} 元，退回您的原付款账户或者您指定的账户。"
