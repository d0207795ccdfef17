"""Every entry of the timeline in words: who did what, in which tone it is drawn.

As long as there are kinds of entries: one short function each, and the table that chooses.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints import checklist
from complaints.choices import (
    CONSENT_MEANS,
    DECLINE_REASONS,
    EXTERNAL_OUTCOMES,
    Channel,
    CommitmentState,
    CommunicationKind,
    FactSource,
)
from complaints.lifecycle import STEPS, Field, State
from complaints.models import Complaint, Consumer, Event, Feedback
from complaints.models.satisfaction import DISSATISFIED_UP_TO
from complaints.signing import differences
from complaints.views import keeping_words, link_words
from complaints.views.clock_entries import deadline, hold
from complaints.views.letter_words import notice
from complaints.views.payment_words import payment
from complaints.views.words import Words
from legal_rules import rulebook
from legal_rules.vocabulary import FACTS
from letters import library
from letters.signatures import TEMPLATES

_WRITTEN = (
    "note",
    "reason",
    "ground",
    "explanation",
    "findings",
    "comments",
    "opinion",
    "consumers_words",
    "no_evidence_reason",
)
_LISTS: dict[tuple[str, str], dict[str, Any]] = {
    ("decline", "reason"): DECLINE_REASONS,
    ("consumer_accepts", "means"): CONSENT_MEANS,
    ("consumer_declines", "means"): CONSENT_MEANS,
    ("external_decision", "outcome"): EXTERNAL_OUTCOMES,
}
LONG = 80  # characters; a longer text of an act is drawn as a message


def in_words(event: Event, complaint: Complaint) -> Words:
    """The entry in the page's language; texts that people wrote stay as they were written."""
    return _BY_KIND.get(event.kind, _other)(event, complaint)


def channel_name(code: str) -> str:
    """How a text travels, in words."""
    known = dict(Channel.choices)
    extra = {"sms": _("短信"), "in_person": _("当面")}
    return str(known.get(code) or extra.get(code) or "")


def _registered(event: Event, complaint: Complaint) -> Words:
    how = channel_name(event.detail.get("channel", "")) or complaint.get_channel_display()
    title = _("消费者投诉（{channel}）").format(channel=how)
    return Words(title, complaint.narrative, "msg", "in", _("登记 {name}").format(name=event.by))


def _step(event: Event, complaint: Complaint) -> Words:
    if event.code in link_words.MERGES:
        return link_words.merge(event)
    special = {
        "withdrawal_requested": _("消费者请求撤回，等待主管确认"),
        "withdrawal_dismissed": _("取消了撤回请求，继续办理"),
    }
    step = STEPS.get(event.code)
    title = special.get(event.code) or (str(step.title) if step else event.code)
    target = event.detail.get("to")
    if target and target != event.detail.get("from"):
        title = _("{step} → {state}").format(step=title, state=str(State(target).label))
    tones = {
        "sign": "legal",
        "send_back": "legal",
        "accept": "ok",
        "complete": "ok",
        "archive": "ok",
    }
    tone = tones.get(event.code, "warn" if event.code in ("decline", "withdraw", "merge") else "")
    fields = event.detail.get("fields")
    text = event.text if fields is None else _texts(event.code, fields)
    shape = "msg" if len(text) > LONG else "ev"
    return Words(title, text, shape, tone, lines=_short(event.code, fields or {}))


def _texts(step: str, fields: dict[str, Any]) -> str:
    """What a person wrote with a step; the code of a list is no text."""
    names = [n for n in _WRITTEN if (step, n) not in _LISTS]
    return "\n".join(str(fields[n]) for n in names if fields.get(n))


def _short(step: str, fields: dict[str, Any]) -> tuple[str, ...]:
    """Numbers, dates and choices of a step, each with its name."""
    lines = []
    for name in fields:
        if (name in _WRITTEN and (step, name) not in _LISTS) or name == Field.CANNOT_BE_ESTABLISHED:
            continue
        value = _value(name, _LISTS.get((step, name), {}), fields[name])
        if value and name in Field.values:
            lines.append(_("{name}：{value}").format(name=str(Field(name).label), value=value))
    return tuple(lines)


def _value(name: str, choices: dict[str, Any], value: Any) -> str:
    if isinstance(value, list):
        return _("、").join(str(v) for v in value)
    if name == Field.CHECKLIST:
        return _("、").join(checklist.in_words(n for n, ticked in value.items() if ticked))
    if isinstance(value, dict):  # a reason for each draft rule that was taken over
        return _("；").join(f"{_carrier(one)}：{why}" for one, why in value.items())
    return str(choices.get(str(value), value))


def _carrier(name: str) -> str:
    """The title of a rule or of a letter's template; its id when there is none of it any more."""
    rule = rulebook.current().rules.get(name)
    template = library.current().templates.get(name.removeprefix(TEMPLATES.prefix))
    found = rule or template
    return found.title.in_(get_language() or "zh-hans") if found else name


def _communication(event: Event, complaint: Complaint) -> Words:
    if event.code == "undone":
        return Words(_("撤回了还没有发出的回复"), tone="warn")
    if event.code == "feedback":
        return _feedback(event)
    if event.code == "later_answer":
        return _later(event)
    channel = channel_name(event.detail.get("channel", ""))
    if event.code == CommunicationKind.INTERNAL_NOTE:
        return Words(_("内部备注"), event.text, "msg", "note", _("消费者不可见"))
    if event.code == CommunicationKind.CALL_NOTE:
        return Words(_("通话记录"), event.text, "msg", "call", channel)
    if event.detail.get("inbound"):
        return Words(_("消费者来信"), event.text, "msg", "in", channel)
    anyway = event.detail.get("anyway")
    lines = (_("用语提示之后仍然发出，理由：{reason}").format(reason=anyway),) if anyway else ()
    return Words(_("回复消费者"), event.text, "msg", "out", channel, lines)


def _feedback(event: Event) -> Words:
    """The mark alone: the consumer's own words stand on their page."""
    detail = event.detail
    solved = _("问题已解决") if detail.get("solved") else _("问题没有解决")
    title = _("消费者评价：{score} 分，{solved}").format(score=detail.get("score"), solved=solved)
    source = str(dict(Feedback.Source.choices).get(detail.get("source"), ""))
    bad = not detail.get("solved") or detail.get("score", 0) <= DISSATISFIED_UP_TO
    return Words(title, source, tone="warn" if bad else "ok")


def _later(event: Event) -> Words:
    """An answer that changed no state, with what stood then."""
    agrees = event.detail.get("answer") == "accepts"
    title = _("消费者后来表示同意") if agrees else _("消费者后来表示不同意")
    means = str(CONSENT_MEANS.get(event.detail.get("means", ""), ""))
    lines = [str(event.detail.get("stands", ""))]
    if number := event.detail.get("evidence"):
        lines.append(_("证据 {number}").format(number=number))
    return Words(title, event.text, "msg", "in", means, tuple(lines))


def _evidence(event: Event, complaint: Complaint) -> Words:
    number = event.detail.get("number", "")
    if event.code == "withdrawn":
        return Words(_("撤回证据 {number}").format(number=number), event.text, "msg")
    return Words(_("添加证据 {number}").format(number=number), shape="msg")


def _fact(event: Event, complaint: Complaint) -> Words:
    if event.code == "analysis_renewed":
        return Words(_("更新了法律分析"))
    lang = get_language() or "zh-hans"
    lines = []
    for fact_id, given in event.detail.get("facts", {}).items():
        fact = FACTS.get(fact_id)
        question = fact.question_for(lang) if fact else fact_id
        if not given.get("established", True):
            answer = _("无法查明")
        else:
            answer = fact.value_for(given.get("value"), lang) if fact else str(given.get("value"))
        source = dict(FactSource.choices).get(given.get("source"), "")
        lines.append(
            _("{question} {answer}（{source}）").format(
                question=question, answer=answer, source=str(source)
            )
        )
    return Words(_("记录事实"), tone="ok", lines=tuple(lines))


def _asked(team: str, detail: dict[str, Any]) -> dict[str, str]:
    """Questions to other teams (协办)."""
    name, late = detail.get("name", ""), detail.get("on_time") is False
    to = _("请“{team}”的 {name} 协办") if name else _("请“{team}”协办")
    titles = {
        "team_asked": to,
        "team_answered": _("“{team}”逾期答复协办请求") if late else _("“{team}”答复协办请求"),
        "team_declined": _("“{team}”退回协办请求"),
        "team_consult_withdrawn": _("撤回请“{team}”的协办"),
        "team_consult_over": _("请“{team}”的协办终止"),
    }
    return {code: title.format(team=team, name=name) for code, title in titles.items()}


def _assignment(event: Event, complaint: Complaint) -> Words:
    name, team = event.detail.get("owner_name", ""), event.detail.get("team", "")
    titles = {
        "taken": _("领取了本案"),
        "assigned": _("转派给 {name}").format(name=name),
        "returned_to_queue": _("退回“{team}”待分配").format(team=team),
        "given_back": _("退回给 {name}").format(name=name),
        "taken_back": _("{name} 返岗后收回").format(name=name),
        "urged": _("催办 {names}（第 {n} 次）").format(
            names=_("、").join(event.detail.get("names", [])), n=event.detail.get("times", "")
        ),
        "put_aside": _("搁置到 {day}").format(day=event.detail.get("until", "")),
        "taken_up": _("结束搁置"),
        "assignment_undone": _("撤销批量转派，回到 {name}").format(name=name)
        if name
        else _("撤销批量转派，回到“{team}”待分配").format(team=team),
        "shared_with_counsel": _("请法务协助"),
        **_asked(team, event.detail),
        "person_named": _("登记本案点名的同事：{name}，不得参与本案").format(
            name=event.detail.get("name", "")
        ),
        "person_cleared": _("取消点名登记"),
        "recused": _("回避本案"),
        "made_confidential": _("设为保密"),
        "made_open": _("取消保密"),
        "mass_joined": _("加入群体性案件“{title}”").format(title=event.detail.get("title", "")),
        "mass_left": _("移出群体性案件“{title}”").format(title=event.detail.get("title", "")),
    }
    files = [str(n) for n in event.detail.get("evidence") or ()]
    came = _("附证据 {numbers}").format(numbers=_("、").join(files)) if files else ""
    return Words(titles.get(event.code, event.code), event.text, lines=(came,) if came else ())


def _change(event: Event, complaint: Complaint) -> Words:
    if event.code in keeping_words.CODES:
        return keeping_words.change(event)
    if event.code in link_words.CODES:
        return link_words.change(event)
    fields = event.detail.get("fields", [])
    names = [_field_name(name) for name in fields]
    return Words(_("修改资料：{fields}").format(fields=_("、").join(names)), event.text)


def _field_name(name: str) -> str:
    """What an edited field is called: consumer.phone, product.name, price_paid."""
    of, _dot, part = name.rpartition(".")
    model = Consumer if of == "consumer" else Complaint
    column = {"consumer": f"{part}_masked", "product": f"product_{part}"}.get(of, name)
    try:
        return str(model._meta.get_field(column).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return _("消费者资料") if of == "consumer" else name


def _resolution(event: Event, complaint: Complaint) -> Words:
    detail, shape = event.detail, "msg" if len(event.text) > LONG else "ev"
    version, name = detail.get("version", ""), detail.get("name", "")
    if event.code == "signature_voided":
        why = differences.sentence(detail.get("changed", []))
        title = _("方案第 {version} 版的签署已失效：{why}").format(version=version, why=why)
        return Words(title, tone="warn")
    titles = {
        "signed_again": _("重新签署方案第 {version} 版"),
        "signed_first": _("签署方案第 {version} 版，等待另一位法务签署"),
        "signed_with_conditions": _("附条件签署方案第 {version} 版"),
        "condition_met": _("落实签署条件：{text}"),
        "consult_asked": _("请{name}加签"),
        "consult_answered": _("{name}答复加签"),
        "consult_withdrawn": _("撤回对{name}的加签"),
        "approval_asked": _("方案 {amount} 元超出拟订人的权限 {limit} 元，等待审批"),
        "approval_given": _("批准方案金额 {amount} 元"),
        "approval_refused": _("不批准方案金额 {amount} 元"),
    }
    if event.code in titles:
        words = {"version": version, "name": name, "text": detail.get("text", "")}
        words |= {key: f"{Decimal(detail.get(key) or 0):,.2f}" for key in ("amount", "limit")}
        return Words(titles[event.code].format(**words), event.text, shape, "legal")
    return Words(_("拟定方案第 {version} 版").format(version=version), event.text)


def _commitment(event: Event, complaint: Complaint) -> Words:
    detail = event.detail
    what, due = detail.get("text", ""), detail.get("due", "")
    if event.code == "made":
        return Words(_("登记承诺“{what}”，最迟 {due}").format(what=what, due=due), event.text)
    if event.code == "due_changed":
        title = _("承诺“{what}”的期限由 {before} 更正为 {due}")
        words = title.format(what=what, before=detail.get("from") or "—", due=due)
        return Words(words, event.text, tone="warn")
    if event.code in ("paid", "payment_reversed"):
        return payment(event)
    state = str(dict(CommitmentState.choices).get(event.code, event.code))
    if detail.get("on_time") is False:
        state = _("逾期兑现")
    title = _("承诺“{what}”：{state}").format(what=what, state=state)
    tone = "warn" if event.code == "broken" or detail.get("on_time") is False else "ok"
    return Words(title, event.text, tone=tone)


def _other(event: Event, complaint: Complaint) -> Words:
    return Words(str(event.get_kind_display()), event.text)


_BY_KIND: dict[str, Callable[[Any, Complaint], Words]] = {
    Event.Kind.REGISTERED: _registered,
    Event.Kind.STEP: _step,
    Event.Kind.COMMUNICATION: _communication,
    Event.Kind.EVIDENCE: _evidence,
    Event.Kind.FACT: _fact,
    Event.Kind.HOLD: hold,
    Event.Kind.ASSIGNMENT: _assignment,
    Event.Kind.CHANGE: _change,
    Event.Kind.RESOLUTION: _resolution,
    Event.Kind.COMMITMENT: _commitment,
    Event.Kind.NOTICE: notice,
    Event.Kind.DEADLINE: deadline,
}
