"""法定期限: every entry of the table of deadlines, in its regimes, found by words and filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from complaints.views.rule_list import LIMIT, status_of
from legal_rules import deadline_table, deadline_telling
from legal_rules.deadline_names import NATURES, OWED_BY, USES
from legal_rules.deadline_terms import Citation, Entry, Regime
from legal_rules.regime_signatures import REGIMES
from legal_rules.sign_off import Standing
from legal_rules.vocabulary import FACTS


@dataclass(frozen=True)
class Row:
    """One entry as the list shows it. `citation`: its first words of the law, with their place."""

    entry: Entry
    title: str
    figure: str
    start: str
    use: str
    nature: str
    owed_by: str
    why: str
    cited: str
    citation: Citation

    @property
    def words(self) -> str:
        """What a search looks at."""
        parts = (self.entry.id, self.title, self.figure, self.start, self.cited, self.why)
        return " ".join((*parts, self.entry.quote, self.entry.says.zh, self.entry.says.en)).lower()


@dataclass
class Group:
    """A regime with those of its entries that were asked for."""

    regime: Regime
    title: str
    standing: Standing[Regime]
    rows: list[Row] = field(default_factory=list)

    @property
    def status(self) -> str:
        """signed, draft, changed or revoked."""
        return status_of(self.standing)


@dataclass(frozen=True)
class Chosen:
    """What the address asks for; "" for anything."""

    q: str = ""
    regime: str = ""
    use: str = ""
    owed_by: str = ""

    def __bool__(self) -> bool:
        return any((self.q, self.regime, self.use, self.owed_by))

    def fits(self, row: Row) -> bool:
        """Whether the row is one of those asked for."""
        return (
            self.regime in ("", row.entry.regime)
            and self.use in ("", row.entry.use)
            and self.owed_by in ("", row.entry.owed_by)
            and all(word in row.words for word in self.q.lower().split())
        )


def read(asked: Mapping[str, str]) -> tuple[Chosen, list[str]]:
    """The filters of the address, and a sentence for each that is not known and left out."""
    regimes = deadline_table.current().regimes
    known: dict[str, Any] = {"regime": regimes, "use": USES, "owed_by": OWED_BY}
    found = {"q": asked.get("q", "").strip()[:LIMIT]}
    problems = []
    for name, values in known.items():
        value = asked.get(name, "")
        if value in values:
            found[name] = value
        elif value:
            problems.append(_("没有“%(value)s”这一项，已忽略。") % {"value": value[:40]})
    return Chosen(**found), problems


def groups(chosen: Chosen, lang: str) -> list[Group]:
    """The regimes in the order of the table, without those of which nothing fits: one query."""
    table = deadline_table.current()
    found = []
    for standing in REGIMES.standings().values():
        regime = standing.piece
        rows = [row_of(table.entries[entry], lang) for entry in regime.entries]
        group = Group(regime, regime.title.in_(lang), standing, [r for r in rows if chosen.fits(r)])
        if group.rows:
            found.append(group)
    return found


def row_of(entry: Entry, lang: str) -> Row:
    """One row in the language of the page."""
    return Row(
        entry,
        entry.title.in_(lang),
        deadline_telling.figure(entry, lang),
        _start(entry, lang),
        USES[entry.use].in_(lang),
        NATURES[entry.nature].in_(lang),
        OWED_BY[entry.owed_by].in_(lang),
        entry.why.in_(lang) if entry.why else "",
        deadline_telling.cite(entry, entry.citations[0], lang),
        entry.citations[0],
    )


def _start(entry: Entry, lang: str) -> str:
    """The moment or the dated fact that it is counted from; for a retention, since when; "" where
    there is none.
    """
    if entry.clock is not None and entry.clock.starts is not None:
        return deadline_table.current().moments[entry.clock.starts].title.in_(lang)
    if entry.window is not None and entry.window.from_fact is not None:
        return FACTS[entry.window.from_fact].question_for(lang)
    return entry.retention.since.in_(lang) if entry.retention is not None else ""


def choices(names: Mapping[str, Any], lang: str) -> list[tuple[str, str]]:
    """(code, word) of a closed list."""
    return [(code, label.in_(lang)) for code, label in names.items()]
