"""What is installed: every package pinned and with its reason, all of it in order."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.state import PROJECT

FOLDER = PROJECT / "requirements"
CHOSEN = (
    PROJECT / "requirements.txt",
    FOLDER / "dev.txt",
    FOLDER / "audit.txt",
    FOLDER / "embedded.txt",
    FOLDER / "s3.txt",
)
LINE = re.compile(r"([A-Za-z0-9._-]+)(?:\[[\w,]+\])?(?:==(\S+))?")


def pins(file: Path) -> dict[str, str]:
    """Package → version ("" when the constraints have it)."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line[:1].isalnum()]
    found = [m for m in map(LINE.match, lines) if m]
    return {m[1].lower().replace("_", "-"): m[2] or "" for m in found}


CONSTRAINTS = pins(FOLDER / "constraints.txt")


@pytest.mark.parametrize("file", CHOSEN, ids=lambda f: f.name)
def test_every_package_is_pinned_and_says_why_it_is_there(file: Path) -> None:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line[:1].isalnum():
            assert re.search(r"  # \w.{8,}", line), line
    assert [n for n, version in pins(file).items() if not version and n not in CONSTRAINTS] == []


def test_production_has_the_same_versions_with_their_hashes() -> None:
    production = pins(FOLDER / "production.txt")
    assert set(pins(CHOSEN[0])) <= set(production)
    known = {**CONSTRAINTS, **pins(CHOSEN[0])}
    assert {n: v for n, v in production.items() if n in known and known[n] != v} == {}
    text = (FOLDER / "production.txt").read_text(encoding="utf-8")
    packages = re.split(r"\n(?=[a-zA-Z0-9])", text)[1:]
    assert [p.split()[0] for p in packages if "--hash=sha256:" not in p] == []


def test_the_installed_packages_fit_together() -> None:
    command = [sys.executable, "-m", "pip", "check", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout
