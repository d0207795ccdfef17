"""What the supervisor watches: order volumes, signals in the states of their life, a cure that was
measured, a saved report. Told after all cases, on days that are past, by the actions of the pages.

Nothing is made up: the signals are what detection finds in the demo's own cases. Which ones these
are hangs on the day of the first start, so that the words (`stories/watched.yaml`) fit any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from math import exp

from accounts.models import User
from analytics import acting, curing, detecting, folding, giving, saving, telling, volume_files
from analytics.models import Cause, CorrectiveAction, Signal
from analytics.signal_life import Kind
from audit.models import Entry
from complaints.lifecycle import State
from complaints.workdays import SHANGHAI, is_working_day
from correspondence.transports import Transport
from quickstart.demo.dice import Dice
from quickstart.demo.moments import Anchor, at, workday
from quickstart.demo.stories import watched

LOOKS = (38, 31, 24)  # days ago; until something is found, early enough to measure its cure
LATER = 12  # days ago
WHOLE_WEEKS = timedelta(days=15)  # two, and the day that begins them
A_YEAR = 380  # days of orders
NIGHT = time(2, 10)
SALE, SALE_FADES = 8.0, 12  # times the usual orders at its end, and days
MOST_TOLD = 12  # cases of which somebody says why


def tell(people: Mapping[str, User], anchor: Anchor, mail: Transport) -> None:
    """All of it, in the caller's transaction; e-mails of these days left by `mail`.

    Raises CaseError.
    """
    watching = Watching(people, anchor)
    cured = watching.first()
    later = watching.look(anchor.today - timedelta(days=LATER))
    if later:
        watching.act_on(later[0])
    for signal in later[1:]:
        watching.dismiss(signal)
    if cured is not None:
        watching.check(cured)
    watching.orders()
    watching.today()
    watching.report()
    for pk in telling.waiting(anchor.now):
        telling.send(pk, anchor.now, mail)
    while folding.fold().more:
        continue


class Watching:
    """The supervisor's days with the signals."""

    def __init__(self, people: Mapping[str, User], anchor: Anchor) -> None:
        self.by, self.anchor, self.words = people["supervisor"], anchor, watched()
        self.recipients = ["supervisor", "auditor"]

    def look(self, day: date) -> list[Signal]:
        """What a night finds anew, the clearest first."""
        night = datetime.combine(day, NIGHT, SHANGHAI)
        known = list(Signal.objects.values_list("pk", flat=True))
        run = detecting.nightly(night)
        if run is not None:
            detecting.run(run, night)
        new = Signal.objects.visible_to(self.by).exclude(pk__in=known)
        return sorted(new, key=lambda s: (s.kind != Kind.SPIKE, -(s.statistic or 0), s.pk))

    def first(self) -> Signal | None:
        """The clearest one of the first night that finds any, taken as far as its cure."""
        for ago in LOOKS:
            found = self.look(self.anchor.today - timedelta(days=ago))
            if found:
                self.cure(found[0])
                return found[0]
        return None

    def _confirmed(self, signal: Signal, day: date, words: Mapping[str, str]) -> None:
        """Acknowledged, explained and confirmed on one day, and read by then."""
        acting.take(signal.pk, "acknowledge", by=self.by, now=at(day, 25))
        why = Cause.objects.get(code=words["cause"])
        giving.of_signal(signal.pk, why.pk, words["why"], by=self.by, now=at(day, 170))
        now, said = at(day, 185), words["confirmed"]
        acting.take(signal.pk, "confirm", by=self.by, reason=said, now=now)
        telling.seen(self.by, now, signal=signal)
        self._said_why(signal, why, words["why"])

    def _said_why(self, signal: Signal, why: Cause, said: str) -> None:
        """Of its closed cases too, today; of none to whose file something came since."""
        now = self.anchor.lately(0.6)
        closed = signal.cases.filter(
            complaint__state__in=(State.CLOSED, State.ARCHIVED)
        ).select_related("complaint")
        cases = [row.complaint for row in closed.order_by("pk")[:MOST_TOLD]]
        after = Entry.objects.filter(subject__in=[c.subject for c in cases], at__gt=now)
        changed = set(after.values_list("subject", flat=True))
        numbers = [case.number for case in cases if case.subject not in changed]
        giving.of_cases(numbers, why.pk, said, by=self.by, now=now)

    def _open(self, signal: Signal, what: str, due: date, now: datetime) -> int:
        values = {"what": what, "due_on": due.isoformat(), "owner": self.by.username}
        return int(curing.open_one(values, by=self.by, signal=signal.pk, now=now).pk)

    def cure(self, signal: Signal) -> None:
        """Confirmed, and what was to be done is done two working days later."""
        words = self.words["cured"]
        day = _day_of(signal)
        self._confirmed(signal, day, words)
        action = self._open(signal, words["what"], workday(day, 6), at(day, 200))
        values = {"evidence": words["evidence"]}
        curing.done(action, values, by=self.by, now=at(workday(day, 2), 420))

    def check(self, signal: Signal) -> None:
        """Two whole weeks later its effect is measured, whatever comes of it. After a long holiday
        it waits.
        """
        for action in signal.actions.filter(state="done"):
            day = workday(action.done_on + WHOLE_WEEKS, 0)
            if at(day, 90) < self.anchor.desk[0]:
                curing.check(action.pk, by=self.by, now=at(day, 60))
                said = self.words["cured"]["closed"]
                acting.take(signal.pk, "check_effect", by=self.by, reason=said, now=at(day, 75))

    def act_on(self, signal: Signal) -> None:
        """One thing is done and waits for its effect, another is being done."""
        words, day = self.words["acting"], _day_of(signal)
        self._confirmed(signal, day, words)
        first = self._open(signal, words["finished"], workday(day, 3), at(day, 210))
        curing.done(
            first, {"evidence": words["evidence"]}, by=self.by, now=at(workday(day, 1), 300)
        )
        due = self.anchor.day(4)
        self._open(signal, words["what"], due, at(workday(day, 1), 320))

    def dismiss(self, signal: Signal) -> None:
        """Looked at, and found to be nothing."""
        day, words = _day_of(signal), self.words["dismiss"]
        acting.take(signal.pk, "acknowledge", by=self.by, now=at(day, 30))
        acting.take(signal.pk, "dismiss", by=self.by, reason=words, now=at(day, 290))
        telling.seen(self.by, at(day, 290), signal=signal)

    def orders(self) -> None:
        """A year of orders per day, imported the day before the desk of today."""
        day = workday(self.anchor.desk[0].date(), -1)
        days = [day - timedelta(days=n) for n in range(A_YEAR, 0, -1)]
        lines = ["日期,订单量", *(f"{each.isoformat()},{_orders(each, day)}" for each in days)]
        name = f"订单日报 {days[0]:%Y%m%d}-{days[-1]:%Y%m%d}.csv"
        data = "\n".join(lines).encode()
        file = volume_files.upload([data], name, by=self.by, now=at(day, 460))
        volume_files.take(file.pk, by=self.by, now=at(day, 462))

    def today(self) -> None:
        """What last night found: the clearest waits, the next ones are being looked into."""
        found = self.look(self.anchor.desk[0].date())[1:]
        for signal, code, share in zip(found, ("", "confirm"), (0.2, 0.3), strict=False):
            now = self.anchor.lately(share)
            acting.take(signal.pk, "acknowledge", by=self.by, now=now)
            telling.seen(self.by, now, signal=signal)
            if code:
                said, then = self.words[code], now + timedelta(minutes=1)
                acting.take(signal.pk, code, by=self.by, reason=said, now=then)
                self._begin(signal, then + timedelta(minutes=1))

    def _begin(self, signal: Signal, now: datetime) -> None:
        """Something is being done about one of them in any case."""
        if not CorrectiveAction.objects.filter(state="open").exists():
            self._open(signal, self.words["acting"]["what"], self.anchor.day(4), now)

    def report(self) -> None:
        """Kept, and sent every Monday."""
        values = {
            "name": self.words["report"],
            "span": "7d",
            "every": "weekly",
            "weekday": 1,
            "hour": 9,
            "recipients": self.recipients,
        }
        saving.save(values, by=self.by, now=self.anchor.lately(0.5))


def _day_of(signal: Signal) -> date:
    """The working day on which it is read."""
    return workday(signal.detected_at.astimezone(SHANGHAI).date(), 0)


def _orders(each: date, until: date) -> int:
    """Invented: fewer on days of rest, many more in the great sale of these weeks, which so many
    of the demo's cases come from.
    """
    usual = 1_450 if is_working_day(each) else 1_180
    sale = 1 + SALE * exp(-(until - each).days / SALE_FADES)
    return int(usual * sale) + Dice("orders", each.isoformat()).between(-90, 90)
