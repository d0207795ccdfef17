"""Entries of the timeline that are about clocks, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import clock_words, extending
from complaints.choices import HoldReason
from complaints.models import CalendarChange, Complaint, Event
from complaints.views import clock_changes
from complaints.views.words import Words
from config.tags import moment

EXTENSION_WORDS: dict[str, Any] = {
    "extension_requested": gettext_lazy("申请延长“{clock}”：{terms}"),
    "extension_approved": gettext_lazy("批准延长“{clock}”：{terms}"),
    "extension_refused": gettext_lazy("不批准延长“{clock}”：{terms}"),
}


def hold(event: Event, complaint: Complaint) -> Words:
    """A stop of the clocks, or its end."""
    reasons = dict(HoldReason.choices)
    reason = str(reasons.get(event.detail.get("reason"), ""))
    if event.code == "held":
        return Words(_("中止计时：{reason}").format(reason=reason), event.text, tone="warn")
    if event.code == "put_off":
        day = event.detail.get("expected_end", "")
        return Words(_("预计恢复日期改为 {day}").format(day=day), event.text, tone="warn")
    whys = {
        "reply": _("恢复计时：消费者已经答复"),
        "evidence": _("恢复计时：收到消费者补充的材料"),
        "undone": _("恢复计时：补充材料的消息已撤回"),
    }
    return Words(whys.get(event.detail.get("because", ""), _("恢复计时")), event.text)


def _moment(event: Event) -> Words:
    detail = event.detail
    at = datetime.fromisoformat(detail["at"])
    told = clock_changes.moment_in_words(detail["moment"], at, detail["precise"])
    title = _("更正时间节点：{moment}") if detail.get("before") else _("登记时间节点：{moment}")
    lines = tuple(clock_changes.kept_in_words(change) for change in detail["clocks"])
    return Words(title.format(moment=told), event.text, lines=lines)


def _clock_of(event: Event) -> str:
    """The clock's name: of a promise its own words, where the list of entries has read them
    (`clock_title`).
    """
    own = getattr(event, "clock_title", None)
    if own:
        return clock_words.in_language(own)
    return clock_words.title_of_row(event.detail.get("entry") or event.detail.get("kind", ""))


def deadline(event: Event, complaint: Complaint) -> Words:
    """A warning, a longer term, a moment, a date that moved."""
    detail = event.detail
    if event.code == "moment":
        return _moment(event)
    name = _clock_of(event)
    if event.code == "recounted":
        return _recounted(name, detail)
    if event.code in EXTENSION_WORDS:
        asked = extending.in_words(detail["terms"])
        title = str(EXTENSION_WORDS[event.code]).format(clock=name, terms=asked)
        return Words(title, event.text, tone="ok" if event.code == "extension_approved" else "warn")
    if event.code == "tell_escalation":
        return Words(_("“{clock}”已超过期限，已通知负责人").format(clock=name), tone="warn")
    return Words(_("“{clock}”的期限临近，已提醒").format(clock=name), tone="warn")


def _recounted(name: str, detail: Mapping[str, Any]) -> Words:
    """A date that moved with the calendar or the length of the clock: the old one stays here."""
    before, after = (
        clock_words.marked(
            moment(datetime.fromisoformat(detail[when])), provisional=detail[provisional]
        )
        for when, provisional in (("before", "was_provisional"), ("after", "provisional"))
    )
    title = _("“{clock}”期限重新计算：{before} → {after}")
    why = dict(CalendarChange.Kind.choices).get(detail["why"], "")
    return Words(title.format(clock=name, before=before, after=after), str(why), tone="warn")
