"""What stands in the fields of a proposal: from the saved version, from a draft, or as posted.

Rows of measures carry their number in the field's name (`amount-0`), so that a page without
scripts can add and remove them by posting itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from complaints.actions.resolution import MOST_MEASURES
from complaints.letter_writing import Written
from complaints.models import Resolution
from complaints.suggestion import amount_of
from complaints.views.letter_paper import Kept
from complaints.views.point_form import Points

COLUMNS = ("kind", "amount", "formula", "description", "due")
MORE = ("remedy", "basis", "payee", "payee_words", "unit")  # in the second line of a row
ALL = COLUMNS + MORE
TEXTS = ("basis_more", "explanation", "letter", "below_reason")
MADE_OF = ("template", "template_sha256", "letter_was")
_ROW = re.compile(r"kind-(\d{1,3})")
_ERROR = re.compile(r"measures\.(\d+)(?:\.(\w+))?")
Row = dict[str, str]


def blank() -> Row:
    """A row nobody has filled in."""
    return dict.fromkeys(ALL, "")


@dataclass
class Proposal:
    """The fields of one proposal. `basis` are the ticked articles, `more` those written by hand."""

    rows: list[Row] = field(default_factory=list)
    basis: list[str] = field(default_factory=list)
    more: str = ""
    explanation: str = ""
    letter: str = ""
    template: str = ""  # with which the letter was begun
    template_sha256: str = ""
    letter_was: str = ""  # before it was written anew
    options: list[str] = field(default_factory=list)
    below_reason: str = ""
    number: str = ""  # of the case
    points: Points = field(default_factory=Points)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def posted(cls, data: MultiValueDict[str, str]) -> Proposal:
        """As the form sends it."""
        numbers = sorted(int(m[1]) for name in data if (m := _ROW.fullmatch(name)))
        rows = [
            {column: str(data.get(f"{column}-{n}") or "").strip() for column in ALL}
            for n in numbers[: MOST_MEASURES + 1]
        ]
        more, explanation, letter, below = (str(data.get(name) or "") for name in TEXTS)
        basis, options = data.getlist("basis"), data.getlist("option")
        made_of = {name: str(data.get(name) or "") for name in MADE_OF}
        form = cls(rows, basis, more, explanation, letter, options=options, below_reason=below)
        form.template, form.template_sha256 = made_of["template"], made_of["template_sha256"]
        form.letter_was = made_of["letter_was"]
        form.points = Points.posted(data)
        return form

    @classmethod
    def drafted(cls, draft: Mapping[str, Any]) -> Proposal:
        """As the page's autosave keeps it: a list where a name was sent several times."""
        data = QueryDict(mutable=True)
        for name, value in draft.items():
            data.setlist(name, value if isinstance(value, list) else [str(value)])
        return cls.posted(data)

    @classmethod
    def saved(cls, resolution: Resolution | None, known: Sequence[str]) -> Proposal:
        """As it was saved; articles that the analysis does not know are written by hand."""
        if resolution is None:
            return cls()
        rows = [
            {
                "kind": m.kind,
                "amount": f"{m.amount:.2f}" if m.amount is not None else "",
                "formula": m.formula,
                "description": m.description,
                "due": m.due.isoformat() if m.due else "",
                "remedy": m.remedy,
                "basis": m.basis,
                "payee": m.payee,
                "payee_words": m.payee_words,
                "unit": str(m.unit_id or ""),
            }
            for m in resolution.measures.all()
        ]
        cited = resolution.legal_basis
        return cls(
            rows,
            [text for text in cited if text in known],
            "\n".join(text for text in cited if text not in known),
            resolution.explanation,
            resolution.letter,
            resolution.template,
            resolution.template_sha256,
            options=list(resolution.options),
            points=Points.saved(resolution),
            below_reason=resolution.below_reason,
        )

    @property
    def filled(self) -> list[int]:
        """Positions of the rows in which something stands."""
        return [n for n, row in enumerate(self.rows) if any(row.values())]

    @property
    def basis_lines(self) -> list[str]:
        """Every article: ticked ones first, then one per line of what was written."""
        written = [line.strip() for line in self.more.splitlines() if line.strip()]
        return list(dict.fromkeys([*self.basis, *written]))

    def values(self) -> dict[str, Any]:
        """What `save_draft` takes."""
        return {
            "measures": [self.rows[n] for n in self.filled],
            "points": self.points.values,
            "explanation": self.explanation,
            "legal_basis": self.basis_lines,
            "letter": self.letter,
            "below_reason": self.below_reason,
            "template": self.template,
            "template_sha256": self.template_sha256,
            "options": self.options if self.template else [],
        }

    def write(self, letter: Written) -> None:
        """The letter as the template says it; what stood there before is kept beside it."""
        if self.letter.strip() and self.letter != letter.letter.markdown:
            self.letter_was = self.letter
        self.letter = letter.letter.markdown
        self.template, self.options = letter.template.id, list(letter.options)
        self.template_sha256 = letter.template.sha256

    @property
    def paper(self) -> Kept:
        """The letter as it will read."""
        made_of = (self.template, self.template_sha256, self.options)
        return Kept(self.letter, *made_of, self.number)

    @property
    def total(self) -> Decimal:
        """The sum of all readable amounts, in yuan."""
        amounts = [amount_of(row) for row in self.rows]
        return sum((a for a in amounts if a is not None), Decimal("0.00"))

    def add(self, rows: Sequence[Row]) -> None:
        """More rows, in place of blank ones; a row that stands there already is not added again."""
        have = [self.rows[n] for n in self.filled]
        stands = {(row["kind"], row["amount"]) for row in have}
        more = [r for r in rows if (r["kind"], r["amount"]) not in stands]
        self.rows = have + [{**blank(), **row} for row in more]

    def cite(self, text: str) -> None:
        """One more article among those written by hand."""
        if text and text not in self.basis_lines:
            self.more = "\n".join(filter(None, (self.more.rstrip(), text)))

    def refuse(self, errors: Mapping[str, list[str]]) -> None:
        """Take the sentences of an `Invalid`: those of a measure go to the row that was sent."""
        filled = self.filled
        for name, sentences in self.points.refuse(errors).items():
            found = _ERROR.fullmatch(name)
            if found and int(found[1]) < len(filled):
                name = f"{found[2] or 'kind'}-{filled[int(found[1])]}"
            self.errors[name] = sentences

    def shown(self) -> list[dict[str, Any]]:
        """Rows for the template: number, values, errors; at least one row to write in."""
        return [
            {
                "n": n,
                "cells": {c: {"value": row[c], "errors": self._errors(c, n)} for c in ALL},
                "wrong": any(self._errors(c, n) for c in COLUMNS),
                "more": any(row[c] or self._errors(c, n) for c in MORE),
                "wrong_more": any(self._errors(c, n) for c in MORE),
            }
            for n, row in enumerate(self.rows or [blank()])
        ]

    def _errors(self, column: str, number: int) -> str:
        return " ".join(self.errors.get(f"{column}-{number}", []))

    @property
    def summary(self) -> list[tuple[str, str]]:
        """(id of the field, sentence) of every error, for the summary on top."""
        return [
            ({"legal_basis": "basis_more"}.get(name, name), f"{_place(name)}{sentence}")
            for name, sentences in self.errors.items()
            for sentence in sentences
        ] + self.points.summary


def _place(name: str) -> str:
    """Where an error is, in words; "" where the sentence says it."""
    column, _dash, number = name.partition("-")
    if not number.isdecimal():
        return ""
    labels = {
        "kind": _("项目"),
        "amount": _("金额"),
        "formula": _("计算"),
        "description": _("内容与依据"),
        "due": _("履行期限"),
        "remedy": _("取自"),
        "basis": _("法律或政策依据"),
        "payee": _("付到哪里"),
        "payee_words": _("怎样支付"),
        "unit": _("责任部门"),
    }
    return _("第 {n} 项“{column}”：").format(n=int(number) + 1, column=labels[column])
