"""What a macro 宏 does on a case, item by item: what is to be done, what changes nothing, and what
cannot be done now, in the sentences of whoever refuses it.

`does`: {kind: "", internal_note or reply; text; facts: {fact: {value, source}}; priority; remind:
{days, for}; step}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import facts, legal_hold
from complaints.actions import snoozing
from complaints.advance import unmet
from complaints.choices import CommunicationKind, FactSource, Priority
from complaints.facts import Given
from complaints.guards import MENDED_BY
from complaints.lifecycle import STEPS
from complaints.models import Complaint, FactAnswer, Snooze
from complaints.situation import CaseSituation
from complaints.workdays import SHANGHAI
from legal_rules.vocabulary import FACTS, check_value

KINDS = (CommunicationKind.INTERNAL_NOTE, CommunicationKind.REPLY)
# Steps that may be offered next: those that a form of the case takes. A macro signs nothing.
OFFERED = tuple(
    code
    for code in STEPS
    if code not in ("sign", "send_back", "escalate", "archive", "merge", "withdraw")
)
Does = Mapping[str, Any]


@dataclass(frozen=True)
class Item:
    """One thing that a macro does. `why`: it cannot be done now; `nothing`: it stands so already;
    `instead`: what it takes the place of, so that nobody does it unseen.
    """

    code: str
    title: str
    words: str = ""
    why: str = ""
    nothing: bool = False
    instead: str = ""

    @property
    def ticked(self) -> bool:
        """Whether it is done unless somebody says otherwise."""
        return not (self.why or self.nothing or self.instead)


def items(complaint: Complaint, does: Does, by: User, now: datetime) -> list[Item]:
    """Everything that the macro would do for this person, in the order in which it is done."""
    found = [_text(complaint, does, by)] if does.get("kind") else []
    found += _facts(complaint, does.get("facts", {}), by)
    if wanted := does.get("priority"):
        found.append(_priority(complaint, wanted, by))
    if wanted := does.get("remind"):
        found.append(_reminder(complaint, wanted, by, now))
    if code := does.get("step"):
        found.append(Item("step", _next(code), why=step_refused(complaint, code, by, now)))
    return found


def _next(code: str) -> str:
    return _("然后打开“{step}”").format(step=STEPS[code].title if code in STEPS else code)


def step_refused(complaint: Complaint, code: str, by: User, now: datetime) -> str:
    """Why the step cannot be taken now; "" where its form can be filled in."""
    if code not in STEPS or code not in OFFERED:
        return _("没有这个步骤，或者不能由宏提供；请主管修改这个宏")
    found = unmet(STEPS[code], CaseSituation(complaint, by, now), asking=True)
    return _("；").join(reason.message for reason in found if reason.code not in MENDED_BY)


def _text(complaint: Complaint, does: Does, by: User) -> Item:
    reply = does["kind"] == CommunicationKind.REPLY
    title = _("回复消费者") if reply else _("记为内部备注，消费者不可见")
    why = ""
    if reply and not by.may("communicate"):
        why = _("您的角色不能与消费者沟通，只能写内部备注")
    elif reply and not complaint.is_open:
        why = _("案件已经办结，不能再回复；请先重新启动")
    return Item("text", title, why=why)


def _priority(complaint: Complaint, wanted: str, by: User) -> Item:
    title = _("优先级设为{priority}").format(priority=dict(Priority.choices).get(wanted, wanted))
    if wanted == complaint.priority:
        return Item("priority", title, _("现在就是这样"), nothing=True)
    if not by.may("edit_complaints"):
        return Item("priority", title, why=_("您的角色不能修改案件资料"))
    if not complaint.is_open:
        words = _("案件已经办结，不能再修改；如需更正请先重新启动")
        return Item("priority", title, why=words)
    return Item("priority", title, why=legal_hold.why(complaint))


def remind_on(wanted: Mapping[str, Any], now: datetime) -> date:
    """The day on which the case comes back."""
    return timezone.localdate(now, SHANGHAI) + timedelta(days=wanted["days"])


def _reminder(complaint: Complaint, wanted: Mapping[str, Any], by: User, now: datetime) -> Item:
    """搁置, with the sentences of whoever refuses it; what is put aside already is so anew."""
    title = _("搁置到 {day}").format(day=remind_on(wanted, now).isoformat())
    why = snoozing.why_not(complaint, remind_on(wanted, now), by, now)
    standing = Snooze.objects.filter(complaint=complaint, ended_at=None, until__gt=now).first()
    instead = ""
    if standing is not None and not why:
        day = standing.until.astimezone(SHANGHAI).date().isoformat()
        words = _("现在搁置到 {day}，等：{what}")
        instead = words.format(day=day, what=standing.waiting_for)
    return Item("remind", title, _("等：{what}").format(what=wanted["for"]), why, instead=instead)


def _facts(complaint: Complaint, wanted: Mapping[str, Any], by: User) -> list[Item]:
    if not wanted:
        return []
    standing = {a.fact: a for a in facts.current_answers(complaint)}
    asked = _asked(complaint, wanted, standing, by)
    why = ""
    if not by.may("answer_facts"):
        why = _("您的角色不能记录事实")
    elif not complaint.is_open:
        why = _("案件已经办结，不能再记录事实；如有新的事实请先重新启动")
    return [_fact(fact, given, standing, asked, by, why) for fact, given in wanted.items()]


def _fact(
    fact_id: str,
    given: Mapping[str, Any],
    standing: Mapping[str, FactAnswer],
    asked: set[str],
    by: User,
    why: str,
) -> Item:
    code, fact, before = f"fact:{fact_id}", FACTS.get(fact_id), standing.get(fact_id)
    if fact is None:
        words = _("事实词汇表里已经没有这一项；请主管修改这个宏")
        return Item(code, _("记录事实 {fact}").format(fact=fact_id), why=words)
    lang = get_language() or "zh-hans"
    title = fact.question_for(lang)
    try:
        value = check_value(fact_id, given.get("value"))
    except ValueError as error:
        return Item(code, title, why=_("{why}；请主管修改这个宏").format(why=error))
    source = dict(FactSource.choices).get(str(given.get("source")), "")
    said = _("{value}（{source}）").format(value=fact.value_for(value, lang), source=source)
    if why:
        return Item(code, title, said, why)
    if before is not None:
        return _answered(Item(code, title, said), fact_id, value, given, before, by)
    if fact_id not in asked:
        return Item(code, title, said, _("本案不问这一项：按类别和已知的事实，它不影响结果"))
    return Item(code, title, said)


def _answered(
    item: Item,
    fact_id: str,
    value: object,
    given: Mapping[str, Any],
    before: FactAnswer,
    by: User,
) -> Item:
    """The item where somebody has answered before."""
    if facts.is_judgement(fact_id) and before.by.may("find_facts") and not by.may("find_facts"):
        words = _("法务已经认定这一项；如有新的事实或证据，请写明后告知法务")
        return Item(item.code, item.title, item.words, words)
    if before.established and before.value == value and before.source == given.get("source"):
        return Item(item.code, item.title, item.words, nothing=True)
    lang = get_language() or "zh-hans"
    was = FACTS[fact_id].value_for(before.value, lang) if before.established else _("无法查明")
    instead = _("{name}已回答：{value}（{source}）").format(
        name=before.by.name, value=was, source=before.get_source_display()
    )
    return Item(item.code, item.title, item.words, instead=instead)


def _asked(
    complaint: Complaint, wanted: Mapping[str, Any], standing: Mapping[str, FactAnswer], by: User
) -> set[str]:
    """Which of the facts this case asks, also once the others of the macro are answered."""
    answers: list[Any] = list(standing.values())
    left = {fact: given.get("value") for fact, given in wanted.items() if fact not in standing}
    asked: set[str] = set()
    while left:
        missing = {row["fact"] for row in facts.analyse(complaint, answers)["missing_facts"]}
        found = [fact for fact in left if fact in missing]
        if not found:
            break
        asked |= set(found)
        new = [Given(fact, left.pop(fact), True, by) for fact in found]
        answers += [one for one in new if _is_an_answer(one)]
    return asked


def _is_an_answer(given: Given) -> bool:
    """Whether the fact can have that value at all; the vocabulary may have changed."""
    try:
        check_value(given.fact, given.value)
    except ValueError:
        return False
    return True
