"""The mutation check finds what the examples leave unsaid."""

from dataclasses import replace

from legal_rules import mutation, rulebook
from legal_rules.reasoning.mutants import of_rule

BOOK = rulebook.current()
WELL_PINNED = BOOK.rules["cpl.55.1"]


def test_every_mutant_differs_from_its_rule_and_has_a_name_of_its_own():
    for rule in BOOK.rules.values():
        names = [f"{rule.id} {name}" for name, _ in of_rule(rule)]
        assert len(names) > 2, rule.id
        assert all(
            mutant.versions != rule.versions or mutant.yields_to != rule.yields_to
            for _, mutant in of_rule(rule)
        )


def test_without_its_examples_every_mutant_of_a_rule_survives():
    bare = replace(WELL_PINNED, examples=())
    report = mutation.check(BOOK, [bare])
    assert len(report.survivors) == report.tried > 10


def test_the_command_names_what_survives(capsys):
    assert mutation.main(["no such rule"]) == 1
    assert "0 mutants" in capsys.readouterr().out


def test_a_sample_is_the_same_under_the_same_law_and_smaller_than_the_whole():
    part = mutation.check(BOOK, BOOK.rules.values(), 0.1)
    assert part == mutation.check(BOOK, BOOK.rules.values(), 0.1)
    assert 0 < part.tried < mutation.check(BOOK, BOOK.rules.values()).tried
