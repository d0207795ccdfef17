"""How laws and articles are answered; `serializers.py` describes the same shapes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from reading_room.article_page import ArticlePage
from reading_room.article_text import Compared, Text
from reading_room.library import Followed, Law
from reading_room.shelf import Row
from reading_room.statute_page import StatutePage

Json = dict[str, Any]


def span(law: Law) -> Json:
    """The days on which a text is law, both included; `until` null: still in force."""
    return {
        "from": law.start.isoformat(),
        "until": law.until.isoformat() if law.until else None,
    }


def extent(law: Law) -> str:
    """How much of it is here: the whole text, a selection, or what rules quote."""
    if law.stored is None:
        return "quoted"
    return "all" if law.stored.complete else "selected"


def listed(row: Row) -> Json:
    """A law in the list."""
    stored = row.law.stored
    return {
        "instrument": row.law.code,
        "title": row.law.name,
        "short_title": row.law.called,
        "kind": stored.kind if stored else None,
        "issuing_body": stored.body if stored else None,
        "number": stored.document_number or None if stored else None,
        "in_force": span(row.law),
        "state": row.state,
        "extent": extent(row.law),
        "articles": row.articles,
        "articles_cited": row.cited,
        "text_source": stored.text_source if stored else None,
    }


def statute(page: StatutePage, row: Row, articles: list[str]) -> Json:
    """A law with the numbers of its articles, its other texts and what was imported when."""
    stored = page.law.stored
    return {
        **listed(row),
        "effective_date": stored.effective.isoformat() if stored else None,
        "promulgated_date": _day(stored.promulgated) if stored else None,
        "status_basis": stored.status_basis if stored else None,
        "notes": stored.notes if stored else "",
        "article_numbers": articles,
        "texts": [
            {"instrument": law.code, "in_force": span(law), "extent": extent(law)}
            for law in page.laws
        ],
        "imports": [
            {
                "number": one.number,
                "sha256": one.sha256,
                "imported_at": one.imported_at.isoformat(),
                "current": one.current,
                "changed": one.changes.get("changed", []),
                "added": one.changes.get("added", []),
                "removed": one.changes.get("removed", []),
            }
            for one in page.stored
        ],
    }


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None


def article(page: ArticlePage, text: Text) -> Json:
    """The words of the day, with where they stand, what came before and after, and who cites."""
    stored = text.law.stored
    note = "" if text.whole else _("全文没有导入，这里只有规则引用的部分，可能不是整条。")
    return {
        "instrument": text.law.code,
        "article": text.no,
        "on": page.day.isoformat() if page.day else None,
        "asked": {"instrument": page.law.code, "article": page.no},
        "found_by": text.how,
        "citation": text.cited,
        "text": text.text,
        "extent": "all" if text.whole else "quoted",
        "note": note,
        "chapter": text.chapter,
        "in_force": span(text.law),
        "state": text.law.state,
        "text_source": stored.text_source if stored else None,
        "texts": [_place(place, found) for _law, place, found in page.versions],
        "changed_since": _compared(page.since),
        "changed_later": _compared(page.until),
        "rules": [
            {
                "rule": one.rule.id,
                "title": one.name,
                "quotes_agree": one.proved if text.whole else None,
            }
            for one in page.rules
        ],
    }


def _place(place: Followed, text: Text | None) -> Json:
    return {
        "instrument": place.law.code,
        "article": place.no,
        "found_by": place.how,
        "in_force": span(place.law),
        "extent": None if text is None else "all" if text.whole else "quoted",
    }


def _compared(compared: Compared | None) -> Json | None:
    """The pieces in reading order; null where one of the two texts is not here."""
    if compared is None:
        return None
    return {
        "from": {"instrument": compared.older.law.code, "article": compared.older.no},
        "to": {"instrument": compared.newer.law.code, "article": compared.newer.no},
        "same": compared.same,
        "pieces": [{"kind": piece.kind, "text": piece.text} for piece in compared.pieces],
    }
