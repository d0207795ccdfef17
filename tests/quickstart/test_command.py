"""What `./run` says and does before anything is installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.state import PROJECT
from quickstart import install


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`./run` with arguments that start nothing."""
    return subprocess.run(
        [sys.executable, "run", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_names_every_command() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in install.COMMANDS:
        assert f"./run {command}".rstrip() in done.stdout


def test_an_unknown_argument_is_named_and_nothing_starts() -> None:
    for arguments in (["serve"], ["--empty", "now"], ["lint", "x"], ["backup", "a.tar", "b"]):
        done = run(*arguments)
        assert done.returncode == 2
        assert f"unknown argument: {arguments[-1]}" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_restore_needs_a_file() -> None:
    done = run("restore")
    assert done.returncode == 2
    assert "a file is missing: ./run restore" in done.stderr


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A folder that looks like a virtual environment with everything installed."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").touch()
    (tmp_path / "pyvenv.cfg").write_text("version = 3.11.2\n", encoding="utf-8")
    install.remember(tmp_path, install.missing(tmp_path, [install.BASE, install.DEV]))
    return tmp_path


def test_what_is_installed_is_not_installed_again(environment: Path) -> None:
    assert install.missing(environment, [install.BASE, install.DEV]) == {}


def test_what_is_new_is_installed(environment: Path) -> None:
    assert list(install.missing(environment, [install.BASE, install.EMBEDDED])) == [
        "requirements/embedded.txt"
    ]


def test_another_python_or_a_lost_one_installs_everything(environment: Path) -> None:
    (environment / "pyvenv.cfg").write_text("version = 3.12.1\n", encoding="utf-8")
    assert len(install.missing(environment, [install.BASE, install.DEV])) == 2
    (environment / "pyvenv.cfg").write_text("version = 3.11.2\n", encoding="utf-8")
    (environment / "bin/python").unlink()
    assert len(install.missing(environment, [install.BASE, install.DEV])) == 2


def test_a_folder_that_is_something_else_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(install.CannotInstall, match="not a virtual environment"):
        install.make_environment(tmp_path, tmp_path / "bin/python")
    assert (tmp_path / "letter.txt").exists()
