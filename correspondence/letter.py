"""What is handed over of one letter, whatever the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class File:
    """A file that goes with an e-mail."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """What is handed over (`text`), and what is written down of it (`kept`).

    `html` and `files` go with an e-mail; `made_of` is what the timeline keeps: the template, its
    hash and options, and whether it is a draft.
    """

    subject: str
    text: str
    kept: str
    html: str = ""
    files: tuple[File, ...] = ()
    made_of: Mapping[str, Any] = field(default_factory=dict)
