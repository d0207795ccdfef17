"""What the demo shows of personal data: requests of consumers about their own, in every stage, and
people who looked for somebody or were refused. Told after all other cases, so that those stay as
they are. Words stand in `stories/rights.yaml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickstart.demo import lives
from quickstart.demo.cases import Case
from quickstart.demo.filed import HELD, OPEN, SHOWN
from quickstart.demo.stories import rights

if TYPE_CHECKING:
    from quickstart.demo.plan import Plan

COUNSEL, OTHER = "counsel", "counsel2"
WORKING = ("told", "evidence", "checked")  # a case is under investigation after these


def tell(plan: Plan) -> None:
    """Five requests; a few searches and refusals."""
    words, cases = rights(), _working(plan)
    stages = ("checking", "deciding", "granted", "refused", "withdrawn")
    for share, (stage, case) in enumerate(zip(stages, cases, strict=False)):
        at = 0.3 + share * 0.03
        asked = {"stage": stage, "received": plan.anchor.day(-2 * share - 1).isoformat()}
        plan.lately(case, "ask_about_data", case.owner, at, **asked)
        if stage == "checking":
            plan.lately(
                case, "check_who_asks", case.owner, at, passed="0", text=words["unverified"]
            )
        elif stage == "withdrawn":
            plan.lately(case, "decide_on_data", case.owner, at, stage=stage)
        else:
            plan.lately(case, "check_who_asks", case.owner, at, passed="1", text=words["verified"])
        if stage in ("granted", "refused"):
            plan.lately(case, "decide_on_data", OTHER, at, stage=stage)
        if stage == "refused":
            plan.lately(case, "answer_on_data", lives.SUPERVISOR, at)
    if cases:
        _looked_for(plan, cases[0])


def _working(plan: Plan) -> list[Case]:
    """Those that are under investigation, the agent's first."""
    last = {act.case: act.name for act in sorted(plan.acts, key=lambda act: act.at)}
    found = [
        case
        for key, case in plan.cases.items()
        if last.get(key) in WORKING and case.owner and key not in (HELD, OPEN, SHOWN)
    ]
    return sorted(found, key=lambda case: case.owner != "agent")


def _looked_for(plan: Plan, case: Case) -> None:
    for share, by in ((0.5, "agent"), (0.55, lives.SUPERVISOR)):
        plan.lately(case, "look_for", by, share, what="phone")
    plan.lately(case, "look_for", "agent", 0.6, what="nobody")
    plan.lately(case, "knock", "agent2", 0.65)
