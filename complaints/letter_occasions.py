"""What the letters of the steps say besides the case: why it is not taken up, what is asked for,
what is late, what was done. As `letter_values`: what is not known is not in the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints import clock_words, letter_sets, rights_letter
from complaints.letter_values import (
    DEFAULT,
    Values,
    answer_by,
    due_words,
    known,
    locale_of,
    of_case,
)
from complaints.models import Commitment, Complaint, Extension
from letters.values import day as said


def of_decline(
    complaint: Complaint, explanation: str, lang: str = DEFAULT, now: datetime | None = None
) -> Values:
    """Why it is not taken up."""
    return {**of_case(complaint, lang, now), **known({"reasons": explanation.strip()})}


def of_request(
    complaint: Complaint,
    items: Sequence[str],
    until: date,
    why: str = "",
    *,
    lang: str = DEFAULT,
    now: datetime | None = None,
) -> Values:
    """Which documents are asked for."""
    with translation.override(locale_of(lang)):
        asked = {
            "documents": list(items),
            "documents_by": until,
            "documents_how": _("直接回复本消息或者来电"),
            "documents_why": why.strip() or _("查清事实"),
        }
    return {**of_case(complaint, lang, now), **known(asked)}


def of_extension(
    extension: Extension, before: datetime, lang: str = DEFAULT, now: datetime | None = None
) -> Values:
    """A term that was made longer: `before` is when it would have ended."""
    deadline = extension.deadline
    with translation.override(locale_of(lang)):
        delay = {
            "delay_reason": extension.reason.strip().rstrip("。；;. "),
            "reply_by": before,
            "new_reply_by": due_words(deadline, lang),
            "extension_basis": clock_words.article_of(deadline),
            "approved_by": _("我们的主管") if extension.decided_by_id else None,
        }
    return {**of_case(deadline.complaint, lang, now), **known(delay)}


def of_reminder(complaint: Complaint, lang: str = DEFAULT, now: datetime | None = None) -> Values:
    """The offer that waits for an answer, and the documents that were asked for."""
    letter = letter_sets.last(complaint, letter_sets.LETTERS)
    offer = {
        "offer_sent_on": (letter.done_at or letter.created_at) if letter else None,
        "answer_by": answer_by(complaint, now or timezone.now()),
    }
    return {**of_waiting(complaint, lang, now), **known(offer)}


def of_waiting(complaint: Complaint, lang: str = DEFAULT, now: datetime | None = None) -> Values:
    """The documents that a hold waits for."""
    hold = letter_sets.last(complaint, letter_sets.HOLDS)
    if hold is None or hold.expected_end is None:
        return of_case(complaint, lang, now)
    with translation.override(locale_of(lang)):
        items = hold.items or [_("此前请您补充的材料")]
    return of_request(complaint, items, hold.expected_end, lang=lang, now=now)


def of_closing(complaint: Complaint, lang: str = DEFAULT, now: datetime | None = None) -> Values:
    """What was done of what was promised."""
    kept = letter_sets.every(complaint, letter_sets.KEPT)
    with translation.override(locale_of(lang)):
        done = [_kept(each, lang) for each in kept]
    closed = {"closed_on": complaint.closed_at or now or timezone.now(), "performed": done}
    return {**of_case(complaint, lang, now), **known(closed)}


def _kept(commitment: Commitment, lang: str) -> str:
    """2026年12月1日：退还价款，3,980.00 元."""
    words = commitment.text
    if commitment.amount is not None and f"{commitment.amount:,.2f}" not in words:
        words = _("{what}，{amount} 元").format(what=words, amount=f"{commitment.amount:,.2f}")
    when = commitment.kept_at
    return _("{day}：{what}").format(day=said(when, lang), what=words) if when else words


# What the letter of a step says besides the case; the others say no more than the case.
SAYS: dict[str, Callable[[Complaint, str, datetime | None], Values]] = {
    "closing": of_closing,
    "reminder": of_reminder,
    "documents": of_waiting,
    "rights": rights_letter.of_latest,
}


def values_of(
    kind: str, complaint: Complaint, lang: str = DEFAULT, now: datetime | None = None
) -> Values:
    """What a letter of that kind would say of the case now."""
    return SAYS.get(kind, of_case)(complaint, lang, now)
