"""What the demo shows of an offer that binds: told after all other cases, so that those stay as
they are. Words stand in `stories/binding.yaml`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from quickstart.demo import lives
from quickstart.demo.cases import Case
from quickstart.demo.counts import More, Open
from quickstart.demo.lives import Move
from quickstart.demo.moments import at, workday
from quickstart.demo.people import consumer
from quickstart.demo.stories import binding, references, stories

if TYPE_CHECKING:
    from quickstart.demo.plan import Plan

ARRIVED = More("mail_report", {"action": "delivered", "status": "2.0.0"}, "")
CAME_BACK = More("mail_report", {"action": "failed", "status": "5.1.1"}, "")
DAY = lives.DAY


def tell(plan: Plan) -> None:
    """An approval that waits, letters that arrived and came back, a consumer who is not satisfied
    and one who is to be called, money that is overdue, a list of payments, a mass case.
    """
    _waits_for_the_supervisor(plan)
    for story, report in (("fryer", ARRIVED), ("shoes", CAME_BACK)):
        case = _case(plan, story, email=True)
        plan.open(Open("offered", (), "sign", more=(report,)), 4, lives.settled(case), share=0.3)
    _overdue(plan)
    _ended(plan, "parcel_lost", email=True, rated=binding()["dissatisfied"])
    _ended(plan, "opened_box", email=False)
    first = plan.cases["demo-001"]
    plan.lately(first, "mass_case", lives.SUPERVISOR, 0.95, **binding()["mass"])
    plan.lately(plan.cases["demo-006"], "pay_by_list", lives.SUPERVISOR, 0.97)


def _case(plan: Plan, story: str, *, email: bool) -> Case:
    key, told = plan.key(), stories()[story]
    person = consumer(key, old=told.old)
    values = {name: value for name, value in person.values.items() if name != "email"}
    if email:
        values["email"] = f"{key}@example.com"
    return plan.case(
        told,
        consumer=replace(person, values=values),
        team="客服一组",
        owner="agent",
        registrar="agent",
        channel="web",
        counsel="counsel",
    )


def _waits_for_the_supervisor(plan: Plan) -> None:
    """Sold by telephone: 15,920 yuan are more than an agent may offer alone."""
    case = _case(plan, "capsule", email=True)
    case.product, case.words = dict(case.story.products[0]), references()["cure"]
    life = lives.settled(case)
    life.moves = [
        replace(move, values={"waits": True}) if move.act == "submit" else move
        for move in life.moves
    ]
    plan.open(Open("in_review", (), "submit"), 1, life, share=0.6)


def _overdue(plan: Plan) -> None:
    """Money that should have been paid days ago."""
    life = lives.settled(_case(plan, "swing_tag", email=True))
    life.moves = [
        replace(move, values={"days": 8}) if move.act == "draft" else move for move in life.moves
    ]
    plan.open(Open("executing", (), "agree"), -3, life, share=0.5)


def _ended(plan: Plan, story: str, *, email: bool, rated: dict[str, Any] | None = None) -> None:
    """Closed a few days ago; what the consumer says of it, if anything."""
    life = lives.settled(_case(plan, story, email=email), brief=True)
    life.moves = [move for move in life.moves if move.act != "rate"]
    if rated is not None:
        life.moves.append(Move(DAY // 2, "rate", "", rated))
    plan.ended(life, at(workday(plan.anchor.today - timedelta(days=5), 0), 60))
