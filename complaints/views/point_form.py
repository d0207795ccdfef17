"""Points at issue as they stand in the fields of a proposal: rows that carry their number in the
field's name (`p_title-0`), like those of the measures, so that the page works without scripts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from complaints import points
from complaints.actions.points import FIELDS
from complaints.models import Resolution
from complaints.models.points import MOST_POINTS
from letters.values import Point as Said

Row = dict[str, str]
_ROW = re.compile(r"p_title-(\d{1,3})")
_ERROR = re.compile(r"points\.(\d+)(?:\.(\w+))?")
_SIDES = ("for_numbers", "against_numbers")
_PROPOSED = ("fact", "burden")  # what alone makes no point
LABELS = {
    "title": gettext_lazy("争点"),
    "consumer_says": gettext_lazy("消费者主张"),
    "we_found": gettext_lazy("我方查明"),
    "for_numbers": gettext_lazy("支持消费者的证据"),
    "against_numbers": gettext_lazy("反对的证据"),
    "burden": gettext_lazy("举证责任"),
    "finding": pgettext_lazy("point", "认定"),
    "finding_words": pgettext_lazy("point", "结论"),
    "fact": gettext_lazy("所涉事实"),
}


def _row(point: Mapping[str, Any]) -> Row:
    """As the fields hold it: numbers as a person writes them."""
    texts = {name: str(point[name] or "") for name in FIELDS if name not in _SIDES}
    return {**texts, **{side: "、".join(map(str, point[side])) for side in _SIDES}}


@dataclass
class Points:
    """The rows of one proposal, and what was wrong with them by the field's name."""

    rows: list[Row] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def posted(cls, data: MultiValueDict[str, str]) -> Points:
        """As the form sends them."""
        numbers = sorted(int(m[1]) for name in data if (m := _ROW.fullmatch(name)))
        rows = [
            {name: str(data.get(f"p_{name}-{n}") or "").strip() for name in FIELDS}
            for n in numbers[: MOST_POINTS + 1]
        ]
        return cls(rows)

    @classmethod
    def saved(cls, resolution: Resolution | None) -> Points:
        """As they were saved."""
        found = resolution.points.all() if resolution is not None else ()
        return cls([_row({name: getattr(p, name) for name in FIELDS}) for p in found])

    @property
    def filled(self) -> list[int]:
        """Positions of the rows in which something is written."""
        written = [name for name in FIELDS if name not in _PROPOSED]
        return [n for n, row in enumerate(self.rows) if any(row[name] for name in written)]

    @property
    def values(self) -> list[Row]:
        """What `save_draft` takes."""
        return [self.rows[n] for n in self.filled]

    def said(self, language: str) -> list[Said]:
        """What a letter says of them."""
        return points.of_rows(self.values, language)

    @property
    def in_lines(self) -> str:
        """One line each, for comparing two versions."""
        shown = [name for name in FIELDS if name not in _PROPOSED]
        return "\n".join(
            " · ".join(row[name].replace("\n", " ") for name in shown if row[name])
            for row in self.values
        )

    # --- buttons

    def add(self) -> None:
        """One more row to write in."""
        if len(self.rows) < MOST_POINTS:
            self.rows.append({**dict.fromkeys(FIELDS, ""), "burden": "none"})

    def remove(self, row: str) -> None:
        """The row of that number."""
        if row.isdecimal() and len(row) < 4 and int(row) < len(self.rows):
            del self.rows[int(row)]

    def up(self, row: str) -> None:
        """Before the one above it."""
        n = int(row) if row.isdecimal() and len(row) < 4 else 0
        if 0 < n < len(self.rows):
            self.rows[n - 1 : n + 1] = self.rows[n], self.rows[n - 1]

    def down(self, row: str) -> None:
        """Behind the one below it."""
        if row.isdecimal() and len(row) < 4:
            self.up(str(int(row) + 1))

    def propose(self, found: Sequence[Mapping[str, Any]]) -> None:
        """Those of which nothing stands here yet, in place of blank rows."""
        have = self.values
        facts = {row["fact"] for row in have}
        fresh = [_row(point) for point in found if point["fact"] not in facts]
        self.rows = (have + fresh)[:MOST_POINTS]

    # --- what was wrong

    def refuse(self, errors: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Take the sentences of the points; answers the others."""
        filled, others = self.filled, {}
        for name, sentences in errors.items():
            found = _ERROR.fullmatch(name)
            if found and int(found[1]) < len(filled):
                self.errors[f"p_{found[2] or 'title'}-{filled[int(found[1])]}"] = sentences
            elif name == "points":
                self.errors[name] = sentences
            else:
                others[name] = sentences
        return others

    @property
    def summary(self) -> list[tuple[str, str]]:
        """(id of the field, sentence) of every error."""
        return [
            (name, f"{_place(name)}{sentence}")
            for name, sentences in self.errors.items()
            for sentence in sentences
        ]

    def shown(self) -> list[dict[str, Any]]:
        """Rows for the template: number, values, errors by column."""
        last = len(self.rows) - 1
        return [
            {
                "n": n,
                "v": row,
                "e": {name: " ".join(self.errors.get(f"p_{name}-{n}", [])) for name in FIELDS},
                "last": n == last,
            }
            for n, row in enumerate(self.rows)
        ]


def _place(name: str) -> str:
    """Where an error is, in words."""
    column, _dash, number = name.removeprefix("p_").partition("-")
    if not number.isdecimal():
        return ""
    words = _("第 {n} 个争点“{column}”：")
    return words.format(n=int(number) + 1, column=str(LABELS.get(column, column)))
