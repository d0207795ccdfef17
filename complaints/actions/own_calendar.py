"""The enterprise's own calendar: its days, its business hours, the length of its own clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import calendars, regimes
from complaints import validation as v
from complaints.actions import recount
from complaints.actions.calendar_notice import allowed
from complaints.actions.recount import SUBJECT, Kind, changing
from complaints.choices import RUNS, DeadlineNature
from complaints.clock import Terms
from complaints.errors import Invalid
from complaints.models import CalendarChange, CalendarDay, Deadline, TargetLength, WorkingHours
from complaints.own_regimes import Row
from complaints.workdays import DAY, SHANGHAI
from legal_rules import deadline_table

MOST_DAYS = 62  # at once
BACK, AHEAD = timedelta(days=366), timedelta(days=800)
MOST_PERIODS = 4
OWED_BY = ("enterprise", "consumer")
LENGTHS = {  # unit → the longest that is no slip of the pen
    "hour": 24 * 90,
    "working_hour": 8 * 90,
    "calendar_day": 366,
    "working_day": 260,
    "month": 36,
}


def _today(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()


def _near(day: date | None, today: date) -> date:
    """Raises Refused for a day that is missing or too far away to be meant."""
    if day is None:
        raise v.Refused(_("请填写日期"))
    if not today - BACK <= day <= today + AHEAD:
        raise v.Refused(_("日期离今天太远；请填写一年前至两年后的日期"))
    return day


# --- own days


def set_days(values: Mapping[str, Any], *, by: User, now: datetime | None = None) -> CalendarChange:
    """Own days off or days worked: `{first, last?, kind, name}`; only clocks of our own follow.

    Raises NotAllowed, Invalid.
    """
    allowed(by)
    now = now or timezone.now()
    today = _today(now)
    data = v.clean(
        {"first": None, "kind": None, "name": None, **values},
        {
            "first": lambda x: _near(v.day(x, future=True), today),
            "last": lambda x: v.day(x, future=True),
            "kind": lambda x: v.choice(x, CalendarDay.Kind.values, required=True),
            "name": lambda x: v.text(x, 80, required=True),
        },
    )
    first, last = data["first"], data.get("last") or data["first"]
    _check_span(first, last)
    days = [first + n * DAY for n in range((last - first).days + 1)]
    with changing():
        there = CalendarDay.objects.filter(notice=None, removed_at=None, date__in=days)
        if taken := there.first():
            raise Invalid(
                {
                    "first": [
                        _("{day} 已经登记为“{name}”；请先取消").format(
                            day=taken.date, name=taken.name
                        )
                    ]
                }
            )
        CalendarDay.objects.bulk_create(
            CalendarDay(date=day, kind=data["kind"], name=data["name"], by=by, at=now)
            for day in days
        )
        detail = {"first": str(first), "last": str(last), "day": data["kind"], "name": data["name"]}
        record("calendar.days_set", SUBJECT, by, now, detail)
        return recount.begin(Kind.OWN_DAYS, detail, by=by, now=now, days=(first, last))


def _check_span(first: date, last: date) -> None:
    if last < first:
        raise Invalid({"last": [_("结束日期早于开始日期；请检查两个日期")]})
    if (last - first).days >= MOST_DAYS:
        raise Invalid({"last": [_("一次最多登记 {n} 天").format(n=MOST_DAYS)]})


def remove_days(ids: Sequence[int], *, by: User, now: datetime | None = None) -> CalendarChange:
    """Take own days back; the rows stay with the date of it. Raises NotAllowed, Invalid."""
    allowed(by)
    now = now or timezone.now()
    with changing():
        rows = CalendarDay.objects.filter(pk__in=ids, notice=None, removed_at=None)
        days = sorted(rows.values_list("date", flat=True))
        if not days:
            raise Invalid({"days": [_("这些日期已经取消了")]})
        name = rows[0].name
        rows.update(removed_at=now, removed_by=by)
        detail = {"first": str(days[0]), "last": str(days[-1]), "name": name, "removed": True}
        record("calendar.days_removed", SUBJECT, by, now, detail)
        return recount.begin(Kind.OWN_DAYS, detail, by=by, now=now, days=(days[0], days[-1]))


# --- business hours


def set_hours(
    values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> CalendarChange:
    """Other business hours from a day on: `{valid_from, periods: [[from, to], …]}`.

    Raises NotAllowed, Invalid.
    """
    allowed(by)
    now = now or timezone.now()
    today = _today(now)
    data = v.clean(
        {"valid_from": None, "periods": None, **values},
        {
            "valid_from": lambda x: _near(v.day(x, future=True), today),
            "periods": periods,
        },
    )
    since, stored = data["valid_from"], data["periods"]
    with changing():
        if calendars.fresh().periods(since) == calendars.periods_of(stored):
            raise Invalid({"periods": [_("与那一天已有的工作时间相同")]})
        current = WorkingHours.objects.filter(valid_from=since, superseded_at=None)
        current.update(superseded_at=now)
        WorkingHours.objects.create(valid_from=since, periods=stored, by=by, at=now)
        detail = {"valid_from": str(since), "periods": stored}
        record("calendar.hours_set", SUBJECT, by, now, detail)
        return recount.begin(Kind.HOURS, detail, by=by, now=now, days=(since, None))


def periods(given: Any) -> list[list[str]]:
    """[["09:00", "12:00"], …] in order. Raises Refused for none, reversed or overlapping ones."""
    rows = [row for row in given or [] if any(str(part).strip() for part in row)]
    if not rows:
        raise v.Refused(_("请填写至少一段工作时间"))
    if len(rows) > MOST_PERIODS:
        raise v.Refused(_("一天最多 {n} 段工作时间").format(n=MOST_PERIODS))
    found = sorted(_period(row) for row in rows)
    for (_a, closes), (opens, _b) in pairwise(found):
        if opens < closes:
            raise v.Refused(
                _("两段工作时间重叠：{a} 之前又从 {b} 开始").format(
                    a=f"{closes:%H:%M}", b=f"{opens:%H:%M}"
                )
            )
    return [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in found]


def _period(row: Sequence[str]) -> tuple[time, time]:
    opens, closes = (_time(part) for part in (*row, "")[:2])
    if closes <= opens:
        raise v.Refused(
            _("{a} 至 {b} 的先后颠倒或者长度为零；请先写开始，再写结束").format(
                a=f"{opens:%H:%M}", b=f"{closes:%H:%M}"
            )
        )
    return opens, closes


def _time(text: str) -> time:
    try:
        return datetime.strptime(str(text).strip(), "%H:%M").time()  # noqa: DTZ007 - no date
    except ValueError as error:
        words = _("“{value}”不是时间；请写成 09:00 的样子").format(value=str(text)[:20])
        raise v.Refused(words) from error


# --- lengths of our own clocks


def changeable() -> list[Row]:
    """Rows of the table whose length the enterprise decides, in the order of the table: neither
    those of the law nor what an authority is expected to take.
    """
    entries = [entry.id for entry in deadline_table.current().clocks]
    rows = [*regimes.own_rows(), *(row for e in entries if (row := regimes.row(e)))]
    own = [row for row in rows if row.nature != DeadlineNature.STATUTORY]
    return [row for row in own if row.owed_by in OWED_BY]


def running_of(rows: Sequence[Row]) -> QuerySet[Deadline]:
    """Clocks of the rows that have not ended."""
    entries = [row.entry for row in rows]
    return Deadline.objects.filter(state__in=RUNS, entry__in=entries, subject="")


def set_length(
    entry: str, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> CalendarChange:
    """Another length for a clock of our own: `{length, unit, valid_from, reason, running}`.

    `running`: also for clocks that run already; pauses and extensions are kept. Raises NotAllowed,
    Invalid, KeyError for a row that is not `changeable`.
    """
    allowed(by)
    now = now or timezone.now()
    row = {row.entry: row for row in changeable()}[entry]
    data = _length(values, _today(now))
    terms = Terms(data["length"], data["unit"], own=row.terms.own)
    with changing():
        calendars.fresh()
        if calendars.terms_of(row, data["valid_from"]) == terms and not data["running"]:
            raise Invalid({"length": [_("与现在的长度相同")]})
        current = TargetLength.objects.filter(
            entry=entry, valid_from=data["valid_from"], superseded_at=None
        )
        current.update(superseded_at=now)
        fields = {name: data[name] for name in ("length", "unit", "valid_from", "reason")}
        TargetLength.objects.create(entry=entry, by=by, at=now, **fields)
        detail = {
            "entry": entry,
            "terms": terms.as_json(),
            "valid_from": str(data["valid_from"]),
            "reason": data["reason"],
            "running": data["running"],
        }
        record("calendar.length_set", SUBJECT, by, now, detail)
        return recount.begin(Kind.TARGET, detail, by=by, now=now)


def _length(values: Mapping[str, Any], today: date) -> dict[str, Any]:
    data = v.clean(
        {"length": None, "unit": None, "valid_from": None, "reason": None, **values},
        {
            "length": _whole,
            "unit": lambda x: v.choice(x, LENGTHS, required=True),
            "valid_from": lambda x: _near(v.day(x, future=True), today),
            "reason": lambda x: v.text(x, 300, required=True),
            "running": bool,
        },
    )
    data.setdefault("running", False)
    if data["length"] > LENGTHS[data["unit"]]:
        raise Invalid({"length": [_("太长了；这个单位最多 {n}").format(n=LENGTHS[data["unit"]])]})
    if data["valid_from"] < today:
        raise Invalid({"valid_from": [_("不能早于今天；已经开始的期限可以另选是否一并改变")]})
    if data["running"] and data["valid_from"] != today:
        raise Invalid({"valid_from": [_("要改变已经开始的期限，请从今天起生效")]})
    return data


def _whole(value: Any) -> int:
    text = str(value or "").strip()
    if not text.isascii() or not text.isdigit() or int(text[:9]) < 1:
        raise v.Refused(_("请填写大于零的整数"))
    return int(text[:9])
