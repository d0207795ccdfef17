"""Between which moments it is asked who read: as typed, and as moments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from complaints.readers import Sought
from complaints.workdays import SHANGHAI

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
# Outside of these nobody asks, and some moment of the clock of the world cannot be written.
YEARS = range(1970, 9999)


@dataclass
class Span:
    """Between which moments, as typed: `2026-11-23`, or with the time of the day; `problems` are
    sentences about what cannot be read or cannot be meant.
    """

    since: str = ""
    until: str = ""
    problems: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, params: Mapping[str, str]) -> Span:
        """From the address or a form: `since`, `until`, and beside a day `since_time`,
        `until_time`.
        """
        problems: list[str] = []
        since, until = (_typed(params, name, problems) for name in ("since", "until"))
        found = cls(since, until, problems)
        begins, ends = found.begins, found.ends
        if begins and ends and begins >= ends:
            found.problems.append(_("“自”不早于“至”，没有时间在其中；请对调两个时间。"))
        if begins and begins > timezone.now():
            found.problems.append(_("“自”在将来，那时还没有阅读记录；请改成过去的时间。"))
        return found

    @property
    def begins(self) -> datetime | None:
        """The first moment."""
        return self._moment(self.since, last=False)

    @property
    def ends(self) -> datetime | None:
        """The first moment that does not belong any more: a day counts to its end, and so does a
        minute.
        """
        return self._moment(self.until, last=True)

    def _moment(self, text: str, *, last: bool) -> datetime | None:
        if not text:
            return None
        try:
            at, lasts = _read(text)
        except ValueError:
            words = _(
                "“%(value)s”不是有效时间，已忽略；请按 2026-11-23 或 2026-11-23 09:30 的格式填写。"
            )
            sentence = words % {"value": text[:20]}
            self.problems += [sentence] if sentence not in self.problems else []
            return None
        return at + lasts if last else at

    def sought(self, subjects: tuple[str, ...]) -> Sought:
        """These, between the moments."""
        return Sought(subjects, self.begins, self.ends)

    @property
    def chosen(self) -> dict[str, str]:
        """What was typed, for addresses."""
        return {n: v for n, v in (("since", self.since), ("until", self.until)) if v}

    @property
    def fields(self) -> dict[str, str]:
        """What was typed, as the fields of the form hold it: `since`, `since_time`, …"""
        found: dict[str, str] = {}
        for name, text in self.chosen.items():
            day, _gap, clock = text.replace("T", " ").partition(" ")
            found |= {name: day, f"{name}_time": clock[:5]}
        return found


def _typed(params: Mapping[str, str], name: str, problems: list[str]) -> str:
    text, clock = (params.get(key, "").strip()[:40] for key in (name, f"{name}_time"))
    if clock and not text:
        problems.append(_("只填了时刻，没有填日期，已忽略；请补上日期。"))
    return f"{text}T{clock}" if clock and re.fullmatch(r"[0-9-]{8,10}", text) else text


def _read(text: str) -> tuple[datetime, timedelta]:
    """The moment, and how long it lasts. Raises ValueError."""
    text = re.sub(r" (\d\d:\d\d)$", r"+\1", text) if text.count(":") > 1 else text  # + in addresses
    if "T" in text or " " in text:
        at, lasts = parse_datetime(text), MINUTE if text.count(":") == 1 else timedelta(0)
    else:
        day = parse_date(text)
        at, lasts = datetime.combine(day, time(0), SHANGHAI) if day else None, DAY
    if at is None or at.year not in YEARS:
        raise ValueError
    return (at if timezone.is_aware(at) else at.replace(tzinfo=SHANGHAI)), lasts
