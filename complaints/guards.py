"""What must hold before a step: one function per promise, answering with a sentence (why not, what
to do) or with nothing. What was sent with the step is looked at in `step_checks.py`.

Guards ask a `Situation`, which knows the case, the person, the moment and what was sent; they read
no database and import no model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import get_language
from django.utils.translation import gettext as _

REAUTHENTICATION_LASTS = timedelta(minutes=5)


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
    def open_conditions(self) -> Sequence[Any]: ...
    @property
    def comments(self) -> Sequence[Any]: ...
    @property
    def open_consults(self) -> Sequence[Any]: ...
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
    def unsent_letters(self) -> int: ...


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


def resolution_is_complete(s: Situation) -> str:
    resolution = s.resolution
    if resolution is None:
        return _("还没有方案；请先拟定方案")
    lacking = []
    if not resolution.measure_count:
        lacking.append(_("至少一项措施"))
    if not resolution.explanation.strip():
        lacking.append(_("说明"))
    if not resolution.legal_basis:
        lacking.append(_("法律依据"))
    if not resolution.letter.strip():
        lacking.append(_("致消费者函"))
    return _("方案还缺：{parts}").format(parts=_("、").join(lacking)) if lacking else ""


def letter_is_filled_in(s: Situation) -> str:
    open_names = s.open_in_letter
    if not open_names:
        return ""
    return _(
        "致消费者函还有 {count} 处没有填写：{names}。请在函件里填写，或者去掉有关的段落"
    ).format(count=len(open_names), names=_("、").join(open_names[:8]))


def analysis_is_fresh(s: Situation) -> str:
    return (
        _("留存的法律分析已经过期（事实、日期或者规则库有变动）；请核对变动后更新分析")
        if s.analysis_is_stale
        else ""
    )


def not_the_author(s: Situation) -> str:
    resolution = s.resolution
    if resolution is not None and s.by is not None and resolution.proposed_by_id == s.by.pk:
        return _("方案拟订人不得审核或签署自己的方案；请由另一位法务处理")
    return ""


def not_named_in_the_case(s: Situation) -> str:
    if s.by is not None and s.by.pk in s.named_people:
        return _("本案点名了您，您不得审核、批准或签署；请由另一位法务处理")
    return ""


def not_recused(s: Situation) -> str:
    if s.by is not None and s.by.pk in s.recused:
        return _("您已回避本案，不得审核或签署；请由另一位法务处理")
    return ""


def stands_in_for_nobody_concerned(s: Situation) -> str:
    """Neither for the author nor for whoever is named: a deputy signs no more than they may."""
    author = s.resolution.proposed_by_id if s.resolution is not None else None
    if s.by is None or not s.stands_in_for:
        return ""
    if author in s.stands_in_for:
        return _("您现在是方案拟订人的代理人，不得审核或签署；请由另一位法务处理")
    if s.stands_in_for & s.named_people:
        return _("您现在是本案被点名同事的代理人，不得审核、批准或签署；请由另一位法务处理")
    return ""


# Who may judge a proposal: nobody who made it, is concerned by it, or stands in for either.
APART = (
    not_the_author,
    not_named_in_the_case,
    not_recused,
    stands_in_for_nobody_concerned,
)


def reauthenticated(s: Situation) -> str:
    if s.via != "session":
        return _("签署只能由本人在浏览器中进行，程序密钥不能签署")
    if s.reauthenticated_at is None or s.now - s.reauthenticated_at > REAUTHENTICATION_LASTS:
        return _("请重新输入密码以确认身份（5 分钟内有效）")
    return ""


def below_minimum_has_reason(s: Situation) -> str:
    if s.offer_is_below_minimum and not s.field("below_minimum_reason"):
        return _("方案金额低于法律分析得出的最低额；请写明理由后再签署，或退回修改")
    return ""


def enough_have_signed(s: Situation) -> str:
    """The last of them takes the step; the first ones sign without it (`first_signatures.py`)."""
    signed = {opinion.by_id for opinion in s.signatures}
    mine = s.by.pk if s.by is not None else None
    if len(signed | {mine}) >= s.signatures_needed:
        return ""
    if mine in signed:
        return _("您已签署。{why}，还须由另一位法务签署").format(why=s.why_two)
    return s.why_two if s.taking else ""


def conditions_are_met(s: Situation) -> str:
    still_open = s.open_conditions
    if not still_open:
        return ""
    names = _("；").join(c.text for c in still_open[:3])
    return _("还有 {count} 个签署条件没有落实：{names}。请先由承办人登记落实").format(
        count=len(still_open), names=names
    )


def no_consult_is_open(s: Situation) -> str:
    asked = [c.user.name for c in s.open_consults]
    if not asked:
        return ""
    words = _("还在等{names}的加签意见；请等答复，或由提出的法务撤回加签")
    return words.format(names=_("、").join(asked))


def draft_rules_are_taken_over(s: Situation) -> str:
    reasons = s.field("take_over") or {}
    open_ones = [d for d in s.draft_rules if not str(reasons.get(d.rule.id, "")).strip()]
    if not open_ones:
        return ""
    lang = get_language() or "zh-hans"
    names = _("、").join(d.named_in(lang) for d in open_ones[:5])
    return _(
        "方案依据的规则还是草稿，未经法务签署：{rules}。请先签署规则，或由您具名承担并逐条写明理由"
    ).format(rules=names)


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
    lacking = []
    if not s.complaint.outcome:
        lacking.append(_("处理结果"))
    if s.open_commitments:
        lacking.append(_("承诺的兑现凭证"))
    if s.unsent_letters:
        lacking.append(_("{count} 封尚未发出的函件").format(count=s.unsent_letters))
    return _("案卷不完整，还缺：{parts}").format(parts=_("、").join(lacking)) if lacking else ""
