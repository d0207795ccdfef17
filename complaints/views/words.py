"""The words of one entry of the timeline, and sentences in a row."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language


def sentences(*said: str) -> str:
    """Those that say something, one after the other: English parts them, Chinese does not."""
    gap = "" if (get_language() or "zh").startswith("zh") else " "
    return gap.join(filter(None, said))


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
