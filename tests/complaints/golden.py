"""Reads the dated examples in `complaints/golden`: what is written there, as clocks and days.

start: 2026-03-02 09:00            Beijing time; `2026-03-02T20:00Z` is UTC
due: 2026-03-17 24:00              24:00 is the end of that day
skipped: 2026-10-01..2026-10-07, 2026-10-11
then: [2026-03-05 10:00 held docs, 2026-03-16 10:00 extended by 15 calendar_day]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import yaml

from complaints import clock
from complaints.clock import Happening, Terms
from complaints.workdays import DAY, END_OF_DAY, SHANGHAI, STATE, Calendar

FOLDER = Path(__file__).parents[2] / "complaints/golden"
FIELDS = {"name", "article", "start", "term", "calendar", "then", "due", "state", "provisional"}
LISTS = ("skipped", "made_up", "moved", "held")


def examples() -> list[dict[str, Any]]:
    """Every example of every file, with the file's name."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for example in yaml.safe_load(path.read_text(encoding="utf-8")):
            if unknown := set(example) - FIELDS - set(LISTS):
                raise ValueError(f"{path.name}: {example['name']}: unknown {unknown}")
            found.append({**example, "file": path.stem})
    return found


def instant(text: str) -> datetime:
    """An instant; 24:00 is the last second of the day."""
    text = str(text)
    if text.endswith(" 24:00"):
        return datetime.combine(date.fromisoformat(text[:10]), END_OF_DAY, SHANGHAI)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def days(text: object) -> tuple[date, ...]:
    """Days and runs of days: `2026-10-01..2026-10-07, 2026-10-11`."""
    listed: list[date] = []
    for part in str(text or "").replace("\n", " ").split(","):
        if not part.strip():
            continue
        first, _, last = part.strip().partition("..")
        day, end = date.fromisoformat(first), date.fromisoformat(last or first)
        while day <= end:
            listed.append(day)
            day += DAY
    return tuple(listed)


def terms(text: str) -> dict[str, Any]:
    """`15 calendar_day`, `4 working_hour own`, `30 calendar_day back`, `until 2026-10-03`."""
    first, second, *marks = text.split(maxsplit=2)
    if first == "until":
        end = datetime.fromisoformat(" ".join((second, *marks))) if marks else None
        agreed = end.replace(tzinfo=SHANGHAI) if end else date.fromisoformat(second)
        return Terms.agreed(agreed).as_json()
    marks = " ".join(marks).split()
    return Terms(int(first), second, own="own" in marks, back="back" in marks).as_json()


def tape(example: Mapping[str, Any]) -> list[Happening]:
    """The happenings of an example's clock, its beginning first."""
    begun = Happening(instant(example["start"]), clock.STARTED, terms(example["term"]))
    return [begun, *map(_happening, example.get("then", ()))]


def _happening(text: str) -> Happening:
    words = text.split()
    size = 1 if "T" in words[0] else 2
    at, kind, rest = instant(" ".join(words[:size])), words[size], words[size + 1 :]
    detail: dict[str, Any] = {}
    if kind in (clock.HELD, clock.RESUMED):
        detail = {"hold": rest[0]}
    elif kind == clock.EXTENDED:
        detail = {rest[0]: int(rest[1]), "unit": rest[2]}
    elif kind == clock.TERMS:
        detail = terms(" ".join(rest))
    elif kind == clock.MOVED:
        detail = {"start": instant(" ".join(rest)).isoformat()}
    return Happening(at, kind, detail)


def calendar(example: Mapping[str, Any]) -> Calendar:
    """The State Council's calendar with what the example changes."""
    told = example.get("calendar", {})
    made = replace(
        STATE,
        own_off=frozenset(told.get("own_off", ())),
        own_work=frozenset(told.get("own_work", ())),
    )
    for year, notice in told.get("notices", {}).items():
        made = replace(
            made,
            off=made.off | set(notice["off"]),
            work=made.work | set(notice["work"]),
            published=made.published | {year},
        )
    if "hours" in told:
        made = replace(
            made, hours=tuple((day, tuple(map(_period, p))) for day, *p in told["hours"])
        )
    return made


def _period(text: str) -> tuple[time, time]:
    opens, closes = text.split("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)
