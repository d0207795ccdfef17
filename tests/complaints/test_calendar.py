"""The calendar of the installation: notices, own days, hours, lengths; the clocks that follow."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from audit.models import Entry
from audit.record import broken_links
from complaints import calendars, clock_words, deadlines, regimes
from complaints.actions import calendar_notice, holds, own_calendar, recount, recount_work
from complaints.errors import Invalid, NotAllowed
from complaints.importing.notice_rows import NoticeRefused
from complaints.models import (
    CalendarChange,
    CalendarDay,
    CalendarNotice,
    ClockEvent,
    ClockMove,
    Complaint,
    Deadline,
    Event,
    RecountPart,
    WorkingHours,
)
from complaints.workdays import SHANGHAI
from tests import factories as f
from tests import notices
from tests.cast import Cast

pytestmark = pytest.mark.django_db
LATE = timedelta(minutes=2)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


BEFORE = at("2026-11-10 10:00")
EVE = at("2026-12-25 10:00")


@pytest.fixture(autouse=True)
def _nobody_knows_2027(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "STATE", notices.UNPUBLISHED)
    monkeypatch.setattr(calendars, "_kept", calendars.Kept(calendar=notices.UNPUBLISHED))


def accepted(cast: Cast, now: datetime = EVE, **changes: Any) -> Complaint:
    """A case that came from 12315, so that the ten working days of the platform run."""
    changes = {"channel": "12315", "external_reference": f"R{now:%m%d%H%M}", **changes}
    return f.step(f.registered(cast, now=now, **changes), "accept", cast.agent, now=now)


def odr(complaint: Complaint) -> Deadline:
    return Deadline.objects.get(complaint=complaint, kind="odr_reply")


def read(by: Any, data: bytes | None = None, now: datetime = EVE, **more: Any) -> CalendarNotice:
    data = notices.as_csv() if data is None else data
    return calendar_notice.read(data, "2027.csv", by=by, now=now, **more)


def loaded(by: Any, now: datetime = EVE, **more: Any) -> CalendarChange:
    return calendar_notice.load(read(by, now=now).pk, by=by, now=now, **more)


def work_off(change: CalendarChange, now: datetime = EVE) -> CalendarChange:
    """Both rounds, at once."""
    later = now + LATE
    while (wait := recount_work.work(change.pk, later)) is not None:
        assert wait <= 0
    change.refresh_from_db()
    return change


# --- the calendar


def test_a_loaded_notice_takes_the_place_of_the_librarys_year(cast: Cast) -> None:
    assert not calendars.current().is_published(2027)
    loaded(cast.administrator)
    calendar = calendars.current()
    assert calendar.is_published(2027)
    assert not calendar.is_working_day(date(2027, 1, 4))
    assert calendar.is_working_day(date(2027, 1, 16))
    assert not calendar.is_working_day(date(2027, 1, 17))
    assert calendar.is_working_day(date(2026, 10, 10)), "other years stay"


def test_a_notice_may_name_the_last_days_of_the_year_before(cast: Cast) -> None:
    data = notices.changed(x=("2026-12-27", "补班", "元旦补班"), y=("2026-12-31", "放假", "元旦"))
    notice = read(cast.supervisor, data)
    calendar_notice.load(notice.pk, by=cast.supervisor, now=EVE)
    calendar = calendars.current()
    assert calendar.is_working_day(date(2026, 12, 27))
    assert not calendar.is_working_day(date(2026, 12, 31))
    assert calendar.is_working_day(date(2026, 12, 30))


def test_the_kept_calendar_is_looked_at_only_now_and_then(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded(cast.administrator)
    calendars.fresh()
    with CaptureQueriesContext(connection) as asked:
        for _time in range(50):
            calendars.current()
    assert len(asked) == 0
    monkeypatch.setattr(calendars, "KEEP", 0.0)
    with CaptureQueriesContext(connection) as asked:
        calendars.current()
    assert len(asked) == 1, "only whether there is a newer one"


def test_a_process_that_kept_the_calendar_of_before_learns_of_the_change(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded(cast.administrator)
    calendars._kept = calendars.Kept(calendar=notices.UNPUBLISHED)
    assert not calendars.current().is_published(2027)
    monkeypatch.setattr(calendars, "KEEP", 0.0)
    assert calendars.current().is_published(2027)


@pytest.mark.parametrize(
    ("today", "years"),
    [
        ("2026-10-31", []),
        ("2026-11-01", [(2027, False)]),
        ("2026-12-31", [(2027, False)]),
        ("2027-01-01", [(2027, True)]),
        ("2027-11-02", [(2027, True), (2028, False)]),
    ],
)
def test_a_missing_notice_is_warned_of_from_november(today: str, years: list[Any]) -> None:
    found = calendars.warnings(date.fromisoformat(today))
    assert [(w.year, w.urgent) for w in found] == years
    assert all(str(w.year) in w.sentence for w in found)


def test_nothing_is_warned_of_once_the_notice_is_loaded(cast: Cast) -> None:
    loaded(cast.administrator)
    assert calendars.warnings(date(2026, 12, 1)) == []
    assert calendars.warnings(date(2027, 6, 1)) == []


# --- the date moves, and says so


def test_loading_the_notice_recomputes_says_what_moved_and_keeps_the_old_date(cast: Cast) -> None:
    complaint = accepted(cast)
    clock = odr(complaint)
    assert (clock.due_at, clock.provisional) == (at("2027-01-11 18:00"), True)
    assert "暂定" in clock_words.explain(clock)
    change = work_off(loaded(cast.administrator))
    clock = odr(complaint)
    assert (clock.due_at, clock.provisional) == (at("2027-01-12 18:00"), False)
    assert "跳过 2027-01-01 至 01-04" in clock_words.explain(clock)
    assert deadlines.recompute(clock).due_at == clock.due_at
    told = ClockEvent.objects.get(deadline=clock, kind="recounted").detail
    assert datetime.fromisoformat(told["from"]) == at("2027-01-11 18:00")
    assert told["was_provisional"] is True
    move = ClockMove.objects.get(change=change, deadline=clock)
    assert (move.before, move.after) == (at("2027-01-11 18:00"), at("2027-01-12 18:00"))
    event = Event.objects.get(complaint=complaint, code="recounted", detail__entry="odr_10wd")
    assert event.detail["before"] == move.before.isoformat()
    assert broken_links(complaint.subject) == []
    assert Entry.objects.filter(subject=complaint.subject, verb="deadline.recounted").exists()


def test_the_next_date_of_the_case_follows(cast: Cast) -> None:
    complaint = accepted(cast)
    work_off(loaded(cast.administrator))
    fresh = Complaint.objects.get(pk=complaint.pk)
    running = Deadline.objects.filter(complaint=complaint, state="running").order_by("due_at")
    assert fresh.next_due_at == running.first().due_at  # type: ignore[union-attr]
    assert fresh.version == complaint.version, "whoever fills in a form loses nothing"


def test_a_date_that_stays_becomes_firm_without_a_word_on_the_timeline(cast: Cast) -> None:
    complaint = accepted(cast)
    reply = Deadline.objects.get(complaint=complaint, kind="general_reply")
    assert reply.provisional
    change = work_off(loaded(cast.administrator))
    reply.refresh_from_db()
    assert not reply.provisional
    assert not Event.objects.filter(code="recounted", detail__kind="general_reply").exists()
    assert recount.progress(change).confirmed == 1


def test_a_held_clock_is_counted_anew_when_it_goes_on(cast: Cast) -> None:
    complaint = accepted(cast)
    holds.start(complaint.number, {"reason": "consumer", "note": "等材料"}, by=cast.agent, now=EVE)
    work_off(loaded(cast.administrator))
    holds.end(complaint.number, by=cast.agent, now=EVE + timedelta(days=3))
    clock = Deadline.objects.get(complaint=complaint, kind="investigate")
    assert not clock.provisional
    assert deadlines.recompute(clock).due_at == clock.due_at


def test_an_ended_clock_keeps_its_date(cast: Cast) -> None:
    complaint = accepted(cast)
    Deadline.objects.filter(complaint=complaint).update(state="cancelled", ladder_at=None)
    change = work_off(loaded(cast.administrator))
    assert change.cases == 0
    assert not ClockMove.objects.exists()


def test_what_another_process_wrote_with_the_old_calendar_is_counted_in_the_second_round(
    cast: Cast,
) -> None:
    change = loaded(cast.administrator)
    assert recount_work.work(change.pk, EVE) is not None, "the second round waits"
    new, calendars._kept = (
        calendars._kept,
        calendars.Kept(calendar=notices.UNPUBLISHED),
    )
    complaint = accepted(cast, EVE + timedelta(seconds=1))
    assert odr(complaint).due_at == at("2027-01-11 18:00")
    calendars._kept = new
    assert work_off(change).state == "done"
    assert odr(complaint).due_at == at("2027-01-12 18:00")


def test_a_part_survives_its_worker_and_counting_twice_changes_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recount, "PART", 2)
    numbers = [accepted(cast, external_reference=f"N{n}").number for n in range(5)]
    change = loaded(cast.administrator)
    assert RecountPart.objects.filter(change=change).count() == 3

    class Died(BaseException):
        pass

    with monkeypatch.context() as patched:
        patched.setattr(recount_work, "_refresh", lambda cases: (_ for _ in ()).throw(Died))
        with pytest.raises(Died), transaction.atomic():
            recount_work.work(change.pk, EVE)
    assert not ClockMove.objects.exists()
    work_off(change)
    assert ClockMove.objects.filter(deadline__kind="odr_reply").count() == len(numbers)
    assert ClockEvent.objects.filter(kind="recounted", deadline__kind="odr_reply").count() == 5


def test_one_case_that_cannot_be_counted_does_not_stop_the_others(cast: Cast) -> None:
    good, bad = accepted(cast, external_reference="N1"), accepted(cast, external_reference="N2")
    Deadline.objects.filter(complaint=bad, kind="odr_reply").update(due_at=EVE)
    poisoned = odr(bad)
    ClockEvent.objects.create(deadline=poisoned, at=EVE, kind="resumed", detail={"hold": "9"})
    Deadline.objects.filter(pk=poisoned.pk).update(due_at=at("2027-01-11 18:00"))
    change = work_off(loaded(cast.administrator))
    assert odr(good).due_at == at("2027-01-12 18:00")
    assert odr(bad).due_at == at("2027-01-11 18:00")
    assert recount.progress(change).failed >= 1
    assert change.state == "done"


def test_the_number_of_statements_does_not_follow_the_number_of_cases(cast: Cast) -> None:
    counted = []
    for size, day in ((2, "2026-11-14"), (8, "2026-11-15")):
        for n in range(size):
            accepted(cast, BEFORE, external_reference=f"S{size}.{n}")
        change = own_calendar.set_days(
            {"first": day, "kind": "work", "name": "加班"},
            by=cast.supervisor,
            now=BEFORE,
        )
        with CaptureQueriesContext(connection) as asked:
            recount_work.work(change.pk, BEFORE)
        assert ClockMove.objects.filter(change=change).count() >= size
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 25


# --- refused


def lines(refused: pytest.ExceptionInfo[NoticeRefused]) -> list[str]:
    return [str(m) for m in refused.value.mistakes]


BAD: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty", lambda: b"", "空的"),
    ("only spaces", lambda: b"\xef\xbb\xbf \n\n", "空的"),
    ("too large", lambda: notices.as_csv() + b" " * 600_000, "超过 512 KB"),
    ("a picture", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "不是日历文件"),
    ("an old workbook", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40, ".xls"),
    ("a broken workbook", lambda: b"PK\x03\x04" + b"x" * 40, "损坏"),
    ("a web page", lambda: b"<!doctype html><p>", "网页"),
    ("wrong encoding", lambda: bytes(range(128, 256)) * 20, "编码"),
    ("no headings", lambda: notices.as_csv(headings=("a", "b", "c")), "找不到列名"),
    ("headings only", lambda: notices.as_csv([]), "没有日期"),
    (
        "a date twice",
        lambda: notices.changed(x=("2027/1/1", "放假", "元旦")),
        "第 38 行：2027-01-01 在第 2 行已经写过",
    ),
    (
        "off and worked",
        lambda: notices.changed(x=("2027-01-02", "补班", "元旦")),
        "第 38 行：2027-01-02 在第 3 行已经写过",
    ),
    ("another year", lambda: notices.changed(x=("2028-01-01", "放假", "元旦")), "第 38 行"),
    ("November before", lambda: notices.changed(x=("2026-11-29", "补班", "元旦")), "第 38 行"),
    ("unknown type", lambda: notices.changed(d0101=("2027-01-01", "也许", "元旦")), "第 2 行"),
    (
        "make-up day on a weekday",
        lambda: notices.changed(d0116=("2027-01-15", "补班", "补班")),
        "第 31 行：2027-01-15 不是周六、周日，不能是补班日",
    ),
    (
        "no name",
        lambda: notices.changed(d0101=("2027-01-01", "放假", "")),
        "第 2 行：放假日没有名称",
    ),
    ("no date", lambda: notices.changed(d0101=("", "放假", "元旦")), "第 2 行：没有日期"),
    ("no such day", lambda: notices.changed(x=("2027-02-30", "放假", "春节")), "第 38 行"),
    ("two readings", lambda: notices.changed(x=("03/04/2027", "放假", "春节")), "第 38 行"),
    ("a time", lambda: notices.changed(x=("2027-02-14 08:00", "补班", "春节")), "不写时间"),
    ("a festival missing", lambda: notices.changed(d0609=None), "缺少端午节"),
    ("a fixed holiday worked", lambda: notices.changed(d1001=None), "2027-10-01 是法定节假日"),
    ("half a quote", lambda: notices.as_csv() + '"2027-03-01,放假,x\n'.encode(), "引号不成对"),
    ("too many rows", lambda: notices.as_csv(notices.rows() * 12), "超过 400 行"),
    ("broken YAML", lambda: b"year: 2027\ndays: [", "YAML"),
    ("a list", lambda: b"[1, 2]", "最外层"),
    ("nested without end", lambda: b"{days: " + b"[" * 3000, "第 1 行"),
    ("YAML without days", lambda: b"year: 2027\n", "没有日期"),
    ("days are texts", lambda: b"year: 2027\ndays: [a, b]\n", "第 2 行"),
    ("a fraction", lambda: b'{"year": 2027.5, "days": [{"date": 1.5}]}', "第 1 行"),
]


@pytest.mark.parametrize(("make", "said"), [(m, s) for _n, m, s in BAD], ids=[n for n, *_r in BAD])
def test_a_bad_file_is_refused_with_its_line_and_nothing_of_it_stays(
    cast: Cast, make: Callable[[], bytes], said: str
) -> None:
    with pytest.raises(NoticeRefused) as refused:
        read(cast.administrator, make())
    assert said in "\n".join(lines(refused))
    assert not CalendarNotice.objects.exists()
    assert not CalendarDay.objects.exists()
    assert not calendars.fresh().is_published(2027)


def test_all_mistakes_are_told_at_once_in_order(cast: Cast) -> None:
    data = notices.changed(
        d0101=("2027-01-01", "?", "元旦"), d0116=("2027-01-15", "补班", ""), x=("?", "放假", "")
    )
    with pytest.raises(NoticeRefused) as refused:
        read(cast.administrator, data)
    assert [m.line for m in refused.value.mistakes] == [2, 31, 38, 38]


def test_the_year_that_was_asked_for_is_compared_with_the_file(cast: Cast) -> None:
    with pytest.raises(NoticeRefused, match="文件是 2027 年的，您选择的是 2026 年"):
        read(cast.administrator, year=2026)
    assert read(cast.administrator, year=2027).year == 2027


def test_a_year_far_away_cannot_have_been_published(cast: Cast) -> None:
    with pytest.raises(NoticeRefused, match="2027 年的通知不能载入"):
        read(cast.administrator, now=at("2025-11-10 10:00"))


@pytest.mark.parametrize(
    "data",
    [
        notices.as_csv().decode("utf-8-sig").encode("gb18030"),
        notices.as_csv().decode("utf-8-sig").encode("utf-16"),
        notices.as_csv(headings=("date", "type", "name")),
        b"sep=,\n" + notices.as_csv().removeprefix(b"\xef\xbb\xbf"),
        (notices.TITLE + "\n\n").encode() + notices.as_csv().removeprefix(b"\xef\xbb\xbf"),
        notices.as_csv((d.replace("-", "/"), k, n) for d, k, n in notices.rows()),
    ],
    ids=["gb18030", "utf-16", "english headings", "sep line", "title above", "slashes"],
)
def test_the_same_notice_in_other_clothes(cast: Cast, data: bytes) -> None:
    assert read(cast.administrator, data).days == read(cast.administrator).days


def test_yaml_and_the_widely_used_json_are_read(cast: Cast) -> None:
    plain = read(cast.administrator).days
    yaml_text = (
        f"year: 2027\ntitle: {notices.TITLE}\nnumber: 国办发明电〔2026〕9号\ndays:\n"
        + "".join(f"  - {{date: {d}, type: {k}, name: {n}}}\n" for d, k, n in notices.rows())
    )
    notice = read(cast.administrator, yaml_text.encode())
    assert (notice.days, notice.number) == (plain, "国办发明电〔2026〕9号")
    days = [{"name": n, "date": d, "isOffDay": k == "放假"} for d, k, n in notices.rows()]
    known = {"year": 2027, "papers": ["https://www.example.org/"], "days": days}
    assert read(cast.administrator, json.dumps(known).encode()).days == plain


def test_a_workbook_is_read(cast: Cast) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["日期", "类型", "名称"])
    for day, kind, name in notices.rows():
        sheet.append([date.fromisoformat(day), kind, name])
    out = io.BytesIO()
    book.save(out)
    assert read(cast.administrator, out.getvalue()).days == read(cast.administrator).days


def test_a_published_year_is_replaced_only_when_that_is_confirmed(cast: Cast) -> None:
    first = loaded(cast.administrator)
    with pytest.raises(Invalid, match="没有需要改变的日期"):
        loaded(cast.administrator)
    data = notices.changed(d0104=None, d0116=None)
    notice = read(cast.administrator, data)
    found = calendar_notice.difference(notice)
    assert found.replaces
    assert [(d.date, d.was, d.becomes) for d in found.days] == [
        (date(2027, 1, 4), False, True),
        (date(2027, 1, 16), True, False),
    ]
    with pytest.raises(Invalid, match="确认替换"):
        calendar_notice.load(notice.pk, by=cast.administrator, now=EVE)
    assert CalendarChange.objects.latest("pk") == first
    calendar_notice.load(notice.pk, by=cast.administrator, replace=True, now=EVE)
    assert calendars.current().is_working_day(date(2027, 1, 4))
    old = CalendarNotice.objects.exclude(superseded_at=None).get()
    assert old.calendar_days.count() == len(notices.rows()), "the old notice stays to be read"
    with pytest.raises(Invalid, match="已经载入过"):
        calendar_notice.load(notice.pk, by=cast.administrator, replace=True, now=EVE)


def test_two_who_load_at_the_same_moment_do_not_make_two_notices(cast: Cast) -> None:
    loaded(cast.administrator)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarNotice.objects.create(
            year=2027, file_name="x", sha256="", read_at=EVE, loaded_at=EVE
        )


@pytest.mark.parametrize("name", ["agent", "counsel", "auditor"])
def test_only_supervisors_and_administrators_change_the_calendar(cast: Cast, name: str) -> None:
    by, notice = getattr(cast, name), read(cast.supervisor)
    day = {"first": "2026-12-31", "kind": "off", "name": "年会"}
    for act in (
        lambda: read(by),
        lambda: calendar_notice.load(notice.pk, by=by, now=EVE),
        lambda: calendar_notice.discard(notice.pk, by=by),
        lambda: own_calendar.set_days(day, by=by, now=EVE),
        lambda: own_calendar.remove_days([1], by=by, now=EVE),
        lambda: own_calendar.set_hours({}, by=by, now=EVE),
        lambda: own_calendar.set_length("investigate", {}, by=by, now=EVE),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not CalendarChange.objects.exists()


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
    assert deadlines.recompute(own).due_at == own.due_at
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


# --- by itself


def test_provisional_dates_heal_when_a_new_library_knows_the_year(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint = accepted(cast)
    known = calendars.with_notice(notices.UNPUBLISHED, 2027, [])
    monkeypatch.setattr(calendars, "STATE", known)
    monkeypatch.setattr(calendars, "_kept", calendars.Kept(calendar=known))
    change = recount.heal(EVE)
    assert change is not None
    work_off(change)
    assert not Deadline.objects.filter(complaint=complaint, provisional=True).exists()
    assert recount.heal(EVE) is None


def test_a_silent_recount_is_called_for_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted(cast)
    loaded(cast.administrator)
    called: list[int] = []
    monkeypatch.setattr(recount, "enqueue", lambda change, *more: called.append(change))
    assert recount.sweep(EVE) == 0
    assert recount.sweep(EVE + LATE) == 1
    assert called == [CalendarChange.objects.get().pk]


def test_a_file_that_nobody_loaded_is_forgotten(cast: Cast) -> None:
    read(cast.administrator, now=EVE - timedelta(days=8))
    read(cast.administrator)
    assert calendar_notice.forget_unloaded(EVE) == 1


def test_a_preview_tells_how_many_clocks_would_move(cast: Cast) -> None:
    accepted(cast)
    told = calendar_notice.forecast(read(cast.administrator))
    assert (told.moves, told.confirmed, told.whole) == (2, 1, True)
    change = work_off(loaded(cast.administrator))
    done = recount.progress(change)
    assert (done.moved, done.confirmed) == (2, 1)


def test_every_act_stands_in_the_audit_record(cast: Cast) -> None:
    work_off(loaded(cast.administrator))
    own_calendar.set_days(
        {"first": "2027-03-01", "kind": "off", "name": "年会"}, by=cast.supervisor, now=EVE
    )
    verbs = list(Entry.objects.filter(subject="calendar").values_list("verb", flat=True))
    assert sorted(verbs) == ["calendar.days_set", "calendar.notice_loaded", "calendar.recounted"]
    assert broken_links("calendar") == []
