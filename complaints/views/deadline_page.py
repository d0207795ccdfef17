"""One deadline, or the regime that counsel signs it with, for those who read or sign."""

from __future__ import annotations

from functools import cached_property

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.views.deadline_list import Row, row_of
from complaints.views.signing_page import SigningPage
from legal_rules import deadline_table, deadline_telling, regime_signatures, rulebook
from legal_rules.deadline_names import CERTAINTIES
from legal_rules.deadline_telling import EntryTold
from legal_rules.deadline_terms import Entry, Regime
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


class RegimePage(SigningPage[Regime]):
    """A regime: its entries, counsel's acts."""

    sign_off = regime_signatures.REGIMES
    done = {"sign": _("已签署“{title}”的期限"), "revoke": _("已撤销“{title}”的签署，它们又是草稿")}

    def __init__(self, regime: Regime, user: User, lang: str) -> None:
        super().__init__(regime, user, lang, f"regime:{regime.id}")
        self.regime = regime

    @cached_property
    def entries(self) -> list[EntryShown]:
        """All that counsel signs here."""
        table = deadline_table.current()
        return [EntryShown(table.entries[name], self.lang) for name in self.regime.entries]
