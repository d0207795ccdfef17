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
    few = [BOOK.rules["price_law.41"], BOOK.rules["cpl.25"]]
    part = mutation.check(BOOK, few, 0.2)
    assert part == mutation.check(BOOK, few, 0.2)
    assert 0 < part.tried < mutation.check(BOOK, few).tried


def test_no_mutant_of_the_sample_survives():
    """Another sample with every change of the law; `./run benchmark` tries all of them."""
    report = mutation.check(BOOK, BOOK.rules.values(), 0.06)
    assert report.tried > 100
    assert report.survivors == ()
