"""A clock as every screen shows it: working time left, when exactly, on what it rests, how pressing
it is, why it stands still. No screen computes its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from complaints import clock_words
from complaints.choices import DeadlineNature, DeadlineState, HoldReason
from complaints.models import Deadline
from complaints.views.queue_filters import end_of_today
from complaints.workdays import SHANGHAI
from config.addresses import address
from config.tags import when

Text = str | Promise
NATURE_ICONS = {"statutory": "scale", "promised": "mark", "internal": "clock"}
SOON = 75  # percent of the time used
IN_HEAD = 2


@dataclass(frozen=True)
class ClockShown:
    """`kind`: over, soon, hold, or "" while nothing presses. `held`: why it stands still, a
    sentence for each hold.
    """

    pk: int
    title: str
    nature: Text
    icon: str
    article: str
    article_url: str
    basis: str
    left: str
    due: str
    used: int
    kind: str
    provisional: bool
    held: tuple[str, ...]
    explanation: str

    @property
    def ours(self) -> str:
        """On what a clock of our own rests."""
        promised = self.icon == NATURE_ICONS["promised"]
        return _("对消费者的承诺") if promised else _("本企业的期限")

    @property
    def short(self) -> str:
        """Nature and name, for a narrow place."""
        return f"{self.nature} · {self.title}"


def shown(deadline: Deadline, now: datetime, holds: Iterable[dict[str, Any]] = ()) -> ClockShown:
    """The clock at that moment. `holds`: running holds of its case ({reason, pauses, started_at,
    expected_end}).
    """
    held = deadline.state == DeadlineState.HELD
    why = [h for h in holds if deadline.kind in h["pauses"]] if held else []
    due = clock_words.marked(when(deadline.due_at), provisional=deadline.provisional)
    return ClockShown(
        deadline.pk,
        clock_words.title_of(deadline),
        deadline.get_nature_display(),
        NATURE_ICONS.get(deadline.nature, "clock"),
        clock_words.article_of(deadline),
        article_url(deadline),
        clock_words.basis_of(deadline),
        _("计时已中止") if held else time_left(deadline, now),
        reasons(why) if held else due,
        clock_words.share_used(deadline, now),
        urgency(deadline, now),
        deadline.provisional,
        tuple(why_held(h) for h in why),
        clock_words.explain(deadline),
    )


class Brief(NamedTuple):
    """A clock in one line of a list."""

    left: str
    due: str
    used: int
    kind: str
    title: str
    basis: str


def brief(deadline: Deadline, now: datetime, standing: str = "") -> Brief:
    """The clock where there is no room for its explanation. `standing`: why it stands still."""
    held, title = deadline.state == DeadlineState.HELD, clock_words.title_of(deadline)
    due = clock_words.marked(when(deadline.due_at), provisional=deadline.provisional)
    return Brief(
        left=_("计时已中止") if held else time_left(deadline, now),
        due=standing if held else due,
        used=clock_words.share_used(deadline, now),
        kind=urgency(deadline, now),
        title=f"{title}　{clock_words.basis_of(deadline)}",
        basis=f"{DeadlineNature(deadline.nature).label} · {title}",
    )


def time_left(deadline: Deadline, now: datetime) -> str:
    """Working time left or over, in words; outside business hours there may be none on the last
    day, and none over yet.
    """
    minutes = clock_words.minutes_left(deadline, now)
    if minutes or deadline.terms.get("unit") == "immediate":
        return clock_words.left_text(deadline, minutes)
    return _("已超时") if deadline.due_at <= now else _("已无工作时间")


def urgency(deadline: Deadline, now: datetime) -> str:
    """over: past; soon: three quarters used or due today; hold: stands still."""
    if deadline.state == DeadlineState.HELD:
        return "hold"
    if deadline.due_at <= now:
        return "over"
    today = deadline.due_at < end_of_today(now)
    return "soon" if today or clock_words.share_used(deadline, now) >= SOON else ""


def by_pressure(deadlines: Iterable[Deadline]) -> list[Deadline]:
    """The most pressing first; what stands still comes last."""
    return sorted(deadlines, key=lambda d: (d.state == DeadlineState.HELD, d.due_at, d.pk))


def article_url(deadline: Deadline) -> str:
    """The page of the article, as it was law when the clock began; "" for a clock of our own."""
    citation = deadline.citation
    if not citation:
        return ""
    page = address("article", citation["instrument"], citation["article"])
    return f"{page}?on={deadline.started_at.astimezone(SHANGHAI):%Y-%m-%d}"


def reasons(holds: Iterable[dict[str, Any]]) -> str:
    """等待消费者补充、等待鉴定."""
    return _("、").join(str(HoldReason(h["reason"]).label) for h in holds)


def why_held(hold: dict[str, Any]) -> str:
    """等待消费者补充，自 11-23 10:00 起，预计 2026-12-01 恢复."""
    reason = str(HoldReason(hold["reason"]).label)
    since, until = when(hold["started_at"]), hold.get("expected_end")
    if isinstance(until, date):
        words = _("{reason}，自 {since} 起，预计 {until} 恢复")
        return words.format(reason=reason, since=since, until=until.isoformat())
    return _("{reason}，自 {since} 起").format(reason=reason, since=since)


def in_head(clocks: Sequence[ClockShown]) -> tuple[Sequence[ClockShown], int]:
    """The clocks that the head of the case shows, and how many more there are."""
    return clocks[:IN_HEAD], max(0, len(clocks) - IN_HEAD)
