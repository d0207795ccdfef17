"""A page of the product as a document on A4, PDF/A-2b: a header with what it is and its number, who
printed it and when on every page, page x of y. The same words give the same bytes.

    printed(Printout(title="案件", number="TS26-000001", …), at) → bytes
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from letters import pdf
from letters.dossier import Page, Section

_SOURCE = Path(__file__).with_name("printout.typ")
_TEXTS = ("title", "heading", "enterprise", "number", "mark")
_WORDS = {
    "zh": {"pages": "第 {page} 页 共 {all} 页", "grade": "密级：内部"},
    "en": {"pages": "Page {page} of {all}", "grade": "Internal"},
}


@dataclass(frozen=True)
class Printout:
    """All that stands on the pages. `lang`: zh or en; `heading`: over the first page, where it is
    not the title; `facts`: rows of label, value, label, value; `mark`: who printed it and when.
    """

    title: str
    number: str
    enterprise: str
    mark: str
    lang: str
    facts: Sequence[tuple[str, str, str, str]]
    sections: Sequence[Section]
    heading: str = ""


def printed(out: Printout, at: datetime) -> bytes:
    """The pages; `at` is the moment that the file itself names."""
    page = Page(str)
    content: dict[str, Any] = {
        **_WORDS[out.lang],
        "lang": out.lang,
        **{name: page.words(getattr(out, name)) for name in _TEXTS},
        "facts": page.rows(out.facts),
        "sections": page.sections(out.sections),
    }
    content["note"] = pdf.note_on_missing(out.lang) if page.missing else ""
    return pdf.document(_SOURCE, {"content": json.dumps(content, ensure_ascii=False)}, at)
