"""The legal engine by itself: how fast it starts, judges one case, and stands up to every mutant.

    python -m benchmarks.legal

No database. Times are medians of cold runs: what the engine keeps between two equal questions is
forgotten before each.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import yaml

from legal_rules import mutation, rulebook
from legal_rules.reasoning import apply
from quickstart.terminal import say

DAY = date(2026, 3, 1)
ROUNDS = 20
EVALUATION_MS, IMPORT_MS = 5.0, 150.0  # the goals
CASES = Path(__file__).resolve().parent.parent / "tests" / "legal_rules" / "vectors.yaml"


def main() -> int:
    """1 if a goal is missed or a mutant survives, else 0."""
    book = rulebook.current()
    facts = [case["facts"] for case in yaml.safe_load(CASES.read_text("utf-8"))["cases"]]
    one = [rule for rule in book.rules.values() if rule.id == "cpl.55.1"]
    whole = _median(lambda each: book.findings(each, DAY), facts)
    single = _median(lambda each: apply.apply_rules(one, rulebook.known(each), DAY), facts)
    analysed = _median(lambda each: rulebook.analyse(each, DAY), facts)
    started = statistics.median(_starting("import legal_rules.rulebook") for _ in range(5))
    bare = statistics.median(
        _starting("import yaml, decimal, datetime, dataclasses, re") for _ in range(5)
    )
    say(f"{len(book.rules)} rules over {len(facts)} sets of facts, cold")
    say(f"findings of a case   {whole:6.2f} ms   × {whole / single:.1f} of one rule")
    say(f"whole analysis       {analysed:6.2f} ms   × {analysed / whole:.1f} of the findings")
    say(f"import of the engine {started:6.0f} ms   × {started / bare:.1f} of its libraries")
    report = mutation.check(book, book.rules.values())
    say(f"{report.tried} mutants, {len(report.survivors)} survived")
    for survivor in report.survivors:
        say(survivor)
    return int(analysed > EVALUATION_MS or started > IMPORT_MS or bool(report.survivors))


def _median(work: Callable[[dict[str, object]], object], facts: list[dict[str, object]]) -> float:
    times = []
    for _ in range(ROUNDS):
        for each in facts:
            apply._judged.cache_clear()
            began = time.perf_counter()
            work(each)
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _starting(statement: str) -> float:
    """Milliseconds that an interpreter spends on the import, its own start left out."""
    timed = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True)
    return float(done.stdout) * 1000


if __name__ == "__main__":
    sys.exit(main())
