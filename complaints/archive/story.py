"""The timeline in words for the dossier: short, and in the language of the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from complaints import clock_words
from complaints.audit_words import named
from complaints.choices import CommitmentState, CommunicationKind, HoldReason
from complaints.leaving import letter_name
from complaints.lifecycle import STEPS, State
from complaints.models import Event

LONGEST = 300  # characters of what people wrote; all of it stands in timeline.jsonl


def told(event: Event) -> str:
    """What happened, with what was written at the time."""
    words = _SAID.get(event.kind, _plain)(event)
    text = event.text.strip()
    if not text or text in words:
        return words
    return f"{words}\n{text if len(text) <= LONGEST else text[:LONGEST] + '……'}"


def _plain(event: Event) -> str:
    return str(event.get_kind_display())


def _step(event: Event) -> str:
    step = STEPS.get(event.code)
    title = str(step.title) if step else named(f"complaint.{event.code}")
    to = event.detail.get("to")
    if to and to != event.detail.get("from") and to in State.values:
        return f"{title} → {State(to).label}"
    return title


def _evidence(event: Event) -> str:
    detail: dict[str, Any] = event.detail
    return f"添加证据 {detail.get('number', '')}：{detail.get('title', event.text)}"


def _fact(event: Event) -> str:
    count = len(event.detail.get("facts", {}))
    return f"记录事实 {count} 项" if count else "更新法律分析"


def _communication(event: Event) -> str:
    if event.code in CommunicationKind.values:
        inbound = event.detail.get("inbound")
        return "消费者来信" if inbound else str(CommunicationKind(event.code).label)
    return _plain(event)


def _notice(event: Event) -> str:
    return f"致消费者：{letter_name(event.code)}"


def _commitment(event: Event) -> str:
    state = dict(CommitmentState.choices).get(event.code)
    return f"承诺“{event.detail.get('text', '')}”" + (f"：{state}" if state else "")


def _deadline(event: Event) -> str:
    clock = clock_words.title_of_row(event.detail.get("entry") or event.detail.get("kind", ""))
    if not clock:  # a moment of the matter, which moves several clocks
        return _plain(event)
    return _OF_A_CLOCK.get(event.code, "“{clock}”的期限临近，已提醒").format(clock=clock)


def _hold(event: Event) -> str:
    reason = dict(HoldReason.choices).get(event.detail.get("reason"), "")
    said = {"held": f"中止计时：{reason}", "resumed": "恢复计时", "put_off": "改期恢复计时"}
    return said.get(event.code, _plain(event))


def _resolution(event: Event) -> str:
    version = event.detail.get("version")
    return f"方案第 {version} 版" if version else "方案"


_OF_A_CLOCK = {
    "tell_escalation": "“{clock}”已超过期限，已通知负责人",
    "recounted": "“{clock}”的期限重新计算",
    "extension_requested": "申请延长“{clock}”",
    "extension_approved": "批准延长“{clock}”",
    "extension_refused": "不批准延长“{clock}”",
}
_SAID: dict[str, Callable[[Event], str]] = {
    Event.Kind.STEP: _step,
    Event.Kind.EVIDENCE: _evidence,
    Event.Kind.FACT: _fact,
    Event.Kind.COMMUNICATION: _communication,
    Event.Kind.NOTICE: _notice,
    Event.Kind.COMMITMENT: _commitment,
    Event.Kind.RESOLUTION: _resolution,
    Event.Kind.DEADLINE: _deadline,
    Event.Kind.HOLD: _hold,
}
