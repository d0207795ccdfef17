"""What must hold before a step: one function per promise, answering with a sentence (why not, what
to do) or with nothing. What was sent with the step is looked at in `step_checks.py`.

Guards ask a `Situation`, which knows the case, the person, the moment and what was sent; they read
no database and import no model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _


class Situation(Protocol):
    """What a guard may look at.

    `now` is read once per request; properties that cost a query are cached by the implementation.
    """

    complaint: Any
    by: Any
    now: datetime
    via: str
    reauthenticated_at: datetime | None
    taking: bool

    def field(self, name: str) -> Any:
        """The value sent for a field; None when it was not sent or is blank."""

    @property
    def consumer_channels(self) -> Sequence[str]: ...
    @property
    def missing_facts(self) -> Sequence[dict[str, Any]]: ...
    @property
    def evidence_numbers(self) -> frozenset[int]: ...
    @property
    def resolution(self) -> Any: ...
    @property
    def open_in_letter(self) -> Sequence[str]: ...
    @property
    def signatures(self) -> Sequence[Any]: ...
    @property
    def signatures_needed(self) -> int: ...
    @property
    def why_two(self) -> str: ...
    @property
    def approval(self) -> Any: ...
    @property
    def whom_to_ask(self) -> str: ...
    @property
    def open_conditions(self) -> Sequence[Any]: ...
    @property
    def comments(self) -> Sequence[Any]: ...
    @property
    def open_consults(self) -> Sequence[Any]: ...
    @property
    def drafters(self) -> frozenset[int]: ...
    @property
    def named_people(self) -> frozenset[int]: ...
    @property
    def recused(self) -> frozenset[int]: ...
    @property
    def stands_in_for(self) -> frozenset[int]: ...
    @property
    def has_something_to_execute(self) -> bool: ...
    @property
    def open_commitments(self) -> Sequence[Any]: ...
    @property
    def unproven_commitments(self) -> Sequence[Any]: ...
    @property
    def analysis_is_stale(self) -> bool: ...
    @property
    def offer_is_below_minimum(self) -> bool: ...
    @property
    def given_by_law(self) -> Mapping[str, Decimal | None]: ...
    @property
    def draft_rules(self) -> Sequence[Any]: ...
    @property
    def reply_due_at(self) -> datetime | None: ...
    @property
    def reminders(self) -> int: ...
    @property
    def offer_came_back(self) -> bool: ...
    @property
    def due_clocks(self) -> Sequence[Any]: ...
    @property
    def merge_target(self) -> Any: ...
    @property
    def merged_here(self) -> Sequence[str]: ...
    @property
    def legal_hold(self) -> str: ...
    @property
    def file_lines(self) -> Sequence[Any]: ...
    @property
    def letter_left(self) -> bool: ...


# Guards that the step's own form can satisfy, and the field that does it: a page opens the form
# instead of blocking.
MENDED_BY = {
    "needed_facts_are_answered": "cannot_be_established",
    "evidence_or_reason": "no_evidence_reason",
    "below_minimum_has_reason": "below_minimum_reason",
    "draft_rules_are_taken_over": "take_over",
    "reauthenticated": "password",
}


def consumer_is_reachable(s: Situation) -> str:
    return "" if s.consumer_channels else _("消费者没有任何联系方式；请先补充电话、邮箱或地址")


def claim_is_given(s: Situation) -> str:
    return "" if s.complaint.claims else _("还没有登记诉求；请先问清消费者要求什么")


def category_is_given(s: Situation) -> str:
    return "" if s.complaint.category else _("还没有选择投诉类别；请先选择类别")


def withdrawal_not_pending(s: Situation) -> str:
    return _("消费者的撤回请求正等待主管确认") if s.complaint.withdrawal_requested_by_id else ""


def needed_facts_are_answered(s: Situation) -> str:
    explained = s.field("cannot_be_established") or {}
    missing = [
        fact["question"]
        for fact in s.missing_facts
        if not str(explained.get(fact["fact"], "")).strip()
    ]
    if not missing:
        return ""
    shown = _("；").join(missing[:3])
    return _("还有 {count} 项事实没有查明：{facts}。请逐项回答，或说明为何无法查明").format(
        count=len(missing), facts=shown
    )


def evidence_or_reason(s: Situation) -> str:
    if s.evidence_numbers or s.field("no_evidence_reason"):
        return ""
    return _("还没有证据；请添加证据，或说明为何没有证据")


def analysis_is_fresh(s: Situation) -> str:
    return (
        _("留存的法律分析已经过期（事实、日期或者规则库有变动）；请核对变动后更新分析")
        if s.analysis_is_stale
        else ""
    )


def reply_period_is_over(s: Situation) -> str:
    due = s.reply_due_at
    return (
        ""
        if due is not None and due <= s.now
        else _("消费者的答复期尚未届满；请等到期满后再登记逾期未回复")
    )


def consumer_was_reminded(s: Situation) -> str:
    if s.reminders or reply_period_is_over(s):
        return ""
    return _("还没有提醒过消费者答复；提醒由系统按期限自动发出，请稍后再试")


def offer_did_not_come_back(s: Situation) -> str:
    """Who never got the offer cannot be late with an answer."""
    if not s.offer_came_back:
        return ""
    return _(
        "处理意见函被退回或撤回，消费者还没有收到，不能登记逾期未回复；请先换一种方式告知，再等待答复"
    )


def not_under_legal_hold(s: Situation) -> str:
    return s.legal_hold


def withdrawal_was_asked_by_somebody_else(s: Situation) -> str:
    asked_by = s.complaint.withdrawal_requested_by_id
    if asked_by is None:
        may_ask = s.by is not None and s.by.is_("agent") and not s.taking
        return "" if may_ask else _("请先由客服登记消费者的撤回请求，再由主管确认")
    if s.by is not None and (asked_by == s.by.pk or not s.by.is_("supervisor")):
        return _("撤回请求已登记，须由另一位主管确认")
    return ""


def a_clock_is_due(s: Situation) -> str:
    return "" if s.due_clocks else _("没有到期的期限，无须升级")


def file_is_complete(s: Situation) -> str:
    parts = [line.lacking for line in s.file_lines if line.lacking]
    return _("案卷不完整，还缺：{parts}").format(parts=_("、").join(parts)) if parts else ""
