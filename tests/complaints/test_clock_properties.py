"""What must hold of every clock, whatever the calendar, the term and the pauses."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import assume
from hypothesis import strategies as st

from complaints import clock, workdays
from complaints.clock import Happening, Rung
from complaints.workdays import (
    DAY,
    END_OF_DAY,
    SHANGHAI,
    Calendar,
    Pause,
    count,
    count_back,
    fixed,
    merged,
    working_minutes,
)
from tests.complaints.random_clocks import (
    ZONES,
    calendars,
    days,
    for_all,
    lengths,
    moments,
    nights,
    paused,
    spans,
    tape,
)

Paused = tuple[datetime, list[Pause]]
Term = tuple[int, str]


# --- pauses


@for_all(paused(), lengths(), calendars(), st.booleans())
def test_pausing_never_shortens(when: Paused, term: Term, calendar: Calendar, own: bool) -> None:
    start, pauses = when
    alone = count(start, *term, calendar, own=own).at
    assert count(start, *term, calendar, own=own, pauses=pauses).at >= alone


@for_all(paused(), lengths(), calendars(), spans, spans)
def test_a_longer_pause_never_shortens(
    when: Paused, term: Term, calendar: Calendar, earlier: timedelta, later: timedelta
) -> None:
    start, pauses = when
    assume(pauses)
    (begin, end), *rest = pauses
    longer = [(max(start, begin - earlier), end + later), *rest]
    before = count(start, *term, calendar, pauses=pauses).at
    assert count(start, *term, calendar, pauses=longer).at >= before


@for_all(paused(), lengths(), calendars())
def test_overlapping_pauses_are_their_union(when: Paused, term: Term, calendar: Calendar) -> None:
    start, pauses = when
    joined = merged(pauses)
    due = count(start, *term, calendar, pauses=pauses)
    assert count(start, *term, calendar, pauses=joined) == due
    cut = [part for a, b in joined for part in ((a, a + (b - a) / 2), (a + (b - a) / 2, b))]
    assert count(start, *term, calendar, pauses=cut[::-1]) == due
    assert all(a[1] < b[0] for a, b in pairwise(joined))


@for_all(paused(), lengths(), calendars())
def test_no_term_runs_out_while_it_is_paused(when: Paused, term: Term, calendar: Calendar) -> None:
    start, pauses = when
    due = count(start, *term, calendar, pauses=pauses).at
    assert not any(begin < due < end for begin, end in merged(pauses))


@for_all(paused(), lengths("calendar_day", "working_day", "month"), calendars())
def test_a_pause_within_one_day_of_beijing_takes_no_day_out_before_the_last(
    when: Paused, term: Term, calendar: Calendar
) -> None:
    start, pauses = when
    due = count(start, *term, calendar)
    short = [
        (a, min(b, datetime.combine(a.astimezone(SHANGHAI).date(), END_OF_DAY, SHANGHAI)))
        for a, b in pauses
        if a.astimezone(SHANGHAI).date() < due.at.date()
    ]
    assert count(start, *term, calendar, pauses=short) == due


@for_all(paused(), lengths(), calendars(), st.randoms())
def test_the_order_in_which_holds_of_one_instant_are_written_down_does_not_matter(
    when: Paused, term: Term, calendar: Calendar, chance: object
) -> None:
    start, pauses = when
    end = max((b for _a, b in pauses), default=start)
    together = [(a, end) for a, _b in pauses]  # all resumed at once
    rows = tape(start, *term, together)
    begun = [row for row in rows if row.kind != clock.RESUMED]
    ends = [row for row in rows if row.kind == clock.RESUMED]
    due = clock.read([*begun, *ends], calendar).due
    assert clock.read([*begun, *ends[::-1]], calendar).due == due
    assert due == count(start, *term, calendar, own=True, pauses=together)


@for_all(paused(), lengths(), calendars())
def test_a_clock_says_what_counting_with_its_pauses_says_and_says_it_twice(
    when: Paused, term: Term, calendar: Calendar
) -> None:
    start, pauses = when
    rows = tape(start, *term, pauses)
    reading = clock.read(rows, calendar)
    assert reading.due == count(start, *term, calendar, own=True, pauses=pauses)
    assert (reading.state, reading.held_since) == ("running", None)
    assert clock.read(rows, calendar) == reading


@for_all(paused(), lengths(), calendars(), st.data())
def test_a_held_clock_shows_the_date_that_it_had(
    when: Paused, term: Term, calendar: Calendar, data: st.DataObject
) -> None:
    start, pauses = when
    rows = tape(start, *term, pauses)
    part = rows[: data.draw(st.integers(1, len(rows)))]
    reading = clock.read(part, calendar)
    if reading.held_since is None:
        assert reading.state == "running"
        return
    assert reading.state == "held"
    over = [pause for pause in pauses if pause[1] < reading.held_since]
    assert reading.due == count(start, *term, calendar, own=True, pauses=over)
    assert all(end < reading.held_since for _begin, end in reading.pauses)


@for_all(paused(), lengths(), calendars(), moments)
def test_a_clock_that_ends_while_held_ends_in_time_unless_the_hold_came_too_late(
    when: Paused, term: Term, calendar: Calendar, end: datetime
) -> None:
    start, _pauses = when
    held = Happening(start + timedelta(hours=1), clock.HELD, {"hold": "last"})
    rows = [*tape(start, *term, []), held]
    shown, done = clock.read(rows, calendar), max(end, held.at)
    ended = clock.read([*rows, Happening(done, clock.MET)], calendar)
    assert ended.due_at >= shown.due_at
    if held.at < shown.due_at:
        assert ended.due_at >= done or ended.pauses == ()


# --- days off


@for_all(
    paused(), lengths("working_hour", "calendar_day", "working_day", "month"), calendars(), days
)
def test_a_further_day_off_never_brings_a_date_nearer(
    when: Paused, term: Term, calendar: Calendar, day: date
) -> None:
    start, pauses = when
    more = replace(
        calendar,
        off=calendar.off | {day},
        work=calendar.work - {day},
        own_off=calendar.own_off | {day},
        own_work=calendar.own_work - {day},
    )
    for own in (False, True):
        before = count(start, *term, calendar, own=own, pauses=pauses)
        assert count(start, *term, more, own=own, pauses=pauses).at >= before.at


@for_all(paused(), lengths("working_hour", "calendar_day", "working_day", "month"), calendars())
def test_without_its_make_up_days_no_date_is_nearer(
    when: Paused, term: Term, calendar: Calendar
) -> None:
    start, pauses = when
    fewer = replace(calendar, work=frozenset(), own_work=frozenset())
    for own in (False, True):
        before = count(start, *term, calendar, own=own, pauses=pauses)
        assert count(start, *term, fewer, own=own, pauses=pauses).at >= before.at


@for_all(days, lengths("calendar_day", "working_day", "month"), calendars(), days)
def test_a_further_day_off_never_lets_a_notice_be_given_later(
    event: date, term: Term, calendar: Calendar, day: date
) -> None:
    more = replace(calendar, off=calendar.off | {day}, work=calendar.work - {day})
    assert count_back(event, *term, more).at <= count_back(event, *term, calendar).at
    assert count_back(event, *term, calendar).at.date() < event


@for_all(paused(), lengths("hour"), calendars(), calendars())
def test_hours_know_no_days_off(
    when: Paused, term: Term, calendar: Calendar, other: Calendar
) -> None:
    start, pauses = when
    due = count(start, *term, calendar, pauses=pauses)
    assert count(start, *term, other, pauses=pauses) == due
    assert not due.provisional


@for_all(paused(), lengths(), calendars())
def test_the_enterprises_days_do_not_move_the_law(
    when: Paused, term: Term, calendar: Calendar
) -> None:
    start, pauses = when
    plain = replace(calendar, own_off=frozenset(), own_work=frozenset())
    due = count(start, *term, calendar, pauses=pauses)
    assert count(start, *term, plain, pauses=pauses) == due


@for_all(moments, lengths(), calendars())
def test_a_notice_that_says_what_was_supposed_makes_the_same_date_certain(
    start: datetime, term: Term, calendar: Calendar
) -> None:
    due = count(start, *term, calendar)
    years = {y for y in range(2023, 2030) if not calendar.is_published(y)}
    fixed_days = {date(y, *day) for y in years for day in workdays.FIXED}
    known = replace(
        calendar,
        off=frozenset(d for d in calendar.off if d.year not in years) | fixed_days,
        work=frozenset(d for d in calendar.work if d.year not in years),
        published=calendar.published | years,
    )
    assert count(start, *term, known) == replace(due, provisional=False)


# --- counting


@for_all(paused(), lengths(), calendars(), st.integers(1, 10))
def test_a_longer_term_never_ends_earlier(
    when: Paused, term: Term, calendar: Calendar, more: int
) -> None:
    start, pauses = when
    length, unit = term
    longer = count(start, length + more, unit, calendar, pauses=pauses).at
    assert longer >= count(start, length, unit, calendar, pauses=pauses).at > start


@for_all(moments, lengths("calendar_day", "working_day", "month"), calendars(), st.booleans())
def test_days_end_on_a_day_that_is_worked_at_its_end(
    start: datetime, term: Term, calendar: Calendar, own: bool
) -> None:
    due = count(start, *term, calendar, own=own)
    last = due.at.date()
    assert calendar.is_working_day(last, own=own)
    assert due.at.time() == (calendar.closes(last) if term[1] == "working_day" else END_OF_DAY)
    assert due.first_day == start.astimezone(SHANGHAI).date() + DAY


@for_all(paused(), lengths("working_day"), calendars(), st.booleans())
def test_every_day_of_working_days_is_counted_skipped_or_held_and_nothing_else(
    when: Paused, term: Term, calendar: Calendar, own: bool
) -> None:
    start, pauses = when
    due = count(start, *term, calendar, own=own, pauses=pauses)
    passed = {*due.skipped, *due.held}
    span = nights(start.astimezone(SHANGHAI).date(), due.at.date())
    worked = [d for d in span if d not in passed]
    assert set(span) >= passed
    assert len(passed) == len(due.skipped) + len(due.held)
    assert all(calendar.is_working_day(d, own=own) for d in worked)
    assert not any(calendar.is_working_day(d, own=own) for d in due.skipped)
    # one more where a pause began on the last day: what was left of it is the day it ended
    assert term[0] <= len(worked) <= term[0] + bool(pauses)
    assert set(due.made_up) == {d for d in worked if calendar.is_made_up(d)}


@for_all(moments, st.integers(1, 20), st.integers(1, 20), calendars())
def test_working_days_count_on(start: datetime, some: int, more: int, calendar: Calendar) -> None:
    halfway = count(start, some, "working_day", calendar).at
    whole = count(start, some + more, "working_day", calendar).at
    assert count(halfway, more, "working_day", calendar).at == whole


@for_all(moments, st.integers(1, 30), calendars())
def test_working_days_back_and_forth_meet(start: datetime, length: int, calendar: Calendar) -> None:
    last = count(start, length, "working_day", calendar).at.date()
    begun = start.astimezone(SHANGHAI).date()
    assume(calendar.is_working_day(begun))
    assert count_back(last, length, "working_day", calendar).at.date() == begun


@for_all(paused(), lengths(), calendars(), st.sampled_from(ZONES))
def test_the_zone_in_which_an_instant_is_written_does_not_matter(
    when: Paused, term: Term, calendar: Calendar, zone: object
) -> None:
    start, pauses = when
    moved = [(a.astimezone(zone), b.astimezone(zone)) for a, b in pauses]  # type: ignore[arg-type]
    due = count(start, *term, calendar, pauses=pauses)
    assert count(start.astimezone(zone), *term, calendar, pauses=moved) == due  # type: ignore[arg-type]


@for_all(paused(), days, spans)
def test_a_pause_never_brings_a_promised_day_nearer_and_it_never_ends_inside_one(
    when: Paused, day: date, further: timedelta
) -> None:
    start, pauses = when
    for end in (day, start + further):
        due = fixed(start, end, pauses).at
        assert due >= fixed(start, end).at
        if due > start:
            assert not any(begin < due < go for begin, go in merged(pauses))


# --- extensions and other terms


@for_all(
    paused(), lengths(), st.lists(st.tuples(lengths(), st.booleans()), max_size=3), calendars()
)
def test_an_extension_never_shortens(
    when: Paused, term: Term, extensions: list[tuple[Term, bool]], calendar: Calendar
) -> None:
    start, pauses = when
    rows = tape(start, *term, pauses)
    due = clock.read(rows, calendar).due
    for (length, unit), by in extensions:
        detail = {"by" if by else "to": length, "unit": unit}
        rows.append(Happening(start, clock.EXTENDED, detail))
        longer = clock.read(rows, calendar).due
        assert longer.at > due.at if by else longer.at >= due.at
        assert longer.first_day == due.first_day or not by
        due = longer


@for_all(
    paused(),
    lengths(),
    st.lists(st.tuples(lengths(), st.booleans()), max_size=2),
    calendars(),
    days,
)
def test_a_day_off_and_a_pause_never_bring_an_extended_date_nearer(
    when: Paused,
    term: Term,
    extensions: list[tuple[Term, bool]],
    calendar: Calendar,
    day: date,
) -> None:
    start, pauses = when
    longer = [
        Happening(start, clock.EXTENDED, {"by" if by else "to": length, "unit": unit})
        for (length, unit), by in extensions
    ]
    due = clock.read([*tape(start, *term, []), *longer], calendar).due_at
    assert clock.read([*tape(start, *term, pauses), *longer], calendar).due_at >= due
    more = replace(calendar, own_off=calendar.own_off | {day}, own_work=calendar.own_work - {day})
    assert clock.read([*tape(start, *term, []), *longer], more).due_at >= due


@for_all(paused(), lengths(), lengths(), moments, calendars())
def test_other_terms_and_another_beginning_count_as_if_they_had_been_there_from_the_start(
    when: Paused, term: Term, other: Term, begin: datetime, calendar: Calendar
) -> None:
    start, pauses = when
    changes = [
        Happening(start, clock.TERMS, {"length": other[0], "unit": other[1], "own": True}),
        Happening(start, clock.MOVED, {"start": begin.isoformat()}),
    ]
    reading = clock.read([*tape(start, *term, pauses), *changes], calendar)
    assert reading.due == count(begin, *other, calendar, own=True, pauses=pauses)
    assert reading.started_at == begin


# --- business time


@for_all(moments, moments, moments, calendars())
def test_working_minutes_add_up(a: datetime, b: datetime, c: datetime, calendar: Calendar) -> None:
    whole = working_minutes(a, c, calendar)
    assert working_minutes(a, b, calendar) + working_minutes(b, c, calendar) == whole
    assert working_minutes(c, a, calendar) == -whole
    if a <= c:
        assert 0 <= whole <= (c - a + timedelta(minutes=1)) / timedelta(minutes=1)


@for_all(moments, st.integers(0, 5 * 24 * 60), calendars())
def test_working_minutes_are_those_of_each_minute(
    start: datetime, minutes: int, calendar: Calendar
) -> None:
    start = start.replace(second=0, microsecond=0)
    inside = 0
    for number in range(minutes):
        moment = (start + timedelta(minutes=number)).astimezone(SHANGHAI)
        inside += any(a <= moment < b for a, b in workdays.business(moment.date(), calendar))
    assert working_minutes(start, start + timedelta(minutes=minutes), calendar) == inside


@for_all(days, calendars())
def test_a_day_off_has_no_working_time(day: date, calendar: Calendar) -> None:
    begin = datetime.combine(day, datetime.min.time(), SHANGHAI)
    expected = calendar.minutes_of(day) if calendar.is_working_day(day, own=True) else 0
    assert working_minutes(begin, begin + DAY, calendar) == expected


@for_all(moments, st.integers(1, 60), calendars())
def test_so_many_working_hours_later_so_many_minutes_have_been_worked(
    start: datetime, length: int, calendar: Calendar
) -> None:
    start = start.replace(second=0, microsecond=0)
    due = count(start, length, "working_hour", calendar, own=True).at
    assert working_minutes(start, due, calendar) == length * 60
    assert working_minutes(start, due - timedelta(minutes=1), calendar) == length * 60 - 1


@for_all(moments, calendars())
def test_into_business_is_the_first_minute_of_business_from_there(
    moment: datetime, calendar: Calendar
) -> None:
    found = workdays.into_business(moment, calendar)
    assert found >= moment
    assert any(a <= found < b for a, b in workdays.business(found.date(), calendar))
    assert working_minutes(moment, found, calendar) == 0


# --- warnings


@for_all(moments, spans, spans)
def test_the_share_used_lies_between_nothing_and_all_and_grows(
    start: datetime, lasts: timedelta, later: timedelta
) -> None:
    due = start + lasts
    shares = [clock.share_used(start, due, start + n * later / 5) for n in range(-2, 12)]
    assert shares == sorted(shares)
    assert all(0 <= share <= 100 for share in shares)
    assert clock.share_used(start, due, due) == 100


@for_all(paused(), lengths(), calendars(), st.lists(st.integers(1, 100), min_size=1, max_size=5))
def test_warnings_come_in_order_and_never_after_the_due_instant(
    when: Paused, term: Term, calendar: Calendar, percents: list[int]
) -> None:
    start, pauses = when
    due, joined = count(start, *term, calendar, pauses=pauses).at, merged(pauses)
    rungs = [Rung("owner", percent) for percent in sorted(percents)]
    climbs = [clock.climb_at(rung, start, due, term[1], calendar, joined) for rung in rungs]
    assert climbs == sorted(climbs)
    assert all(start <= at <= due for at in climbs)
    late = clock.climb_at(Rung("counsel", None, 1, "working_day"), start, due, term[1], calendar)
    assert late > due


@for_all(paused(), lengths(), calendars(), st.integers(1, 99))
def test_nothing_is_used_up_while_a_clock_stands_still(
    when: Paused, term: Term, calendar: Calendar, percent: int
) -> None:
    start, pauses = when
    due, joined = count(start, *term, calendar, pauses=pauses).at, merged(pauses)
    shares = [[clock.share_used(start, due, now, joined) for now in pause] for pause in joined]
    assert all(before == after for before, after in shares)
    in_hours = clock.climb_at(Rung("owner", percent), start, due, "hour", calendar, joined)
    assert clock.share_used(start, due, in_hours, joined) in (percent - 1, percent)
    assert not any(begin < in_hours < end for begin, end in joined)


@for_all(moments, lengths("calendar_day", "working_day", "month"), calendars(), st.integers(1, 99))
def test_a_warning_of_a_term_in_days_reaches_people_at_work_or_with_the_date_itself(
    start: datetime, term: Term, calendar: Calendar, percent: int
) -> None:
    due = count(start, *term, calendar, own=True).at
    at = clock.climb_at(Rung("owner", percent), start, due, term[1], calendar)
    day = at.astimezone(SHANGHAI).date()
    inside = any(a <= at < b for a, b in workdays.business(day, calendar))
    assert inside or at == due
