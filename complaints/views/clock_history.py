"""What happened to a clock, in words, oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import clock, clock_words, extending
from complaints.choices import HoldReason
from complaints.models import CalendarChange, ClockEvent, Deadline, Hold, Outbox
from complaints.workdays import SHANGHAI
from config.tags import moment

Text = str | Promise
WHO: dict[str, Text] = {
    "owner": gettext_lazy("责任人"),
    "team_lead": gettext_lazy("组长"),
    "supervisor": gettext_lazy("主管"),
    "counsel": gettext_lazy("法务"),
}
_ENDS: dict[str, Text] = {
    clock.MET: gettext_lazy("按期完成"),
    clock.MISSED: gettext_lazy("逾期完成"),
    clock.CANCELLED: gettext_lazy("取消"),
}


@dataclass(frozen=True)
class Past:
    """One thing that happened: when, what, in whose words, by whom, and the icon beside it."""

    at: datetime
    what: str
    text: str = ""
    by: str = ""
    icon: str = "clock"
    tone: str = ""


@dataclass(frozen=True)
class Known:
    """What the sentences need besides the events."""

    holds: Mapping[str, Hold]
    told: Mapping[str, list[str]]


def history(deadline: Deadline, holds: Iterable[Hold]) -> list[Past]:
    """Two statements."""
    events = ClockEvent.objects.filter(deadline=deadline).select_related("by").order_by("id")
    known = Known({str(h.pk): h for h in holds}, _told(deadline))
    return [_past(event, deadline, known) for event in events]


def _told(deadline: Deadline) -> dict[str, list[str]]:
    """Rung → the people who were told, for the warnings that have left."""
    start = f"{deadline.complaint.number}.deadline.{deadline.pk}."
    rows = Outbox.objects.filter(key__startswith=start, notices__user__isnull=False)
    found: dict[str, list[str]] = {}
    for key, name in rows.order_by("id").values_list("key", "notices__user__name"):
        found.setdefault(key.removeprefix(start), []).append(name)
    return found


def _past(event: ClockEvent, deadline: Deadline, known: Known) -> Past:
    by = event.by.name if event.by else ""
    if event.kind in _ENDS:
        tone = {clock.MET: "ok", clock.MISSED: "danger"}.get(event.kind, "")
        return Past(event.at, str(_ENDS[event.kind]), by=by, icon="check", tone=tone)
    what, text, icon, tone = _SENTENCES.get(event.kind, _other)(event, deadline, known)
    return Past(event.at, what, text, by, icon, tone)


Sentence = tuple[str, str, str, str]


def _started(event: ClockEvent, deadline: Deadline, known: Known) -> Sentence:
    return _("开始计时"), "", "play", ""


def _held(event: ClockEvent, deadline: Deadline, known: Known) -> Sentence:
    hold = known.holds.get(event.key)
    reason = str(HoldReason(hold.reason).label) if hold else ""
    return _("中止：{reason}").format(reason=reason), hold.note if hold else "", "pause", "warn"


def _resumed(event: ClockEvent, deadline: Deadline, known: Known) -> Sentence:
    hold = known.holds.get(event.key)
    reason = str(HoldReason(hold.reason).label) if hold else ""
    return _("恢复计时（{reason}结束）").format(reason=reason), "", "play", ""


def _extended(event: ClockEvent, deadline: Deadline, known: Known) -> Sentence:
    asked = {k: event.detail[k] for k in ("to", "by", "unit") if k in event.detail}
    asked.setdefault("unit", deadline.terms.get("unit", "calendar_day"))
    what = _("批准{terms}").format(terms=extending.in_words(asked))
    return what, str(event.detail.get("reason", "")), "plus", "ok"


def _moved(event: ClockEvent, deadline: Deadline, known: Known) -> Sentence:
    start = datetime.fromisoformat(event.detail["start"]).astimezone(SHANGHAI)
    return _("起算时间更正为 {at}").format(at=f"{start:%Y-%m-%d %H:%M}"), "", "undo", "warn"


def _terms(event: ClockEvent, deadline: Deadline, known: Known) -> Sentence:
    terms = clock.Terms.from_json(event.detail)
    reason = str(event.detail.get("reason", ""))
    if terms.until is not None:
        return _("约定的日期改为 {day}").format(day=_day(terms.until)), reason, "pen", "warn"
    length = clock_words.length_in_words(terms.length, terms.unit)
    return _("时限改为 {length}").format(length=length), reason, "pen", "warn"


def _again(event: ClockEvent, deadline: Deadline, known: Known) -> Sentence:
    return _("继续计时：处理意见函没有发出，方案已退回"), "", "play", "warn"


def _day(value: Any) -> str:
    return moment(value) if isinstance(value, datetime) else value.isoformat()


def _recounted(event: ClockEvent, deadline: Deadline, known: Known) -> Sentence:
    told = event.detail
    before, after = (
        clock_words.marked(
            moment(datetime.fromisoformat(told[name])), provisional=told.get(mark, False)
        )
        for name, mark in (("from", "was_provisional"), ("to", "provisional"))
    )
    why = str(dict(CalendarChange.Kind.choices).get(told.get("why", ""), ""))
    what = _("期限重新计算：{before} → {after}").format(before=before, after=after)
    return what, why, "clock", "warn"


def _warned(event: ClockEvent, deadline: Deadline, known: Known) -> Sentence:
    names = known.told.get(event.key, [])
    who = str(WHO.get(event.detail.get("who", ""), event.detail.get("who", "")))
    if deadline.owed_by == "consumer":
        return _("提醒消费者"), "", "bell", ""
    if not names:
        return _("提醒{who}").format(who=who), "", "bell", ""
    return _("提醒{who}：{names}").format(who=who, names=_("、").join(names)), "", "bell", ""


def _other(event: ClockEvent, deadline: Deadline, known: Known) -> Sentence:
    return event.kind, "", "clock", ""


_SENTENCES = {
    clock.STARTED: _started,
    clock.HELD: _held,
    clock.RESUMED: _resumed,
    clock.EXTENDED: _extended,
    clock.MOVED: _moved,
    clock.AGAIN: _again,
    clock.TERMS: _terms,
    "recounted": _recounted,
    "warned": _warned,
}
