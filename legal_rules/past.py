"""Other law than the present one, under the present engine: a rulebook out of the archive.

    analyse({"about.yaml": "…", …}, [Case({"fr_intent": "有证据"}, date(2026, 3, 1), None)])

The vocabulary and the rules of a process are one; so the other law gets a process of its own.
Pure Python; usable without Django and without a database.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from legal_rules import place

SECONDS = 60
KEPT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")  # where Python finds itself
Json = dict[str, Any]


class Unreadable(ValueError):
    """The present engine cannot read that law. `str()` says what it met."""


@dataclass(frozen=True, slots=True)
class Case:
    """What an analysis is asked with."""

    facts: Mapping[str, object]
    as_of: str
    category: str | None
    dated: bool = True
    lang: str = "zh-hans"
    holidays: Mapping[str, Any] = field(default_factory=dict)  # Holidays.as_json


def analyse(law: Mapping[str, str], cases: Sequence[Case]) -> list[Json]:
    """The analysis of each case under `law` (path below statutes/ → text). Raises Unreadable."""
    with TemporaryDirectory(prefix="rulebook") as folder:
        for name, text in law.items():
            path = _inside(Path(folder, "statutes"), name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        asked = json.dumps([asdict(case) for case in cases], ensure_ascii=False)
        answer = _in_another_process(Path(folder, "statutes"), asked)
    if "error" in answer:
        raise Unreadable(str(answer["error"]).strip()[-500:])
    results: list[Json] = answer["results"]
    return results


def _inside(folder: Path, name: str) -> Path:
    """Raises Unreadable for a name that leads out of the folder."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Unreadable(f"{name!r} is no file of law")
    return path


def _in_another_process(statutes: Path, asked: str) -> Json:
    """What it answers. It is told nothing of ours: no settings, no secrets."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "legal_rules.past", str(statutes)],
            input=asked,
            cwd=place.PACKAGE.parent,
            env={**kept, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"error": f"no answer within {SECONDS} s"}
    found: Json = json.loads(done.stdout) if done.returncode == 0 else {"error": done.stderr}
    return found


def _answer(statutes: Path, cases: Sequence[Json]) -> Json:
    """In the other process: load that law, then analyse."""
    place.STATUTES, place.ARCHIVED = statutes, True
    from legal_rules import rulebook
    from legal_rules.reasoning.holidays import Holidays
    from legal_rules.reasoning.source import LawError
    from legal_rules.values import FactError

    try:
        return {
            "results": [
                rulebook.analyse(
                    case["facts"],
                    date.fromisoformat(case["as_of"]),
                    case["category"],
                    case["lang"],
                    case["dated"],
                    days=Holidays.from_json(case["holidays"]),
                )
                for case in cases
            ]
        }
    except (LawError, FactError) as bad:
        return {"error": str(bad)}


if __name__ == "__main__":
    json.dump(_answer(Path(sys.argv[1]), json.load(sys.stdin)), sys.stdout, ensure_ascii=False)
