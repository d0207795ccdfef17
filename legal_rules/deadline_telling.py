"""Entries of the table of deadlines in sentences that counsel can read and sign.

figure(entry, "en") → "15 days"        tell(entry, table, "zh-hans") → EntryTold
lines(regime, table, "en") → the whole regime as text, for signing and comparing
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from legal_rules.deadline_names import (
    CHANNELS,
    CLAIMS,
    LADDERS,
    NATURES,
    OWED_BY,
    RISKS,
    SECTORS,
    UNITS,
)
from legal_rules.deadline_prose import Chinese, English
from legal_rules.deadline_table import Table
from legal_rules.deadline_terms import Applies, Citation, Entry, Regime
from legal_rules.reasoning.prose import chinese_number, place_name
from legal_rules.terms import Label
from legal_rules.vocabulary import CATEGORIES

COUNTING: dict[str, Label] = {
    "calendar_day": Label(
        "开始的当日不计入；最后一日是休息日的，顺延到其后的第一个工作日；到当日二十四时为止。",
        "The first day is not counted; a last day off moves to the next working day; it ends at "
        "midnight.",
    ),
    "working_day": Label(
        "开始的当日不计入；只计工作日，调休补班的日子计入；到当日下班为止。",
        "The first day is not counted; only working days are, make-up days included; it ends at "
        "the close of business.",
    ),
    "month": Label(
        "到期月的对应日为最后一日，没有对应日的为月末；是休息日的，顺延。",
        "It ends on the same day of the last month, or on the month's last day; a day off moves "
        "it on.",
    ),
    "hour": Label(
        "从开始的时刻连续计算，不因夜间和休息日停止或者顺延。",
        "It counts from the instant without a break and is never moved over nights or days off.",
    ),
    "immediate": Label("没有期间：开始就到期。", "There is no period: it is due as it starts."),
}
COUNTING["year"] = COUNTING["month"]
BACK = Label(
    "从那一天往前数，当日不计入；不顺延。",
    "It is counted back from that day, which is not counted, and never moved.",
)


@dataclass(frozen=True, slots=True)
class EntryTold:
    """One entry in words. `course`: (what, sentence) of how it runs, in order; empty without.
    `basis`: why it reaches further back than the wording quoted; "" where it does not.
    """

    figure: str
    span: str
    course: tuple[tuple[str, str], ...]
    quotes: tuple[tuple[Citation, str], ...]
    basis: str


def tell(entry: Entry, table: Table, lang: str) -> EntryTold:
    """The entry in "zh-hans" or "en"."""
    english = lang.startswith("en")
    course = [*_course(entry, table, english)]
    quotes = [(each, cite(entry, each, lang)) for each in entry.citations]
    basis = entry.basis.in_(lang) if entry.basis else ""
    return EntryTold(figure(entry, lang), span(entry, lang), tuple(course), tuple(quotes), basis)


def figure(entry: Entry, lang: str) -> str:
    """15 日 / 15 days, 提前 30 日 / 30 days before, 立即 / at once; "" where there is none."""
    if entry.unit is None:
        return ""
    unit = UNITS[entry.unit].in_(lang)
    if entry.length is None:
        return unit
    if not lang.startswith("en"):
        return f"{'提前 ' if entry.back else ''}{entry.length} {unit}"
    unit = unit.removesuffix("s") if entry.length == 1 else unit
    return f"{entry.length} {unit}{' before' if entry.back else ''}"


def span(entry: Entry, lang: str) -> str:
    """2024-07-01 起 / since 2024-07-01, or both ends."""
    start, until = entry.from_.isoformat(), entry.until.isoformat() if entry.until else ""
    if lang.startswith("en"):
        return f"from {start} to {until}" if until else f"since {start}"
    return f"{start} 至 {until}" if until else f"{start} 起"


def cite(entry: Entry, citation: Citation, lang: str) -> str:
    """《处罚办法》第八条第二项 / Penalty Measures, Article 8, item 2."""
    name = entry.name_of(citation, lang)
    if citation.external is not None:
        return name
    place = place_name(citation.article, citation.paragraph, lang)
    if lang.startswith("en"):
        return f"{name}, {place}" + (f", item {citation.item}" if citation.item else "")
    item = f"第{chinese_number(citation.item)}项" if citation.item else ""
    return f"《{name}》{place}{item}"


def _course(entry: Entry, table: Table, english: bool) -> Iterator[tuple[str, str]]:
    """How it runs: (what, sentence)."""
    words = English if english else Chinese
    if entry.applies.special:
        yield words.APPLIES, cases(entry.applies, "en" if english else "zh-hans")
    if entry.clock is not None:
        yield from words(table).clock(entry, entry.clock)
    if entry.unit is not None and entry.use in ("clock", "window"):
        lang = "en" if english else "zh-hans"
        yield words.COUNTED, (BACK if entry.back else COUNTING[entry.unit]).in_(lang)
    if entry.clock is not None:
        yield words.WARNED, _sentence(LADDERS[entry.clock.ladder], english)


def cases(applies: Applies, lang: str) -> str:
    """To which cases it applies."""
    english = lang.startswith("en")
    parts = (
        (("行业", "trade"), [SECTORS[name] for name in applies.sectors]),
        (("来源", "source"), [CHANNELS[name] for name in applies.channels]),
        (("类别", "subject"), [CATEGORIES[name].name for name in applies.categories]),
        (("请求", "claim"), [CLAIMS[name] for name in applies.claims]),
        (("风险", "risk"), [RISKS[name] for name in applies.risks]),
    )
    said = [
        f"{what[1]}: {', '.join(each.en for each in labels)}"
        if english
        else f"{what[0]}为{'、'.join(each.zh for each in labels)}"
        for what, labels in parts
        if labels
    ]
    return f"Cases of {'; '.join(said)}." if english else f"{'，且'.join(said)}的案件。"


def _sentence(words: Label, english: bool) -> str:
    return f"{words.en[0].upper()}{words.en[1:]}." if english else f"{words.zh}。"


def lines(regime: Regime, table: Table, lang: str) -> list[str]:
    """The regime as text, one line a sentence; what belongs to an entry is indented by U+3000."""
    said = [regime.title.in_(lang)]
    for name in regime.entries:
        entry = table.entries[name]
        said.append(f"{entry.title.in_(lang)} ({entry.id})")
        said += [f"　{line}" for line in _lines(entry, tell(entry, table, lang), lang) if line]
    return said


def _lines(entry: Entry, told: EntryTold, lang: str) -> Iterator[str]:
    colon, dot = (": ", ", ") if lang.startswith("en") else ("：", "、")
    yield entry.says.in_(lang)
    labels = (NATURES[entry.nature], OWED_BY[entry.owed_by])
    yield dot.join(filter(None, (told.figure, *(each.in_(lang) for each in labels), told.span)))
    yield from (f"{what}{colon}{sentence}" for what, sentence in told.course)
    if entry.window is not None:
        yield dot.join((entry.window.from_fact or "", *entry.window.computed_by)).strip(dot)
    if entry.retention is not None:
        kept = entry.retention
        yield f"{kept.keeps.in_(lang)}{colon}{kept.since.in_(lang)}"
    yield entry.why.in_(lang) if entry.why else ""
    yield from (f"{name}{colon}{each.text}" if each.text else name for each, name in told.quotes)
    yield told.basis
    yield from (each.text.in_(lang) for each in entry.corrected)
