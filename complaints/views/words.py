"""The words of one entry of the timeline."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One entry: headline, second line, its text, and how it is drawn.

    `shape`: msg (a card) or ev (a line on the thread). `tone`: note, out, in, ok, legal, warn, "".
    """

    title: str
    text: str = ""
    shape: str = "ev"
    tone: str = ""
    label: str = ""
    lines: tuple[str, ...] = ()
