"""Figures out of sums: what each measure makes of the counts, for a window and the one before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from analytics import occurrences as o
from analytics.dimensions import KEY, VALUE
from analytics.measures import LESS, Measure
from analytics.sums import BEFORE, NOW, PAST, RAN, RUNS, SINCE, STOCK, Sums

Value = Decimal | int | None
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Figure:
    """One number of a dashboard.

    `value` in the unit of its measure, None where there is nothing to say anything of. `n`: how
    many rows are behind `rows_url`; `of`: the denominator, None where nothing is divided.
    `previous`: the same of the window before, None where it is not known.
    """

    measure: Measure
    value: Value
    n: int
    of: int | None
    previous: Value
    rows_url: str
    as_of: datetime

    @property
    def target(self) -> Decimal | None:
        """What it is held against."""
        return self.measure.target

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a target or a value."""
        if self.target is None or self.value is None:
            return None
        if self.measure.better == LESS:
            return self.value <= self.target
        return self.value >= self.target

    @property
    def change(self) -> Decimal | None:
        """Against the window before."""
        if self.value is None or self.previous is None:
            return None
        return Decimal(self.value) - Decimal(self.previous)

    @property
    def shown(self) -> str:
        """The value as it is read: 1,204 or 97.1; a dash for none."""
        return shown(self.value)

    @property
    def basis(self) -> str:
        """Of how many it speaks, in the active language."""
        if self.of is None:
            return ""
        return _("{n} / {of}").format(n=f"{self.n:,}", of=f"{self.of:,}")


def shown(value: Value) -> str:
    """A number in figures, a dash for none."""
    return "—" if value is None else f"{value:,}"


class Read(NamedTuple):
    """What a measure says of a window: value, rows, denominator."""

    value: Value
    n: int
    of: int | None = None


def percent(part: int, whole: int, *, bad: bool = False) -> Decimal | None:
    """97.1: rounded down, and up where fewer are better (`bad`), so that nothing is called better
    than it is. None of nothing.
    """
    if not whole:
        return None
    return (Decimal(part * 100) / whole).quantize(TENTH, ROUND_UP if bad else ROUND_DOWN)


def quantile(values: Mapping[str, int], share: Decimal) -> Decimal | None:
    """The smallest of the values (in tenths, with how often each was) that so large a share does
    not exceed; None of nothing. The median of an even number is the lower one.
    """
    whole, seen = sum(values.values()), 0
    for value in sorted(map(int, values)):
        seen += values[str(value)]
        if seen >= whole * share:
            return Decimal(value) / 10
    return None


def _bad_share(kind: str, *keys: str) -> Callable[[Sums, str], Read]:
    def read(sums: Sums, label: str) -> Read:
        by = sums.by(label, kind, KEY)
        part, whole = sum(by.get(key, 0) for key in keys), sum(by.values())
        return Read(percent(part, whole, bad=True), part, whole)

    return read


def _time(kind: str, share: str) -> Callable[[Sums, str], Read]:
    def read(sums: Sums, label: str) -> Read:
        values = sums.by(label, kind, VALUE)
        return Read(quantile(values, Decimal(share)), sum(values.values()))

    return read


def _number(kind: str) -> Callable[[Sums, str], Read]:
    def read(sums: Sums, label: str) -> Read:
        n = sums.number(label, kind)
        return Read(n, n)

    return read


def _repeat(sums: Sums, label: str) -> Read:
    n, of = sums.number(label, o.REPEAT), sums.number(label, o.RECEIVED)
    return Read(percent(n, of, bad=True), n, of)


def _satisfied(sums: Sums, label: str) -> Read:
    by = sums.by(label, o.ASKED, KEY)
    answered = sum(n for key, n in by.items() if key != o.SILENT)
    happy = sum(by.get(score, 0) for score in o.SATISFIED)
    return Read(percent(happy, answered), happy, answered)


def _answered(sums: Sums, label: str) -> Read:
    by = sums.by(label, o.ASKED, KEY)
    n, of = sum(by.values()) - by.get(o.SILENT, 0), sum(by.values())
    return Read(percent(n, of), n, of)


def over(sums: Sums, label: str, kind: str) -> dict[str, int]:
    """Key → number of what fell due in a window and is no longer waited for."""
    still = sums.by({NOW: RUNS, BEFORE: RAN}[label], kind, KEY)
    found = sums.by(label, kind, KEY)
    for key, n in still.items():
        if is_running(key):
            found[key] = found.get(key, 0) - n
    return found


def is_running(key: str) -> bool:
    """Whether it may still be kept."""
    return key.rpartition(":")[2] == o.RUNNING


def _kept(kind: str) -> Callable[[Sums, str], Read]:
    def read(sums: Sums, label: str) -> Read:
        by = over(sums, label, kind)
        kept = sum(n for key, n in by.items() if key.rpartition(":")[2] == o.KEPT)
        return Read(percent(kept, sum(by.values())), kept, sum(by.values()))

    return read


def _missed(sums: Sums, label: str) -> Read:
    _value, kept, whole = _kept(o.CLOCK)(sums, label)
    missed = (whole or 0) - kept
    return Read(missed, missed)


def _paid(sums: Sums, label: str) -> Read:
    return Read(sums.amount(label, o.PAID), sums.number(label, o.PAID))


OF_WINDOW: dict[str, Callable[[Sums, str], Read]] = {
    "received": _number(o.RECEIVED),
    "closed": _number(o.CLOSED),
    "first_response": _time(o.RESPONDED, "0.5"),
    "time_to_close": _time(o.CLOSED, "0.5"),
    "time_to_close_p90": _time(o.CLOSED, "0.9"),
    "satisfaction": _satisfied,
    "response_rate": _answered,
    "reopened": _bad_share(o.CLOSING, o.REOPENED),
    "repeat": _repeat,
    "promises_kept": _kept(o.PROMISE),
    "sent_back": _bad_share(o.OPINION, o.SENT_BACK),
    "paid": _paid,
    "clocks_kept": _kept(o.CLOCK),
    "clocks_missed": _missed,
}


def standing(sums: Sums, late_today: int, today: int) -> dict[str, tuple[Read, Value]]:
    """Measure → what it is now, and was at the end of the window before where that is known.

    `late_today`, `today`: open cases due today that are late already, and that are not.
    """
    n = sums.number(STOCK, o.OPEN)
    was = n - sums.number(SINCE, o.OPENED) + sums.number(SINCE, o.CLOSING)
    late = sums.number(PAST, o.OPEN) + late_today
    owed = Read(sums.amount(STOCK, o.OWED), sums.number(STOCK, o.OWED))
    return {
        "open": (Read(n, n), was),
        "overdue": (Read(late, late), None),
        "due_today": (Read(today, today), None),
        "owed": (owed, None),
    }
