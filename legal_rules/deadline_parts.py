"""Small values of a row of the table of deadlines, each refused with its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from legal_rules.reasoning.mistakes import near
from legal_rules.reasoning.source import Table
from legal_rules.terms import Label
from legal_rules.vocabulary import FACTS

ID, LONGEST_ID = re.compile(r"[a-z][a-z0-9_]{1,49}"), 50
DATED = ("date", "datetime")


def id_of(row: Table) -> str:
    """The id of a row."""
    if not ID.fullmatch(row.text("id")):
        raise row.error("bad_id", "id", given=row["id"], most=LONGEST_ID)
    return row.text("id")


def dated_fact(row: Table, key: str) -> str:
    """A fact whose answer is a day or a minute."""
    fact = row.text(key)
    if fact not in FACTS or FACTS[fact].type not in DATED:
        raise row.error("no_date_fact", key, fact=fact)
    return fact


def label(row: Table, key: str) -> Label:
    """Words in both languages."""
    return row.label(key)


def label_of(words: Table) -> Label:
    """The words in both languages that stand in the row itself."""
    return Label(words.text("zh"), words.text("en"))


def maybe_label(row: Table, key: str) -> Label | None:
    """Words in both languages, or None where the key is absent."""
    return label(row, key) if key in row else None


def one_of(row: Table, key: str, known: Iterable[str], code: str = "not_known") -> str:
    """A text that is one of those known."""
    names, given = list(known), row.text(key)
    if given not in names:
        raise row.error(code, key, given=given, values=near(given, names))
    return given


def some_of(row: Table, key: str, known: Iterable[str], code: str = "not_known") -> tuple[str, ...]:
    """A list of known texts; absent, an empty one. Refuses an empty list and a name said twice."""
    names = list(known)
    if key not in row:
        return ()
    given = row.names(key)
    if not given:
        raise row.error("wants_list", key, key=key)
    for name in given:
        if name not in names:
            raise row.error(code, key, given=name, values=near(name, names))
        if given.count(name) > 1:
            raise row.error("declared_twice", key, given=name)
    return given


def whole(row: Table, key: str, most: int) -> int:
    """A whole number above zero, `most` at most."""
    given = row.get(key)
    if type(given) is not int or not 0 < given <= most:
        raise row.error("bad_length", key, given=given, most=most)
    return given


def truth(row: Table, key: str) -> bool:
    """yes or no; absent, no."""
    given = row.get(key, False)
    if type(given) is not bool:
        raise row.error("wants_truth", key, key=key)
    return given
