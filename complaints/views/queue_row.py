"""What one row of a list of cases shows, and what it is drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints.choices import GRAVE_RISKS, Channel, HoldReason, Priority, Risk
from complaints.lifecycle import OPEN_STATES, PHASE_OF, Outcome, Phase, State
from complaints.models import Complaint, Deadline, Snooze
from complaints.seen import saw_cases
from complaints.views import clock_shown
from config.addresses import address
from config.tags import ago, when
from legal_rules.vocabulary import CATEGORIES

PHASES = {phase.value: number for number, phase in enumerate(Phase, start=1)}
CHANNEL_ICONS: dict[str, str] = {
    Channel.PHONE: "phone",
    Channel.WECHAT: "msg",
    Channel.EMAIL: "msg",
    Channel.LETTER: "file",
    Channel.STORE: "bag",
    Channel.MEDIA: "book",
    Channel.IMPORT: "ul",
    Channel.API: "link",
}


def risk_level(complaint: Complaint | Line) -> int:
    """1 to 3: critical or a grave flag, urgent or any flag, neither."""
    if complaint.priority == Priority.CRITICAL or any(
        r in complaint.risk_flags for r in GRAVE_RISKS
    ):
        return 3
    return 2 if complaint.priority == Priority.URGENT or complaint.risk_flags else 1


class Line(NamedTuple):
    """What the list knows of a case: columns of one statement (`COLUMNS`), in their order."""

    pk: int
    number: str
    version: int
    title: str
    who: str
    owner: str | None
    state: str
    outcome: str
    channel: str
    category: str
    rights: Sequence[str]
    priority: str
    risk_flags: Sequence[str]
    received_at: datetime
    closed_at: datetime | None
    next_due_at: datetime | None
    updated_at: datetime
    hold_reason: str | None
    withheld: bool
    snoozed_until: datetime | None = None
    snoozed_for: str | None = None
    snooze_because: str | None = None
    turn_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Not closed and not archived."""
        return self.state in OPEN_STATES

    @classmethod
    def of(cls, case: Complaint) -> Line:
        """Of a case that was read as a whole, perhaps with the last columns."""
        own = {name: getattr(case, name) for name in cls._fields if name not in _ELSEWHERE}
        beside: dict[str, Any] = {name: getattr(case, name, None) for name in _ANNOTATED}
        return cls(
            **own,
            who=case.consumer.name_masked,
            owner=case.owner.name if case.owner else None,
            **beside,
        )


_ANNOTATED = (
    *("hold_reason", "withheld", "snoozed_until", "snoozed_for", "snooze_because", "turn_at"),
)
_ELSEWHERE = {"who": "consumer__name_masked", "owner": "owner__name"} | {
    name: name for name in _ANNOTATED
}
COLUMNS = tuple(_ELSEWHERE.get(name, name) for name in Line._fields)


class Drawn(NamedTuple):
    """What one line of the list is drawn from: where all of it is the same, so is the line.
    `clock`: left, due, share used, kind, title and basis, or nothing.
    """

    number: str
    version: int
    is_open: bool
    calm: bool
    url: str
    title: str
    who: str
    owner: str
    channel: str
    channel_icon: str
    category: str
    rights: tuple[str, ...]
    more_rights: int
    phase: int
    state: str
    with_counsel: bool
    withheld: bool
    hold: str
    updated: str
    clock: tuple[str | int, ...]
    risk: int
    risk_words: str
    others: str
    snooze: str
    back: bool


class Row:
    """One case as the list shows it. `clock`: the next running one, else one that is held."""

    def __init__(
        self, case: Complaint | Line, now: datetime, clock: Deadline | None = None
    ) -> None:
        self.case: Any = case
        self.now = now
        line = self.line = case if isinstance(case, Line) else Line.of(case)
        saw_cases(line.number)
        self.number, self.title, self.who = line.number, line.title, line.who
        self.url = address("case", line.number)
        self.channel = Channel(line.channel).label
        self.channel_icon = CHANNEL_ICONS.get(line.channel, "globe")
        category = CATEGORIES.get(line.category)
        self.category = category.name_for(get_language() or "zh") if category else line.category
        self.rights, self.more_rights = line.rights[:2], len(line.rights[2:])
        self.phase, self.state = PHASES[PHASE_OF[State(line.state)]], State(line.state).label
        self.with_counsel = line.state == State.IN_REVIEW
        self.risk = risk_level(line)
        self.risk_words = _("、").join(str(Risk(r).label) for r in line.risk_flags)
        self.hold = HoldReason(line.hold_reason).label if line.hold_reason else ""
        self.withheld = bool(line.withheld)
        self.snooze, self.back = snooze_words(line, now)
        self.others = ""  # what somebody else does there now: "look", "write" (presence.py)
        self.clock = self._clock(clock or next_of(getattr(case, "clocks", ())))

    def _clock(self, clock: Deadline | None) -> dict[str, Any]:
        """Inputs of the clock component; of a finished case how it ended."""
        if not self.line.is_open:
            outcome = Outcome(self.line.outcome).label if self.line.outcome else self.state
            return {
                "left": outcome,
                "due": when(self.line.closed_at),
                "used": 100,
                "kind": "met",
                "title": "",
                "basis": "",
            }
        if clock is None:
            return {}
        return clock_shown.brief(clock, self.now, str(self.hold))._asdict()

    @property
    def drawn_from(self) -> Drawn:
        """All that its line in the list shows."""
        return Drawn(
            number=self.number,
            version=self.line.version,
            is_open=self.line.is_open,
            calm=self.calm,
            url=self.url,
            title=self.title,
            who=self.who,
            owner=self.line.owner or "",
            channel=str(self.channel),
            channel_icon=self.channel_icon,
            category=self.category,
            rights=tuple(self.rights),
            more_rights=self.more_rights,
            phase=self.phase,
            state=str(self.state),
            with_counsel=self.with_counsel,
            withheld=self.withheld,
            hold=str(self.hold),
            updated=ago(self.line.updated_at),
            clock=tuple(v if isinstance(v, int) else str(v) for v in self.clock.values()),
            risk=self.risk,
            risk_words=self.risk_words,
            others=self.others,
            snooze=self.snooze,
            back=self.back,
        )

    @property
    def calm(self) -> bool:
        """Nothing presses today: the title is drawn in normal weight."""
        return self.clock.get("kind") not in ("over", "soon")


def snooze_words(line: Line, now: datetime) -> tuple[str, bool]:
    """(what is said of a case that was put aside, whether it is back)."""
    until, what = line.snoozed_until, line.snoozed_for or ""
    if until is None:
        return "", False
    day = timezone.localdate(until)
    if until > now:
        return _("搁置到 {day}：{what}").format(day=day.isoformat(), what=what), False
    if line.snooze_because == Snooze.Because.ANSWERED:
        return _("提前回来：消费者有了回音"), True
    if line.snooze_because == Snooze.Because.WARNED:
        return _("提前回来：期限将近"), True
    if day == timezone.localdate(now):
        return _("今天回来：{what}").format(what=what), True
    return _("{day} 回来：{what}").format(day=day.isoformat(), what=what), True


def next_of(clocks: Iterable[Deadline]) -> Deadline | None:
    """Of clocks in the order in which they fall due: the first that runs, else the first."""
    clocks = list(clocks)
    return next((d for d in clocks if d.state == "running"), next(iter(clocks), None))
