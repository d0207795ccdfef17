"""What a letter consists of, apart from how it is shown: headings, paragraphs, lists, signature.

A run that has a `name` is a variable nobody has given a value yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """Words of one kind; `text` may hold line ends. With a `name`: still to be filled in."""

    text: str = ""
    strong: bool = False
    name: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A heading inside a letter; level 2 or 3 (the title of the letter is level 1)."""

    level: int
    runs: Runs


@dataclass(frozen=True)
class Paragraph:
    """Some sentences. `signature`: who writes and when, at the end of the letter."""

    runs: Runs
    signature: bool = False


@dataclass(frozen=True)
class Items:
    """A list, numbered from `start`, or with dots where that is None."""

    rows: tuple[Runs, ...]
    start: int | None = 1


Block = Heading | Paragraph | Items


def runs_of(block: Block) -> Iterator[Run]:
    """Every run of a block, in reading order."""
    if isinstance(block, Items):
        for row in block.rows:
            yield from row
    else:
        yield from block.runs


def names_in(blocks: Iterable[Block]) -> tuple[str, ...]:
    """The variables that have no value yet, each once, in reading order."""
    return tuple(dict.fromkeys(run.name for b in blocks for run in runs_of(b) if run.name))


def joined(runs: Iterable[Run]) -> Runs:
    """The same with neighbours of one kind as one run, and without empty ones."""
    result: list[Run] = []
    for run in runs:
        last = result[-1] if result else None
        if last and not last.name and not run.name and last.strong == run.strong:
            result[-1] = Run(last.text + run.text, run.strong)
        elif run.text or run.name:
            result.append(run)
    return tuple(result)


def with_content(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The same without headings that nothing stands under."""
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading) or (isinstance(block, Paragraph) and block.signature):
            level = block.level if isinstance(block, Heading) else 1
            while kept and isinstance(kept[-1], Heading) and kept[-1].level >= level:
                kept.pop()
        kept.append(block)
    while kept and isinstance(kept[-1], Heading):
        kept.pop()
    return tuple(kept)
