"""Reads the moments that start and stop clocks, with file and line of every mistake."""

from __future__ import annotations

from legal_rules.deadline_names import SECTORS
from legal_rules.deadline_parts import dated_fact, id_of, label, one_of, some_of
from legal_rules.deadline_terms import Moment
from legal_rules.reasoning.source import Table
from legal_rules.vocabulary import FACTS

MOMENTS = "moments.yaml"


def load_moments(page: Table) -> dict[str, Moment]:
    """The moments of a page, by id. Raises LawError."""
    moments: dict[str, Moment] = {}
    for row in page.only((), ("moments",)).tables("moments"):
        moment = _moment(row)
        if moment.id in moments:
            raise row.error("declared_twice", "id", given=moment.id)
        moments[moment.id] = moment
    return moments


def _moment(row: Table) -> Moment:
    row.only(("fact", "step", "sectors"), ("id", "title", "asks", "precise"))
    fact, precise = row.get("fact"), one_of(row, "precise", ("day", "minute")) == "minute"
    if fact is not None:
        dated_fact(row, "fact")
        if "step" in row:
            raise row.error("moment_made_twice", "step")
        if precise and FACTS[fact].type != "datetime":
            raise row.error("fact_less_precise", "precise", fact=fact)
    return Moment(
        id_of(row),
        label(row, "title"),
        label(row, "asks"),
        fact,
        row.text("step") if "step" in row else None,
        precise,
        some_of(row, "sectors", SECTORS),
    )
