"""What must hold of the fields sent with a step: one function per promise, answering like the
guards with a sentence (what is wrong, what to do) or with nothing.

A field that was not sent passes here: the table of steps says which are required.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints import checklist, proofs, reopening
from complaints.choices import CONSENT_MEANS, DECLINE_REASONS, EXTERNAL_OUTCOMES
from complaints.guards import Situation


def reason_is_on_the_decline_list(s: Situation) -> str:
    reason = s.field("reason")
    if reason is None or reason in DECLINE_REASONS:
        return ""
    return _("不予受理的理由须从列表中选择（{codes}）").format(codes=", ".join(DECLINE_REASONS))


def explanation_names_other_remedies(s: Situation) -> str:
    text = s.field("explanation")
    if text is None or any(
        word in text
        for word in ("12315", "消费者协会", "消协", "仲裁", "法院", "诉讼", "court", "arbitration")
    ):
        return ""
    return _("说明中须告知其他救济途径，例如 12315、消费者协会、仲裁或法院")


def says_what_to_mend(s: Situation) -> str:
    if s.field("comments") or s.comments:
        return ""
    return _("请填写退回意见，或者在方案上批注")


def checklist_is_complete(s: Situation) -> str:
    ticked = s.field("checklist")
    lacking = checklist.missing(ticked) if ticked is not None else []
    if not lacking:
        return ""
    words = ngettext(
        "核对清单还有 %(n)s 项没有勾选：%(items)s。请核对后逐项勾选，再签署",
        "核对清单还有 %(n)s 项没有勾选：%(items)s。请核对后逐项勾选，再签署",
        len(lacking),
    )
    return words % {"n": len(lacking), "items": _("、").join(lacking)}


def means_is_known(s: Situation) -> str:
    means = s.field("means")
    if means is None or means in CONSENT_MEANS:
        return ""
    return _("请选择消费者答复的方式（{codes}）").format(codes=", ".join(CONSENT_MEANS))


def date_is_not_in_the_future(s: Situation) -> str:
    value = s.field("date")
    if value is None:
        return ""
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return _("日期格式应为 2026-11-23")
    return _("日期不能晚于今天") if day > timezone.localdate(s.now) else ""


def external_outcome_is_known(s: Situation) -> str:
    outcome = s.field("outcome")
    if outcome is None or outcome in EXTERNAL_OUTCOMES:
        return ""
    return _("裁决结果须从列表中选择（{codes}）").format(codes=", ".join(EXTERNAL_OUTCOMES))


def evidence_is_attached(s: Situation) -> str:
    wanted = s.field("evidence")
    if wanted is None:
        return ""
    numbers = wanted if isinstance(wanted, list) else [wanted]
    unknown = [n for n in numbers if not str(n).isdecimal() or int(n) not in s.evidence_numbers]
    return proofs.refusal(unknown) if unknown else ""


def late_reopening_names_its_ground(s: Situation) -> str:
    if s.field("ground") is not None or not reopening.is_late(s.complaint, s.now):
        return ""
    words = _("办结已超过 {n} 天，仅凭异议不能重新启动；请在“新的证据或法律依据”里写明有什么新情况")
    return words.format(n=reopening.WINDOW.days)


def target_is_another_case_of_the_same_matter(s: Situation) -> str:
    if s.field("into") is None:
        return ""
    target = s.merge_target
    if target is None:
        return _("没有找到要并入的案件，或您无权查看它；请核对案件编号")
    if why := _cannot_take(target, s):
        return why
    same_person = target.consumer_id == s.complaint.consumer_id or (
        bool(target.consumer.phone_index)
        and target.consumer.indexes("phone") == s.complaint.consumer.indexes("phone")
    )
    same_matter = bool(target.product_name) and target.product_name == s.complaint.product_name
    if not (same_person or same_matter):
        return _("只能并入同一消费者或同一商品的案件；只是有关系的，请改用“关联案件”")
    return ""


def _cannot_take(target: Any, s: Situation) -> str:
    """Merged cases stand one level deep: none goes into itself, into a finished one or into one
    that went elsewhere, and none that others went into goes away.
    """
    if target.pk == s.complaint.pk:
        return _("案件不能并入自身；请填写另一件案件的编号")
    if target.merged_into is not None:
        words = _("案件 {number} 本身已并入 {into}；请并入 {into}")
        return words.format(number=target.number, into=target.merged_into.number)
    if target.state in ("closed", "archived"):
        words = _("案件 {number} 已经办结，不能再并入；请改用“关联案件”，或先重新启动它")
        return words.format(number=target.number)
    if s.merged_here:
        words = _("{others} 已并入本案；请反过来把 {target} 并入本案，或先由主管取消那次并案")
        return words.format(others=_("、").join(s.merged_here), target=target.number)
    return ""
