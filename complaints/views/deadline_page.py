"""One deadline, or the regime that counsel signs it with, for those who read or sign."""

from __future__ import annotations

from functools import cached_property

from accounts.models import User
from complaints.views.deadline_list import Row, row_of
from complaints.views.rule_history import Act, Paragraphs, history, only_changes
from complaints.views.rule_list import status_of
from legal_rules import deadline_table, deadline_telling, regime_signatures, rulebook
from legal_rules.deadline_names import CERTAINTIES
from legal_rules.deadline_telling import EntryTold
from legal_rules.deadline_terms import Entry, Regime
from legal_rules.models import RuleText
from legal_rules.regime_signatures import RegimeStanding
from legal_rules.vocabulary import FACTS

TABS = ("text", "history")


class EntryShown:
    """An entry with its words, as a page and a regime's page show it."""

    def __init__(self, entry: Entry, lang: str) -> None:
        self.entry, self.lang = entry, lang

    @cached_property
    def row(self) -> Row:
        """What the list says of it."""
        return row_of(self.entry, self.lang)

    @cached_property
    def told(self) -> EntryTold:
        """How it runs, and its quotations."""
        return deadline_telling.tell(self.entry, deadline_table.current(), self.lang)

    @property
    def says(self) -> str:
        """What it says, in a sentence."""
        return self.entry.says.in_(self.lang)

    @property
    def certainty(self) -> str:
        """How sure the words are; "" where they were checked word for word."""
        known = CERTAINTIES[self.entry.certainty]
        return "" if self.entry.certainty == "verbatim" else known.in_(self.lang)

    @property
    def corrections(self) -> list[tuple[str, str]]:
        """(point of the review, what was put right)."""
        return [(each.by, each.text.in_(self.lang)) for each in self.entry.corrected]

    @property
    def kept(self) -> tuple[str, str, bool] | None:
        """(what is kept, since when, whether no longer than that)."""
        held = self.entry.retention
        if held is None:
            return None
        return held.keeps.in_(self.lang), held.since.in_(self.lang), held.longest

    @property
    def asked(self) -> list[str]:
        """The questions whose answers begin a window, and begin it anew."""
        window = self.entry.window
        names = (window.from_fact, window.anew_from) if window else ()
        return [FACTS[name].question_for(self.lang) for name in names if name]

    @property
    def computed_by(self) -> list[tuple[str, str]]:
        """(rule or "", words) of what computes a window."""
        window, book = self.entry.window, rulebook.current().rules
        names = window.computed_by if window else ()
        return [
            (name, book[name].title.in_(self.lang))
            if name in book
            else ("", FACTS[name].question_for(self.lang))
            for name in names
        ]

    @property
    def replaces(self) -> Row | None:
        """The entry that it took the place of."""
        name = self.entry.replaces
        return row_of(deadline_table.current().entries[name], self.lang) if name else None

    @property
    def replaced_by(self) -> list[Row]:
        """Those that took its place."""
        entries = deadline_table.current().entries.values()
        return [row_of(each, self.lang) for each in entries if each.replaces == self.entry.id]


class RegimePage:
    """A regime: its entries, counsel's acts. Everything is read when it is first asked for."""

    def __init__(self, regime: Regime, user: User, lang: str) -> None:
        self.regime, self.user, self.lang = regime, user, lang
        self.draft_key = f"regime:{regime.id}"

    @property
    def title(self) -> str:
        return self.regime.title.in_(self.lang)

    @cached_property
    def entries(self) -> list[EntryShown]:
        """All that counsel signs here."""
        table = deadline_table.current()
        return [EntryShown(table.entries[name], self.lang) for name in self.regime.entries]

    @cached_property
    def standing(self) -> RegimeStanding:
        """How it stands."""
        return regime_signatures.standing_of(self.regime)

    @property
    def status(self) -> str:
        """signed, draft, changed or revoked."""
        return status_of(self.standing)

    @property
    def may_sign(self) -> bool:
        """The person signs and revokes."""
        return self.user.may("sign_rules")

    @property
    def changed(self) -> Paragraphs:
        """What it says otherwise than what was signed last; [] where the words are equal."""
        last = self.standing.latest
        return self.since(last.text) if last and self.standing.changed else []

    def since(self, old: RuleText) -> Paragraphs:
        """What it says otherwise than an old text."""
        return only_changes(regime_signatures.changes_since(old, self.regime, self.lang))

    @cached_property
    def history(self) -> list[Act]:
        """Acts of counsel and changes of content, the newest first."""
        return history(regime_signatures.name_of(self.regime.id), self.lang)
