"""Making a clock longer (延长): whether it may be, how often, by how much, and who approves.

The row of the table of clocks says it (`extend`). Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from complaints import clock_words, regimes
from complaints.choices import RUNS, DeadlineNature, DeadlineState
from complaints.errors import Invalid
from complaints.models import Deadline, Extension
from complaints.workdays import SHANGHAI
from legal_rules.deadline_terms import Extend


@dataclass(frozen=True)
class Offer:
    """What may be asked for next: `total` tells whether `most` is the whole length or so much more;
    `least` is the smallest that makes the clock longer.
    """

    most: int
    least: int
    unit: str
    total: bool
    by_role: Role
    tell_consumer: bool

    @property
    def words(self) -> str:
        """最多延长至共 30 日 / 最多再延长 5 个工作日."""
        length = clock_words.length_in_words(self.most, self.unit)
        text = _("最多延长至共 {length}") if self.total else _("最多再延长 {length}")
        return text.format(length=length)


def rule_of(deadline: Deadline) -> Extend | None:
    """How the clock may be extended; None where it may not."""
    row = regimes.row(deadline.entry)
    return row.extend if row else None


def offer(deadline: Deadline) -> Offer | None:
    """The next extension; None where there is none (any more)."""
    rule, times = rule_of(deadline), deadline.extensions
    if rule is None or times >= rule.at_most:
        return None
    role, tell = Role(rule.by_role), rule.tell_consumer
    if rule.by is not None:
        return Offer(rule.by, 1, rule.unit, False, role, tell)
    same_unit = rule.unit == deadline.terms.get("unit")
    before = _length_now(deadline) if same_unit else 0
    return Offer(rule.to[times], before + 1, rule.unit, True, role, tell)


def _length_now(deadline: Deadline) -> int:
    """The whole length with the extensions so far."""
    length = int(deadline.terms.get("length", 0))
    for extension in deadline.explanation.get("extended", ()):
        length = extension.get("to", length + extension.get("by", 0))
    return length


def why_not(deadline: Deadline, now: datetime, waiting: Sequence[Extension] | None = None) -> str:
    """Why no extension can be asked for now; "" when it can. `waiting`: requests already read."""
    if deadline.state not in RUNS:
        return _("“{clock}”已经结束，不能延长").format(clock=clock_words.title_of(deadline))
    rule = rule_of(deadline)
    if rule is None:
        return _never(deadline)
    if deadline.extensions >= rule.at_most:
        return _("“{clock}”最多延长 {n} 次，已经用完；不能再延长").format(
            clock=clock_words.title_of(deadline), n=rule.at_most
        )
    if deadline.due_at <= now and deadline.state == DeadlineState.RUNNING:
        return over(deadline)
    if waiting is None:
        waiting = list(deadline.extension_requests.filter(decision=""))
    if any(request.decision == "" for request in waiting):
        return _("已有一项延长申请等待批准；请等决定之后再申请")
    return ""


def over(deadline: Deadline) -> str:
    """The sentence for a clock that is past its due instant."""
    due = deadline.due_at.astimezone(SHANGHAI)
    return _("“{clock}”已于 {at} 届满；期限届满之后不能延长").format(
        clock=clock_words.title_of(deadline),
        at=clock_words.marked(
            f"{due:%Y-%m-%d} {clock_words.time_of_day(due)}", provisional=deadline.provisional
        ),
    )


def _never(deadline: Deadline) -> str:
    clock = clock_words.title_of(deadline)
    if deadline.nature == DeadlineNature.STATUTORY:
        return _("“{clock}”是法定期限，法定期限不得延长").format(clock=clock)
    if deadline.nature == DeadlineNature.PROMISED:
        return _("“{clock}”是对消费者的承诺，不能由我方单方延长").format(clock=clock)
    return _("“{clock}”不能延长；期限表没有为它规定延长").format(clock=clock)


def terms(deadline: Deadline, length: Any) -> dict[str, Any]:
    """What `clock.EXTENDED` takes for a length that was asked for; without one the most.

    Raises Invalid for a length that is none, too much or no longer than now.
    """
    found = offer(deadline)
    if found is None:
        raise Invalid({"extension": [_never(deadline)]})
    raw = str(length).strip() if isinstance(length, (int, str)) else "?"
    if isinstance(length, bool) or not (raw == "" or (raw.isascii() and raw.isdigit())):
        raise Invalid({"length": [_("请填写正整数；{most}").format(most=found.words)]})
    wanted = int(raw[:9]) if raw else found.most
    if wanted > found.most:
        raise Invalid({"length": [_("超过上限：{most}").format(most=found.words)]})
    if wanted < found.least:
        least = clock_words.length_in_words(found.least, found.unit)
        raise Invalid({"length": [_("延长之后不比现在长；至少 {length}").format(length=least)]})
    return {"to" if found.total else "by": wanted, "unit": found.unit}


def in_words(asked: dict[str, Any]) -> str:
    """延长至共 30 日 / 延长 5 个工作日."""
    if "to" in asked:
        length = clock_words.length_in_words(asked["to"], asked["unit"])
        return _("延长至共 {length}").format(length=length)
    return _("延长 {length}").format(length=clock_words.length_in_words(asked["by"], asked["unit"]))


def may_decide(deadline: Deadline, extension: Extension, by: User) -> str:
    """Why the person may not decide about the request; "" when so. The person sees the case."""
    rule = rule_of(deadline)
    role = Role(rule.by_role) if rule else Role.SUPERVISOR
    if extension.requested_by_id == by.pk:
        return _("申请人不能决定自己的申请；须由另一位{role}决定").format(role=str(role.label))
    leads = role != Role.SUPERVISOR or deadline.complaint.team_id in by.led_team_ids
    if not (by.is_active and by.is_(role) and leads):
        return _("延长须由{role}批准").format(role=str(role.label))
    return ""
