"""The law pane: which paragraphs apply, which elements are met or open, what follows, and what it
comes to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from complaints.models import FactAnswer
from complaints.views.case_facts import lang
from complaints.views.case_page import CasePage
from legal_rules import rulebook
from legal_rules.reasoning import prose
from legal_rules.vocabulary import REMEDIES, RIGHTS

Text = str | Promise
_IMPOSED = ("administrative", "public_security", "criminal")  # by an authority: no claim
_MARKS = {"satisfied": "ok", "failed": "no", "unknown": "unk", "refuted": "ok", "proved": "no"}
_METER = {"ok": "o", "no": "f", "unk": "u"}
MOST_OPEN = 8  # unknown elements listed of one rule; the meter shows all


@dataclass(frozen=True)
class ElementShown:
    """One element of a rule: its mark, the question, why it stands so, and the evidence that
    carries it.
    """

    mark: str
    fact: str
    question: str
    why: str
    evidence: int | None
    given_up: bool


@dataclass(frozen=True)
class RuleShown:
    """One paragraph of law. `tone` of the verdict: ok, warn, danger or ""."""

    id: str
    name: str
    title: str
    verdict: Text
    tone: str
    signed: bool
    meter: str
    elements: list[ElementShown]
    hidden: int
    defences: list[ElementShown]
    summary: str
    burden: str
    quotes: list[tuple[str, str]]
    open: bool


@dataclass(frozen=True)
class LawPane:
    """The rules, the rights at stake, duties and exposures, and the version of the rulebook."""

    rules: list[RuleShown]
    rights: list[tuple[str, bool]]
    duties: list[dict[str, Any]]
    exposure: list[dict[str, Any]]
    rule_set: str
    as_of: str


def law_pane(page: CasePage) -> LawPane:
    """The pane for the facts of the moment."""
    analysis = page.analysis
    answers = {a.fact: a for a in page.answers}
    stakes = _stakes(analysis)
    known = page.complaint.category
    told = [r for r in analysis["rules"] if known or r["status"] == "applies"]
    rows = sorted(told, key=lambda r: (_rank(r), -stakes.get(r["id"], 0), -_share(r)))
    rules = [_rule(row, answers, first=n == 0) for n, row in enumerate(rows)]
    return LawPane(
        rules,
        [
            (RIGHTS[r["id"]].name_for(lang()), r["status"] == "infringed")
            for r in analysis["rights"]
        ],
        analysis["duties"],
        analysis["exposure"],
        analysis["rule_set"],
        analysis["as_of"],
    )


def _rank(row: dict[str, Any]) -> int:
    """Claims before what an authority may impose; what holds before what is open."""
    if row["status"] not in ("applies", "open"):
        return 4 if row["status"] == "displaced" else 5
    remedy = REMEDIES.get(row["remedy"] or "")
    imposed = remedy is not None and remedy.kind in _IMPOSED
    return 2 * imposed + (row["status"] == "open")


def _stakes(analysis: dict[str, Any]) -> dict[str, Decimal]:
    """Rule → what the consumer may claim by it."""
    both = [*analysis["remedies"], *analysis["possible_remedies"]]
    return {r["rule"]: Decimal(r["amount"]) for r in both if r["amount"]}


def _share(row: dict[str, Any]) -> float:
    known = sum(e["status"] == "satisfied" for e in row["elements"])
    return known / (len(row["elements"]) or 1)


def _rule(row: dict[str, Any], answers: dict[str, FactAnswer], *, first: bool) -> RuleShown:
    elements = _elements(row["elements"], answers)
    unknown = [e for e in elements if e.mark == "unk"]
    hidden = max(0, len(unknown) - MOST_OPEN)
    dropped = {id(e) for e in unknown[MOST_OPEN:]}
    verdict, tone = _verdict(row)
    quotes = _quotes(row["id"], row["citations"])
    return RuleShown(
        row["id"],
        quotes[0][0] if quotes else "",
        row["title"],
        verdict,
        tone,
        row["signed"],
        "".join(_METER[e.mark] for e in elements),
        [e for e in elements if id(e) not in dropped],
        hidden,
        [e for e in _elements(row["defences"], answers) if e.mark != "unk"],
        row["summary"],
        row.get("burden", ""),
        quotes,
        first and row["status"] in ("applies", "open"),
    )


def _elements(rows: list[dict[str, Any]], answers: dict[str, FactAnswer]) -> list[ElementShown]:
    seen: dict[str, ElementShown] = {}
    for e in rows:
        answer = answers.get(e["fact"])
        shown = ElementShown(
            _MARKS[e["status"]],
            e["fact"],
            e["question"],
            e["why"],
            answer.evidence_number if answer else None,
            answer is not None and not answer.established,
        )
        seen.setdefault(e["fact"], shown)
    order = {"ok": 0, "no": 1, "unk": 2}
    return sorted(seen.values(), key=lambda e: (order[e.mark], e.given_up))


def _verdict(row: dict[str, Any]) -> tuple[Text, str]:
    if row["status"] == "applies":
        if row["presumed"]:
            return _("推定成立"), "warn"
        return (_("暂定成立") if row["provisional"] else _("成立")), "ok"
    if row["status"] == "open":
        wanted = len(row["missing"])
        return (_("待补 {n} 项").format(n=wanted) if wanted else _("待查明")), "warn"
    if row["status"] == "displaced":
        return _("让位于特别规定"), ""
    return _("不成立"), ""


def _quotes(rule_id: str, citations: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """(citation in words, text of the law) of the version that was applied."""
    rule = rulebook.current().rules[rule_id]
    for version in rule.versions:
        if [q.citation() for q in version.sources] == citations:
            return [(prose.cite(q, lang()), q.text) for q in version.sources]
    return []


# --- the sum


@dataclass(frozen=True)
class Row:
    """One remedy with its arithmetic. `sure`: it holds on the facts that stand;
    `presumed`: until the business proves the contrary, or until a special rule is settled.
    """

    title: str
    presumed: bool
    formula: str
    amount: Decimal | None
    bounds: str
    sure: bool
    minimum: Decimal | None


@dataclass(frozen=True)
class CalcPane:
    """Sums that may be claimed together: `total` of what stands, `possible` if the open questions
    fall for the consumer.
    """

    rows: list[Row]
    total: Decimal
    possible: Decimal
    floors: list[tuple[str, Decimal]]
    condition: str
    rule_set: str

    @property
    def presumed(self) -> bool:
        """A part of the sum holds by presumption or provisionally only."""
        return any(r.presumed for r in self.rows)

    @property
    def short(self) -> str:
        """The sum in one line: 3,980 + 3 × 3,980."""
        parts = [r.formula if r.formula and "[" not in r.formula else _plain(r) for r in self.rows]
        return _round(" + ".join(part for part in parts if part))


def _plain(row: Row) -> str:
    return "" if row.amount is None else f"{row.amount:.2f}"


def _round(formula: str) -> str:
    """Thousands separated, no empty cents: 3980.00 → 3,980."""
    return re.sub(r"\d+\.\d\d", lambda m: f"{Decimal(m.group()):,.2f}".removesuffix(".00"), formula)


def calc_pane(page: CasePage) -> CalcPane:
    """The best set of claims that may be joined, of what holds and of what is still open."""
    analysis = page.analysis
    claims = analysis["remedies"] if page.complaint.category else []
    holding = {r["remedy"]: r for r in claims if _counts(r)}
    sure = {k: r for k, r in holding.items() if r["certain"]}
    could = analysis["possible_remedies"] if page.complaint.category else []
    every = {r["remedy"]: r for r in could if _counts(r)} | holding
    total, best = _best(sure), _best(every)
    rows = [_row(r, r["remedy"] in sure, r["remedy"] in holding) for r in best]
    possible = _sum(best)
    conditional = [r.title for r in rows if not r.sure and not r.presumed]
    return CalcPane(
        rows,
        _sum(total),
        possible,
        [(r.title, r.minimum) for r in rows if r.minimum is not None],
        "、".join(conditional),
        analysis["rule_set"],
    )


def _counts(remedy: dict[str, Any]) -> bool:
    """Something the consumer may claim in money; what an authority may impose is no claim."""
    return bool(remedy["amount"] or remedy["bounds"]) and remedy["kind"] not in _IMPOSED


def _best(remedies: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    sets = [
        [r, *(remedies[o] for o in r["cumulates_with"] if o in remedies)] for r in remedies.values()
    ]
    return max(sets, key=_sum, default=[])


def _sum(remedies: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(r["amount"]) for r in remedies if r["amount"]), Decimal("0.00"))


def _row(remedy: dict[str, Any], sure: bool, holds: bool) -> Row:
    amount = Decimal(remedy["amount"]) if remedy["amount"] else None
    minimum = Decimal(remedy["minimum"]) if remedy["minimum"] else None
    return Row(
        remedy["title"],
        holds and not sure,
        _round(remedy["formula"] or ""),
        amount,
        _bounds(remedy["bounds"]),
        sure,
        minimum,
    )


def _bounds(bounds: dict[str, Any] | None) -> str:
    if not bounds:
        return ""
    if bounds["high"] is None:
        return _("不少于 ¥{low}").format(low=bounds["low"])
    return _("¥{low} 至 ¥{high}").format(low=bounds["low"], high=bounds["high"])
