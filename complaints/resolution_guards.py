"""What must hold of the proposal itself before counsel gets or signs it, as in `guards.py`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints import sums
from complaints.guards import Situation


def points_are_found(s: Situation) -> str:
    """Where there are points at issue; that there are none is for counsel to ask about."""
    open_ones = s.resolution.unfound if s.resolution is not None else []
    if not open_ones:
        return ""
    names = _("；").join(f"“{title}”" for title in open_ones[:3])
    return _("还有 {count} 个争点没有结论：{points}。请逐个选择认定并写明结论").format(
        count=len(open_ones), points=names
    )


def sums_agree(s: Situation) -> str:
    """Each sum is what its formula comes to, and what was taken from the analysis is what the
    rulebook gives at this moment.
    """
    measures = s.resolution.reckoned if s.resolution is not None else []
    by_law = s.given_by_law if any(m.remedy for m in measures) else {}
    wrong = sums.disagreeing(measures, by_law)
    return _("；").join(wrong[:3])
