"""The table of deadlines in plain JSON, for programs: what counsel reads on `/law/deadlines/`."""

from __future__ import annotations

from typing import Any

from legal_rules import deadline_telling
from legal_rules.deadline_table import Table
from legal_rules.deadline_terms import Entry, Regime
from legal_rules.reading import signature_told
from legal_rules.sign_off import Standing

Json = dict[str, Any]


def regime_card(standing: Standing[Regime], table: Table, lang: str) -> Json:
    """One field of the table with what counsel signed, and its entries in order."""
    regime = standing.piece
    return {
        "id": regime.id,
        "title": regime.title.in_(lang),
        "sha256": regime.sha256,
        "signed": standing.signed,
        "signature": signature_told(standing.latest),
        "deadlines": [entry_card(table.entries[name], table, lang) for name in regime.entries],
    }


def entry_card(entry: Entry, table: Table, lang: str) -> Json:
    """One entry: its figure, on what it rests, and in sentences how it runs."""
    told = deadline_telling.tell(entry, table, lang)
    return {
        "id": entry.id,
        "title": entry.title.in_(lang),
        "text": entry.says.in_(lang),
        "use": entry.use,
        "kind": entry.clock.kind if entry.clock else None,
        "nature": entry.nature,
        "owed_by": entry.owed_by,
        "length": entry.length,
        "unit": entry.unit,
        "back": entry.back,
        "figure": told.figure,
        "from": entry.from_.isoformat(),
        "until": entry.until.isoformat() if entry.until else None,
        "sources": [
            {
                "citation": None if each.external else each.citation(),
                "name": name,
                "text": each.text,
            }
            for each, name in told.quotes
        ],
        "course": [{"what": what, "text": sentence} for what, sentence in told.course],
        "note": entry.why.in_(lang) if entry.why else "",
        "corrections": [each.text.in_(lang) for each in entry.corrected],
    }
