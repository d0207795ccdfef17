"""What must hold of the proposal itself before counsel gets or signs it, as in `guards.py`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints import sums
from complaints.guards import Situation


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


def draft_is_of_nobody_named(s: Situation) -> str:
    """Of whoever the case speaks drafts nothing in it, not even before that was known."""
    if s.resolution is None or not s.named_people:
        return ""
    if s.resolution.proposed_by_id not in s.named_people:
        return ""
    return _("现在的方案由本案点名的同事拟订，不能送审或签署；请由别人重新拟订并保存")


def letter_is_filled_in(s: Situation) -> str:
    open_names = s.open_in_letter
    if not open_names:
        return ""
    return _(
        "致消费者函还有 {count} 处没有填写：{names}。请在函件里填写，或者去掉有关的段落"
    ).format(count=len(open_names), names=_("、").join(open_names[:8]))


def below_minimum_is_explained(s: Situation) -> str:
    if not s.offer_is_below_minimum or s.resolution is None or s.resolution.below_reason.strip():
        return ""
    return _("方案金额低于法律分析得出的最低额；请写明低于最低额的理由，或补足金额后再送审")


def points_are_found(s: Situation) -> str:
    """Where there are points at issue; that there are none is for counsel to ask about."""
    open_ones = s.resolution.unfound if s.resolution is not None else []
    if not open_ones:
        return ""
    names = _("；").join(f"“{title}”" for title in open_ones[:3])
    return _("还有 {count} 个争点没有结论：{points}。请逐个选择认定并写明结论").format(
        count=len(open_ones), points=names
    )


def points_rest_on_evidence(s: Situation) -> str:
    """No point names an item that was withdrawn since: it proves nothing any more."""
    named = {
        point.title: sorted({*point.for_numbers, *point.against_numbers} - s.evidence_numbers)
        for point in (s.resolution.at_issue if s.resolution is not None else [])
        if point.for_numbers or point.against_numbers
    }
    gone = [
        _("“{title}”（证据 {numbers}）").format(
            title=title, numbers=_("、").join(map(str, numbers))
        )
        for title, numbers in named.items()
        if numbers
    ]
    if not gone:
        return ""
    return _("争点引用了已经撤回的证据：{points}。请改用其他证据，或去掉引用").format(
        points=_("；").join(gone[:3])
    )


def sums_agree(s: Situation) -> str:
    """Each sum is what its formula comes to, and what was taken from the analysis is what the
    rulebook gives at this moment.
    """
    measures = s.resolution.reckoned if s.resolution is not None else []
    by_law = s.given_by_law if any(m.remedy for m in measures) else {}
    wrong = sums.disagreeing(measures, by_law)
    return _("；").join(wrong[:3])
