"""The whole demo as one list of acts in the order of time. Pure.

The counts are the tables of `counts.py`. Chance decides the rest, the same each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from quickstart.demo import binding, filed, lives, references, rights
from quickstart.demo.cases import Case
from quickstart.demo.counts import DECLINED, ENDED, MERGED, OPEN
from quickstart.demo.dice import Dice
from quickstart.demo.lives import TEAMS, Life, Move
from quickstart.demo.moments import Anchor, at, later, workday
from quickstart.demo.plan import Plan, forwards
from quickstart.demo.stage import Act
from quickstart.demo.stories import Story, as_story, refusals


def fits(how: dict[str, Any], way: Callable[..., Life]) -> Callable[[Story], bool]:
    """Which stories can go this way."""

    def able(story: Story) -> bool:
        sums = [m for m in story.measures if m.of or m.amount]
        if how.get("second_round") or how.get("decision") == "back_to_us" or way is lives.reopened:
            return bool(story.better)
        if how.get("waived"):
            return len(story.measures) > 1
        return bool(sums) if way is lives.unanswered else True

    return able


def make(anchor: Anchor) -> tuple[dict[str, Case], list[Act]]:
    """Every case and every act, oldest act first."""
    plan = Plan(anchor)
    references.tell(plan)
    _open(plan)
    spans = _ended(plan)
    _merged(plan, spans)
    _declined(plan)
    binding.tell(plan)
    filed.tell(plan)
    rights.tell(plan)
    return plan.cases, sorted(plan.acts, key=lambda act: (act.at, act.case))


def _open(plan: Plan) -> None:
    rows = [(row, due) for row in OPEN for due in row.due]
    for place, (row, due) in enumerate(rows):
        story = plan.deck.deal(fits(row.how, row.way))
        fixed: dict[str, Any] = {"unowned": row.unowned}
        if row.state == "registered":
            fixed["team"] = list(TEAMS)[place % 3]
            fixed["channel"] = (
                ("12315", "app", "phone", "web")[place % 4] if place % 3 < 2 else "12315"
            )
            if due > 0:
                fixed["channel"] = (
                    "12315" if place % 3 == 2 else ("app", "web", "wechat")[place % 3]
                )
        life = row.way(plan.case(story, **fixed), **row.how)
        plan.open(row, due, life, share=(place * 0.37) % 1)


def _ended(plan: Plan) -> list[tuple[Case, list[datetime], list[Move]]]:
    """Ended lives, spread over the last twelve months, more of them lately."""
    spans = []
    rows = [(way, how) for way, how, number in ENDED for _ in range(number)]
    for way, how in Dice("ended").shuffled(rows):
        story = plan.deck.deal(fits(how, way))
        case = plan.case(story, unowned=Dice("owned", plan.key()).chance(0.4))
        dice = Dice("when", case.key)
        life = way(case, brief=dice.chance(0.6), **how)
        recent = story.days.get("recent", 0) or (26 if dice.chance(0.08) else 0)
        ago = dice.between(8, recent) if recent else 14 + int(350 * dice.share() ** 1.2)
        day = workday(plan.anchor.today - timedelta(days=ago), 0)
        times = plan.ended(life, at(day, dice.between(5, 440)))
        spans.append((case, times, life.moves))
    return spans


def _merged(plan: Plan, spans: list[tuple[Case, list[datetime], list[Move]]]) -> None:
    """The same matter told twice: merged while the other case was being looked into."""
    able = [s for s in spans if any(m.act == "conclude" for m in s[2])]
    for case, times, moves in Dice("merged").shuffled(able)[:MERGED]:
        end = times[next(i for i, m in enumerate(moves) if m.act == "conclude")]
        twin = plan.case(case.story, like=case)
        same = twin.consumer is case.consumer
        text = SAME_PERSON if same else SAME_MATTER
        life = lives.merged(twin, into=case.key, text=text)
        start = later(times[0], Dice("twin", twin.key).between(30, 90))
        laid = forwards(start, life.moves)
        if laid[-1] >= end - timedelta(minutes=5):
            step = (end - start - timedelta(minutes=6)) / len(laid)
            laid = [start + step * i for i in range(len(laid))]
        plan.put_away(life, laid)


SAME_PERSON = "同一消费者就同一订单从另一渠道再次反映，并入原案一并办理，材料互相引用。"
SAME_MATTER = "同一商品、同一问题的投诉，由同一责任人一并调查，分别答复。"


def _declined(plan: Plan) -> None:
    dice = Dice("declined")
    for place in range(DECLINED):
        told = refusals()[place % len(refusals())]
        case = plan.case(as_story(told), channel=dice.pick(told.channels))
        life = lives.declined(case, reason=told.reason, text=told.explanation)
        ago = 4 + int(350 * dice.share() ** 1.2)
        day = workday(plan.anchor.today - timedelta(days=ago), 0)
        plan.ended(life, at(day, dice.between(5, 440)))


def fingerprint(acts: list[Act]) -> str:
    """SHA-256 (hex) of what is done, by which an interrupted load knows that it still has the same
    plan before it.
    """
    return hashlib.sha256("\n".join(_lines(acts)).encode()).hexdigest()


def _lines(acts: list[Act]) -> Iterator[str]:
    for act in acts:
        yield f"{act.at.isoformat()} {act.case} {act.name} {act.by} {sorted(act.values.items())!r}"
