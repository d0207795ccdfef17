"""The law is judged once for each state of its files, and again whenever one of them changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, Error

from config.state import PROJECT
from legal_rules import judged

AN_HOUR = 3600
CHECK = """
import sys
sys.path[:0] = sys.argv[1:3]
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "check"])
"""


@pytest.fixture
def house(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder, and a package with one file of law that has been there for an hour."""
    settings.STATE_DIR = tmp_path / "state"
    law = tmp_path / "law"
    law.mkdir()
    monkeypatch.setattr(judged, "PACKAGE", law)
    written(law / "55.yaml", "truth: 成立")
    return tmp_path


def written(file: Path, text: str, ago: float = AN_HOUR) -> None:
    file.write_text(text, encoding="utf-8")
    os.utime(file, (time.time() - ago,) * 2)


def is_judged(found: list[CheckMessage] | None = None) -> bool:
    """Whether a start judges; `found` is what it finds."""
    calls: list[int] = []

    def judge() -> list[CheckMessage]:
        calls.append(1)
        return found or []

    assert judged.unless_found_sound(judge) == (found or [] if calls else [])
    return bool(calls)


def test_what_was_found_sound_is_judged_again_when_anything_has_changed(house: Path) -> None:
    law, stamp = house / "law", house / "state/run/law.judged"
    assert [is_judged(), is_judged()] == [True, False]
    written(law / "55.yaml", "truth: 不成立")  # as long ago as before: the content counts
    assert [is_judged(), is_judged()] == [True, False]
    written(law / "new.yaml", "")
    assert [is_judged(), is_judged()] == [True, False]
    (law / "new.yaml").rename(law / "engine.py")
    assert [is_judged(), is_judged()] == [True, False]
    (law / "engine.py").unlink()
    assert [is_judged(), is_judged()] == [True, False]
    for spoilt in (b"", b"\xff\xfe", b"sound"):
        stamp.write_bytes(spoilt)
        assert [is_judged(), is_judged()] == [True, False]
    stamp.unlink()
    stamp.mkdir()
    assert [is_judged(), is_judged()] == [True, True]  # no place for a stamp: judged every time


def test_mistakes_and_what_changed_a_moment_ago_leave_no_stamp(house: Path) -> None:
    wrong: list[CheckMessage] = [Error("55.yaml:1", id="legal_rules.E002")]
    assert [is_judged(wrong), is_judged(wrong)] == [True, True]
    written(house / "law/55.yaml", "truth: 成立", ago=0)
    assert [is_judged(), is_judged()] == [True, True]


def test_a_start_refuses_a_rule_that_was_changed_since_the_last(tmp_path: Path) -> None:
    package = tmp_path / "copy/legal_rules"
    shutil.copytree(PROJECT / "legal_rules", package)
    for path in package.rglob("*.*"):
        os.utime(path, (time.time() - AN_HOUR,) * 2)

    def start() -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", CHECK, str(tmp_path / "copy"), str(PROJECT)],
            cwd=tmp_path / "copy",  # Celery puts this folder before all others
            env={**os.environ, "STATE_DIR": str(tmp_path / "state")},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    sound = start()
    assert sound.returncode == 0, sound.stderr
    assert (tmp_path / "state/run/law.judged").read_text("ascii") == judged.state_of(package)
    rule = package / "statutes/cpl/55_1.yaml"
    before = rule.read_text("utf-8")
    changed = before.replace("truth: 成立", "truth: 不成立", 1)
    assert changed != before
    written(rule, changed)
    refused = start()
    assert refused.returncode == 1
    assert "legal_rules.E002" in refused.stderr
    assert "55_1.yaml" in refused.stderr
