"""`./run audit`: known vulnerabilities of the packages, and what bandit finds in the code.

Exit code: 0 nothing is known and each finding is explained; 1 something has to be done; 3 nothing
is wrong, but of some package nobody said anything: no source of vulnerabilities answered.
Standard library only: it runs in `.venv-audit`, where the two are and the product is not.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from quickstart.terminal import say, tolerate_any_encoding

PROJECT = Path(__file__).resolve().parent.parent
PRODUCTION = "requirements/production.txt"
SOURCES = ("pypi", "osv")  # asked one after the other, until something is known of every package
SOUND, BAD, NO_DATA = 0, 1, 3

# Vulnerabilities that do not concern this product: id → why not. Empty is best.
EXCUSED: dict[str, str] = {}

# What bandit says and ruff does not: (its code, where) → why it is none. All other findings are
# explained beside the code, where ruff's rule of the same number (S…) is switched off.
EXPLAINED = {
    ("B404", ""): "importing subprocess is no danger; each call is judged by itself",
    ("B603", "quickstart/"): "starting programs is what it is for: never a shell, no outside word",
    ("B603", "benchmarks/"): "starts its own programs, with words of its own",
    ("B607", "quickstart/"): "chmod and mv of the system, before anything is installed",
    ("B607", "benchmarks/"): "cp, rm and sha256sum of the system are what is compared with",
    ("B311", "benchmarks/"): "invented numbers; no secret hangs on them",
    ("B105", "quickstart/backup/keys.py"): "the name of the file in which the key lies",
    ("B107", "quickstart/postgres.py"): "an address without a password, for the embedded server",
    ("B608", "accounts/vault/fields.py"): "text of a trigger: constants, joined when it is made",
    ("B608", "complaints/models/held.py"): "text of triggers: columns of the model",
    (
        "B608",
        "complaints/shredding_sql.py",
    ): "tables and columns of the models; values are parameters",
}


def main() -> int:
    """The exit code."""
    tolerate_any_encoding()
    code = code_is_sound(bandit())
    known, silent = vulnerabilities()
    for line in known:
        say(f"  {line}", timed=False)
    if known:
        say(f"有已知漏洞 / known vulnerabilities: {len(known)}", timed=False)
    if silent:
        say(_no_data(silent), timed=False)
    if known or code == BAD:
        return BAD
    if silent:
        return NO_DATA
    say("没有已知漏洞，发现均有说明 / nothing known, each finding explained", timed=False)
    return SOUND


def _no_data(silent: list[str]) -> str:
    names = ", ".join(silent[:5]) + (" …" if len(silent) > 5 else "")
    return (
        f"{len(silent)} 个依赖没有漏洞数据（{names}）：这里连不上 PyPI 的漏洞接口和 api.osv.dev。"
        "这不是“没有漏洞”；请在能连上的机器上再运行 ./run audit。\n"
        f"No data about {len(silent)} packages: neither PyPI's nor OSV's list of vulnerabilities "
        "answers here. That does not mean that there are none; run ./run audit where one does."
    )


# --- packages


def vulnerabilities() -> tuple[list[str], list[str]]:
    """(each known vulnerability in a line, packages about which nobody said anything)."""
    said: dict[str, list[str]] = {}
    silent: list[str] = []
    for source in SOURCES:
        answer = _asked(source)
        spoken, skipped = read(answer)
        said |= spoken
        silent = [name for name in skipped or silent if name not in said]
        say(f"pip-audit, {source}: {len(spoken)} / {len(answer)}", timed=False)
        if answer and not silent:
            break
    found = [line for lines in said.values() for line in lines]
    return found, silent if said or silent else [PRODUCTION]


def read(packages: Iterable[dict[str, Any]]) -> tuple[dict[str, list[str]], list[str]]:
    """pip-audit's "dependencies" → (package → its vulnerabilities, none or more; skipped ones)."""
    said: dict[str, list[str]] = {}
    silent = []
    for package in packages:
        if "skip_reason" in package:
            silent.append(package["name"])
            continue
        said[package["name"]] = [
            f"{package['name']} {package['version']}: {found['id']}"
            f" ({', '.join(found.get('fix_versions', [])) or 'no fix'})"
            for found in package["vulns"]
            if not {found["id"], *found.get("aliases", [])} & set(EXCUSED)
        ]
    return said, silent


def _asked(source: str) -> list[dict[str, Any]]:
    """What the source says of every package; [] when it is not to be reached."""
    how = ["-r", PRODUCTION, "--disable-pip", "-s", source, "-f", "json"]
    done = _run("pip_audit", *how, "--progress-spinner", "off")
    try:
        return json.loads(done.stdout)["dependencies"]
    except ValueError:
        say(f"  {(done.stderr.strip().splitlines() or ['?'])[-1][:200]}", timed=False)
        return []


# --- code


def bandit() -> list[dict[str, Any]]:
    """What bandit finds in the product and in what starts and measures it."""
    folders = sorted(path.parent.name for path in PROJECT.glob("*/__init__.py"))
    there = [name for name in folders if name != "tests"]
    done = _run(
        "bandit", "-q", "-f", "json", "-x", "*/migrations/*", "-r", *there, "manage.py", "run"
    )
    return json.loads(done.stdout)["results"]


def code_is_sound(results: list[dict[str, Any]]) -> int:
    """SOUND when each finding is explained and each explanation needed; else BAD, and says so."""
    used: set[tuple[str, str]] = set()
    bare = []
    for result in results:
        key = explained(result)
        used |= {key} if key else set()
        if key is None and not beside(result):
            text = f"{result['filename']}:{result['line_number']}: {result['test_id']}"
            bare.append(f"{text} {result['issue_text']}")
    stale = [" ".join(key) for key in EXPLAINED if key not in used]
    for line in bare:
        say(f"  没有说明 / not explained: {line}", timed=False)
    for line in stale:
        say(f"  多余的说明 / explains nothing: {line}", timed=False)
    say(f"bandit: {len(results)}，未说明 / not explained: {len(bare)}", timed=False)
    return BAD if bare or stale else SOUND


def explained(result: dict[str, Any]) -> tuple[str, str] | None:
    """The row of EXPLAINED that the finding falls under."""
    place = Path(result["filename"]).as_posix().removeprefix("./")
    found = (k for k in EXPLAINED if k[0] == result["test_id"] and place.startswith(k[1]))
    return next(found, None)


def beside(result: dict[str, Any]) -> bool:
    """Whether a line of the finding switches ruff's rule of the same number off."""
    code = {"B703": "S308"}.get(result["test_id"], f"S{result['test_id'][1:]}")
    lines = (PROJECT / result["filename"]).read_text(encoding="utf-8").splitlines()
    where = result["line_range"]
    text = "\n".join(lines[min(where) - 1 : max(where)])
    return re.search(rf"# noqa: [\w, ]*\b{code}\b", text) is not None


def _run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main())
