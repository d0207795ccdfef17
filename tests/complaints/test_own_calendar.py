"""The enterprise's own days, business hours and lengths: what follows them, and what is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from complaints import calendars, deadlines, recounting, regimes
from complaints.actions import holds, own_calendar
from complaints.errors import Invalid
from complaints.models import (
    CalendarChange,
    CalendarDay,
    ClockEvent,
    ClockMove,
    Deadline,
    WorkingHours,
)
from complaints.workdays import SHANGHAI
from tests import notices
from tests.cast import Cast
from tests.complaints.test_calendar import BEFORE, accepted, at, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_knows_2027(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "STATE", notices.UNPUBLISHED)
    monkeypatch.setattr(calendars, "_kept", calendars.Kept(calendar=notices.UNPUBLISHED))


# --- own days


def test_an_own_day_off_lengthens_our_own_clocks_and_never_one_of_the_law(cast: Cast) -> None:
    complaint = accepted(cast, BEFORE)
    own = Deadline.objects.get(complaint=complaint, kind="investigate")
    law = Deadline.objects.get(complaint=complaint, kind="general_reply")
    assert own.due_at == at("2026-11-17 18:00")
    change = own_calendar.set_days(
        {"first": "2026-11-17", "last": "2026-11-25", "kind": "off", "name": "设备检修"},
        by=cast.supervisor,
        now=BEFORE,
    )
    work_off(change, BEFORE)
    own.refresh_from_db()
    assert own.due_at == at("2026-11-26 18:00")
    before = law.due_at
    law.refresh_from_db()
    assert law.due_at == before == at("2026-11-25 23:59:59")
    days = list(CalendarDay.objects.values_list("pk", flat=True))
    work_off(own_calendar.remove_days(days, by=cast.supervisor, now=BEFORE), BEFORE)
    own.refresh_from_db()
    assert own.due_at == at("2026-11-17 18:00")
    assert CalendarDay.objects.exclude(removed_at=None).count() == len(days), "nothing is deleted"
    assert ClockEvent.objects.filter(deadline=own, kind="recounted").count() == 2


def test_a_warning_moves_off_a_day_on_which_nobody_is_there(cast: Cast) -> None:
    complaint = accepted(cast, BEFORE)
    law = Deadline.objects.get(complaint=complaint, kind="general_reply")
    rung = next(step for step in law.ladder if step["code"] == "owner@50")
    day = datetime.fromisoformat(rung["at"]).astimezone(SHANGHAI).date()
    change = own_calendar.set_days(
        {"first": str(day), "kind": "off", "name": "停电"}, by=cast.supervisor, now=BEFORE
    )
    work_off(change, BEFORE)
    law.refresh_from_db()
    moved = next(step for step in law.ladder if step["code"] == "owner@50")
    assert datetime.fromisoformat(moved["at"]).astimezone(SHANGHAI).date() > day
    assert not ClockEvent.objects.filter(deadline=law, kind="recounted").exists()


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({}, "first", "请填写日期"),
        ({"first": "2026-13-01", "kind": "off", "name": "x"}, "first", "不是有效日期"),
        ({"first": "2031-01-01", "kind": "off", "name": "x"}, "first", "离今天太远"),
        ({"first": "2026-12-01", "kind": "maybe", "name": "x"}, "kind", "可选范围"),
        ({"first": "2026-12-01", "kind": "off", "name": " "}, "name", "请填写"),
        ({"first": "2026-12-02", "last": "2026-12-01", "kind": "off", "name": "x"}, "last", "早于"),
        (
            {"first": "2026-12-02", "last": "2027-12-01", "kind": "off", "name": "x"},
            "last",
            "62 天",
        ),
        ({"first": "2026-12-02", "kind": "off", "name": "x", "by": "me"}, "by", "没有"),
    ],
)
def test_own_days_that_make_no_sense_are_refused(
    cast: Cast, values: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        own_calendar.set_days(values, by=cast.supervisor, now=BEFORE)
    assert said in " ".join(refused.value.errors[field])
    assert not CalendarDay.objects.exists()


def test_a_day_is_entered_once(cast: Cast) -> None:
    day = {"first": "2026-12-01", "kind": "off", "name": "年会"}
    own_calendar.set_days(day, by=cast.supervisor, now=BEFORE)
    with pytest.raises(Invalid, match="年会"):
        own_calendar.set_days({**day, "kind": "work"}, by=cast.supervisor, now=BEFORE)


# --- hours


def test_other_hours_close_the_day_earlier_from_then_on(cast: Cast) -> None:
    complaint = accepted(cast, BEFORE)
    own = Deadline.objects.get(complaint=complaint, kind="investigate")
    change = own_calendar.set_hours(
        {"valid_from": "2026-11-16", "periods": [["13:30", "17:30"], ["8:30", "12:00"]]},
        by=cast.supervisor,
        now=BEFORE,
    )
    work_off(change, BEFORE)
    own.refresh_from_db()
    assert own.due_at == at("2026-11-17 17:30")
    assert calendars.current().closes(date(2026, 11, 13)).isoformat() == "18:00:00"
    assert WorkingHours.objects.get().periods == [["08:30", "12:00"], ["13:30", "17:30"]]


def test_hours_for_the_same_day_take_the_earlier_ones_place(cast: Cast) -> None:
    for closes in ("17:30", "17:00"):
        own_calendar.set_hours(
            {"valid_from": "2026-11-16", "periods": [["09:00", closes]]},
            by=cast.supervisor,
            now=BEFORE,
        )
    assert calendars.current().closes(date(2026, 11, 16)).isoformat() == "17:00:00"
    assert WorkingHours.objects.count() == 2


@pytest.mark.parametrize(
    ("periods", "said"),
    [
        ([], "至少一段"),
        ([["", ""]], "至少一段"),
        ([["09:00", "09:00"]], "长度为零"),
        ([["18:00", "09:00"]], "先后颠倒"),
        ([["09:00", "12:00"], ["11:59", "18:00"]], "重叠"),
        ([["09:00", "25:00"]], "不是时间"),
        ([["9", ""]], "不是时间"),
        (
            [
                ["08:00", "09:00"],
                ["10:00", "11:00"],
                ["12:00", "13:00"],
                ["14:00", "15:00"],
                ["16:00", "17:00"],
            ],
            "最多 4 段",
        ),
    ],
)
def test_hours_that_make_no_sense_are_refused(cast: Cast, periods: Any, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        own_calendar.set_hours(
            {"valid_from": "2026-11-16", "periods": periods}, by=cast.supervisor, now=BEFORE
        )
    assert said in refused.value.message
    assert not WorkingHours.objects.exists()


# --- lengths


def shorter(**changes: Any) -> dict[str, Any]:
    return {
        "length": "3",
        "unit": "working_day",
        "valid_from": "2026-11-10",
        "reason": "新的服务标准",
        **changes,
    }


def test_another_length_holds_for_new_clocks_only_unless_asked(cast: Cast) -> None:
    old = accepted(cast, BEFORE)
    change = own_calendar.set_length("investigate", shorter(), by=cast.supervisor, now=BEFORE)
    new = accepted(cast, BEFORE + timedelta(hours=1))
    work_off(change, BEFORE)
    ends = [Deadline.objects.get(complaint=c, kind="investigate").due_at for c in (old, new)]
    assert ends == [at("2026-11-17 18:00"), at("2026-11-13 18:00")]


def test_running_clocks_follow_with_their_pauses_and_extensions(cast: Cast) -> None:
    complaint = accepted(cast, BEFORE)
    hold = {"reason": "consumer", "note": "等材料"}
    holds.start(complaint.number, hold, by=cast.agent, now=BEFORE)
    holds.end(complaint.number, by=cast.agent, now=at("2026-11-12 10:00"))
    own = Deadline.objects.get(complaint=complaint, kind="investigate")
    deadlines.extend(own, {"by": 1, "unit": "working_day"}, at("2026-11-12 11:00"))
    assert own.due_at == at("2026-11-20 18:00")
    now = at("2026-11-12 12:00")
    change = own_calendar.set_length(
        "investigate", shorter(running=True, valid_from="2026-11-12"), by=cast.supervisor, now=now
    )
    work_off(change, now)
    own.refresh_from_db()
    assert own.due_at == at("2026-11-18 18:00")
    assert own.terms["length"] == 3
    assert recounting.recompute(own).due_at == own.due_at
    assert ClockMove.objects.get(change=change).before == at("2026-11-20 18:00")
    work_off(change, now)
    assert ClockEvent.objects.filter(deadline=own, kind="terms").count() == 1


def test_a_clock_of_the_law_has_the_length_of_the_law(cast: Cast) -> None:
    rows = {row.entry: row for row in own_calendar.changeable()}
    assert "investigate" in rows
    assert "odr_10wd" in rows
    assert all(row.nature != "statutory" for row in rows.values())
    with pytest.raises(KeyError):
        own_calendar.set_length("penalty8_15d", shorter(), by=cast.supervisor, now=BEFORE)
    row = regimes.row("penalty8_15d")
    assert row is not None
    assert calendars.terms_of(row, date(2026, 11, 10)) == row.terms


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"length": "0"}, "length"),
        ({"length": "-3"}, "length"),
        ({"length": "3.5"}, "length"),
        ({"length": "٣"}, "length"),
        ({"length": "999999999999999999999"}, "length"),
        ({"unit": "fortnight"}, "unit"),
        ({"unit": "immediate"}, "unit"),
        ({"reason": ""}, "reason"),
        ({"valid_from": ""}, "valid_from"),
        ({"valid_from": "2026-11-09"}, "valid_from"),
        ({"valid_from": "2026-11-11", "running": True}, "valid_from"),
        ({"length": "5"}, "length"),
    ],
)
def test_lengths_that_make_no_sense_are_refused(
    cast: Cast, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        own_calendar.set_length("investigate", shorter(**changes), by=cast.supervisor, now=BEFORE)
    assert field in refused.value.errors
    assert not CalendarChange.objects.exists()
