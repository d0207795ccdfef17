"""What the demo shows of the file as evidence: files whose time is over, destroyed and about to be,
a legal hold, evidence withdrawn and linked, readings, and the night's seal. Told after all other
cases, so that those stay as they are. Words stand in `stories/filed.yaml`.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from complaints.workdays import SHANGHAI
from quickstart.demo import lives
from quickstart.demo.lives import Life, Move
from quickstart.demo.moments import at, later, workday
from quickstart.demo.plan import forwards
from quickstart.demo.stage import Act
from quickstart.demo.stories import Refusal, as_story, filed, refusals

if TYPE_CHECKING:
    from quickstart.demo.plan import Plan

YEARS = timedelta(days=3 * 365 + 1)  # that a file is kept
GONE = timedelta(days=-30)  # the time of the first one was over then
SOON = timedelta(days=3)
OPEN, SHOWN, HELD = "demo-026", "demo-001", "demo-003"
SUPERVISOR, COUNSEL = lives.SUPERVISOR, "counsel"


def tell(plan: Plan) -> None:
    """Everything, in the order in which one would tell it."""
    told = refusals()
    gone = _old(plan, told[0], GONE)
    first = at(workday((plan.anchor.now - timedelta(days=35)).date(), -1), 100)
    _put(plan, first, gone, "propose", "")
    for days, by in ((1, SUPERVISOR), (2, COUNSEL)):
        _put(plan, later(first, days * lives.DAY), gone, "review_file", by, agree=True)
    plan.lately(plan.cases[gone], "destroy", "", 0.2)
    _proposed(plan, told[1:4])
    _around_the_held_one(plan)
    plan.lately(plan.cases[OPEN], "withdraw_item", plan.cases[OPEN].owner, 0.5)
    plan.lately(plan.cases[SHOWN], "link_items", plan.cases[SHOWN].owner, 0.55)
    _seal_of_the_night(plan)


def _old(plan: Plan, told: Refusal, over: timedelta) -> str:
    """A case of long ago that was not taken up; its time is over then."""
    case = plan.case(as_story(told), team="客服一组", owner="agent", registrar="agent")
    case.channel = told.channels[0]
    life = Life(case).add(20, 60, "share", text=filed()["shared"])
    life.add(60, 200, "decline", SUPERVISOR, reason=told.reason, text=told.explanation)
    start = at(workday(plan.anchor.today - YEARS + over, 0), 30)
    times = forwards(start, life.moves)
    life.moves.append(Move(0, "archive", SUPERVISOR))
    times.append(later(times[-1], 6 * lives.DAY))
    if over < timedelta(0):  # the worker comes too late for one that is destroyed before
        life.moves.append(Move(0, "seal", ""))
        times.append(times[-1] + timedelta(minutes=3))
    plan.write(case, life.moves, times)
    return case.key


def _proposed(plan: Plan, told: list[Refusal]) -> None:
    """Three files that may be destroyed in some weeks: one waits for the second reviewer, one has
    both, one is kept on.
    """
    keys = [_old(plan, each, SOON + timedelta(days=n)) for n, each in enumerate(told)]
    moment = at(plan.anchor.day(-4), 20)
    _put(plan, moment, keys[0], "propose", "")
    until = (plan.anchor.now + timedelta(days=366)).date().isoformat()
    kept: dict[str, Any] = {"agree": False, "reason": filed()["kept_reason"], "until": until}
    said: tuple[tuple[int, str, dict[str, Any]], ...] = (
        (0, SUPERVISOR, {"agree": True}),
        (1, SUPERVISOR, {"agree": True}),
        (1, COUNSEL, {"agree": True}),
        (2, COUNSEL, kept),
    )
    for n, (which, by, values) in enumerate(said, 1):
        _put(plan, moment + timedelta(minutes=40 * n), keys[which], "review_file", by, **values)


def _around_the_held_one(plan: Plan) -> None:
    """Sued over by somebody else: kept as it is, and read by those whom that concerns."""
    case = plan.cases[HELD]
    plan.lately(case, "read", SUPERVISOR, 0.6)
    plan.lately(case, "read", COUNSEL, 0.65)
    plan.lately(case, "place_hold", COUNSEL, 0.7)
    plan.lately(case, "read", "auditor", 0.9)


def _seal_of_the_night(plan: Plan) -> None:
    """What happened until yesterday's end lies in a block of that day, which is anchored as soon as
    the worker runs.
    """
    midnight = datetime.combine(plan.anchor.now.astimezone(SHANGHAI).date(), time(), SHANGHAI)
    last = max((act for act in plan.acts if act.at < midnight), key=lambda act: act.at)
    moment = max(midnight - timedelta(minutes=2), last.at + timedelta(seconds=1))
    _put(plan, moment, last.case, "seal_record", "")


def _put(plan: Plan, moment: datetime, key: str, act: str, by: str, **values: Any) -> None:
    plan.acts.append(Act(moment, key, act, by, values))
