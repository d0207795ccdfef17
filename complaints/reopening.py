"""重新启动: the one policy of how long a finished case opens again for an objection alone, and how
often it did. Pages, API and the step ask here.

The window counts from the decision, the step that closed the case (`closed_at`, which only that
step writes): no comment, evidence or archiving afterwards begins it anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

WINDOW = timedelta(days=30)


def window_ends(complaint: Any) -> datetime | None:
    """Until when the consumer's objection is reason enough; None while the case is open."""
    return complaint.closed_at + WINDOW if complaint.closed_at else None


def is_late(complaint: Any, now: datetime) -> bool:
    """Whether the reason has to name new evidence or law. What was merged may go back at any time:
    that decides nothing again.
    """
    end = window_ends(complaint)
    return end is not None and now > end and complaint.merged_into_id is None


def times(steps: Iterable[str]) -> int:
    """How often the case was reopened, from the codes of its steps in their order. 取消并案 is the
    step after a merger and none of them.
    """
    found, before = 0, ""
    for step in steps:
        found += step == "reopen" and before != "merge"
        before = step if step != "archive" else before
    return found


def in_words(n: int) -> str:
    """第 2 次重开; "" where it never was."""
    return _("第 {n} 次重开").format(n=n) if n else ""


def policy_in_words(complaint: Any, now: datetime) -> str:
    """What the sheet says about the window."""
    end = window_ends(complaint)
    if end is None or complaint.merged_into_id is not None:
        return ""
    day = f"{timezone.localtime(end):%Y-%m-%d}"
    if is_late(complaint, now):
        return _("异议期已于 {day} 届满（自办结起 {n} 天），须写明新的证据或法律依据。").format(
            day=day, n=WINDOW.days
        )
    return _("消费者异议期至 {day}（自办结起 {n} 天），有异议即可重新启动。").format(
        day=day, n=WINDOW.days
    )
