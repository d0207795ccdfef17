"""The checklist of a signature as counsel's page shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from complaints.checklist import ITEMS
from complaints.review_checks import Check, Mark

# Telephone, identity and account numbers in clear; a number of a case or an order has letters.
_PERSONAL = re.compile(r"(?<![\dA-Za-z-])(?:1\d{10}|\d{17}[\dXx]|\d{16,19})(?!\d)")


@dataclass(frozen=True)
class Item:
    """One line: what is ticked, what the program found (None: it looks at nothing there), and
    whether counsel has ticked it.
    """

    id: str
    label: str
    mark: Mark | None
    ticked: bool


def shown(checks: Iterable[Check], letter: str, ticked: Iterable[str]) -> list[Item]:
    """The list for the page; `checks` are those of the proposal."""
    found: dict[str, list[Mark]] = {"privacy": ["unk" if _PERSONAL.search(letter) else "ok"]}
    for check in checks:
        found.setdefault(check.code, []).append(check.mark)
    chosen = set(ticked)
    return [
        Item(name, str(label), _worst(m for c in codes for m in found.get(c, [])), name in chosen)
        for name, (label, codes) in ITEMS.items()
    ]


def _worst(marks: Iterable[Mark]) -> Mark | None:
    known = set(marks)
    order: tuple[Mark, ...] = ("no", "unk", "ok")
    return next((mark for mark in order if mark in known), None)
