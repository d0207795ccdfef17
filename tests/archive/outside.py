"""A package in other hands: a new folder, an empty environment, no network, and nothing but the
commands that its README gives.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

_COMMAND = re.compile(r"^     (\S.*)$", re.MULTILINE)


def commands(readme: str) -> list[str]:
    """The lines that README.txt sets apart to be run; the same in both languages."""
    chinese, english = readme.split("\nEvidence package of a consumer complaint\n")
    found = _COMMAND.findall(chinese)
    assert found == _COMMAND.findall(english)
    return found


@cache
def _programs() -> str:
    """A folder with bagit's own validator as a command. What pip installs of it names Python by
    its full path in the first line, which no kernel reads where a folder has a space in its name.
    """
    folder = Path(tempfile.mkdtemp(prefix="outside-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = folder / "bagit.py"
    command.write_text('#!/bin/sh\nexec python3 -m bagit "$@"\n', "utf-8")
    command.chmod(0o755)
    return str(folder)


@cache
def _alone() -> tuple[str, ...]:
    """Before a command: no network, where this machine lets us have a namespace of our own."""
    apart = ("unshare", "--map-root-user", "--net")
    if shutil.which("unshare") and not subprocess.run([*apart, "true"], check=False).returncode:
        return apart
    return ()


def run(command: str, folder: Path) -> tuple[int, str]:
    """(status, what it said) of a shell command in the folder, with nothing of ours but Python."""
    path = os.pathsep.join((_programs(), str(Path(sys.executable).parent), "/usr/bin", "/bin"))
    done = subprocess.run(
        [*_alone(), "env", "-i", f"PATH={path}", "LC_ALL=C.UTF-8", "sh", "-c", command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def verified(root: Path, more: str = "") -> tuple[int, str]:
    """verify.py of the package itself."""
    return run(f"python3 -I verify.py {more}", root)


def by_the_readme(root: Path) -> dict[str, str]:
    """Every command of the README, each of which has to succeed, and what it said."""
    said = {}
    for command in commands((root / "README.txt").read_text("utf-8")):
        status, said[command] = run(command, root)
        assert status == 0, f"{command}\n{said[command]}"
    return said
