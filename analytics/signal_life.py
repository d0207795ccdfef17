"""The life of a signal: states, steps, who takes them, what must hold. Read it like
`complaints/lifecycle.py`.

Nothing else changes a state; `acting.take` is the only door and reads this table. A guard answers
with a sentence (why not, and what to do) or with nothing; the same sentence greys the button and
stands in the refusal. Auditors read and take no step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

Text = str | Promise
MAY = "manage_signals"  # of supervisors; the row says whose cases are concerned


class Kind(models.TextChoices):
    """What is out of the ordinary."""

    SPIKE = "spike", gettext_lazy("数量激增")
    CAUSE = "cause", gettext_lazy("共同来源")
    TERM = "term", gettext_lazy("新出现的说法")
    COPIES = "copies", gettext_lazy("内容雷同")


class State(models.TextChoices):
    """The six states."""

    NEW = "new", pgettext_lazy("signal", "新发现")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("signal", "已受理")
    CONFIRMED = "confirmed", pgettext_lazy("signal", "已确认")
    FALSE = "false", pgettext_lazy("signal", "误报")
    ACTION = "action", pgettext_lazy("signal", "整改中")
    EFFECT_CHECKED = "effect_checked", pgettext_lazy("signal", "效果已核查")


OPEN_STATES: tuple[str, ...] = (
    State.NEW.value,
    State.ACKNOWLEDGED.value,
    State.CONFIRMED.value,
    State.ACTION.value,
)


@dataclass(frozen=True)
class Situation:
    """What a guard may look at: the signal, and its corrective actions that were not cancelled."""

    signal: Any
    actions: Sequence[Any]
    today: date


@dataclass(frozen=True)
class Step:
    """One row of the table. `reason`: whether one has to be written. `own`: whether whoever takes
    it becomes the owner where there is none.
    """

    code: str
    title: Text
    sources: tuple[State, ...]
    to: State
    guards: tuple[Callable[[Situation], str], ...] = ()
    reason: bool = False
    hint: Text = ""
    own: bool = False


def has_an_action(s: Situation) -> str:
    """Curing begins with somebody who does something until a day."""
    return "" if s.actions else _("还没有整改措施；请先登记一项，写明负责人和期限")


def actions_are_done(s: Situation) -> str:
    """The effect of what is not done cannot be checked."""
    return nothing_goes_on(s) if s.actions else has_an_action(s)


def nothing_goes_on(s: Situation) -> str:
    """What is being done about it ends first."""
    waiting = [a for a in s.actions if a.state == "open"]
    words = _("还有 {n} 项整改措施没有完成；请先完成或者取消")
    return words.format(n=len(waiting)) if waiting else ""


def effect_is_measured(s: Situation) -> str:
    """For each of them, also when the answer is that nobody can tell."""
    waiting = [a for a in s.actions if a.state == "done"]
    words = _("还有 {n} 项措施没有核查效果；请在措施上按“核查效果”")
    return words.format(n=len(waiting)) if waiting else ""


_BEFORE_ACTION = (State.NEW, State.ACKNOWLEDGED, State.CONFIRMED)
STEPS: dict[str, Step] = {
    step.code: step
    for step in (
        Step(
            "acknowledge",
            pgettext_lazy("signal step", "受理"),
            (State.NEW,),
            State.ACKNOWLEDGED,
            hint=gettext_lazy("由您负责查明是不是真的，以及为什么。"),
            own=True,
        ),
        Step(
            "confirm",
            pgettext_lazy("signal step", "确认属实"),
            (State.ACKNOWLEDGED,),
            State.CONFIRMED,
            reason=True,
            hint=gettext_lazy("写明查看了什么、凭什么认定属实。"),
            own=True,
        ),
        Step(
            "dismiss",
            pgettext_lazy("signal step", "认定误报"),
            (*_BEFORE_ACTION, State.ACTION),
            State.FALSE,
            guards=(nothing_goes_on,),
            reason=True,
            hint=gettext_lazy("写明为什么不是真的；本次波动结束以前不会再为它报警。"),
        ),
        Step(
            "act",
            pgettext_lazy("signal step", "开始整改"),
            (State.CONFIRMED,),
            State.ACTION,
            guards=(has_an_action,),
            own=True,
        ),
        Step(
            "check_effect",
            pgettext_lazy("signal step", "结束整改"),
            (State.ACTION,),
            State.EFFECT_CHECKED,
            guards=(actions_are_done, effect_is_measured),
            reason=True,
            hint=gettext_lazy("写明效果如何，是否还要做什么。"),
        ),
        Step(
            "reopen",
            pgettext_lazy("signal step", "重新核实"),
            (State.FALSE, State.EFFECT_CHECKED),
            State.ACKNOWLEDGED,
            reason=True,
            hint=gettext_lazy("写明为什么原来的结论不成立。"),
            own=True,
        ),
    )
}
# Beside the steps, in the history of a signal:
FOUND, OWNER = "found", "owner"
ALSO: dict[str, Text] = {
    FOUND: pgettext_lazy("signal step", "系统发现"),
    OWNER: pgettext_lazy("signal step", "变更负责人"),
}


def title_of(code: str) -> Text:
    """A step, or what stands beside them, in words."""
    return STEPS[code].title if code in STEPS else ALSO.get(code, code)


def steps_from(state: str) -> list[Step]:
    """The rows that begin there, in the order of the table."""
    return [step for step in STEPS.values() if state in step.sources]


def refusal(step: Step, situation: Situation) -> str:
    """The first sentence that stands in the way, "" for none."""
    if situation.signal.state not in step.sources:
        state = State(situation.signal.state).label
        words = _("这个信号现在是“{state}”，不能“{step}”；请刷新页面再看")
        return words.format(state=state, step=step.title)
    return next(filter(None, (guard(situation) for guard in step.guards)), "")
