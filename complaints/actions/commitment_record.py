"""What every act on a promise has in common: who may, which promise, on what it rests, and what is
written down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import next_due, proofs, validation
from complaints.advance import check_version, lock
from complaints.choices import CommitmentState
from complaints.errors import Invalid, NotAllowed
from complaints.leaving import leaves_at
from complaints.lifecycle import State
from complaints.models import Commitment, Communication, Complaint, Event, Outbox
from complaints.paying.proof import fingerprint
from complaints.validation import Refused


def text_number(value: Any) -> int | None:
    """The number of a text of the case. Raises Refused."""
    try:
        return validation.item_number(value)
    except Refused as refusal:
        raise Refused(_("沟通记录的编号应为数字")) from refusal


def may_keep(by: User, sentence: str) -> None:
    """Raises NotAllowed for people who do not work on promises."""
    if not by.may("keep_commitments"):
        raise NotAllowed(sentence)


def open_case(number: str, by: User, version: int | None) -> Complaint:
    """The case, locked. Raises Complaint.DoesNotExist, StaleVersion, Invalid."""
    complaint = lock(number, by)
    check_version(complaint, version)
    if complaint.state == State.ARCHIVED:
        raise Invalid({"state": [_("案卷已经归档，不能再登记；如需更正请先重新启动")]})
    return complaint


def open_one(
    number: str,
    commitment_id: int,
    by: User,
    version: int | None,
    states: Sequence[str] = (CommitmentState.OPEN,),
) -> Commitment:
    """The promise, its case locked. Raises Complaint.DoesNotExist, StaleVersion, Invalid."""
    complaint = open_case(number, by, version)
    commitment = Commitment.objects.filter(complaint=complaint, pk=commitment_id).first()
    if commitment is None:
        raise Invalid({"commitment": [_("没有这项承诺")]})
    commitment.complaint = complaint
    if commitment.state not in states:
        sentence = _("这项承诺已经登记为“{state}”").format(state=commitment.get_state_display())
        raise Invalid({"commitment": [sentence]})
    return commitment


def said_in(complaint: Complaint, data: Mapping[str, Any]) -> Communication | None:
    """The text of the case that was named; None when none was. Raises Invalid."""
    wanted = data.get("communication")
    if wanted is None:
        return None
    found = Communication.objects.filter(complaint=complaint, pk=wanted).first()
    if found is None:
        raise Invalid({"communication": [_("本案没有这条沟通记录；请重新选择")]})
    return found


def proved_by(complaint: Complaint, number: int | None) -> int | None:
    """The number of a piece of evidence of the case. Raises Invalid."""
    if number is None:
        return None
    if proofs.unusable(complaint.folder_id, [number]):
        raise Invalid({"evidence": [proofs.refusal([number])]})
    return number


def on_record(said: Communication | None, number: int | None) -> dict[str, int]:
    """What an act rests on, as it stands in the timeline."""
    found = {"communication": said.pk if said else None, "evidence": number}
    return {name: value for name, value in found.items() if value is not None}


def recorded(
    commitment: Commitment, by: User, now: datetime, code: str, *, text: str, **detail: Any
) -> None:
    """Write what happened to a promise: version, timeline, audit."""
    complaint = commitment.complaint
    next_due.refresh(complaint)
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=[*next_due.COLUMNS, "version", "updated_at"])
    detail = {"commitment": commitment.pk, **detail}
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.COMMITMENT,
        code=code,
        text=text,
        detail={"text": commitment.text, **detail},
    )
    detail = {**detail, "version": complaint.version}
    if "reference" in detail:
        detail["reference_sha256"] = fingerprint(complaint.number, detail.pop("reference"))
    record(f"commitment.{code}", complaint.subject, by, now, detail)


def tell_consumer(commitment: Commitment, effect: str, now: datetime) -> None:
    """A letter about the promise, where it can go by itself: what was said on the phone needs no
    person to read it out again.
    """
    if commitment.complaint.consumer.email_masked:
        leave(commitment, effect, now)


def leave(commitment: Commitment, effect: str, now: datetime) -> None:
    """Something has to leave the house because of the promise."""
    complaint = commitment.complaint
    Outbox.objects.create(
        complaint=complaint,
        effect=effect,
        key=f"{complaint.number}.{complaint.version}.{effect}",
        payload={"commitment": commitment.pk},
        created_at=now,
        not_before=leaves_at(effect, now),
    )
