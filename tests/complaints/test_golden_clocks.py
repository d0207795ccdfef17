"""Every dated example beside the library, each worked out by hand from its article."""

from collections import Counter
from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest

from complaints import clock
from complaints.workdays import SHANGHAI
from tests.complaints import golden

EXAMPLES = golden.examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{e['file']}: {e['name']}" for e in EXAMPLES])
def test_a_dated_example_comes_out_as_it_was_worked_out(example: dict[str, Any]) -> None:
    reading = clock.read(golden.tape(example), golden.calendar(example))
    due = reading.due
    said = {
        "due": due.at.astimezone(SHANGHAI),
        "state": reading.state,
        "provisional": due.provisional,
        **{name: getattr(due, name) for name in golden.LISTS},
    }
    assert said == {
        "due": golden.instant(example["due"]),
        "state": example.get("state", "running"),
        "provisional": example.get("provisional", False),
        **{name: golden.days(example.get(name)) for name in golden.LISTS},
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=[e["name"] for e in EXAMPLES])
def test_an_example_in_universal_time_comes_out_the_same(example: dict[str, Any]) -> None:
    calendar, tape = golden.calendar(example), golden.tape(example)
    moved = [replace(h, at=h.at.astimezone(UTC)) for h in tape]
    assert clock.read(moved, calendar).due == clock.read(tape, calendar).due


def test_there_are_enough_examples_each_with_its_own_name_and_an_article() -> None:
    assert len(EXAMPLES) >= 120
    names = Counter(example["name"] for example in EXAMPLES)
    assert [name for name, times in names.items() if times > 1] == []
    assert all(example["article"] for example in EXAMPLES)


def test_the_examples_that_the_documentation_names_are_there() -> None:
    text = (golden.FOLDER.parents[1] / "docs/clocks.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.endswith("` |")]
    named = {line.rsplit("`", 2)[1] for line in rows}
    assert len(named) >= 25
    assert named - {example["name"] for example in EXAMPLES} == set()
