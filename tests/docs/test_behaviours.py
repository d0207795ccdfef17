"""What docs/behaviours.md names is there: every number of the list, every test."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

PAGE = (Path(settings.BASE_DIR) / "docs" / "behaviours.md").read_text(encoding="utf-8")
ROWS = [line.split(" | ") for line in PAGE.splitlines() if re.match(r"\| \w", line)]
WANTED = {
    *map(str, (1, 2, *range(4, 10), *range(11, 15), *range(18, 25), *range(28, 35))),
    *map(str, (*range(40, 45), 54, *range(56, 61))),
    *"CDEFJK",
}


def test_every_behaviour_of_a_working_day_has_its_line() -> None:
    numbers = [row[0].removeprefix("| ") for row in ROWS]
    assert len(set(numbers)) == len(numbers)
    assert set(numbers) >= WANTED, WANTED - set(numbers)


def test_each_line_names_a_test_or_says_what_is_missing() -> None:
    for row in ROWS:
        said = " | ".join(row)
        assert "`tests/" in row[-1] or "**Not built**" in said, said


def test_every_named_test_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 60
    for file, test in named:
        source = Path(settings.BASE_DIR) / file
        assert source.is_file(), file
        if test:
            assert f"def {test}(" in source.read_text(encoding="utf-8"), f"{file}::{test}"
