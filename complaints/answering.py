"""What stands when the consumer answers an offer that was answered, or whose time is over."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices import DeadlineState
from complaints.lifecycle import State
from complaints.models import Complaint, Deadline, Transition

ACCEPTS, DECLINES = "consumer_accepts", "consumer_declines"
ANSWERS = (ACCEPTS, DECLINES)
ENDS = (*ANSWERS, "no_reply")  # what ends the waiting for an answer


def first_answer(complaint: Complaint) -> Transition | None:
    """The step that ended the waiting for the latest offer; None while nobody answered, or while a
    new offer waits.
    """
    steps = Transition.objects.filter(complaint=complaint, step__in=("sign", *ENDS))
    last = steps.order_by("-version").first()
    return last if last is not None and last.step in ENDS else None


def stands(complaint: Complaint, first: Transition, answer: str) -> str:
    """What stands, and what can be done, after another answer (`ACCEPTS` or `DECLINES`)."""
    return f"{_what_was(first)}{_what_now(complaint, first.step, answer)}"


def _what_was(first: Transition) -> str:
    at = _moment(first.at)
    words = {
        ACCEPTS: _("消费者已于 {at} 同意方案。"),
        DECLINES: _("消费者已于 {at} 表示不同意。"),
        "no_reply": _("答复期已届满，{at} 已登记逾期未回复。"),
    }[first.step]
    return words.format(at=at)


def _what_now(complaint: Complaint, first: str, answer: str) -> str:
    closed = complaint.state in (State.CLOSED, State.ARCHIVED)
    if first == ACCEPTS and answer == ACCEPTS:
        return _("这次同意已保存，没有重复登记，承诺照原期限履行。")
    if first == ACCEPTS:
        if closed:
            return _("这次不同意已保存，案件已办结；消费者有异议的，可由主管重新启动。")
        return _(
            "这次不同意已保存，原来的同意和承诺仍然有效；消费者要求变更的，可以改期、登记其书面放弃，"
            "或由主管转外部处理。"
        )
    if first == DECLINES and answer == ACCEPTS:
        return _(
            "这次同意已保存，但不能直接执行已被拒绝的方案；可以照原方案重新拟定，经法务签署后再次发给消费者。"
        )
    if first == DECLINES:
        return _("这次的理由已保存，请在新方案中一并考虑。")
    if answer == ACCEPTS:
        if closed:
            return _("逾期的同意已保存；愿意履行的，可由主管重新启动案件后重新拟定方案。")
        return _("逾期的同意已保存；已开始的履行照常进行，不必重复登记。")
    return _("逾期的不同意已保存；依法应付的款项仍须支付，有异议的可由主管重新启动或转外部处理。")


def late(complaint: Complaint, now: datetime) -> str:
    """While an offer waits: a sentence when the time to answer is over; "" otherwise."""
    if complaint.state != State.OFFERED:
        return ""
    clocks = Deadline.objects.filter(complaint=complaint, kind="consumer_reply")
    clock = clocks.exclude(state=DeadlineState.CANCELLED).order_by("-id").first()
    if clock is None or clock.due_at > now or clock.state == DeadlineState.HELD:
        return ""
    words = _("答复期已于 {at} 届满，但还没有登记逾期未回复：这次答复仍按正常答复处理。")
    return words.format(at=_moment(clock.due_at))


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
