"""Reads the worked examples of a rule, strictly."""

from __future__ import annotations

from legal_rules.reasoning.rules import Example, Version
from legal_rules.reasoning.source import Table
from legal_rules.values import FactError
from legal_rules.vocabulary import check_value

EXPECTED = ("truth", "ask_next", "presumed", "provisional", "displaced_by", "bounds")


def examples_of(page: Table, versions: tuple[Version, ...]) -> tuple[Example, ...]:
    """Each by itself, or `like` an earlier one but for the facts that it names."""
    read: dict[str, Example] = {}
    duties = {duty.id for version in versions for duty in version.duties}
    exposures = {each.id for version in versions for each in version.exposures} - {""}
    known = {*EXPECTED, *duties, *exposures}
    for row in page.tables("examples"):
        row.only(("on", "like", "facts"), ("name", "expect"))
        if row.text("name") in read:
            raise row.error("two_examples", "name", name=row["name"])
        like = read.get(row.text("like")) if "like" in row else None
        if like is None and "like" in row:
            raise row.error("no_earlier_example", "like", name=row["like"])
        if like is None and "facts" not in row:
            raise row.error("missing_key", key="facts")
        inherited = like.on if like else None
        day = row.day("on") if "on" in row else inherited
        expected = _expected(row, known)
        read[row["name"]] = Example(row["name"], day, answers_of(row, like), expected, row.line)
    if len(read) < 2:
        raise page.error("few_examples", "examples")
    return tuple(read.values())


def answers_of(row: Table, like: Example | None = None) -> dict[str, object]:
    """The facts of one example. Raises LawError for an answer that its fact cannot have."""
    facts = dict(like.facts) if like else {}
    for name, value in (row.mapping("facts") if "facts" in row else Table()).items():
        facts.pop(name, None)
        if value is None and like:
            continue  # what the other example says of it is not known here
        try:
            facts[name] = check_value(name, value)
        except FactError as bad:
            raise row.mapping("facts").error(
                "bad_example", name, zh=bad.sentence_for("zh"), en=bad.sentence_for("en")
            ) from bad
    return facts


def _expected(row: Table, known: set[str]) -> dict[str, object]:
    """Nothing but what a finding of the rule can say."""
    expected = row.mapping("expect")
    if not expected:
        raise row.error("expects_nothing", "expect")
    for name in expected:
        if name not in known:
            names = ", ".join(sorted(known))
            raise expected.error("unknown_expectation", name, given=name, values=names)
    return dict(expected)
