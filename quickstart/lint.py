"""`./run lint`: every check of the code that needs no running server, each named with its time.

All of them run, also after one has failed; the exit code says whether all passed.
"""

import base64
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from config.state import PROJECT
from quickstart.terminal import say, tolerate_any_encoding

NOBODY = "127.0.0.1:1"  # refuses at once: no check asks a server
SILENT = "ignore:Got an error checking a consistent migration history:RuntimeWarning"


@dataclass(frozen=True)
class Check:
    """One check: what it is called, the interpreter's arguments, and settings of its own."""

    name: str
    arguments: list[str]
    settings: Mapping[str, str] = field(default_factory=dict)


def production() -> dict[str, str]:
    """What an installation has to set, with values that open nothing."""
    one, two, three = (base64.b64encode(sha256(b"%d" % n).digest()).decode() for n in range(3))
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "".join(chr(33 + i) for i in range(90)),
        "VAULT_KEYS": f"lint:{one}",
        "BLIND_INDEX_KEY": two,
        "SIGNING_KEY": three,
        "ALLOWED_HOSTS": "kesu.example",
    }


def checks() -> list[Check]:
    """In the order in which they run: the quick ones first."""
    imports = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    return [
        Check("ruff format", ["-m", "ruff", "format", "--check", "."]),
        Check("ruff check", ["-m", "ruff", "check", "."]),
        Check("imports", ["-c", imports]),
        Check("django", ["manage.py", "check", "--fail-level", "WARNING"]),
        Check(
            "production settings",
            ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
            production(),
        ),
        Check("migrations", ["-W", SILENT, "manage.py", "makemigrations", "--check", "--dry-run"]),
        Check("templates", ["-m", "pytest", "-q", "-n", "0", "tests/pages/test_templates.py"]),
        Check("mypy", ["-m", "mypy"]),
    ]


def environment(check: Check, state: str) -> dict[str, str]:
    """The person's own settings must not decide what passes."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": f"postgres://lint@{NOBODY}/lint",
        "REDIS_URL": f"redis://{NOBODY}/0",
        "STATE_DIR": state,
        "DEBUG": "0",
        **check.settings,
    }


def passes(check: Check, state: str) -> bool:
    """Run it; say its name and time, and what it found when it failed."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *check.arguments],
        cwd=PROJECT,
        env=environment(check, state),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    passed = done.returncode == 0
    verdict = "ok  " if passed else "FAIL"
    say(f"{verdict}  {check.name:20} {time.monotonic() - began:6.1f} s", timed=False)
    if not passed:
        say(done.stdout.rstrip() + "\n", timed=False)
    return passed


def main() -> int:
    """The exit code: 0 when every check passed."""
    tolerate_any_encoding()
    with tempfile.TemporaryDirectory(prefix="kesu-lint-") as state:
        failed = [check.name for check in checks() if not passes(check, state)]
    say(f"没有通过 / failed: {', '.join(failed)}" if failed else "全部通过 / all passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
