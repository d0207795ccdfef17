"""Random lives of stored clocks: what a row says is always what its events say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints import calendars, clock, deadlines, holds, marking, recounting, regimes
from complaints.choices import RUNS, DeadlineState
from complaints.clock import Terms
from complaints.models import CalendarChange, CalendarDay, ClockEvent, Complaint, Deadline, Hold
from complaints.workdays import DAY, SHANGHAI, Calendar
from tests import factories as f
from tests.cast import Cast

BEGIN = datetime(2026, 9, 7, 10, tzinfo=SHANGHAI)
TERMS = (
    Terms(15, "calendar_day"),
    Terms(10, "working_day", own=True),
    Terms(5, "working_day"),
    Terms(48, "hour"),
    Terms(9, "working_hour", own=True),
    Terms(1, "month"),
    Terms(30, "calendar_day", back=True),
    Terms(1, "immediate"),
    Terms.agreed(date(2026, 10, 2)),
    Terms.agreed(datetime(2026, 9, 30, 12, tzinfo=UTC)),
)
LONGER = (
    {"by": 5, "unit": "calendar_day"},
    {"by": 3, "unit": "working_day"},
    {"to": 60, "unit": "calendar_day"},
    {"by": 1, "unit": "month"},
    {"by": 24, "unit": "hour"},
)


class Life:
    """One case and its clocks; `pick` chooses among whatever there is."""

    def __init__(self, complaint: Complaint, by: object) -> None:
        self.complaint, self.by, self.now, self.number = complaint, by, BEGIN, 0
        self.ended_under: dict[int, Calendar] = {}  # a clock that has ended is not counted again

    def clocks(self) -> list[Deadline]:
        return list(Deadline.objects.filter(complaint=self.complaint, state__in=RUNS))

    def start(self, pick: int) -> None:
        row = regimes.row("investigate")
        assert row is not None
        self.number += 1
        terms, begun = TERMS[pick % len(TERMS)], self.now - timedelta(hours=pick % 40)
        subject = f"life:{self.number}"
        clocks = [deadlines.new(self.complaint, row, begun, subject=subject, terms=terms)]
        deadlines.save_new(clocks)

    def hold(self, pick: int) -> None:
        reason = ("consumer", "expert", "third_party")[pick % 3]
        if not Hold.objects.filter(complaint=self.complaint, reason=reason, ended_at=None):
            hold = Hold.objects.create(
                complaint=self.complaint, reason=reason, note="等", by=self.by, started_at=self.now
            )
            holds.pause(self.complaint, hold, self.now)

    def go_on(self, pick: int) -> None:
        lasting = Hold.objects.filter(complaint=self.complaint, ended_at=None)
        if lasting:
            hold = lasting[pick % len(lasting)]
            late = self.now - timedelta(days=pick % 2)  # another machine's clock may be behind
            holds.resume(self.complaint, hold, late)
            hold.ended_at = max(late, hold.started_at)
            hold.save()

    def extend(self, pick: int) -> None:
        for deadline in self.clocks()[:1]:
            terms = Terms.from_json(deadline.terms)
            if terms.until is None and not terms.back:
                before = deadline.due_at
                assert deadlines.extend(deadline, LONGER[pick % len(LONGER)], self.now) >= before

    def change_terms(self, pick: int) -> None:
        terms = TERMS[pick % 6]
        dated = [d for d in self.clocks() if Terms.from_json(d.terms).until is None]
        deadlines.change_terms(dated[:2], terms, "制度修改", self.now)

    def correct(self, pick: int) -> None:
        for kind in ("goods_returned",)[: pick % 2 + 1]:
            at = self.now - timedelta(days=pick % 9)
            marking.mark(self.complaint, kind, at, now=self.now, source="person")

    def another_calendar(self, pick: int) -> None:
        day = BEGIN.date() + pick % 50 * DAY
        if CalendarDay.objects.filter(date=day, notice=None):
            return
        kind = (CalendarDay.Kind.OFF, CalendarDay.Kind.WORK)[pick % 2]
        CalendarDay.objects.create(date=day, kind=kind, name="盘点", by=self.by, at=self.now)
        CalendarChange.objects.create(kind=CalendarChange.Kind.OWN_DAYS, by=self.by, at=self.now)
        calendars.forget()
        recounting.recount(self.clocks(), self.now, "盘点")

    def end(self, pick: int) -> None:
        running = self.clocks()
        if running:
            deadline = running[pick % len(running)]
            cancelled = pick % 5 == 0
            how = deadlines.ending(deadline, self.now, cancelled=cancelled)
            deadlines.finish([(deadline, how)], self.now)
            self.ended_under[deadline.pk] = calendars.current()

    def check(self) -> None:
        """Every row is what its events say, and knows every change of its date."""
        rows = list(Deadline.objects.filter(complaint=self.complaint))
        for row in rows:
            calendar = self.ended_under.get(row.pk) or calendars.current()
            said = recounting.recompute(row, calendar)
            stored = (row.due_at, row.state, row.provisional, row.started_at, row.terms)
            assert stored == (
                said.due_at,
                said.state,
                said.due.provisional,
                said.started_at,
                said.terms.as_json(),
            )
            assert row.extensions == len(said.extensions)
            assert (row.ladder_at is not None) <= (row.state == DeadlineState.RUNNING)
            if row.state == DeadlineState.MET and row.terms["unit"] != "immediate":
                assert row.met_at <= row.due_at
            if row.state == DeadlineState.MISSED:
                assert row.met_at > row.due_at
        begun = ClockEvent.objects.filter(deadline__in=rows, kind=clock.STARTED)
        assert begun.count() == len(rows)


ACTS: tuple[Callable[[Life, int], None], ...] = (
    Life.start,
    Life.hold,
    Life.go_on,
    Life.extend,
    Life.change_terms,
    Life.correct,
    Life.another_calendar,
    Life.end,
)
lives = st.lists(
    st.tuples(
        st.sampled_from(ACTS), st.integers(0, 999), st.timedeltas(timedelta(0), timedelta(days=6))
    ),
    min_size=3,
    max_size=14,
)


def test_whatever_happens_to_a_clock_its_row_is_what_its_events_say(cast: Cast) -> None:
    complaint = f.investigating(cast, category="return_no_reason")

    @settings(max_examples=20, deadline=None)
    @given(lives)
    def live(acts: list[tuple[Callable[[Life, int], None], int, timedelta]]) -> None:
        with transaction.atomic():
            calendars.forget()
            life = Life(complaint, cast.agent)
            for act, pick, later in acts:
                life.now += later
                act(life, pick)
                life.check()
            transaction.set_rollback(True)
        calendars.forget()

    live()
