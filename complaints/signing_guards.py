"""What must hold before counsel signs: who may judge a proposal, and what a signature waits for.

Written as the guards of `guards.py` are: a sentence, or nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints.guards import Situation

REAUTHENTICATION_LASTS = timedelta(minutes=5)


def not_the_author(s: Situation) -> str:
    resolution = s.resolution
    if resolution is not None and s.by is not None and resolution.proposed_by_id == s.by.pk:
        return _("方案拟订人不得审核或签署自己的方案；请由另一位法务处理")
    return ""


def did_not_draft_it(s: Situation) -> str:
    """Whoever wrote any version of it: the words are carried over from one to the next."""
    if s.by is None or s.resolution is None or s.resolution.proposed_by_id == s.by.pk:
        return ""
    if s.by.pk in s.drafters:
        return _("您参与拟订过本案的方案，不得审核、批准或签署；请由没有参与拟订的同事处理")
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
    """Neither for who drafted nor for whoever is named: a deputy signs no more than they may."""
    if s.by is None or not s.stands_in_for:
        return ""
    authors = {s.resolution.proposed_by_id, *s.drafters} if s.resolution is not None else set()
    if authors & s.stands_in_for:
        return _("您现在是方案拟订人的代理人，不得审核或签署；请由另一位法务处理")
    if s.stands_in_for & s.named_people:
        return _("您现在是本案被点名同事的代理人，不得审核、批准或签署；请由另一位法务处理")
    return ""


# Who may judge a proposal: nobody who made it, is concerned by it, or stands in for either.
APART = (
    not_the_author,
    did_not_draft_it,
    not_named_in_the_case,
    not_recused,
    stands_in_for_nobody_concerned,
)


def did_not_approve_the_sum(s: Situation) -> str:
    """Two people see a sum above the author's limit: as a supervisor, and as counsel. Where counsel
    approves it, counsel reads it once.
    """
    asked = s.approval.approval
    if s.by is None or asked is None or asked.decided_by_id != s.by.pk:
        return ""
    if not s.by.is_("supervisor"):
        return ""
    return _("您已以主管身份审批过本方案的金额，不得再审核或签署；请由另一位法务处理")


def letter_has_not_left(s: Situation) -> str:
    """An offer that the consumer may know of is answered, not redrafted."""
    if not s.letter_left:
        return ""
    return _(
        "处理意见函已经发出或送达，不能再退回修改；请等待消费者答复，不同意的登记“消费者不同意”后"
        "重新拟定，需要更正的另行告知消费者"
    )


def reauthenticated(s: Situation) -> str:
    return not_confirmed(s.via, s.reauthenticated_at, s.now)


def not_confirmed(via: str, at: datetime | None, now: datetime) -> str:
    """Why nobody may sign now who came this way and gave the password then; "" where they may."""
    if via != "session":
        return _("签署只能由本人在浏览器中进行，程序密钥不能签署")
    if at is None or now - at > REAUTHENTICATION_LASTS:
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


def limit_is_approved(s: Situation) -> str:
    found = s.approval
    if found.holds:
        return ""
    if found.refused:
        words = _("方案金额超出拟订人的权限，{name}没有批准：{note}。请退回修改")
        return words.format(name=found.approval.decided_by.name, note=found.approval.note)
    words = _("方案金额超出拟订人的权限（{limit} 元），还没有批准；{whom}")
    return words.format(limit=f"{found.limit:,.2f}", whom=s.whom_to_ask)
