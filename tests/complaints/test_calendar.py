"""The calendar of the installation: notices, own days, hours, lengths; the clocks that follow."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from audit.record import broken_links
from complaints import calendars, clock_words, next_due, recounting
from complaints.actions import calendar_notice, holds, own_calendar, recount, recount_work
from complaints.errors import Invalid, NotAllowed
from complaints.models import (
    CalendarChange,
    CalendarNotice,
    ClockEvent,
    ClockMove,
    Complaint,
    Deadline,
    Event,
    RecountPart,
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
    assert recounting.recompute(clock).due_at == clock.due_at
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
    assert recounting.recompute(clock).due_at == clock.due_at


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
        patched.setattr(next_due, "refresh_many", lambda cases: (_ for _ in ()).throw(Died))
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


# --- who may, and when


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


def test_a_file_that_lost_its_make_up_days_is_doubted_and_may_still_be_loaded(cast: Cast) -> None:
    whole, cut = read(cast.administrator), [row for row in notices.rows() if row[1] == "放假"]
    assert calendar_notice.doubt(whole) == ""
    assert calendar_notice.doubt(read(cast.administrator, notices.of_2026())) == ""
    half = read(cast.administrator, notices.as_csv(cut))
    said = calendar_notice.doubt(half)
    assert "放假 19 天，补班 0 天，相差 19 天；法定节假日全年是 13 天" in said
    calendar_notice.load(half.pk, by=cast.administrator, now=EVE)


SUNDAY = date(2026, 12, 27)


def test_a_correction_takes_back_what_the_replaced_notice_said_of_december(cast: Cast) -> None:
    by = cast.administrator
    wrong = read(by, notices.changed(d1227=("2026-12-27", "补班", "元旦补班")))
    calendar_notice.load(wrong.pk, by=by, now=EVE)
    assert calendars.current().is_working_day(SUNDAY)
    right = read(by)
    found = calendar_notice.difference(right)
    assert [(d.date, d.was, d.becomes) for d in found.days] == [(SUNDAY, True, False)]
    calendar_notice.load(right.pk, by=by, replace=True, now=EVE)
    assert not calendars.current().is_working_day(SUNDAY)


def test_an_older_notice_that_comes_after_leaves_what_the_newer_says_of_december(
    cast: Cast,
) -> None:
    by = cast.administrator
    newer = read(by, notices.changed(d1227=("2026-12-27", "补班", "元旦补班")))
    calendar_notice.load(newer.pk, by=by, now=EVE)
    older = read(by, notices.of_2026(d1010=None))
    found = calendar_notice.difference(older)
    assert [d.date for d in found.days] == [date(2026, 10, 10)]
    calendar_notice.load(older.pk, by=by, replace=True, now=EVE)
    assert calendars.current().is_working_day(SUNDAY)


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
