"""How many complaints go which way, and which are open today: the tables of the demo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from quickstart.demo import lives
from quickstart.demo.lives import Life

COUNSEL = ("counsel", "counsel2")

# Ended: (way, how, number).
ENDED: tuple[tuple[Callable[..., Life], dict[str, Any], int], ...] = (
    (lives.settled, {}, 72),
    (lives.settled, {"sent_back": True}, 17),
    (lives.settled, {"second_round": True}, 13),
    (lives.settled, {"waived": True}, 12),
    (lives.settled, {"held": True}, 12),
    (lives.settled, {"slow": True}, 9),
    (lives.settled, {"handed": True}, 7),
    (lives.settled, {"reinvestigated": True}, 6),
    (lives.unanswered, {}, 10),
    (lives.withdrawn, {}, 20),
    (lives.decided_outside, {"decision": "execute"}, 5),
    (lives.decided_outside, {"decision": "execute", "after_offer": True}, 3),
    (lives.decided_outside, {"decision": "nothing_to_execute"}, 3),
    (lives.decided_outside, {"decision": "back_to_us", "after_offer": True}, 2),
    (lives.reopened, {}, 5),
)
DECLINED, MERGED = 20, 10


@dataclass(frozen=True)
class More:
    """An act after `until`, by the `owner` of the case, its `counsel`, or the system ("")."""

    act: str
    values: dict[str, Any] = field(default_factory=dict)
    by: str = "owner"


@dataclass(frozen=True)
class Open:
    """Open today: the state, the working days until its clock falls due (negative: overdue), and
    the act after which nothing more has happened.
    """

    state: str
    due: tuple[int, ...]
    until: str
    way: Callable[..., Life] = lives.settled
    how: dict[str, Any] = field(default_factory=dict)
    unowned: bool = False
    more: tuple[More, ...] = ()


COMMENTED = More(
    "comment",
    {"part": "explanation", "text": "请写明这一条为什么适用于本案，并注明所依据的证据编号。"},
    "counsel",
)
UNDER_CONDITIONS = More(
    "sign_under_conditions",
    {"conditions": ["请与消费者核对收款渠道，确认款项能够原路退回", "请把核对结果记入案卷"]},
    "counsel",
)
CONSULTED = More(
    "consult",
    {"text": "金额与查明的事实相符。函件对举证责任的说法是否妥当，请您看后给出意见。"},
    "counsel",
)
CHANGED_AFTERWARDS = More(
    "paper",
    {
        "title": "消费者补充的说明",
        "text": "{called}补充：当时客服还说过可以另行补偿，请一并考虑。",
        "proves": "消费者补充的情况，签署时还没有收到",
    },
)
OPEN = (
    Open("registered", (-1, 0, 0, 1, 1, 1, 1, 1), "register", unowned=True),
    Open("registered", (0, 0, 1, 1), "register"),
    Open("investigating", (5, 4), "accept"),
    Open("investigating", (4, 3, 2, 1, 0), "told"),
    Open("investigating", (3, 2, 1, 0, -1), "evidence"),
    Open("investigating", (2, 1, -2), "checked"),
    Open("investigating", (4, 3, 2), "evidence", more=(More("hold"),)),
    Open("investigating", (3,), "reinvestigate", how={"reinvestigated": True}),
    Open("investigating", (4,), "reopen", way=lives.reopened),
    Open("resolving", (2, 1, 1, 2, -1), "conclude"),
    Open("resolving", (1, 2), "draft"),
    Open("resolving", (2, 1, 0), "send_back", how={"sent_back": True}),
    Open("resolving", (2,), "refuse", how={"second_round": True}),
    Open("in_review", (0,), "submit", more=(COMMENTED,)),
    Open("in_review", (1,), "submit", more=(UNDER_CONDITIONS,)),
    Open("in_review", (0,), "submit:2", how={"sent_back": True}, more=(CONSULTED,)),
    Open("in_review", (-1,), "submit", more=(UNDER_CONDITIONS, CHANGED_AFTERWARDS)),
    Open("offered", (7, 6, 4, 3, 1), "sign"),
    Open("offered", (5, 2), "sign:2", how={"second_round": True}),
    Open("executing", (5, 4, 3, 2, 0), "agree"),
    Open("executing", (4, 1, -1), "keep"),
    Open("external", (28, 19, 9), "refer_out", way=lives.decided_outside),
    Open("external", (33, 14), "refer_out", way=lives.decided_outside, how={"after_offer": True}),
)
CLOCK = {
    "registered": "accept",
    "investigating": "investigate",
    "resolving": "draft",
    "in_review": "counsel_review",
    "offered": "consumer_reply",
    "executing": "execution",
    "external": "external_decision",
}
ENTERING = {
    "registered": ("register",),
    "investigating": ("accept", "reinvestigate", "reopen"),
    "resolving": ("conclude", "send_back", "refuse"),
    "in_review": ("submit",),
    "offered": ("sign",),
    "executing": ("agree",),
    "external": ("refer_out",),
}
