"""The law pane: which paragraphs apply, which elements are met or open, what follows, and whether
a frozen analysis still holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from complaints import snapshots
from complaints.clock_words import marked
from complaints.lifecycle import State
from complaints.models import FactAnswer
from complaints.periods import STATES, periods
from complaints.views.case_page import CasePage
from complaints.views.case_questions import lang
from complaints.views.staleness import Stale, stale
from legal_rules import rulebook
from legal_rules.reasoning import ask, prose
from legal_rules.vocabulary import RIGHTS

Text = str | Promise
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
    """One paragraph of law. `tone` of the verdict: ok, warn, danger or "". `reason`: an exception
    that was proved, a question of law that is open, or the special rule that takes its place.
    """

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
    reason: str
    burden: str
    quotes: list[tuple[str, str]]
    open: bool


@dataclass(frozen=True)
class LawPane:
    """The rules, the rights at stake, duties and exposures, and the version of the rulebook.

    `windows`: periods of the law that run from the dates of the case, each with its tone. `imposed`
    are the rules on what the State may impose; `others` those that do not apply or that
    nobody complained of. `stale`: what changed since
    the analysis was frozen.
    """

    rules: list[RuleShown]
    imposed: list[RuleShown]
    others: list[RuleShown]
    rights: list[tuple[str, bool]]
    duties: list[dict[str, Any]]
    exposure: list[dict[str, Any]]
    windows: list[dict[str, Any]]
    rule_set: str
    as_of: str
    snapshots: int
    stale: Stale | None


def law_pane(page: CasePage, opened: str = "") -> LawPane:
    """The pane for the facts of the moment; `opened`: the rule that was asked for."""
    found = page.analysis
    answers = {a.fact: a for a in page.answers}
    stakes = _stakes(found)
    known = page.complaint.category
    told = [r for r in found["rules"] if known or r["status"] == "applies"]
    rows = sorted(told, key=lambda r: (_rank(r), -stakes.get(r["id"], 0), -_share(r)))
    titles = {r["id"]: r["title"] for r in rows}
    weightiest = max(rows, key=lambda r: (_rank(r) < 2, stakes.get(r["id"], 0)), default=None)
    groups: dict[str, list[RuleShown]] = {"rules": [], "imposed": [], "others": []}
    for row in rows:
        rule = _rule(row, answers, titles, open=row is weightiest or row["id"] == opened)
        groups[_group(row, found)].append(rule)
    return LawPane(
        groups["rules"],
        groups["imposed"],
        groups["others"],
        [(RIGHTS[r["id"]].name_for(lang()), r["status"] == "infringed") for r in found["rights"]],
        found["duties"],
        found["exposure"],
        [_window(w) for w in periods(page.complaint, page.answers)],
        found["rule_set"],
        found["as_of"],
        page.complaint.n_snapshots,
        _stale(page),
    )


def rule_shown(page: CasePage, rule: str) -> RuleShown | None:
    """One rule of the pane; None for one that it does not list."""
    pane = law_pane(page, rule)
    return next((r for r in (*pane.rules, *pane.imposed, *pane.others) if r.id == rule), None)


def _window(window: dict[str, Any]) -> dict[str, Any]:
    """One window as the page shows it: with its tone, and its end marked where that may move."""
    until = marked(window["until"] or "", provisional=window["provisional"])
    return {**window, "tone": STATES[window["state"]][1], "until": until}


def _stale(page: CasePage) -> Stale | None:
    """While a resolution is drafted or reviewed: what the frozen analysis does not know.

    The statement for the whole snapshot is spent only where it is stale.
    """
    complaint = page.complaint
    drafting = complaint.state in (State.RESOLVING, State.IN_REVIEW)
    if not drafting or complaint.frozen is None or not page.situation.analysis_is_stale:
        return None
    return stale(complaint, snapshots.latest(complaint), page.user, page.answers, 3)


def _group(row: dict[str, Any], found: dict[str, Any]) -> str:
    """An exposure that is open and about which nothing is asked is nobody's concern."""
    if row["status"] not in ("applies", "open"):
        return "others"
    if not _is_imposed(row):
        return "rules"
    asked = {m["fact"] for m in found["missing_facts"]}
    idle = row["status"] == "open" and not asked & set(row["missing"])
    return "others" if idle else "imposed"


def _is_imposed(row: dict[str, Any]) -> bool:
    return ask.is_imposed(rulebook.current().rules[row["id"]])


def _rank(row: dict[str, Any]) -> int:
    """Claims before what an authority may impose; what holds before what is open."""
    if row["status"] not in ("applies", "open"):
        return 4 if row["status"] == "displaced" else 5
    return 2 * _is_imposed(row) + (row["status"] == "open")


def _stakes(analysis: dict[str, Any]) -> dict[str, Decimal]:
    """Rule → what the consumer may claim by it."""
    both = [*analysis["remedies"], *analysis["possible_remedies"]]
    return {r["rule"]: Decimal(r["amount"]) for r in both if r["amount"]}


def _share(row: dict[str, Any]) -> float:
    known = sum(e["status"] == "satisfied" for e in row["elements"])
    return known / (len(row["elements"]) or 1)


def _rule(
    row: dict[str, Any], answers: dict[str, FactAnswer], titles: dict[str, str], *, open: bool
) -> RuleShown:
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
        _defences(row, answers, {e.fact for e in elements}),
        _reason(row, titles),
        row.get("burden", ""),
        quotes,
        open,
    )


def _defences(
    row: dict[str, Any], answers: dict[str, FactAnswer], told: set[str]
) -> list[ElementShown]:
    """What was proved or refuted; of a presumption also what would still rebut it. A defence that
    an element has `told` of already, because the contrary is one, is not said again.
    """
    rebutting = {
        e["fact"] for e in row["defences"] if row["presumed"] and e["role"] == "presumption"
    }
    shown = _elements(row["defences"], answers)
    open_or_proved = [e for e in shown if not (e.mark == "ok" and e.fact in told)]
    return [e for e in open_or_proved if e.mark != "unk" or e.fact in rebutting]


def _reason(row: dict[str, Any], titles: dict[str, str]) -> str:
    if row["displaced_by"]:
        special = titles.get(row["displaced_by"], row["displaced_by"])
        return _("由特别规定处理：{title}").format(title=special)
    return str(row["reason"])


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
