"""What the documents say is compared with what is there."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.management import CommandError, call_command, get_commands

from accounts.roles import Role
from complaints.lifecycle import STEPS, Outcome, State
from complaints.management.commands import lifecycle_doc
from config import env
from config.state import PROJECT
from legal_rules import deadline_table
from legal_rules.management.commands import deadline_doc
from legal_rules.vocabulary import RIGHTS
from quickstart import install

DOCS = sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def test_the_configuration_table_is_the_table_of_settings() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", README, re.MULTILINE)
    described = [(n, default.strip("`"), meaning) for n, default, meaning in rows]
    assert described == [(v.name, v.default, v.meaning) for v in env.VARIABLES.values()]


def test_the_readme_names_the_commands() -> None:
    for command in install.COMMANDS:
        assert f"./run {command}".rstrip() in README


def test_the_life_of_a_complaint_is_current() -> None:
    call_command("lifecycle_doc", check=True)


def test_a_stale_life_of_a_complaint_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(STEPS, "archive")
    with pytest.raises(CommandError, match="not current"):
        call_command("lifecycle_doc", check=True)
    assert "`archive`" not in lifecycle_doc.document()


def test_the_table_of_deadlines_is_current_and_names_every_correction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call_command("deadline_doc", check=True)
    text = deadline_doc.document()
    for point in range(1, 14):
        assert f"| C{point} | `" in text
    table = deadline_table.current()
    shorter = {name: table.entries[name] for name in list(table.entries)[:-1]}
    regimes = {**table.regimes}
    last = list(regimes)[-1]
    regimes[last] = replace(regimes[last], entries=regimes[last].entries[:-1])
    changed = replace(table, entries=shorter, regimes=regimes)
    monkeypatch.setattr(deadline_table, "current", lambda: changed)
    with pytest.raises(CommandError, match="not current"):
        call_command("deadline_doc", check=True)


@pytest.mark.parametrize("path", DOCS, ids=name)
def test_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in LINK.findall(text):
        file, _hash, anchor = target.partition("#")
        if re.match(r"[a-z]+:", file):
            continue
        there = (path.parent / unquote(file)) if file else path
        assert there.exists(), f"{name(path)}: {target}"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{name(path)}: {target}"


def anchors(path: Path) -> set[str]:
    """Of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.strip().lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("path", DOCS, ids=name)
def test_every_command_of_manage_py_exists(path: Path) -> None:
    named = re.findall(r"manage\.py ([a-z_]+)", path.read_text(encoding="utf-8"))
    assert set(named) <= set(get_commands())


@pytest.mark.parametrize("path", DOCS, ids=name)
def test_every_named_file_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|html|css|js|txt|yaml))`", text)
    assert [n for n in named if not (PROJECT / n).exists()] == []


def test_the_glossary_has_every_state_step_outcome_role_and_right() -> None:
    text = (PROJECT / "docs/glossary.md").read_text(encoding="utf-8")
    codes = [*State.values, *STEPS, *Outcome.values, *Role.values, *RIGHTS]
    assert [code for code in codes if f"`{code}`" not in text] == []


def test_pictures_are_small() -> None:
    for picture in (PROJECT / "docs/images").glob("*"):
        assert picture.stat().st_size <= 300 * 1024, picture.name
