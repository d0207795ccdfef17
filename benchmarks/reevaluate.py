"""Trying a rulebook on many open cases: how many a core does in a second, beside the bare engine.

    python -m benchmarks.reevaluate [CASES]

Throw-away servers. The cases are written by a few statements, each with the facts of two worked
examples. One process works off the parts as a Celery worker does: reading, judging and writing.
Times are of this process's processor; what the database spends besides is told as the wall's share.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from quickstart import throw_away
from quickstart.terminal import say, tolerate_any_encoding

CASES = 20_000
KINDS = 500  # different sets of facts
SAMPLE = 1_000  # cases whose findings the bare engine makes
RULE = "cpl.55.1"
NEW = """
id: benchmark.1
title: {zh: 试算用的规则, en: Rule of the benchmark}
remedy: price_overpaid
dated_by: [conduct_date]
review: {status: 待法务签署, by: null, on: null}
versions:
  - in_force: {from: 2014-03-15}
    sources: [{instrument: cpl_2013, article: "55", paragraph: 1, text: 有欺诈行为的}]
    when: {all: [tx_living_consumption, {fact: tx_category, one_of: [食品, 保健食品, 移动电话]}]}
    then:
      - {duty: pay, text: {zh: 赔偿, en: Pay}, amount: 100}
examples:
  - name: 甲
    facts: {tx_living_consumption: yes, tx_category: 食品}
    expect: {pay: "100.00"}
  - {name: 乙, facts: {tx_living_consumption: no}, expect: {truth: 不成立}}
"""


def main() -> int:
    """The exit code."""
    tolerate_any_encoding()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    throw_away.begin("kesu-benchmark-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    by, facts = _crowd(count)
    say(f"{count:,} open cases, written in {time.perf_counter() - began:.0f} s")
    bare = _engine(facts)
    say(f"{'all rules, engine alone':26}{1 / bare:7,.0f} cases/s   {bare * 1000:.2f} ms each")
    for name, trial in (
        ("a rule reworded", lambda: _candidate(by, _reworded())),
        ("a rule added", lambda: _candidate(by, NEW)),
        ("after an upgrade", _upgrade),
    ):
        _told(name, bare, trial)
    return 0


def _crowd(count: int) -> tuple[Any, list[dict[str, Any]]]:
    from benchmarks.legal import different_cases
    from tests.cast import assemble
    from tests.crowd import crowd

    cast, facts = assemble(), list(different_cases(KINDS))
    crowd(cast, count, facts, category="telesales_fraud")
    return cast.counsel, facts


def _engine(facts: list[dict[str, Any]]) -> float:
    """Seconds that the findings of one case take."""
    from benchmarks.legal import DAY
    from legal_rules import rulebook

    book = rulebook.current()
    for each in facts:
        book.findings(each, DAY)
    began = time.process_time()
    for place in range(SAMPLE):
        book.findings(facts[place % len(facts)], DAY)
    return (time.process_time() - began) / SAMPLE


def _reworded() -> str:
    from legal_rules import rulebook
    from legal_rules.vocabulary import STATUTES

    path = STATUTES.parent / rulebook.current().rules[RULE].file
    return path.read_text(encoding="utf-8").replace("text: {zh: ", "text: {zh: 立即", 1)


def _candidate(by: Any, text: str) -> Any:
    from complaints.actions import trials
    from legal_rules import candidate, rulebook

    read = candidate.read({"a.yaml": text.encode()}, rulebook.current())
    trial = trials.keep(read, {"a.yaml": text}, by=by)
    trials.start(trial, by=by)
    return trial


def _upgrade() -> Any:
    from complaints.actions import trials

    return trials.after_upgrade(None)


def _told(name: str, bare: float, make: Callable[[], Any]) -> None:
    from complaints.actions import trial_work, trials

    trial = make()
    wall, processor = time.perf_counter(), time.process_time()
    while trial_work.work(trial.pk):
        pass
    processor, wall = time.process_time() - processor, time.perf_counter() - wall
    told = trials.progress(trial)
    each = processor / told.cases
    say(
        f"{name:26}{1 / each:7,.0f} cases/s   × {each / bare:.2f} of the engine, "
        f"{told.changed:,} changed; a million in {1_000_000 * each / 3600:.1f} core hours "
        f"(here {wall:.0f} s on the wall)"
    )


if __name__ == "__main__":
    sys.exit(main())
