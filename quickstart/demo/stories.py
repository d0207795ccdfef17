"""The stories of `stories/*.yaml`, read and checked: what a complaint of this kind says and how it
is answered.

Texts have slots in braces; `cases.py` fills them. A fact is its value, or [value, source, evidence
number]; a value that begins with $
is a slot ($price, $bought).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent / "stories"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Measure:
    """One thing that is given. `of` names a sum of the product; `times` it, `least` so much; or a
    plain `amount`; or neither.
    """

    kind: str
    text: str
    of: str = ""
    times: int = 1
    least: int = 0
    amount: str = ""
    days: int = 14  # after the proposal
    remedy: str = ""  # id of the analysis' claim it was taken from


@dataclass(frozen=True)
class Point:
    """One point at issue: what each side says, evidence for and against, and what follows."""

    title: str
    says: str
    found: str
    finding: str  # established, partly, not_established, cannot_be_established
    words: str
    proofs: list[int] = field(default_factory=list)  # numbers of evidence for the consumer
    against: list[int] = field(default_factory=list)
    burden: str = "consumer"
    fact: str = ""


@dataclass(frozen=True)
class Evidence:
    """One file: its name decides the kind (png, wav, pdf, txt). `lines` stand in it."""

    file: str
    title: str
    source: str
    proves: str
    lines: list[str] = field(default_factory=list)
    original: bool = False


@dataclass(frozen=True)
class Story:
    """One kind of complaint. `weight`: how often it is told; `days`: how long before the complaint
    things happened.
    """

    id: str
    category: str
    titles: list[str]
    narratives: list[str]
    products: list[dict[str, Any]]
    claims: list[str]
    facts: dict[str, Any]
    evidence: list[Evidence]
    findings: str
    measures: list[Measure]
    explanation: str
    basis: list[str]
    letter: str
    weight: int = 4
    points: list[Point] = field(default_factory=list)
    vary: dict[str, list[str]] = field(default_factory=dict)
    channels: list[str] = field(default_factory=lambda: ["phone", "app", "web", "wechat"])
    risks: list[str] = field(default_factory=list)
    priority: str = "normal"
    confidential: bool = False
    paired: bool = False  # the n-th title and the n-th telling belong to the n-th product
    old: bool = False
    days: dict[str, int] = field(default_factory=dict)
    counsel: dict[str, Any] = field(default_factory=dict)
    opinion: str = ""
    calls: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    send_back: str = ""
    refused: str = ""
    better: list[Measure] = field(default_factory=list)
    cannot: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Common:
    """What any story may say: `common.yaml`, and what is as it usually is: `ordinary.yaml`."""

    ordinary: dict[str, Any]
    cannot: dict[str, str]
    calls: list[str]
    replies: list[str]
    written: list[str]
    brought: list[str]
    notes: list[str]
    accepted: list[str]
    opinions: list[str]
    read: str
    taken_over: list[str]
    send_back: list[str]
    refused: list[str]
    agreed: list[tuple[str, str]]
    proofs: dict[str, list[str]]
    waived: list[str]
    holds: list[dict[str, str]]
    promised: list[dict[str, str]]
    handed: list[str]
    returned: list[str]
    withdrawn: list[str]
    reopened: list[str]
    reinvestigate: list[str]
    external: list[dict[str, str]]
    decisions: dict[str, list[str]]
    letter: str
    mail_report: str
    openings: dict[str, list[str]]
    endings: list[str]


@dataclass(frozen=True)
class People:
    """Of whom and where consumers are made: `people.yaml`."""

    surnames: list[str]
    compound: list[str]
    women: list[str]
    men: list[str]
    handles: list[str]
    places: list[list[str]]


@dataclass(frozen=True)
class Refusal:
    """A complaint that is not taken up: `declined.yaml`."""

    reason: str
    category: str
    title: str
    narrative: str
    product: dict[str, Any]
    claims: list[str]
    explanation: str
    channels: list[str] = field(default_factory=lambda: ["phone", "web", "app"])


PARTS = {"measures": Measure, "better": Measure, "evidence": Evidence, "points": Point}


def _made(kind: type[Any], row: Mapping[str, Any], where: str) -> Any:
    known = {f.name for f in fields(kind)}
    if unknown := set(row) - known:
        raise ValueError(f"{where}: {', '.join(sorted(unknown))}?")
    return kind(**row)


def _story(row: dict[str, Any], where: str) -> Story:
    where = f"{where}: {row.get('id')}"
    for name, kind in PARTS.items():
        row[name] = [_made(kind, each, where) for each in row.get(name, [])]
    story: Story = _made(Story, row, where)
    return story


def _pages(names: str) -> Iterator[tuple[str, Any]]:
    for path in sorted(HERE.glob(names)):
        with path.open(encoding="utf-8") as page:
            yield path.name, yaml.load(page, LOADER)  # noqa: S506 - CSafeLoader or SafeLoader


@cache
def stories() -> dict[str, Story]:
    """Every story by id. Raises ValueError for a field that stories do not have."""
    found: dict[str, Story] = {}
    for name, rows in _pages("[0-9]*.yaml"):
        for row in rows:
            story = _story(row, name)
            if story.id in found:
                raise ValueError(f"{name}: {story.id} is told twice")
            found[story.id] = story
    return found


@cache
def common() -> Common:
    """What any story may say."""
    ((name, row),), ((_other, usual),) = _pages("common.yaml"), _pages("ordinary.yaml")
    said: Common = _made(Common, {**row, **usual}, name)
    return said


@cache
def refusals() -> list[Refusal]:
    """Complaints that are not taken up."""
    ((name, rows),) = _pages("declined.yaml")
    return [_made(Refusal, row, name) for row in rows]


@cache
def people() -> People:
    """Names and places."""
    ((_name, row),) = _pages("people.yaml")
    names = {k: row[k].split() for k in ("compound", "women", "men", "handles")}
    return People(surnames=list(row["surnames"]), places=row["places"], **names)


@cache
def references() -> dict[str, Any]:
    """The words of the two reference matters: `references.yaml`."""
    ((_name, row),) = _pages("references.yaml")
    words: dict[str, Any] = row
    return words


@cache
def filed() -> dict[str, Any]:
    """The words of the file as evidence: `filed.yaml`."""
    ((_name, row),) = _pages("filed.yaml")
    words: dict[str, Any] = row
    return words


def binding() -> dict[str, Any]:
    """The words of what makes an offer bind: `binding.yaml`."""
    ((_name, row),) = _pages("binding.yaml")
    words: dict[str, Any] = row
    return words


def rights() -> dict[str, Any]:
    """The words of personal data: `rights.yaml`."""
    ((_name, row),) = _pages("rights.yaml")
    words: dict[str, Any] = row
    return words


@cache
def watched() -> dict[str, Any]:
    """The words of the signals: `watched.yaml`."""
    ((_name, row),) = _pages("watched.yaml")
    words: dict[str, Any] = row
    return words


def as_story(told: Refusal) -> Story:
    """A complaint that is not taken up, as a story."""
    return Story(
        id=f"declined.{told.title}",
        category=told.category,
        titles=[told.title],
        narratives=[told.narrative],
        products=[told.product],
        claims=told.claims,
        facts={},
        evidence=[],
        findings="",
        measures=[],
        explanation="",
        basis=[],
        letter="",
        channels=told.channels,
    )
