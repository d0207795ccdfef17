"""The ways a complaint may go, as lists of moves: how long after the one before (minutes of working
time), which act, by whom.

A life that is to be open today ends early: `until` names the act after which nothing more has
happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from quickstart.demo.cases import Case
from quickstart.demo.dice import Dice
from quickstart.demo.moments import PER_DAY
from quickstart.demo.stories import common

DAY = PER_DAY
SUPERVISOR = "supervisor"
TEAMS = {
    "客服一组": ("agent", "xu.wenjing", "gao.yang"),
    "客服二组": ("agent2", "ma.xiao"),
    "12315 专班": ("luo.jianing", "luo.jianing", "agent"),
}


@dataclass(frozen=True)
class Move:
    """One act of a life, `wait` minutes of working time after the one before."""

    wait: int
    act: str
    by: str
    values: dict[str, Any] = field(default_factory=dict)


class Life:
    """A life being put together. Every method adds moves and answers the life, so that a way reads
    as a sentence.
    """

    def __init__(self, case: Case, **how: Any) -> None:
        self.case, self.how = case, how
        self.dice = Dice("life", case.key)
        self.moves: list[Move] = []
        self.brief = bool(how.get("brief"))  # the answers to all questions come at once
        self.add(0, 0, "register", case.registrar)

    def add(self, low: int, high: int, act: str, by: str | None = None, **values: Any) -> Life:
        """One move after so many minutes."""
        who = self.case.owner if by is None else by
        self.moves.append(Move(self.dice.between(low, high), act, who, values))
        return self

    def maybe(
        self, share: float, low: int, high: int, act: str, by: str | None = None, **values: Any
    ) -> Life:
        """The move, in so large a share of lives."""
        return self.add(low, high, act, by, **values) if self.dice.chance(share) else self

    @property
    def slow(self) -> int:
        """How much longer things take when the life is to be a slow one."""
        return 2 if self.how.get("slow") else 1

    # --- the parts of a life

    def taken_up(self) -> Life:
        """Given to its owner, accepted, the consumer heard."""
        if self.case.unowned:
            hidden = self.case.story.confidential  # as long as it has no owner, only leads see it
            by = SUPERVISOR if hidden or self.dice.chance(0.6) else self.case.owner
            self.add(10, 150, "assign", by, to=self.case.owner)
        self.add(8, 120, "accept")
        if not self.brief:
            self.add(3, 25, "told")
        return self.maybe(0.45, 20, 200, "call")

    def looked_into(self) -> Life:
        """Evidence gathered and answers checked."""
        files = len(self.case.story.evidence)
        promises = Dice("promise", self.case.key)  # its own: it moves nothing else of the life
        promised = promises.chance(0.2)
        if promised:
            self.moves.append(Move(promises.between(2, 20), "promise", self.case.owner))
        self.add(30 * self.slow, 300 * self.slow, "evidence", item=0)
        for item in range(1, files):
            self.add(10, 260, "evidence", item=item)
        if self.how.get("held"):
            self.add(20, 90, "hold").add(DAY, 3 * DAY, "written").add(15, 90, "resume")
        else:
            self.maybe(0.15, 20, 240, "written")
        if self.how.get("handed"):
            self.handed_over()
        self.add(10, 200, "answered" if self.brief else "checked")
        if promised:
            self.moves.append(Move(promises.between(5, 90), "keep_word", self.case.owner))
        self.maybe(0.05, 5, 60, "edit", fields={"priority": "urgent"})
        self.maybe(0.25, 10, 120, "note")
        return self.maybe(0.2, 10, 180, "reply")

    def handed_over(self) -> Life:
        """To a colleague of the same team, or back to its queue and on from there."""
        team = TEAMS[self.case.team]
        to = next(name for name in team if name != self.case.owner)
        if self.dice.chance(0.4):
            self.add(20, 200, "back_to_queue").add(20, 120, "assign", SUPERVISOR, to=to)
        else:
            self.add(20, 200, "assign", to=to)
        self.case.owner = to
        return self

    def concluded(self) -> Life:
        return self.add(60, 500 * self.slow, "conclude")

    def proposed(self, **values: Any) -> Life:
        """Drafted and with counsel."""
        self.add(20, 240 * self.slow, "draft", **values)
        return self.add(10, 60, "submit")

    def signed(self) -> Life:
        """Read and signed by counsel, perhaps after a return."""
        if self.how.get("reinvestigated"):
            self.add(60, 240, "reinvestigate", self.case.counsel)
            self.add(60, 300, "call").concluded().proposed()
        if self.how.get("sent_back"):
            self.add(60, 260, "send_back", self.case.counsel)
            self.add(60, 300, "draft").add(10, 40, "submit")
        if self.case.story.counsel:
            self.add(10, 60, "found", self.case.counsel)
        return self.add(15, 140 * self.slow, "sign", self.case.counsel)

    def answered(self) -> Life:
        """The consumer agrees, perhaps in the second round only."""
        if self.how.get("second_round"):
            self.add(DAY // 2, 3 * DAY, "refuse")
            self.maybe(0.6, 30, 240, "call")
            self.proposed(better=True).signed()
        self.maybe(0.2, 30, 400, "call", text=self.dice.pick(ANSWER_CALLS))
        return self.add(DAY // 3, int(2.5 * DAY), "agree")

    def carried_out(self) -> Life:
        """What was promised is kept, or given up in writing."""
        self.add(DAY // 3, int(1.2 * DAY) * self.slow, "keep")
        if self.how.get("waived"):
            text = self.dice.pick(common().waived)
            self.add(
                60, 300, "paper", title="消费者书面声明", text=text, proves="消费者放弃其余部分"
            )
            self.add(10, 60, "waive")
        self.add(40, DAY // 2, "keep", all=True)
        return self.add(20, 240, "complete").rated()

    def rated(self) -> Life:
        """Two of three consumers say how it was."""
        rates = Dice("rate", self.case.key)  # its own: it moves nothing else of the life
        if rates.chance(0.66):
            score, solved, comment = rates.pick(RATED)
            values = {"score": score, "solved": solved, "comment": comment}
            wait = rates.between(DAY // 8, 2 * DAY)
            self.moves.append(Move(wait, "rate", "", values))
        return self


RATED: tuple[tuple[int, bool, str], ...] = (
    (5, True, "处理得很快，也说清楚了为什么。"),
    (5, True, ""),
    (4, True, "款项按说好的日子到账了。"),
    (4, True, "结果满意，就是中间等得久了些。"),
    (5, True, "接电话的人很耐心。"),
    (4, True, ""),
    (5, True, ""),
    (4, True, "第一次投诉，比我想的顺利。"),
    (3, True, "一开始让我重复讲了两遍经过。"),
    (2, True, "问题解决了，但每次都要我打电话来问。"),
    (1, False, "说是办结了，可同样的问题又出现了，希望换个人再看看。"),
)
ANSWER_CALLS = (
    "回访{called}，对方已收到处理意见，对金额没有异议，说与家人商量后答复。",
    "电话说明处理意见第二项的计算方法，{called}表示听明白了，稍后确认。",
    "{called}来电询问款项多久到账，已说明自同意之日起按函中期限退回。",
)


def settled(case: Case, **how: Any) -> Life:
    """Investigated, proposed, signed, agreed, kept, closed."""
    life = Life(case, **how).taken_up().looked_into().concluded()
    life.proposed().signed().answered()
    if not case.story.measures:
        return life
    return life.carried_out()


def unanswered(case: Case, **how: Any) -> Life:
    """The consumer never answers; what the law owes is paid all the same."""
    life = Life(case, **how).taken_up().looked_into().concluded().proposed().signed()
    life.add(
        13 * DAY, 14 * DAY, "call", text="多次致电{called}未接通，已按依法应付的金额执行退款。"
    )
    return life.carried_out()


def declined(case: Case, **how: Any) -> Life:
    """Not taken up, with the other ways told."""
    life = Life(case, **how)
    life.maybe(0.7, 10, 90, "call", text="向{called}核对基本情况，并说明本企业能够处理的范围。")
    return life.add(40, 360, "decline", SUPERVISOR, reason=how["reason"], text=how["text"])


def withdrawn(case: Case, **how: Any) -> Life:
    """The consumer takes it back; asked by the agent, confirmed by the supervisor."""
    life = Life(case, **how).taken_up()
    if life.dice.chance(0.6):
        life.add(60, DAY, "evidence", item=0)
    words = life.dice.pick(common().withdrawn)
    life.maybe(0.6, 60, 300, "call")
    life.add(60, 2 * DAY, "ask_withdrawal", text=words)
    return life.add(20, 300, "withdraw", SUPERVISOR, text=words)


def merged(case: Case, **how: Any) -> Life:
    """The same matter as another case, which goes on."""
    life = Life(case, **how)
    if life.dice.chance(0.5):
        life.taken_up()
    return life.add(20, 200, "merge", into=how["into"], text=how["text"])


def decided_outside(case: Case, **how: Any) -> Life:
    """Taken to a mediator, arbitrator or court; their decision is carried out."""
    life = Life(case, **how)
    _outside(life, how)
    end = how.get("decision", "execute")
    life.add(
        9 * DAY,
        30 * DAY,
        "paper",
        case.counsel,
        title=DECISION_TITLES[end],
        text=life.dice.pick(common().decisions[end]),
        source="外部机构",
        proves="外部处理结果",
    )
    life.add(
        20, 120, "decided", case.counsel, outcome=end, text=life.dice.pick(common().decisions[end])
    )
    if end == "back_to_us":
        life.proposed(better=True).signed().answered()
    return life.carried_out() if end != "nothing_to_execute" else life


DECISION_TITLES = {
    "execute": "调解书",
    "nothing_to_execute": "终止调解决定书",
    "back_to_us": "调解告知书",
}


def _outside(life: Life, how: dict[str, Any]) -> None:
    life.taken_up().looked_into()
    if how.get("after_offer"):
        life.concluded().proposed().signed().add(
            DAY, 3 * DAY, "call", text="{called}明确不接受，表示已向外部机构反映。"
        )
    else:
        life.add(
            30, 120, "share", text="消费者已向外部机构反映，请法务提前了解案情并准备答复材料。"
        )
    life.add(60, DAY, "refer_out", SUPERVISOR, **life.dice.pick(common().external))


def reopened(case: Case, **how: Any) -> Life:
    """Closed once, opened again because the consumer objects, and closed for good."""
    life = settled(case, **how)
    life.add(3 * DAY, 8 * DAY, "reopen", SUPERVISOR)
    life.add(60, 300, "call", text="{called}补充了新的情况：款项到账后问题再次出现，要求一并解决。")
    life.concluded().proposed(better=True).signed()
    return life.add(DAY // 2, 2 * DAY, "agree").carried_out()
