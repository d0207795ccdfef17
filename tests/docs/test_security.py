"""docs/security.md: each file, word of the code and test that it names is there, and each control
has a row and a test with its number in its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.core.management import get_commands

from config.state import PROJECT
from quickstart import install

CONTROLS = (1, 2, 3, 4, 5, 6, 8, 9, 11, 13, 14, 18)
_FILE = re.compile(r"[\w./-]+\.(?:py|html|js|css|txt)")
_TEST = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)
_NAMED = re.compile(r"`([^`]+)`")
OURS = ("accounts", "audit", "benchmarks", "complaints", "config", "correspondence", "evidence",
        "quickstart", "requirements", "static", "templates", "tests")  # fmt: skip


class Row(NamedTuple):
    """A row of a table: the heading above it, the head of its column of tests, its cells."""

    heading: str
    head: str
    what: str
    code: str
    test: str


@cache
def rows() -> list[Row]:
    """Of all tables."""
    heading, head, found = "", "", []
    for line in (PROJECT / "docs/security.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else []
        if len(cells) != 3 or cells[0].startswith("---"):
            continue
        if cells[0] == "what":
            head = cells[2]
        else:
            found.append(Row(heading, head, *cells))
    return found


@cache
def files() -> list[Path]:
    """Everything of ours that may be named."""
    return [p for top in OURS for p in (PROJECT / top).rglob("*") if _FILE.fullmatch(p.name)]


def meant(name: str) -> list[Path]:
    """The files of a path, of a bare name, or in a folder."""
    if (PROJECT / name).is_dir():
        return [path for path in files() if path.is_relative_to(PROJECT / name)]
    if "/" in name:
        return [PROJECT / name] if (PROJECT / name).is_file() else []
    return [path for path in files() if path.name == name]


def is_place(name: str) -> bool:
    """A file or folder, and no word of the code."""
    return bool(_FILE.fullmatch(name)) or "/" in name


def is_command(name: str) -> bool:
    """One that exists, with a prefix by which it is known; so `check --deploy` too."""
    first, _gap, rest = name.partition(" ")
    targets = re.findall(r"^(\w+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.M)
    known = {"./run": install.COMMANDS, "make": targets, "manage.py": get_commands()}
    return rest.split(" ")[0] in known[first] if first in known else first in get_commands()


def code_that_is_gone(row: Row) -> Iterator[str]:
    """What the cell of the code names and nobody finds."""
    there: list[Path] = []
    for name in _NAMED.findall(row.code):
        if name.startswith("manage.py "):
            if not is_command(name):
                yield name
        elif is_place(name):
            there += (found := meant(name))
            if not found:
                yield name
        else:
            # a word of the code: in its module, or else in the files that the row names
            module, _dot, word = name.rpartition(".")
            near = meant(f"{module}.py") if module else there or files()
            if not any(word_in(word, path) for path in near):
                yield name


def word_in(word: str, path: Path) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", path.read_text(encoding="utf-8")) is not None


def named_in(paths: list[Path]) -> set[str]:
    return {
        name
        for path in paths
        if path.suffix == ".py" and path.is_file()
        for name in _TEST.findall(path.read_text(encoding="utf-8"))
    }


def proofs_that_are_gone(row: Row) -> Iterator[str]:
    """What the cell of the tests names and nobody finds, in the files of the row or its section."""
    section = [r for r in rows() if r.heading == row.heading]
    places = [name for r in section for name in _NAMED.findall(f"{r.head} {r.test}")]
    near = named_in([p for name in places if is_place(name) for p in meant(name)])
    for name in _NAMED.findall(row.test):
        if name.startswith(("make ", "./run ")):
            found = is_command(name)
        elif is_place(name):
            found = bool(meant(name))
        else:
            pattern = ".*".join(re.escape(part) for part in name.split("…"))
            found = any(re.fullmatch(pattern, test) for test in near)
        if not found:
            yield name


def test_every_file_word_and_test_that_is_named_is_there() -> None:
    gone = [
        f"{row.heading}: {row.what}: {name}"
        for row in rows()
        for name in (*code_that_is_gone(row), *proofs_that_are_gone(row))
    ]
    assert gone == []
    assert len(rows()) > 80


def test_every_row_says_by_what_it_is_shown() -> None:
    assert [row.what for row in rows() if not _NAMED.search(row.test or row.head)] == []


def test_each_control_has_a_row_and_a_test_with_its_number() -> None:
    known = named_in(meant("tests"))
    for number in CONTROLS:
        said = [r for r in rows() if re.search(rf"\bC{number}\b", f"{r.heading} {r.what}")]
        assert said, f"C{number} has no row"
        assert [name for name in known if name.startswith(f"test_c{number}_")], number


def test_a_stale_name_is_noticed() -> None:
    """What stands in the table, with one letter changed."""
    row = next(r for r in rows() if "test_c6_a_burst" in r.test)
    assert list(proofs_that_are_gone(row)) == []
    assert list(proofs_that_are_gone(row._replace(test="`test_c6_a_birst_of…`")))
    assert list(code_that_is_gone(row._replace(code="`complaints/actions/revealing.py` `_cuont`")))
    assert list(code_that_is_gone(row._replace(code="`complaints/actions/reveling.py`")))
