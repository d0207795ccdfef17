"""The words of the law: facts, rights, categories and remedies, read once from `statutes/*.yaml`.

    FACTS["fr_intent"].question_for("en")        CATEGORIES["food_safety"].remedies
    check_value("tx_price_paid", "3,980")        → "3980.00"

Pure Python; usable without Django and without a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from legal_rules import place
from legal_rules.reasoning import source
from legal_rules.reasoning.mistakes import near
from legal_rules.reasoning.source import Table
from legal_rules.terms import Category, Fact, Group, Instrument, Label, Remedy, Right
from legal_rules.values import TYPES, FactError, UnknownFact, WrongValue, normal_value

__all__ = [
    "CATEGORIES",
    "FACTS",
    "GROUPS",
    "INSTRUMENTS",
    "REMEDIES",
    "RIGHTS",
    "STATUTES",
    "FactError",
    "UnknownFact",
    "WrongValue",
    "check_value",
]

STATUTES = place.STATUTES


def _label(row: Table, key: str) -> Label:
    words = row.mapping(key).only((), ("zh", "en"))
    return Label(words.text("zh"), words.text("en"))


_MAY = ("evidence", "found_by", "at_most", "opens", "stepwise", "values", "unknown", "none")


def _check_fact(row: Table, derived: bool) -> None:
    """Raises LawError for what the row of a fact cannot say."""
    origin = ("inputs", "citation")
    row.only((*_MAY, *origin), ("id", "type", "zh", "en", *(origin if derived else ())))
    kind, values = row.text("type"), row.mapping("values") if "values" in row else Table()
    if kind not in TYPES:
        raise row.error("unknown_type", "type", given=kind, values=", ".join(TYPES))
    if bool(values) != (kind in ("enum", "multi")):
        raise row.error("values_misplaced", "type")
    for key in (*row.listed("unknown"), *([row["none"]] if "none" in row else [])):
        if key not in values:
            raise row.error("not_a_value", "values", given=key)
    if row.get("found_by", "agent") not in ("agent", "counsel"):
        raise row.error("found_by", "found_by")


def _fact(row: Table, group: str, derived: bool, opens: bool) -> Fact:
    _check_fact(row, derived)
    cited = (
        row.mapping("citation").only((), ("instrument", "article")) if "citation" in row else None
    )
    return Fact(
        id=row.text("id"),
        type=row.text("type"),
        group=group,
        zh=row.text("zh"),
        en=row.text("en"),
        values=MappingProxyType(dict(row.mapping("values") if "values" in row else {})),
        evidence=_label(row, "evidence") if "evidence" in row else None,
        found_by=row.get("found_by", "agent"),
        unknown=tuple(row.listed("unknown")),
        none=row.get("none"),
        at_most=row.get("at_most", 10**9),
        opens=row.get("opens", opens),
        stepwise=row.get("stepwise", False),
        inputs=tuple(row.listed("inputs")),
        citation=(cited.text("instrument"), cited.text("article")) if cited else None,
    )


def _load_facts() -> tuple[dict[str, Fact], dict[str, Group]]:
    page = source.read(STATUTES / "facts.yaml", STATUTES).only((), ("groups", "derived"))
    facts: dict[str, Fact] = {}
    groups: dict[str, Group] = {}

    def add(row: Table, group: str, *, derived: bool = False, opens: bool = True) -> str:
        fact = _fact(row, group, derived, opens)
        if fact.id in facts:
            raise row.error("declared_twice", "id", given=fact.id)
        facts[fact.id] = fact
        return fact.id

    for row in page.listed("groups"):
        row.only(("always", "internal"), ("id", "name", "facts"))
        ids = tuple(
            add(each, row.text("id"), opens="always" not in row) for each in row.listed("facts")
        )
        groups[row["id"]] = Group(
            row["id"],
            _label(row, "name"),
            row.get("always", False),
            row.get("internal", False),
            ids,
        )
    for row in page.listed("derived"):
        add(row, "derived", derived=True)
        for missing in set(row["inputs"]) - set(facts):
            raise row.error("input_unknown", "inputs", given=missing)
    return facts, groups


def _rows(name: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[Table]:
    rows = source.read(STATUTES / f"{name}.yaml", STATUTES).only((), (name,)).listed(name)
    seen: set[str] = set()
    for row in rows:
        row.only(optional, ("id", *required))
        if row.text("id") in seen:
            raise row.error("declared_twice", "id", given=row["id"])
        seen.add(row["id"])
    return rows


def _instrument(row: Table) -> Instrument:
    span = row.mapping("in_force").only(("until",), ("from",))
    until = span.day("until") if "until" in span else None
    if until is not None and until < span.day("from"):
        raise span.error("instrument_ends_too_early", "until")
    return Instrument(
        row["id"], _label(row, "title"), _label(row, "short"), span.day("from"), until
    )


def _known(row: Table, key: str, vocabulary: Mapping[str, object]) -> tuple[str, ...]:
    for name in row.listed(key):
        if name not in vocabulary:
            raise row.error("not_known", key, given=name, values=near(name, vocabulary))
    return tuple(row.listed(key))


def _facts_of(groups: list[str]) -> tuple[str, ...]:
    asked = [g for g in GROUPS.values() if g.always] + [
        GROUPS[g] for g in groups if not GROUPS[g].always
    ]
    return tuple(fact for group in asked for fact in group.facts)


def _load_categories() -> dict[str, Category]:
    keys = (
        "name",
        "parent",
        "rights",
        "fact_groups",
        "remedies",
        "deadlines",
        "severity",
        "keywords",
    )
    return {
        row["id"]: Category(
            row["id"],
            _label(row, "name"),
            _label(row, "parent"),
            _known(row, "rights", RIGHTS),
            _known(row, "fact_groups", GROUPS),
            _known(row, "remedies", REMEDIES),
            tuple(row.listed("deadlines")),
            row.text("severity"),
            tuple(row.listed("keywords")),
            _facts_of(row["fact_groups"]),
        )
        for row in _rows("categories", keys)
    }


_facts, _groups = _load_facts()
FACTS: Mapping[str, Fact] = MappingProxyType(_facts)
GROUPS: Mapping[str, Group] = MappingProxyType(_groups)
INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType(
    {row["id"]: _instrument(row) for row in _rows("instruments", ("title", "short", "in_force"))}
)
RIGHTS: Mapping[str, Right] = MappingProxyType(
    {
        row["id"]: Right(
            row["id"], _label(row, "name"), row.text("article"), row.get("infringed_when")
        )
        for row in _rows("rights", ("name", "article"), ("infringed_when",))
    }
)
REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        row["id"]: Remedy(row["id"], _label(row, "name"), row.text("kind"), bool(row["counsel"]))
        for row in _rows("remedies", ("name", "kind", "counsel"))
    }
)
CATEGORIES: Mapping[str, Category] = MappingProxyType(_load_categories())


def check_value(fact_id: str, value: object, *, today: date | None = None) -> object:
    """The normal form of a plain JSON value: money "3980.00", dates ISO, multi a list.

    Raises UnknownFact for an id outside the vocabulary and WrongValue for a value that the fact
    cannot have; with `today`, also for a date later than it. Both are ValueError with `.fact_id`,
    `.code` and a Chinese sentence as `str()`.
    """
    fact = FACTS.get(fact_id) if isinstance(fact_id, str) else None
    if fact is None:
        raise UnknownFact(fact_id)
    return normal_value(fact, value, today)
