"""Mutation check: every condition and constant of a rule must be pinned by one of its examples.

    python -m legal_rules.mutation [FILE or rule id …] [--sample 0.1]

Each mutant differs from its rule in one place: a leaf negated, a part left out, an exception, doubt
or special rule forgotten, a figure or a day moved. A mutant that satisfies every example of the
rule's file survives, and shows what the examples do not say. Pure Python.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from legal_rules import examples, rulebook
from legal_rules.reasoning.mutants import of_rule
from legal_rules.reasoning.rules import Rule
from legal_rules.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Report:
    """How many mutants were tried, and one sentence for each that no example noticed."""

    tried: int
    survivors: tuple[str, ...]


def check(book: Rulebook, chosen: Iterable[Rule], share: float = 1.0) -> Report:
    """Mutate the chosen rules. `share`: which part of the mutants, the same under the same law."""
    tried, survivors = 0, []
    for rule in chosen:
        near = examples.neighbours(book, rule)
        for name, mutant in of_rule(rule):
            if not _in_sample(book.sha256 + rule.id + name, share):
                continue
            tried += 1
            if not _noticed(replace(book, rules={**near, rule.id: mutant}), mutant):
                survivors.append(f"{rule.file}: {rule.id}: {name}")
    return Report(tried, tuple(survivors))


def _noticed(book: Rulebook, mutant: Rule) -> bool:
    return any(examples.check(book, mutant, example) for example in mutant.examples)


def _in_sample(name: str, share: float) -> bool:
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:4], "big") < share * 2**32


def _wanted(book: Rulebook, names: Sequence[str]) -> Iterator[Rule]:
    """The rules named by id or by the end of their file; all of them when nothing is named."""
    for rule in book.rules.values():
        if not names or any(rule.id == name or rule.file.endswith(name) for name in names):
            yield rule


def main(argv: Sequence[str] | None = None) -> int:
    """1 if a mutant survived or nothing was tried, else 0."""
    parser = argparse.ArgumentParser(prog="python -m legal_rules.mutation", description=__doc__)
    parser.add_argument("rules", nargs="*", metavar="FILE|RULE")
    parser.add_argument("--sample", type=float, default=1.0, metavar="SHARE")
    options = parser.parse_args(argv)
    book = rulebook.current()
    names = [name.split("statutes/")[-1] for name in options.rules]
    report = check(book, _wanted(book, names), options.sample)
    for survivor in report.survivors:
        sys.stdout.write(survivor + "\n")
    sys.stdout.write(f"{report.tried} mutants, {len(report.survivors)} survived\n")
    return 1 if report.survivors or not report.tried else 0


if __name__ == "__main__":
    sys.exit(main())
