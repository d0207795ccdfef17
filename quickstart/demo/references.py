"""The two reference matters, each in three stages, told with care: a health product sold by
telephone with invented cures, and
members' identity and bank numbers sold by an employee.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from quickstart.demo import lives
from quickstart.demo.cases import Case
from quickstart.demo.counts import Open
from quickstart.demo.lives import Life, Move
from quickstart.demo.moments import at, workday
from quickstart.demo.people import consumer
from quickstart.demo.stories import references, stories

if TYPE_CHECKING:
    from quickstart.demo.plan import Plan


def tell(plan: Plan) -> None:
    """Put them at the head of the demo."""
    _sold_by_telephone(plan)
    _sold_by_an_employee(plan)


def _case(plan: Plan, story: str, product: int, person: str, **fixed: Any) -> Case:
    told = stories()[story]
    key = plan.key()
    return plan.case(
        replace(told, products=[told.products[product]]),
        team="客服一组",
        owner="agent",
        registrar="agent",
        channel="phone",
        loose=True,
        consumer=consumer(key, old=told.old, name=person),
        **fixed,
    )


def _sold_by_telephone(plan: Plan) -> None:
    words = references()
    asked = _case(
        plan, "capsule", 0, "王桂兰", words=words["cure"], title=0, narrative=0, counsel="counsel"
    )
    life = Life(asked).add(12, 18, "accept")
    life.add(2, 4, "told", only=["tx_living_consumption", "rt_demand_date", "rt_intact", "tx_loss"])
    life.add(40, 60, "call", text=words["call"]).add(240, 300, "evidence", item=0).add(
        4, 8, "evidence", item=1
    )
    life.add(20, 40, "evidence", item=3)
    life.add(10, 20, "checked", without=["fr_claim_disproved"])
    life.add(15, 30, "share", text=words["shared"])
    life.add(300, 400, "note", "counsel", text=words["counsels_note"])
    life.add(60, 120, "reply")
    plan.open(Open("investigating", (), "reply"), 0, life, share=0.9)

    read = _case(
        plan,
        "capsule",
        1,
        "韩凤霞",
        words={**words["cure"], "cure": "吃满三个月停掉降压药"},
        title=0,
        narrative=3,
        counsel="counsel",
    )
    life = lives.settled(read, sent_back=True)
    _swap_first_letter(life)
    _comment_on_it(life)
    plan.open(Open("in_review", (), "found"), 0, life, share=0.8)

    done = _case(
        plan, "capsule", 0, "赵春梅", words=words["cure"], title=0, narrative=2, counsel="counsel2"
    )
    life = lives.settled(done)
    start = workday(plan.anchor.today - timedelta(days=96), 0)
    plan.ended(life, at(start, 72))


def _swap_first_letter(life: Life) -> None:
    first = next(i for i, move in enumerate(life.moves) if move.act == "draft")
    life.moves[first] = replace(life.moves[first], values={"swap": references()["first_letter"]})


def _comment_on_it(life: Life) -> None:
    """Counsel marks the words before the proposal goes back."""
    back = next(i for i, move in enumerate(life.moves) if move.act == "send_back")
    life.moves[back:back] = [
        Move(12, "comment", life.case.counsel, words) for words in references()["comments"]
    ]


def _sold_by_an_employee(plan: Plan) -> None:
    words = references()
    asked = _case(plan, "sold_records", 0, "孙雪梅", title=0, narrative=0, counsel="counsel")
    life = Life(asked).add(6, 12, "accept")
    life.add(2, 4, "told", only=["pi_request", "tx_living_consumption"])
    life.add(15, 30, "call", text=words["security_call"]).add(150, 200, "evidence", item=0)
    life.add(
        20,
        40,
        "checked",
        only=[
            "conduct_date",
            "pi_employee_sold",
            "pi_leak",
            "pi_sensitive",
            "pi_leak_discovered_at",
        ],
    )
    life.add(5, 10, "share", text=words["shared_leak"])
    life.add(60, 120, "note", "counsel", text=words["duty_note"]).add(30, 60, "reply")
    plan.open(Open("investigating", (), "reply"), 1, life, share=0.7)

    read = _case(plan, "sold_records", 2, "周静怡", title=0, narrative=2, counsel="counsel2")
    life = lives.settled(read)
    plan.open(Open("in_review", (), "found"), 1, life, share=0.6)

    paid = _case(plan, "sold_records", 1, "马红霞", title=0, narrative=1, counsel="counsel")
    life = lives.settled(paid)
    plan.open(Open("executing", (), "keep"), 2, life, share=0.5)
