"""The legal engine by itself: how fast it starts, judges one case, and stands up to every mutant.

    python -m benchmarks.legal

No database. Times are of the processor, medians over cases that all differ. A running process keeps
what it found for equal answers, so the first case ("cold") and the thousandth are told apart.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from legal_rules import mutation, rulebook
from legal_rules.reasoning import apply
from legal_rules.values import FactError
from quickstart.terminal import say

DAY = date(2026, 3, 1)
COLD, RUNNING = 100, 1000
EVALUATION_MS, IMPORT_MS = 5.0, 150.0  # the goals
Facts = dict[str, Any]


def main() -> int:
    """1 if a goal is missed or a mutant survives, else 0."""
    book = rulebook.current()
    one = [rule for rule in book.rules.values() if rule.id == "cpl.55.1"]
    cold = _median(lambda each: book.findings(each, DAY), COLD, cold=True)
    single = _median(lambda each: apply.apply_rules(one, rulebook.known(each), DAY), RUNNING)
    whole = _median(lambda each: book.findings(each, DAY), RUNNING)
    analysed = _median(lambda each: rulebook.analyse(each, DAY), RUNNING)
    started = statistics.median(_starting("import legal_rules.rulebook") for _ in range(5))
    libraries = "import chinese_calendar, dataclasses, datetime, decimal, re, yaml"
    bare = statistics.median(_starting(libraries) for _ in range(5))
    say(f"{len(book.rules)} rules, {sum(len(r.examples) for r in book.rules.values())} examples")
    say(f"findings of a case   {whole:6.2f} ms   × {whole / single:.1f} of one rule")
    say(f"  the first, cold    {cold:6.2f} ms   × {cold / whole:.1f}")
    say(f"whole analysis       {analysed:6.2f} ms   × {analysed / whole:.1f} of the findings")
    say(f"import of the engine {started:6.0f} ms   × {started / bare:.1f} of its libraries")
    report = mutation.check(book, book.rules.values())
    say(f"{report.tried} mutants, {len(report.survivors)} survived")
    for survivor in report.survivors:
        say(survivor)
    return int(analysed > EVALUATION_MS or started > IMPORT_MS or bool(report.survivors))


def different_cases(count: int) -> Iterator[Facts]:
    """Facts of two worked examples together, some left out, each with a price of its own."""
    chance = random.Random(count)
    examples = [each.facts for rule in rulebook.current().rules.values() for each in rule.examples]
    while count:
        told = {**chance.choice(examples), **chance.choice(examples)}
        facts: Facts = {name: value for name, value in told.items() if chance.random() < 0.85}
        facts["tx_price_paid"] = f"{chance.randint(1, 99_999)}.00"
        try:
            rulebook.known(facts)
        except FactError:
            continue
        count -= 1
        yield facts


def _median(work: Callable[[Facts], object], count: int, *, cold: bool = False) -> float:
    """Milliseconds of the processor."""
    apply._judged.cache_clear()
    times = []
    for facts in different_cases(count):
        if cold:
            apply._judged.cache_clear()
        began = time.process_time()
        work(facts)
        times.append((time.process_time() - began) * 1000)
    return statistics.median(times)


def _starting(statement: str) -> float:
    """Milliseconds that an interpreter spends on the import, its own start left out."""
    timed = f"import time; t = time.process_time(); {statement}; print(time.process_time() - t)"
    done = subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True)
    return float(done.stdout) * 1000


if __name__ == "__main__":
    sys.exit(main())
