"""An answer of the consumer that changes no state: the second one, one that contradicts the first,
one that came too late. It is kept as it was said, and whoever records it hears what stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import answering, proofs, validation
from complaints.advance import check_version, find, lock
from complaints.answering import ACCEPTS, ANSWERS, DECLINES
from complaints.choices import CONSENT_MEANS, CommunicationKind
from complaints.errors import Invalid, NotAllowed, StepRefused, Unmet
from complaints.models import Communication, Complaint, Event

WORDS = {"accepts": ACCEPTS, "declines": DECLINES}
SPOKEN = ("phone", "in_person")


@dataclass(frozen=True)
class Kept:
    """What was written down, and the sentence that says what stands."""

    communication: Communication
    stands: str


def keep(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Kept:
    """Keep a later answer `{answer: accepts|declines, means, note, evidence?}`. The state stays.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not by.may("communicate"):
        raise NotAllowed(_("您的角色不能登记消费者的答复"))
    v = validation
    data = v.clean(
        {"answer": None, "means": None, "note": None, **values},
        {
            "answer": lambda x: v.choice(x, WORDS, required=True),
            "means": lambda x: v.choice(x, CONSENT_MEANS, required=True),
            "note": lambda x: v.text(x, v.TEXT_LIMIT, required=True, lines=True),
            "evidence": v.item_number,
        },
    )
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        first = answering.first_answer(complaint)
        if first is None:
            raise Invalid({"answer": [_not_yet(complaint)]})
        _check_evidence(complaint, data.get("evidence"))
        words = answering.stands(complaint, first, WORDS[data["answer"]])
        said = _write(complaint, data, by, now)
        _record(said, data, words, first.step)
    return Kept(said, words)


def _not_yet(complaint: Complaint) -> str:
    if complaint.state == "offered":
        return _("方案正在等待消费者答复；请直接登记“消费者同意”或“消费者不同意”")
    return _("还没有消费者答复过的方案；请作为通话记录或来信登记")


def _check_evidence(complaint: Complaint, number: int | None) -> None:
    if number is None:
        return
    if proofs.unusable(complaint.folder_id, [number]):
        raise Invalid({"evidence": [proofs.refusal([number])]})


def _write(complaint: Complaint, data: dict[str, Any], by: User, now: datetime) -> Communication:
    spoken = data["means"] in SPOKEN
    return Communication.objects.create(
        complaint=complaint,
        kind=CommunicationKind.CALL_NOTE if spoken else CommunicationKind.REPLY,
        inbound=True,
        channel=data["means"],
        text=data["note"],
        at=now,
        by=by,
    )


def _record(said: Communication, data: dict[str, Any], stands: str, first: str) -> None:
    complaint = said.complaint
    detail = {
        "communication": said.pk,
        "answer": data["answer"],
        "means": data["means"],
        "evidence": data.get("evidence"),
        "first": first,
    }
    Event.objects.create(
        complaint=complaint,
        at=said.at,
        by=said.by,
        kind=Event.Kind.COMMUNICATION,
        code="later_answer",
        text=said.text,
        detail={**detail, "stands": stands},
    )
    Complaint.objects.filter(pk=complaint.pk).update(updated_at=said.at)
    record("communication.later_answer", complaint.subject, said.by, said.at, detail)


@contextmanager
def explained(number: str, step: str, by: User | None) -> Iterator[None]:
    """Around a step: an answer that is refused because there was one says what stands, and where it
    can be kept.
    """
    try:
        yield
    except StepRefused as refused:
        if step not in ANSWERS or not any(r.code == "state" for r in refused.unmet):
            raise
        complaint = find(number, by)
        first = answering.first_answer(complaint)
        if first is None:
            raise
        words = answering.stands(complaint, first, step).replace(_("已保存"), _("可以保存"))
        words += _("请登记为“后来的答复”，不会丢失。")
        both = [*refused.unmet, Unmet("answered", words)]
        raise StepRefused(_("；").join(r.message for r in both), both) from refused
