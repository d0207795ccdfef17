"""What leaves for the consumer, when, and how long it can be taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint, Outbox

# The letters to the consumer and what the house calls them; their words are the business of
# `correspondence/who_is_told.py`.
LETTER_NAMES: dict[str, str | Promise] = {
    "acknowledge_receipt": _("收悉告知"),
    "acknowledge_consumer": _("受理告知"),
    "tell_consumer_declined": _("不予受理说明"),
    "send_reply_letter": _("处理意见函"),
    "reply_to_consumer": _("回复"),
    "confirm_consumer_acceptance": _("同意方案的确认"),
    "confirm_withdrawal": _("撤回投诉的确认"),
    "tell_consumer_merged": _("并案告知"),
    "remind_documents": _("补充材料提醒"),
    "remind_consumer": _("请消费者答复的提醒"),
    "tell_external_ways": _("其他途径告知"),
    "tell_consumer_closed": _("办结告知"),
    "ask_satisfaction": _("满意度回访"),
    "confirm_commitment": _("承诺确认"),
    "tell_commitment_kept": _("承诺兑现告知"),
    "confirm_release": _("放弃承诺的确认"),
    "send_identity_code": _("身份验证码"),
}
TO_CONSUMER = frozenset(LETTER_NAMES)
# Without these no file is complete: what answers the consumer, and confirms what was agreed.
LETTERS = (
    "acknowledge_consumer",
    "tell_consumer_declined",
    "send_reply_letter",
    "confirm_consumer_acceptance",
    "confirm_withdrawal",
    "tell_consumer_closed",
    "reply_to_consumer",
    "confirm_commitment",
    "tell_commitment_kept",
    "confirm_release",
)
RECEIPT = "acknowledge_receipt"
INSTEAD = "by_person"  # the channel of a letter that a person brings instead of a machine
# No person brings a mere receipt, a key, or a code.
NOBODYS = (RECEIPT, "ask_satisfaction", "send_identity_code")
OVERTAKEN = "overtaken"  # why a receipt did not leave
RECEIPT_WAITS = timedelta(minutes=10)


def letter_name(effect: str) -> str:
    """What the house calls the letter."""
    return str(LETTER_NAMES.get(effect, _("函件")))


def undo_window() -> timedelta:
    """So long whoever wrote to the consumer may think again."""
    return timedelta(seconds=settings.SEND_UNDO_SECONDS)


def receipt_leaves_at(now: datetime) -> datetime:
    """A receipt waits a little: where the case is taken up at once, that letter says more."""
    return now + RECEIPT_WAITS


def drop_receipt(complaint: Complaint, now: datetime) -> None:
    """What follows says more than a receipt that has not left yet."""
    waiting = Outbox.objects.filter(complaint=complaint, effect=RECEIPT, done_at=None)
    waiting.filter(cancelled_at=None).update(cancelled_at=now, last_error=OVERTAKEN)


def leaves_at(effect: str, now: datetime, *, by_person: bool = True) -> datetime:
    """The first moment at which something may leave: a letter that a person caused waits for its
    window, what a clock caused and what goes to staff waits for nobody.
    """
    return now + undo_window() if by_person and effect in TO_CONSUMER else now
