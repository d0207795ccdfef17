"""Cases and acts in the making: which case of a story, and when its life happens. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from complaints import regimes
from complaints.actions import archiving
from legal_rules.deadline_terms import Traits
from quickstart.demo import lives
from quickstart.demo.cases import Case
from quickstart.demo.counts import (
    CLOCK,
    COUNSEL,
    ENTERING,
    Open,
)
from quickstart.demo.dice import Dice
from quickstart.demo.lives import TEAMS, Life, Move
from quickstart.demo.moments import PER_DAY, Anchor, at, later, workday
from quickstart.demo.people import consumer
from quickstart.demo.stage import Act
from quickstart.demo.stories import Story, stories


class Deck:
    """The stories, each as often as its weight says, dealt in an order that does not change."""

    def __init__(self) -> None:
        cards = [s for s in stories().values() for _ in range(s.weight)]
        self.cards = Dice("deck").shuffled(cards)

    def deal(self, fits: Callable[[Story], bool] = lambda story: True) -> Story:
        """The next story that fits. When none is left, all are dealt again."""
        for place, story in enumerate(self.cards):
            if fits(story):
                return self.cards.pop(place)
        self.cards = Dice("deck", "again").shuffled(list(stories().values()))
        return self.deal(fits)


class Plan:
    """Cases and acts in the making."""

    def __init__(self, anchor: Anchor) -> None:
        self.anchor = anchor
        self.deck = Deck()
        self.cases: dict[str, Case] = {}
        self.acts: list[Act] = []
        self.used: dict[str, int] = {}

    # --- cases

    def key(self) -> str:
        return f"demo-{len(self.cases) + 1:03d}"

    def case(self, story: Story, *, like: Case | None = None, **fixed: Any) -> Case:
        """A case of the story; `like` shares product and perhaps consumer with another case."""
        key = self.key()
        dice = Dice("cast", key)
        turn = self.used[story.id] = self.used.get(story.id, -1) + 1
        place = turn % len(story.products)
        if story.paired:
            turn = like.narrative if like else place
        channel = fixed.pop("channel", "") or dice.pick(story.channels)
        team = fixed.pop("team", "") or _team(channel, dice)
        owner = dice.pick(TEAMS[team]) if like is None else like.owner
        person = consumer(key, old=story.old)
        if like is not None:
            team, person = like.team, like.consumer if dice.chance(0.5) else person
        case = Case(
            key=key,
            story=story,
            consumer=person,
            product=dict(like.product if like else story.products[place]),
            channel=channel,
            team=team,
            owner=fixed.pop("owner", "") or owner,
            registrar=owner if dice.chance(0.7) else dice.pick(TEAMS[team]),
            counsel=dice.pick(COUNSEL),
            received=self.anchor.now,
            narrative=turn,
            title=turn if story.paired else turn + dice.between(0, 1),
        )
        if story.confidential:
            case.registrar = case.owner
        for name, value in fixed.items():
            setattr(case, name, value)
        self.cases[key] = case
        return case

    # --- times

    def write(self, case: Case, moves: list[Move], times: list[datetime]) -> None:
        """Put the moves on record; the complaint was received a little before it is registered."""
        before = {"phone": (9, 24), "store": (10, 40), "letter": (200, 420), "12315": (90, 400)}
        low, high = before.get(case.channel, (4, 55))
        dice = Dice("received", case.key)
        case.received = times[0] - timedelta(
            minutes=dice.between(low, high), seconds=dice.between(0, 59)
        )
        seconds = Dice("seconds", case.key)
        last = times[0]
        for move, moment in zip(moves, times, strict=True):
            moment = max(
                moment.replace(second=seconds.between(1, 58)), last + timedelta(seconds=61)
            )
            last = moment
            self.acts.append(Act(moment, case.key, move.act, move.by, move.values))

    def ended(self, life: Life, start: datetime) -> list[datetime]:
        """Times of a life that is over: from the start on, or as much earlier as it takes to end in
        the past.
        """
        limit = at(self.anchor.day(-2), 470)
        while (times := forwards(start, life.moves))[-1] > limit:
            dice = Dice("start", life.case.key, start.date())
            start = at(workday(start.date(), -1), dice.between(5, 400))
        self.put_away(life, times)
        return times

    def put_away(self, life: Life, times: list[datetime]) -> None:
        """The end of a file: soon by the supervisor, or by the system when it has been quiet. What
        the consumer says of a closed case does not make it wait longer.
        """
        limit = at(self.anchor.day(-2), 470)
        dice = Dice("put away", life.case.key)
        by_hand = later(times[-1], dice.between(4, 8) * PER_DAY + dice.between(0, PER_DAY))
        closed = times[-2] if life.moves[-1].act == "rate" else times[-1]
        quiet = max(closed + archiving.QUIET, times[-1])
        by_itself = quiet + timedelta(minutes=dice.between(1, 29))
        if dice.chance(0.4) and by_hand <= limit and by_hand < by_itself:
            life.moves.append(Move(0, "archive", lives.SUPERVISOR))
            times.append(by_hand)
        elif quiet <= self.anchor.now:
            life.moves.append(Move(0, "archive", ""))
            times.append(min(by_itself, self.anchor.now - timedelta(minutes=2)))
        self.write(life.case, life.moves, times)

    def lately(self, case: Case, act: str, by: str, share: float, **values: Any) -> None:
        """One act more, at the desk of today, after all that is known of the case."""
        last = max(a.at for a in self.acts if a.case == case.key)
        moment = max(self.anchor.lately(share), last + timedelta(seconds=61))
        self.acts.append(Act(moment, case.key, act, by, values))

    def open(self, row: Open, due: int, life: Life, *, share: float) -> None:
        """Times of an open life, around the moment at which its present state began."""
        moves = _cut(life.moves, row.until)
        pivot = max(i for i, m in enumerate(moves) if m.act in ENTERING[row.state])
        by = {"owner": life.case.owner, "counsel": life.case.counsel}
        moves += [
            Move(life.dice.between(20, 200), more.act, by.get(more.by, more.by), more.values)
            for more in row.more
        ]
        falls = self.anchor.day(due)
        clock = regimes.row_for(CLOCK[row.state], falls, Traits())
        if clock is None:
            raise LookupError(f"no clock times the state {row.state}")
        day = self.anchor.entered(falls, clock.terms.length, clock.terms.unit)
        moment = at(day, Dice("entered", life.case.key).between(15, 455))
        end = self.anchor.lately(1)
        if row.state == "registered" and day >= self.anchor.today:
            moment, end = self.anchor.online(share), self.anchor.now
        elif moment > end:
            moment = self.anchor.lately(share)
        before = _backwards(moment, moves[: pivot + 1])
        after = forwards(moment, [Move(0, "", ""), *moves[pivot + 1 :]])[1:]
        if after and after[-1] > end:
            gap = (end - moment) / len(after)
            after = [moment + gap * (i + 1) for i in range(len(after))]
        self.write(life.case, moves, [*before, *after])


def _team(channel: str, dice: Dice) -> str:
    if channel in ("12315", "media"):
        return "12315 专班"
    return "客服一组" if dice.chance(0.54) else "客服二组"


def forwards(start: datetime, moves: list[Move]) -> list[datetime]:
    """When each move is made, the first at `start`."""
    times = [start]
    for move in moves[1:]:
        times.append(later(times[-1], max(1, move.wait)))
    return times


def _backwards(end: datetime, moves: list[Move]) -> list[datetime]:
    times = [end]
    for move in reversed(moves[1:]):
        times.insert(0, later(times[0], -max(1, move.wait)))
    return times


def _cut(moves: list[Move], until: str) -> list[Move]:
    """The moves up to the act, the second of its name for `act:2`."""
    name, _, count = until.partition(":")
    places = [i for i, move in enumerate(moves) if move.act == name]
    return moves[: places[int(count or 1) - 1] + 1]
