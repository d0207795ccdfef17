"""A file as a table: column names, and rows that know their number and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from accounts.masking import masked, texts

LOST = "\ufffd"  # stands in a cell for what could not be read
MAX_ROWS = 20_000
MAX_COLUMNS = 60
EXCEL_EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet's date numbers
MAC_EPOCH = date(1904, 1, 1)


@dataclass(frozen=True)
class Problem:
    """Why something is refused, or (`note`) worth knowing: the file's own column name, or "" for
    the whole row.
    """

    column: str
    message: str
    note: bool = False


@dataclass(frozen=True)
class Row:
    """One row, numbered as a spreadsheet program numbers it.

    `damage`: (column index, sentence) for cells that cannot be read. With None as index the row as
    a whole is broken; then `cells` are as many as were found, not one per column.
    """

    number: int
    cells: tuple[str, ...]
    damage: tuple[tuple[int | None, str], ...] = ()


@dataclass
class Table:
    """What a file says. `about` names format and encoding for the person, `more` that reading
    stopped at the limit asked for.
    """

    columns: tuple[str, ...]
    rows: list[Row]
    about: list[str] = field(default_factory=list)
    epoch: date = EXCEL_EPOCH
    more: bool = False


def unique_names(cells: Sequence[str], nameless: str) -> tuple[str, ...]:
    """Column names without line breaks; a second 备注 becomes 备注 (2), an empty name `nameless`
    with its number. Numbers of persons are masked, because of a list without headings the first
    row is taken for them.
    """
    names: list[str] = []
    for index, cell in enumerate(cells):
        said = masked(re.sub(r"\s+", " ", cell).strip())[:80]
        name = base = said or nameless.format(n=index + 1)
        count = 1
        while name in names:
            count += 1
            name = f"{base} ({count})"
        names.append(name)
    return tuple(names)


_DATE = re.compile(r"(19|20)\d\d-[01]?\d-[0-3]?\d(?!\d)")
_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])(\+?\d(?:[ \-]?\d){8,}[\dXx]?)(?![0-9A-Za-z])")


def masked_numbers(text: str) -> str:
    """The text with every number of nine digits or more (telephone, card, document) masked in its
    middle; those that are surely of a person are known to what is saved of it (accounts/masking).
    """
    kept = texts.taken(text)

    def mask(match: re.Match[str]) -> str:
        if _DATE.match(match.group(1)):
            return match.group(0)
        number = re.sub(r"[ \-]", "", match.group(1))
        return number[:3] + "*" * max(4, len(number) - 7) + number[-4:]

    return texts.like(kept, _LONG_NUMBER.sub(mask, kept))


_FORMULA_START = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
# Some programs take these away before they look whether a cell is a formula
_PASSED_OVER = "' \u00a0\u3000\u200b\ufeff"


def escaped(cell: str) -> str:
    """For a file that a spreadsheet opens: what it would take for a formula gets an apostrophe,
    also behind blanks; plain numbers do not.
    """
    bare = cell.lstrip(_PASSED_OVER)
    if bare.startswith(_FORMULA_START) and not re.fullmatch(r"[+-]?\d[\d.,]*", cell):
        return "'" + cell
    return cell


def unescaped(cell: str) -> str:
    """The reverse of `escaped`, so that an exported row comes back unchanged."""
    return cell[1:] if cell.startswith("'") and escaped(cell[1:]) == cell else cell
