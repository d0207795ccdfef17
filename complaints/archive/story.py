"""The timeline in words for the dossier: short, and in the language of the file."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
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
    detail: dict[str, Any] = event.detail
    state = dict(CommitmentState.choices).get(event.code)
    values = {"what": detail.get("text", ""), "amount": _yuan(detail.get("amount"))}
    values |= {"due": detail.get("due", ""), "ref": detail.get("reference", "")}
    if event.code in _OF_A_PROMISE:
        return _OF_A_PROMISE[event.code].format(**values)
    return f"承诺“{values['what']}”" + (f"：{state}" if state else "")


def _yuan(amount: Any) -> str:
    return f"{Decimal(amount):,.2f} 元" if amount else ""


def _assignment(event: Event) -> str:
    detail: dict[str, Any] = event.detail
    words = _OF_AN_OWNER.get(event.code)
    if words is None:
        return _plain(event)
    return words.format(name=detail.get("owner_name") or detail.get("name", ""), **_team(detail))


def _team(detail: dict[str, Any]) -> dict[str, str]:
    return {name: detail.get(name, "") for name in ("team", "title", "until")}


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
    detail: dict[str, Any] = event.detail
    values = {"version": detail.get("version", ""), "name": detail.get("name", "")}
    values |= {"text": detail.get("text", "")}
    values |= {key: _yuan(detail.get(key)) for key in ("amount", "limit")}
    words = _OF_A_PROPOSAL.get(event.code, "方案第 {version} 版" if values["version"] else "方案")
    return words.format(**values)


_OF_A_PROPOSAL = {
    "drafted": "拟定方案第 {version} 版",
    "signature_voided": "方案第 {version} 版的签署失效",
    "signed_again": "重新签署方案第 {version} 版",
    "signed_first": "签署方案第 {version} 版，等待另一位法务签署",
    "signed_with_conditions": "附条件签署方案第 {version} 版",
    "condition_met": "落实签署条件：{text}",
    "consult_asked": "请{name}加签",
    "consult_answered": "{name}答复加签",
    "consult_withdrawn": "撤回对{name}的加签",
    "approval_asked": "方案 {amount}超出拟订人的权限 {limit}，等待审批",
    "approval_given": "批准方案金额 {amount}",
    "approval_refused": "不批准方案金额 {amount}",
}
_OF_A_PROMISE = {
    "made": "登记承诺“{what}”，最迟 {due}",
    "due_changed": "承诺“{what}”的期限更正为 {due}",
    "paid": "付款 {amount}，“{what}”，流水号 {ref}",
    "payment_reversed": "冲正付款 {amount}，流水号 {ref}",
}
_OF_AN_OWNER = {
    "taken": "领取本案",
    "assigned": "转派给{name}",
    "returned_to_queue": "退回“{team}”待分配",
    "given_back": "退回给{name}",
    "taken_back": "{name}返岗后收回",
    "put_aside": "搁置到 {until}",
    "taken_up": "结束搁置",
    "assignment_undone": "撤销批量转派，回到“{team}”{name}",
    "shared_with_counsel": "请法务协助",
    "person_named": "登记本案点名的同事：{name}，不得参与本案",
    "person_cleared": "取消点名登记",
    "recused": "回避本案",
    "made_confidential": "设为保密",
    "made_open": "取消保密",
    "mass_joined": "加入群体性案件“{title}”",
    "mass_left": "移出群体性案件“{title}”",
}
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
    Event.Kind.ASSIGNMENT: _assignment,
    Event.Kind.DEADLINE: _deadline,
    Event.Kind.HOLD: _hold,
}
