"""Reads the table of deadlines from YAML and refuses every mistake it can see, with file and line.

Refused: unknown keys, units, facts, moments, instruments, lists of a case; lengths that are none;
words of the law on days when they were not in force; a statutory limit without the words; two
entries of one id; an entry in force together with the one it replaces; a clock that another one
before it always displaces; no reason where one is due. How one is written: the files of
`deadlines/`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from legal_rules.deadline_checks import check
from legal_rules.deadline_clock import clock_of, length_of
from legal_rules.deadline_moments import MOMENTS
from legal_rules.deadline_names import (
    CERTAINTIES,
    CHANNELS,
    CLAIMS,
    NATURES,
    OWED_BY,
    RISKS,
    SECTORS,
    USES,
)
from legal_rules.deadline_parts import (
    dated_fact,
    id_of,
    label,
    label_of,
    maybe_label,
    one_of,
    some_of,
    truth,
    whole,
)
from legal_rules.deadline_terms import (
    Applies,
    Citation,
    Correction,
    Entry,
    Moment,
    Regime,
    Retention,
    Window,
)
from legal_rules.reasoning import source
from legal_rules.reasoning.load import ARTICLE
from legal_rules.reasoning.source import LawError, Table
from legal_rules.vocabulary import CATEGORIES, INSTRUMENTS

MOST_REGIMES, MOST_YEARS = 999, 50
ENTRY_NEEDS = ("id", "title", "says", "use", "nature", "owed_by", "citations", "in_force")
ENTRY_KEYS = (
    *("why", "certainty", "basis", "replaces", "length", "unit", "back", "applies"),
    *("clock", "window", "retention", "corrected"),
)


def load_regimes(root: Path, moments: Mapping[str, Moment]) -> tuple[list[Regime], list[Entry]]:
    """Every regime below `root` and its entries, by rank and as rows stand. Raises LawError."""
    paths = [path for path in sorted(root.glob("*.yaml")) if path.name != MOMENTS]
    if not paths:
        raise LawError(root, 1, "no_table", folder=root.name)
    regimes: list[Regime] = []
    entries: list[Entry] = []
    pages = [read_regime(source.read(path, root), moments) for path in paths]
    for regime, rows in sorted(pages, key=lambda page: page[0].rank):
        regimes.append(regime)
        entries += rows
    check(regimes, entries)
    return regimes, entries


def read_regime(page: Table, moments: Mapping[str, Moment]) -> tuple[Regime, list[Entry]]:
    """One regime and its entries. Raises LawError."""
    page.only((), ("id", "rank", "title", "entries"))
    entries = [read_entry(row, id_of(page), moments) for row in page.tables("entries")]
    content = _content(page, entries, moments)
    return Regime(
        page["id"],
        whole(page, "rank", MOST_REGIMES),
        label(page, "title"),
        tuple(entry.id for entry in entries),
        content,
        hashlib.sha256(content.encode()).hexdigest(),
        page.file,
    ), entries


def _content(page: Table, entries: Iterable[Entry], moments: Mapping[str, Moment]) -> str:
    """What counsel signs: all that the file says, and what the moments that it names mean."""
    named = {
        name
        for entry in entries
        if entry.clock
        for name in (entry.clock.starts, *entry.clock.stops, *entry.clock.restarts)
        if name
    }
    meant = {
        name: [*moments[name].asks, moments[name].fact, moments[name].step]
        for name in sorted(named)
    }
    whole = {"regime": page, "moments": meant}
    return json.dumps(whole, default=str, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_entry(row: Table, regime: str, moments: Mapping[str, Moment]) -> Entry:
    """One entry from its row. Raises LawError."""
    row.only(ENTRY_KEYS, ENTRY_NEEDS)
    span = row.mapping("in_force").only(("until",), ("from",))
    length, unit = length_of(row)
    entry = Entry(
        id=id_of(row),
        regime=regime,
        title=label(row, "title"),
        says=label(row, "says"),
        use=one_of(row, "use", USES),
        why=maybe_label(row, "why"),
        nature=one_of(row, "nature", NATURES),
        owed_by=one_of(row, "owed_by", OWED_BY),
        certainty=one_of(row, "certainty", CERTAINTIES) if "certainty" in row else "verbatim",
        citations=tuple(_citation(each) for each in row.tables("citations")),
        from_=span.day("from"),
        until=span.day("until") if "until" in span else None,
        basis=maybe_label(row, "basis"),
        replaces=row.text("replaces") if "replaces" in row else None,
        length=length,
        unit=unit,
        back=truth(row, "back"),
        applies=_applies(row.mapping("applies")) if "applies" in row else Applies(),
        clock=clock_of(row, moments) if "clock" in row else None,
        window=_window(row.mapping("window")) if "window" in row else None,
        retention=_retention(row.mapping("retention")) if "retention" in row else None,
        corrected=tuple(_correction(each) for each in row.tables("corrected")),
        file=row.file,
        line=row.line,
    )
    _check_use(row, entry)
    _check_sources(row, entry)
    _check_dates(row, span, entry)
    return entry


def _citation(row: Table) -> Citation:
    if "external" in row:
        row.only((), ("external",))
        return Citation("", "", None, None, "", label(row, "external"))
    row.only(("paragraph", "item"), ("instrument", "article", "text"))
    one_of(row, "instrument", INSTRUMENTS, "no_instrument")
    if not ARTICLE.fullmatch(row.text("article")):
        raise row.error("article_number", "article")
    for key in ("paragraph", "item"):
        if key in row and (type(row[key]) is not int or row[key] < 1):
            raise row.error("paragraph_number", key)
    return Citation(
        row["instrument"], row["article"], row.get("paragraph"), row.get("item"), row.text("text")
    )


def _applies(row: Table) -> Applies:
    row.only(("sectors", "channels", "categories", "claims", "risks"))
    return Applies(
        some_of(row, "sectors", SECTORS),
        some_of(row, "channels", CHANNELS),
        some_of(row, "categories", CATEGORIES),
        some_of(row, "claims", CLAIMS),
        some_of(row, "risks", RISKS),
    )


def _window(row: Table) -> Window:
    days = ("from_fact", "anew_from", "used_on")
    row.only((*days, "no_later"), ("computed_by",))
    facts = {key: dated_fact(row, key) for key in days if key in row}
    bound = None
    if "no_later" in row:
        last = row.mapping("no_later").only((), ("fact", "years"))
        bound = dated_fact(last, "fact"), whole(last, "years", MOST_YEARS)
    if "from_fact" not in facts and (facts or bound or not row.names("computed_by")):
        raise row.error("no_computation")
    return Window(computed_by=row.names("computed_by"), no_later=bound, **facts)


def _retention(row: Table) -> Retention:
    row.only(("longest",), ("keeps", "since"))
    return Retention(label(row, "keeps"), label(row, "since"), truth(row, "longest"))


def _correction(row: Table) -> Correction:
    row.only((), ("by", "zh", "en"))
    return Correction(row.text("by"), label_of(row))


def _check_use(row: Table, entry: Entry) -> None:
    for part in ("clock", "window", "retention"):
        if (part in row) != (entry.use == part):
            raise row.error("other_part", "use", use=entry.use, part=part)
    if entry.why is None and (entry.use == "none" or entry.nature != "statutory"):
        raise row.error("no_reason", "use")
    if entry.use in ("clock", "window") and entry.unit is None:
        raise row.error("no_figure_for", "use", use=entry.use)


def _check_sources(row: Table, entry: Entry) -> None:
    if not entry.citations:
        raise row.error("nothing_cited", "citations")
    held = any(each.external is None for each in entry.citations)
    if not held and entry.nature == "statutory":
        raise row.error("not_statutory", "nature")
    if not held and entry.certainty in ("verbatim", "excerpt"):
        raise row.error("other_certainty", "certainty")


def _check_dates(row: Table, span: Table, entry: Entry) -> None:
    """Refuses words of the law for days on which they were not in force.

    An entry may begin before the wording that it quotes, when the law was the same before: its
    `basis` then names the instrument, in both languages, and says why.
    """
    if entry.until is not None and entry.until < entry.from_:
        raise span.error("ends_too_early", "until")
    for cited in entry.citations:
        law = INSTRUMENTS.get(cited.instrument)
        if law is None:
            continue
        if law.until is not None and (entry.until is None or law.until < entry.until):
            raise row.error("law_ended", "in_force", law=law.id, day=law.until)
        if entry.from_ < law.start and not law.named_in(entry.basis):
            raise row.error(
                "law_not_begun", "in_force", law=law.id, day=law.start, **law.short._asdict()
            )
