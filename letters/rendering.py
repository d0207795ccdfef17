"""Fills a template in.

    render(template, values, options) → Rendered: title, subject, markdown, text, sms, blocks,
    and `unresolved`, the variables nobody gave a value. A letter with any of these is not sent.

A value is words and never markup; what says nothing (None, "", an empty list) leaves its variable
open, so that no letter says "None" or begins with an empty name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from letters import markdown, saying, values
from letters.blocks import (
    Block,
    Heading,
    Items,
    Paragraph,
    Run,
    Runs,
    joined,
    names_in,
    runs_of,
    with_content,
)
from letters.template import Template
from letters.values import Measure, Point
from letters.variables import VARIABLES, Kind, Variable, label


class UnknownOption(KeyError):
    """The template has no such option; `args` are its names."""


@dataclass(frozen=True)
class Rendered:
    """A letter: what is shown (`blocks`), kept and edited (`markdown`), mailed (`text`), texted
    (`sms`, "" where the kind has none).
    """

    title: str
    subject: str
    language: str
    blocks: tuple[Block, ...]
    markdown: str
    text: str
    sms: str
    unresolved: tuple[str, ...]


def render(
    template: Template, given: Mapping[str, Any], options: Collection[str] | None = None
) -> Rendered:
    """The letter with these values, and the options ticked; with the usual ones where None.

    Raises UnknownOption; TypeError or ValueError for a value that its variable cannot take (a float
    for a sum, a bare text for a list). Names that the template does not use are passed over.
    """
    chosen = template.usual if options is None else frozenset(options)
    known = {option.id for option in template.options}
    if chosen - known:
        raise UnknownOption(*sorted(chosen - known))
    lang = template.language
    filled = (b for block in template.blocks(chosen) for b in _filled(block, given, lang))
    blocks = tuple(_numbered(with_content(filled), lang))
    lines = [
        _runs(runs, given, lang) for runs in (template.heading, template.subject, template.sms)
    ]
    return _as_rendered(lines, blocks, lang)


def again(title: str, kept: str, lang: str) -> Rendered:
    """The letter that was kept as Markdown, and perhaps edited, as it stands."""
    line = (Run(values.line(title)),)
    return _as_rendered([line, line, ()], markdown.read(kept), "en" if lang[:2] == "en" else "zh")


def _as_rendered(lines: list[Runs], blocks: tuple[Block, ...], lang: str) -> Rendered:
    title, subject, sms = (plain_runs(runs, lang) for runs in lines)
    in_lines = (run.name for runs in lines for run in runs if run.name)
    return Rendered(
        title=title,
        subject=subject,
        language=lang,
        blocks=blocks,
        markdown=markdown.write(blocks),
        text=plain(blocks, lang),
        sms=sms,
        unresolved=tuple(dict.fromkeys((*in_lines, *names_in(blocks)))),
    )


# --- values in their places


def _filled(block: Block, given: Mapping[str, Any], lang: str) -> Iterator[Block]:
    runs = tuple(runs_of(block))
    if isinstance(block, Paragraph) and len(runs) == 1 and runs[0].name:
        variable = VARIABLES.get(runs[0].name)
        if variable and variable.kind.alone:
            yield from _ALONE[variable.kind](given.get(variable.name), lang) or [block]
            return
    if isinstance(block, Items):
        yield Items(tuple(_runs(row, given, lang) for row in block.rows), block.start)
    elif isinstance(block, Heading):
        yield Heading(block.level, _runs(block.runs, given, lang))
    else:
        yield Paragraph(_runs(block.runs, given, lang), block.signature)


def _runs(runs: Iterable[Run], given: Mapping[str, Any], lang: str) -> Runs:
    said: list[Run] = []
    quotes = 0  # of the template that are open
    for run in runs:
        filled = _run(run, given, lang)
        if not run.name:
            quotes += run.text.count("“") - run.text.count("”")
        elif quotes > 0:
            filled = replace(filled, text=saying.within_quotes(filled.text))
        said.append(filled)
    return joined(said)


def _run(run: Run, given: Mapping[str, Any], lang: str) -> Run:
    variable = VARIABLES.get(run.name)
    if variable is None:
        return run
    said = _said(variable, given.get(run.name), lang)
    if not said and variable.fallback:
        said = variable.fallback.in_(lang)
    return Run(said, run.strong) if said else run


def _said(variable: Variable, value: Any, lang: str) -> str:
    if variable.kind is Kind.DAY:
        return values.day(value, lang)
    if variable.kind is Kind.MONEY:
        return values.money(value)
    if variable.kind is Kind.JOINED:
        return saying.listed(values.several(value), lang)
    if variable.name == "salutation":  # the template puts the mark behind it
        return values.line(value).rstrip("：:，,、 ")
    return values.line(value)


def _paragraphs(value: Any, lang: str) -> list[Block]:
    return [Paragraph((Run(text),)) for text in values.paragraphs(value)]


def _items(value: Any, lang: str) -> list[Block]:
    rows = tuple((Run(text),) for text in values.several(value))
    return [Items(rows)] if rows else []


def _measures(value: Iterable[Measure] | None, lang: str) -> list[Block]:
    rows = tuple(saying.measure(one, lang) for one in value or () if values.line(one.what))
    return [Items(rows)] if rows else []


def _points(value: Iterable[Point] | None, lang: str) -> list[Block]:
    points = [one for one in value or () if values.line(one.title)]
    return [block for n, one in enumerate(points, 1) for block in saying.point(n, one, lang)]


_ALONE: dict[Kind, Callable[[Any, str], list[Block]]] = {
    Kind.PARAGRAPHS: _paragraphs,
    Kind.ITEMS: _items,
    Kind.MEASURES: _measures,
    Kind.POINTS: _points,
}


def _numbered(blocks: Iterable[Block], lang: str) -> Iterator[Block]:
    """The headings of the second level counted: 一、 二、 / 1. 2."""
    count = 0
    for block in blocks:
        if isinstance(block, Heading) and block.level == 2:
            count += 1
            block = Heading(2, joined((Run(saying.ordinal(count, lang)), *block.runs)))
        yield block


# --- as words alone


def plain(blocks: Iterable[Block], lang: str) -> str:
    """The letter as an e-mail or a text says it."""
    return "\n\n".join(text for block in blocks if (text := _plain(block, lang)))


def _plain(block: Block, lang: str) -> str:
    if not isinstance(block, Items):
        return plain_runs(block.runs, lang)
    entries = (plain_runs(row, lang) for row in block.rows)
    if block.start is None:
        return "\n".join(f"· {entry}" for entry in entries)
    return "\n".join(f"{number}. {entry}" for number, entry in enumerate(entries, block.start))


def plain_runs(runs: Iterable[Run], lang: str) -> str:
    """Some runs as words; what nobody filled in is marked."""
    return "".join(unresolved_mark(run.name, lang) if run.name else run.text for run in runs)


def unresolved_mark(name: str, lang: str) -> str:
    """〔待填：付款期限〕"""
    said = label(name, lang)
    return f"[to be filled in: {said}]" if lang.startswith("en") else f"〔待填：{said}〕"


_MARKS = re.compile(r"〔待填：|\[to be filled in: ")


def has_marks(text: str) -> bool:
    """Whether a plain text still holds a mark of what nobody filled in."""
    return bool(_MARKS.search(text))
