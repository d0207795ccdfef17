"""The clocks of a case: which there are, when they fall due, what pauses them.

Steps start and stop them in `advance.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices import DeadlineNature, DeadlineState
from complaints.lifecycle import State
from complaints.models import Complaint, Deadline, Hold
from complaints.workdays import SHANGHAI, Due, add_calendar_days, add_working_days, working_minutes


@dataclass(frozen=True)
class Clock:
    """One row of the table of clocks.

    `runs_in` are the states in which it may run, `pausable` whether a hold may stop it.
    """

    kind: str
    title: str | Promise
    length: int
    unit: str  # calendar_day | working_day
    nature: DeadlineNature
    runs_in: tuple[State, ...]
    pausable: bool = False
    source: str = ""
    citation: tuple[str, str] | None = None
    owed_by: str = "enterprise"


_t = gettext_lazy
_BEFORE_REPLY = (State.INVESTIGATING, State.RESOLVING, State.IN_REVIEW)

REGIME: dict[str, Clock] = {
    c.kind: c
    for c in (
        Clock(
            "accept",
            _t("决定是否受理"),
            1,
            "working_day",
            DeadlineNature.INTERNAL,
            (State.REGISTERED,),
        ),
        # Taking longer than 15 days without good reason counts as deliberate delay; the rule knows
        # no suspension.
        Clock(
            "general_reply",
            _t("答复消费者"),
            15,
            "calendar_day",
            DeadlineNature.STATUTORY,
            _BEFORE_REPLY,
            source="penalty8_15d",
            citation=("consumer_penalty_2020", "8"),
        ),
        Clock(
            "investigate",
            _t("调查核实"),
            5,
            "working_day",
            DeadlineNature.INTERNAL,
            (State.INVESTIGATING,),
            pausable=True,
        ),
        Clock(
            "draft",
            _t("拟定方案"),
            2,
            "working_day",
            DeadlineNature.INTERNAL,
            (State.RESOLVING,),
            pausable=True,
        ),
        Clock(
            "counsel_review",
            _t("法务审核"),
            1,
            "working_day",
            DeadlineNature.INTERNAL,
            (State.IN_REVIEW,),
        ),
        Clock(
            "consumer_reply",
            _t("消费者答复"),
            10,
            "calendar_day",
            DeadlineNature.PROMISED,
            (State.OFFERED,),
            pausable=True,
            owed_by="consumer",
        ),
        Clock(
            "execution",
            _t("兑现方案"),
            7,
            "calendar_day",
            DeadlineNature.PROMISED,
            (State.EXECUTING,),
            pausable=True,
        ),
        Clock(
            "external_decision",
            _t("外部机构处理"),
            60,
            "calendar_day",
            DeadlineNature.STATUTORY,
            (State.EXTERNAL,),
            source="samr121_mediation_60d",
            citation=("samr_complaints_2025", "23"),
            owed_by="regulator",
        ),
    )
}

LADDER = ((0.5, "owner"), (0.8, "team_lead"), (1.0, "supervisor"))
INSTRUMENTS = {
    "consumer_penalty_2020": _t("《侵害消费者权益行为处罚办法》"),
    "samr_complaints_2025": _t("《市场监督管理投诉举报处理办法》"),
}


def _due(clock: Clock, start: datetime) -> Due:
    return (add_working_days if clock.unit == "working_day" else add_calendar_days)(
        start, clock.length
    )


def _ladder(start: datetime, due: datetime) -> list[dict[str, Any]]:
    return [
        {"at": (start + (due - start) * share).isoformat(), "who": who, "done_at": None}
        for share, who in LADDER
    ]


def _next_step(ladder: Sequence[dict[str, Any]]) -> datetime | None:
    waiting = [datetime.fromisoformat(step["at"]) for step in ladder if step["done_at"] is None]
    return min(waiting) if waiting else None


def new_deadline(complaint: Complaint, kind: str, start: datetime) -> Deadline:
    """An unsaved clock of this kind that starts now."""
    clock = REGIME[kind]
    due = _due(clock, start)
    ladder = _ladder(start, due.at)
    return Deadline(
        complaint=complaint,
        kind=kind,
        source=clock.source,
        nature=clock.nature,
        owed_by=clock.owed_by,
        citation={"instrument": clock.citation[0], "article": clock.citation[1]}
        if clock.citation
        else {},
        started_at=start,
        due_at=due.at,
        provisional=due.provisional,
        ladder=ladder,
        ladder_at=_next_step(ladder),
        explanation={
            "length": clock.length,
            "unit": clock.unit,
            "first_day": due.first_day.isoformat(),
            "skipped": [d.isoformat() for d in due.skipped],
            "made_up": [d.isoformat() for d in due.made_up],
        },
    )


def turn(
    complaint: Complaint,
    *,
    stops: Iterable[str],
    cancels: Iterable[str],
    starts: Iterable[str],
    now: datetime,
) -> None:
    """Stop, cancel and start clocks for a step (the state is the new one) and refresh
    `next_due_at`; nothing is saved on the case.
    """
    current = {
        d.kind: d
        for d in Deadline.objects.filter(complaint=complaint, state__in=["running", "held"])
    }
    changed = []
    for kind in (*stops, *cancels):
        deadline = current.pop(kind, None)
        if deadline is None:
            continue
        if kind in cancels:
            deadline.state = DeadlineState.CANCELLED
        else:
            deadline.state = DeadlineState.MET if now <= deadline.due_at else DeadlineState.MISSED
            deadline.met_at = now
        deadline.ladder_at = None
        changed.append(deadline)
    if changed:
        Deadline.objects.bulk_update(changed, ["state", "met_at", "ladder_at"])
    fresh = [
        new_deadline(complaint, k, now)
        for k in starts
        if k not in current and complaint.state in REGIME[k].runs_in
    ]
    if fresh:
        Deadline.objects.bulk_create(fresh)
    running = [d.due_at for d in (*current.values(), *fresh) if d.state == DeadlineState.RUNNING]
    complaint.next_due_at = min(running) if running else None


def pause(complaint: Complaint, hold: Hold) -> list[str]:
    """Stop the clocks that may be stopped; answers their kinds."""
    pausable = [k for k, c in REGIME.items() if c.pausable]
    held = list(
        Deadline.objects.filter(complaint=complaint, state=DeadlineState.RUNNING, kind__in=pausable)
    )
    for deadline in held:
        deadline.state, deadline.ladder_at = DeadlineState.HELD, None
    Deadline.objects.bulk_update(held, ["state", "ladder_at"])
    refresh_next_due(complaint)
    return [d.kind for d in held]


def resume(complaint: Complaint, hold: Hold, now: datetime) -> None:
    """Let the held clocks run again, later by exactly the working time (or calendar time) that the
    hold lasted.
    """
    held = list(Deadline.objects.filter(complaint=complaint, state=DeadlineState.HELD))
    for deadline in held:
        paused = now - max(hold.started_at, deadline.started_at)
        clock = REGIME[deadline.kind]
        if clock.unit == "working_day":
            # a hold of n started working days moves the due date by n working days: a pause never
            # shortens
            days = -(-working_minutes(now - paused, now) // 480)
            deadline.due_at = (
                add_working_days(deadline.due_at, days).at if days else deadline.due_at
            )
        else:
            days = (
                now.astimezone(SHANGHAI).date() - (now - paused).astimezone(SHANGHAI).date()
            ).days
            deadline.due_at = (
                add_calendar_days(deadline.due_at, days).at if days else deadline.due_at
            )
        done = {step["who"]: step["done_at"] for step in deadline.ladder}
        deadline.ladder = [
            {**s, "done_at": done.get(s["who"])}
            for s in _ladder(deadline.started_at, deadline.due_at)
        ]
        deadline.ladder_at = _next_step(deadline.ladder)
        deadline.state = DeadlineState.RUNNING
        deadline.explanation = {
            **deadline.explanation,
            "paused_days": deadline.explanation.get("paused_days", 0) + days,
        }
    Deadline.objects.bulk_update(held, ["state", "due_at", "ladder", "ladder_at", "explanation"])
    refresh_next_due(complaint)


def refresh_next_due(complaint: Complaint) -> None:
    """Set the case's `next_due_at` from its running clocks (not saved)."""
    running = Deadline.objects.filter(complaint=complaint, state=DeadlineState.RUNNING).order_by(
        "due_at"
    )
    complaint.next_due_at = running.values_list("due_at", flat=True).first()


def climb(deadline: Deadline, now: datetime) -> list[str]:
    """Mark the ladder steps that are due by now as done; answers who is to be told. Not saved."""
    told = []
    for step in deadline.ladder:
        if step["done_at"] is None and datetime.fromisoformat(step["at"]) <= now:
            step["done_at"] = now.isoformat()
            told.append(step["who"])
    deadline.ladder_at = _next_step(deadline.ladder)
    return told


def remaining_text(minutes: int) -> str:
    """Working time in words: 余 1 天 1 时, 余 3 时 20 分, 超时 3 时 10 分 (a day has eight working
    hours).
    """
    days, rest = divmod(abs(minutes), 480)
    hours, mins = divmod(rest, 60)
    if days:
        words = _("{days} 天 {hours} 时").format(days=days, hours=hours)
    elif hours:
        words = _("{hours} 时 {minutes} 分").format(hours=hours, minutes=mins)
    else:
        words = _("{minutes} 分").format(minutes=mins)
    return (_("余 {words}") if minutes >= 0 else _("超时 {words}")).format(words=words)


def title_of(deadline: Deadline) -> str:
    """The clock's name in the active language."""
    return str(REGIME[deadline.kind].title)


def basis_of(deadline: Deadline) -> str:
    """On what the clock rests, in words: 法定：《…》第 8 条 / 内部 / 承诺."""
    nature = DeadlineNature(deadline.nature).label
    citation = deadline.citation
    if not citation:
        return str(nature)
    instrument = INSTRUMENTS.get(citation["instrument"], citation["instrument"])
    return _("{nature}：{instrument}第 {article} 条").format(
        nature=nature, instrument=instrument, article=citation["article"]
    )


def explain(deadline: Deadline) -> str:
    """Why this date: length, first day that counts, days skipped, make-up days counted, pauses."""
    e = deadline.explanation
    unit = _("个工作日") if e.get("unit") == "working_day" else _("日")
    start = deadline.started_at.astimezone(SHANGHAI).date().isoformat()
    parts = [
        _("{length} {unit}，自 {start} 次日起算").format(
            length=e.get("length", ""), unit=unit, start=start
        )
    ]
    if e.get("skipped"):
        parts.append(_("跳过 {days}").format(days="、".join(d[5:] for d in e["skipped"])))
    if e.get("made_up"):
        parts.append(_("计入 {days} 补班").format(days="、".join(d[5:] for d in e["made_up"])))
    if e.get("paused_days"):
        parts.append(_("中止 {days} 日").format(days=e["paused_days"]))
    if deadline.provisional:
        parts.append(_("暂定：该年放假安排尚未公布"))
    return ("；" if translation.get_language() != "en" else "; ").join(parts)


def share_used(deadline: Deadline, now: datetime) -> int:
    """How much of the clock is used, 0 to 100."""
    total = (deadline.due_at - deadline.started_at).total_seconds()
    return (
        100
        if total <= 0
        else min(100, max(0, int((now - deadline.started_at).total_seconds() / total * 100)))
    )


def as_shown(deadline: Deadline, now: datetime | None = None) -> dict[str, Any]:
    """The clock in the API's shape (API.md, "Deadline shape")."""
    now = now or timezone.now()
    running = deadline.state in (DeadlineState.RUNNING, DeadlineState.HELD)
    minutes = working_minutes(now, deadline.due_at) if running else 0
    return {
        "id": deadline.pk,
        "kind": deadline.kind,
        "deadline": deadline.source or None,
        "title": title_of(deadline),
        "nature": deadline.nature,
        "citation": deadline.citation or None,
        "owed_by": deadline.owed_by,
        "started_at": local(deadline.started_at),
        "due_at": local(deadline.due_at),
        "provisional": deadline.provisional,
        "state": deadline.state,
        "met_at": local(deadline.met_at),
        "remaining": {"working_minutes": minutes, "text": remaining_text(minutes)}
        if running
        else None,
        "explanation": explain(deadline),
        "basis": basis_of(deadline),
        "ladder": [
            {"at": s["at"], "who": s["who"], "done_at": s["done_at"]} for s in deadline.ladder
        ],
    }


def local(moment: datetime | None) -> str | None:
    """ISO 8601 with the offset of Asia/Shanghai, to the second."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds") if moment else None
