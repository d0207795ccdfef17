"""规则: every rule, whether counsel signed it, and how many open cases rest on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Func
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from complaints.models import Complaint
from config.kept import kept
from legal_rules.reasoning.prose import cite
from legal_rules.reasoning.rules import Rule
from legal_rules.sign_off import Piece, Standing
from legal_rules.signatures import RULES
from legal_rules.vocabulary import INSTRUMENTS, REMEDIES

KEPT_SECONDS = 60
LIMIT = 60  # characters of a search
STATUSES: dict[str, str | Promise] = {
    "signed": gettext_lazy("已签署"),
    "draft": gettext_lazy("草稿"),
    "changed": gettext_lazy("草稿：签署后有改动"),
    "revoked": gettext_lazy("草稿：签署已撤销"),
}


@dataclass(frozen=True)
class Row:
    """One rule as the list shows it."""

    rule: Rule
    title: str
    citation: str
    remedy: str
    since: str
    standing: Standing[Rule]
    status: str
    cases: int


@dataclass(frozen=True)
class Chosen:
    """What the address asks for; "" for anything."""

    q: str = ""
    instrument: str = ""
    status: str = ""
    remedy: str = ""

    def __bool__(self) -> bool:
        return any((self.q, self.instrument, self.status, self.remedy))

    def fits(self, row: Row) -> bool:
        """Drafts are found whatever made them drafts."""
        by_status = {row.status} | ({"draft"} if row.status != "signed" else set())
        text = f"{row.rule.id} {row.title} {row.citation} {row.remedy}".lower()
        return (
            (not self.status or self.status in by_status)
            and (not self.instrument or self.instrument in instruments_of(row.rule))
            and (not self.remedy or self.remedy == row.rule.remedy)
            and all(word in text for word in self.q.lower().split())
        )


def read(asked: Mapping[str, str]) -> tuple[Chosen, list[str]]:
    """The filters of the address, and a sentence for each that is not known and left out."""
    known: dict[str, Any] = {"instrument": INSTRUMENTS, "status": STATUSES, "remedy": REMEDIES}
    found = {"q": asked.get("q", "").strip()[:LIMIT]}
    problems = []
    for name, values in known.items():
        value = asked.get(name, "")
        if value in values:
            found[name] = value
        elif value:
            problems.append(_("没有“%(value)s”这一项，已忽略。") % {"value": value[:40]})
    return Chosen(**found), problems


def rows(user: User, lang: str) -> list[Row]:
    """Every rule, in the order of the rulebook: two queries, one of them remembered a minute."""
    counted = cases_by_rule(user)
    return [
        _row(standing, counted.get(name, 0), lang) for name, standing in RULES.standings().items()
    ]


def _row(standing: Standing[Rule], cases: int, lang: str) -> Row:
    rule = standing.piece
    sources = rule.versions[-1].sources
    remedy = REMEDIES.get(rule.remedy or "")
    return Row(
        rule,
        rule.title.in_(lang),
        cite(sources[0], lang) if sources else "",
        remedy.name_for(lang) if remedy else "",
        rule.versions[-1].start.isoformat(),
        standing,
        status_of(standing),
        cases,
    )


def status_of(standing: Standing[Piece]) -> str:
    """A key of STATUSES."""
    if standing.signed:
        return "signed"
    if standing.changed:
        return "changed"
    return "revoked" if standing.revoked else "draft"


def instruments_of(rule: Rule) -> set[str]:
    """The laws that any version of the rule quotes as its source."""
    return {quote.instrument for version in rule.versions for quote in version.sources}


def instruments(rules: Iterable[Row], lang: str) -> list[tuple[str, str]]:
    """(id, short title) of every law that a rule quotes."""
    used = {name for row in rules for name in instruments_of(row.rule)}
    return [(one.id, one.short.in_(lang)) for one in INSTRUMENTS.values() if one.id in used]


def remedies(rules: Iterable[Row], lang: str) -> list[tuple[str, str]]:
    """(id, name) of every remedy that a rule gives."""
    used = {row.rule.remedy for row in rules}
    return [(one.id, one.name_for(lang)) for one in REMEDIES.values() if one.id in used]


def cases_by_rule(user: User) -> dict[str, int]:
    """Rule → how many open cases that the person may see rest on it; at most a minute old."""
    return kept(f"cases_by_rule:{user.pk}", KEPT_SECONDS, lambda: _counted(user))


def _counted(user: User) -> dict[str, int]:
    each = Func(F("rests_on"), function="unnest")
    visible = Complaint.objects.visible_to(user).open().exclude(rests_on=[])
    counted = visible.annotate(rule=each).values("rule").annotate(n=Count("pk")).order_by()
    return dict(counted.values_list("rule", "n"))
