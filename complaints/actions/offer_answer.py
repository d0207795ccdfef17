"""The consumer answers an offer by the link in its letter: the same step that a colleague takes who
registers the answer, taken by nobody of ours.

A link belongs to one proposal as it was signed and sent. Looking at it changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from audit.record import record
from complaints import letter_values, validation
from complaints.actions import steps
from complaints.advance import lock
from complaints.answering import ACCEPTS, DECLINES
from complaints.errors import CaseError, StepRefused
from complaints.leaving import leaves_at
from complaints.lifecycle import CONSUMER, State
from complaints.models import Complaint, OfferLink, Outbox, Transition
from complaints.signing import liveness
from complaints.signing.liveness import NotLive
from complaints.snapshots import FILED
from complaints.workdays import SHANGHAI

REASON_LIMIT = 2000
MEANS = "portal"
STEPS = {OfferLink.Answer.ACCEPTS: ACCEPTS, OfferLink.Answer.DECLINES: DECLINES}


class NoOffer(CaseError):
    """The link is unknown or its time is over; which of the two is not said."""

    code = "no_offer"


class Moved(CaseError):
    """The proposal is not the one that stands, or does not wait for an answer any more."""

    code = "moved"


class Answered(CaseError):
    """The link was used."""

    code = "answered"


@dataclass(frozen=True)
class Open:
    """A link that may be answered, and what was signed."""

    link: OfferLink
    covered: Mapping[str, Any]


def token_of(link: OfferLink) -> str:
    """The link's token. It stands nowhere: made anew from the key of the installation, so that a
    letter that has to be sent twice carries the same link twice.
    """
    value = f"{link.pk}|{link.resolution_id}"
    return salted_hmac("complaints.offer", value, algorithm="sha256").hexdigest()


def hash_of(token: str) -> bytes:
    """As it is kept."""
    return hashlib.sha256(token.encode()).digest()


def link_for(complaint: Complaint, now: datetime) -> tuple[OfferLink, str] | None:
    """The link to the offer that leaves now and its token, the same when asked again; None where no
    offer waits for an answer. In the caller's transaction, with the letter. Raises NotLive.
    """
    until = letter_values.answer_by(complaint, now)
    if complaint.state != State.OFFERED or until is None:
        return None
    covered = liveness.covered_of(complaint)
    resolution = liveness.standing(complaint)[0].resolution
    end = datetime.combine(until + timedelta(days=1), time(0), SHANGHAI)
    given = {"complaint": complaint, "made_at": now, "expires_at": end}
    given["letter_sha256"] = _hash_of_letter(covered)
    link, _new = OfferLink.objects.get_or_create(resolution=resolution, defaults=given)
    token = token_of(link)
    if link.token_hash is None:
        link.token_hash = hash_of(token)
        link.save(update_fields=["token_hash"])
    return link, token


def _hash_of_letter(covered: Mapping[str, Any]) -> str:
    return hashlib.sha256(str(covered["letter"]).encode()).hexdigest()


def open_offer(token: str, now: datetime) -> Open:
    """The offer behind a link, which may still be answered. Changes nothing.

    Raises NoOffer (unknown or too old), Answered, Moved.
    """
    rows = OfferLink.objects.select_related("complaint__consumer", "resolution")
    found = rows.filter(token_hash=hash_of(token)).first()
    if found is not None and found.answer:
        raise Answered(
            _(
                "您的答复我们已经收到，谢谢。同一个链接只能答复一次；要补充或者更改，请直接回复我们的函件。"
            )
        )
    if found is None or found.expires_at <= now:
        raise NoOffer(
            _(
                "这个链接不存在，或者答复的期限已经过了。您仍然可以直接回复我们的函件，或者来电告诉我们。"
            )
        )
    return Open(found, _standing(found))


def _standing(link: OfferLink) -> Mapping[str, Any]:
    """What was signed, while it is what the link is about. Raises Moved."""
    if link.complaint.state != State.OFFERED:
        raise Moved(
            _("您的投诉已经有了新的进展，不需要再用这个链接答复。有疑问请直接回复我们的函件。")
        )
    words = _("这份方案正在更正，暂时不能答复；更正以后我们会再发函件给您，请用新的链接。")
    try:
        covered = liveness.covered_of(link.complaint)
    except NotLive as changed:
        raise Moved(words) from changed
    same = covered["version"] == link.resolution.version
    if not same or _hash_of_letter(covered) != link.letter_sha256:
        raise Moved(words)
    return covered


def answer(token: str, values: Mapping[str, Any], now: datetime | None = None) -> OfferLink:
    """Take the answer `{answer: accepts|declines, reason?, sure}`.

    Raises what `open_offer` raises, Invalid.
    """
    now = now or timezone.now()
    v = validation
    data = v.clean(
        {"answer": None, "sure": None, **values},
        {
            "answer": lambda x: v.choice(x, OfferLink.Answer.values, required=True),
            "reason": lambda x: v.text(x, REASON_LIMIT, lines=True),
            "sure": _sure,
        },
    )
    with transaction.atomic():
        found = open_offer(token, now).link
        complaint = lock(found.complaint.number, None)
        link = open_offer(token, now).link  # as it stands under the lock of the case
        with translation.override(FILED):
            taken = _take(link, data, now)
        OfferLink.objects.filter(pk=link.pk).update(answer=data["answer"], answered_at=now)
        _tell_owner(complaint, taken)
        detail = {
            "answer": data["answer"],
            "version": link.resolution.version,
            "letter_sha256": link.letter_sha256,
        }
        record("offer.answered_by_link", complaint.subject, None, now, detail)
    link.answer, link.answered_at = data["answer"], now
    return link


def _sure(value: Any) -> bool:
    if str(value) in ("1", "on", "true", "True"):
        return True
    raise validation.Refused(_("请勾选确认：您本人看过函件并作出这个答复"))


def _take(link: OfferLink, data: Mapping[str, Any], now: datetime) -> Transition:
    """The step, whose words say how the answer came. Raises Moved where a guard is against it."""
    said = data.get("reason", "")
    n = link.resolution.version
    how = _("消费者本人在第 {n} 版方案函件的链接里答复。").format(n=n)
    name = "note" if data["answer"] == OfferLink.Answer.ACCEPTS else "reason"
    words = f"{how}{said}" if said else how
    fields = {"means": MEANS, name: words}
    code = STEPS[OfferLink.Answer(data["answer"])]
    number = link.complaint.number
    try:
        steps.take(number, code, fields, by=None, via=CONSUMER, now=now)
    except StepRefused as refused:
        raise Moved(
            _("现在不能在网上答复，没有登记。请直接回复我们的函件，或者来电告诉我们。")
        ) from refused
    return Transition.objects.filter(complaint=link.complaint, step=code).latest("version")


def _tell_owner(complaint: Complaint, taken: Transition) -> None:
    """Whoever works on the case did not take the step, and hears of it."""
    Outbox.objects.create(
        complaint=complaint,
        transition=taken,
        effect="tell_owner",
        key=f"{complaint.number}.{taken.version}.tell_owner",
        created_at=taken.at,
        not_before=leaves_at("tell_owner", taken.at),
    )
