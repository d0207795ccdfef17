"""How a promise to the consumer ends: kept with proof, broken with a reason, or released by the
consumer in writing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import clock, deadlines, promised, validation
from complaints.actions.commitment_record import (
    leave,
    may_keep,
    on_record,
    open_one,
    proved_by,
    recorded,
    said_in,
    tell_consumer,
    text_number,
)
from complaints.choices import RUNS, CommitmentSource, CommitmentState
from complaints.errors import Invalid
from complaints.models import Commitment
from complaints.paying import proof

# What could not be done in time may still be done, or the consumer may let us off.
UNDONE = (CommitmentState.OPEN, CommitmentState.BROKEN)


def keep(
    number: str,
    commitment_id: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Commitment:
    """Record that a promise was kept: `{proof, evidence?, kept_at?}`. Whether in time is decided
    by when it was kept, not by when that was written down; a broken one may be kept late.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    may_keep(by, _("您的角色不能登记兑现"))
    data = validation.clean(
        {"proof": None, **values},
        {
            "proof": lambda x: validation.text(x, 2000, required=True, lines=True),
            "evidence": validation.item_number,
            "kept_at": lambda x: validation.moment(x, now),
        },
    )
    with transaction.atomic():
        commitment = open_one(number, commitment_id, by, version, UNDONE)
        _proves(commitment, data["proof"], data.get("evidence"))
        at = min(data.get("kept_at") or now, now)
        if at < commitment.made_at.replace(second=0, microsecond=0):  # forms know minutes
            raise Invalid({"kept_at": [_("兑现时间不能早于作出承诺的时间")]})
        commitment.evidence_number = proved_by(commitment.complaint, data.get("evidence"))
        commitment.kept_at = at
        commitment.on_time = _in_time(commitment, at)
        _end_clock(commitment, clock.MET if commitment.on_time else clock.MISSED, at, by)
        _settled(commitment, CommitmentState.KEPT, data["proof"], by, now)
        recorded(commitment, by, now, "kept", text=data["proof"], on_time=commitment.on_time)
        tell_consumer(commitment, "tell_commitment_kept", now)
    return commitment


def _proves(commitment: Commitment, words: str, evidence: int | None) -> None:
    """The proof fits the kind of measure. Raises Invalid."""
    asked = commitment.asks_for
    if asked == proof.PAYMENT and commitment.standing.open:
        sentence = _("这一项要付款，还有 {open} 元未付；请登记付款，付足后自动登记为已兑现")
        raise Invalid({"proof": [sentence.format(open=f"{commitment.standing.open:,.2f}")]})
    if asked == proof.COURIER and evidence is None and not proof.names_a_parcel(words):
        sentence = _(
            "退换货请在凭证里写明快递公司和单号，例如“顺丰 SF1234567890123”；"
            "当面交接的，请上传签收单并选择证据"
        )
        raise Invalid({"proof": [sentence]})


def _in_time(commitment: Commitment, at: datetime) -> bool:
    """Judged by the clock, which a hold may have put off."""
    running = promised.clock_of(commitment)
    if running is None:
        return commitment.due_at is None or at <= commitment.due_at
    if running.state in RUNS:
        return deadlines.ending(running, at) == clock.MET
    return at <= running.due_at


def mark_broken(
    number: str,
    commitment_id: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Commitment:
    """Record that a promise was not kept: `{reason}`. Nothing does so by itself.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    may_keep(by, _("您的角色不能登记未兑现"))
    data = validation.clean(
        {"reason": None, **values},
        {"reason": lambda x: validation.text(x, 2000, required=True, lines=True)},
    )
    with transaction.atomic():
        commitment = open_one(number, commitment_id, by, version)
        _end_clock(commitment, clock.MISSED, now, by)
        _settled(commitment, CommitmentState.BROKEN, data["reason"], by, now)
        recorded(commitment, by, now, "broken", text=data["reason"])
        leave(commitment, "tell_commitment_broken", now)
    return commitment


def release(
    number: str,
    commitment_id: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Commitment:
    """Record that the consumer let us off in writing: `{words, evidence?, communication?}`. The
    words rest on a piece of evidence, or on a message of the consumer in the case; for a measure of
    a resolution there is a piece of evidence.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    may_keep(by, _("您的角色不能登记消费者放弃"))
    data = validation.clean(
        {"words": None, **values},
        {
            "words": lambda x: validation.text(x, 2000, required=True, lines=True),
            "evidence": validation.item_number,
            "communication": text_number,
        },
    )
    with transaction.atomic():
        commitment = open_one(number, commitment_id, by, version, UNDONE)
        rests_on = _in_writing(commitment, data)
        _end_clock(commitment, clock.CANCELLED, now, by)
        _settled(commitment, CommitmentState.WAIVED, data["words"], by, now)
        recorded(commitment, by, now, "waived", text=data["words"], **rests_on)
        leave(commitment, "confirm_release", now)
    return commitment


def _in_writing(commitment: Commitment, data: Mapping[str, Any]) -> dict[str, int]:
    """What the release rests on. Raises Invalid where there is nothing in writing."""
    said = said_in(commitment.complaint, data)
    number = proved_by(commitment.complaint, data.get("evidence"))
    if said is not None and not said.inbound:
        raise Invalid({"communication": [_("这条记录不是消费者发来的；请选择消费者的来信")]})
    measure = commitment.source == CommitmentSource.RESOLUTION
    if number is None and (said is None or measure):
        raise Invalid({"evidence": [_("消费者放弃须有书面证据；请先上传，再填写证据编号")]})
    commitment.evidence_number = number
    return on_record(said, number)


def settle(
    number: str,
    commitment_id: int,
    *,
    by: User,
    state: str,
    proof: Any,
    evidence: Any = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Commitment:
    """Kept or waived by one word: the older way in. The words of a waiver are `proof` too.

    Raises what `keep` and `release` raise.
    """
    may_keep(by, _("您的角色不能登记兑现"))
    states: dict[str, Callable[..., Commitment]] = {
        CommitmentState.KEPT.value: keep,
        CommitmentState.WAIVED.value: release,
    }
    word = validation.clean(
        {"state": state}, {"state": lambda x: validation.choice(x, states, required=True)}
    )["state"]
    name = "proof" if word == CommitmentState.KEPT else "words"
    try:
        values = {name: proof, "evidence": evidence}
        return states[word](number, commitment_id, values, by=by, version=version, now=now)
    except Invalid as refusal:
        renamed = {"proof" if k == name else k: v for k, v in refusal.errors.items()}
        raise Invalid(renamed) from refusal


def _end_clock(commitment: Commitment, how: str, at: datetime, by: User) -> None:
    running = promised.clock_of(commitment)
    if running is not None and running.state in RUNS:
        deadlines.finish([(running, how)], at, by)


def _settled(
    commitment: Commitment, state: CommitmentState, words: str, by: User, now: datetime
) -> None:
    commitment.state, commitment.proof = state, words
    commitment.settled_at, commitment.settled_by = now, by
    commitment.save()
