"""The file of our own clocks: a mistake is refused with its line and what to do about it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from complaints import checks, own_regimes, regimes
from legal_rules.reasoning.source import LawError

TEXT = regimes.FILE.read_text(encoding="utf-8")


def refusal(tmp_path: Path, old: str, new: str) -> LawError:
    """What is said of the file with one place otherwise."""
    assert old in TEXT
    path = tmp_path / "regimes.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LawError) as refused:
        own_regimes.read(path)
    return refused.value


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("unit: working_day\n    runs_in", "unit: fortnight\n    runs_in", "unknown_unit"),
        ("    length: 5", "    length: -5", "bad_length"),
        ("    length: 5", "    length: 0", "bad_length"),
        ("    length: 5", "    length: 99999", "bad_length"),
        ("    length: 5", '    length: "5"', "bad_length"),
        ("    length: 5", "    length: 2.5", "float"),
        ("    length: 5", "    length: yes", "bad_length"),
        ("    length: 5\n", "", "missing_key"),
        ("kind: draft", "kind: investigate", "declared_twice"),
        ("kind: draft", "kind: general_reply", "declared_twice"),
        ("nature: internal", "nature: statutory", "not_known"),
        ("owed_by: consumer", "owed_by: nobody", "not_known"),
        ("runs_in: [registered]", "runs_in: [nowhere]", "not_known"),
        ("[consumer, expert, third_party]", "[consumer, weather]", "not_known"),
        ("by: 5, unit", "by: -5, unit", "bad_length"),
        ("by_role: supervisor", "by_role: anybody", "not_known"),
        ("at_most: 2", "at_most: 0", "bad_length"),
        ("percent: 50", "percent: 150", "bad_length"),
        ("who: owner", "who: somebody", "not_known"),
        ("after: 1, unit: working_day", "after: 1, unit: moon", "unknown_unit"),
        ("{percent: 50, who: owner}", "{percent: 50, after: 1, who: owner}", "unknown_key"),
        ("  default:\n", "  usual:\n", "unknown_key"),
        ("  prepaid: [prepaid]", "  prepaid: [prepayed]", "not_known"),
        ("  prepaid: [prepaid]", "  nothing: [prepaid]", "unknown_key"),
        ("{zh: 调查核实, en: Investigate}", "{zh: 调查核实}", "missing_key"),
        ("clocks:\n", "clocks: [\n", "not_yaml"),
    ],
)
def test_a_mistake_has_its_line_and_a_remedy(tmp_path: Path, old: str, new: str, code: str) -> None:
    found = refusal(tmp_path, old, new)
    assert found.code == code, found
    assert Path(found.file).name == "regimes.yaml"
    assert found.line > 1
    assert found.remedy_for("zh-hans")
    assert found.remedy_for("en")


def test_the_line_is_that_of_the_mistake(tmp_path: Path) -> None:
    line = TEXT[: TEXT.index("    length: 5")].count("\n") + 1
    said = str(refusal(tmp_path, "    length: 5", "    length: -5"))
    assert f"regimes.yaml:{line}: -5 is not a length; write a whole number above zero" in said


def test_it_is_looked_at_when_the_program_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checks.every_clock_of_the_house_can_be_read(None) == []
    path = Path(shutil.copy(regimes.FILE, tmp_path))
    path.write_text(TEXT.replace("length: 5", "length: -5", 1), encoding="utf-8")
    monkeypatch.setattr(regimes, "FILE", path)
    [error] = checks.every_clock_of_the_house_can_be_read(None)
    assert error.id == "complaints.E001"
    assert "-5 is not a length" in error.msg
