"""Asking for a longer term, and deciding about it: the four-eyes principle for clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from audit.record import record
from complaints import deadlines, extending, letter_occasions, letter_writing, next_due, validation
from complaints.actions import communication
from complaints.advance import check_version, lock
from complaints.choices import CommunicationKind, DeadlineNature
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Deadline, Event, Extension, Outbox

Decision = Extension.Decision


def request(
    number: str,
    deadline_id: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Extension:
    """Ask for a longer term: `{reason, length?}`; without a length the most that the table allows.

    Raises Complaint.DoesNotExist, Deadline.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not by.may("edit_complaints"):
        raise NotAllowed(_("您的角色不能申请延长期限"))
    v = validation
    data = v.clean(
        {"reason": None, "length": "", **values},
        {
            "reason": lambda x: v.text(x, 2000, required=True, lines=True),
            "length": lambda x: "" if x is None else x,
        },
    )
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        deadline = Deadline.objects.get(complaint=complaint, pk=deadline_id)
        if refusal := extending.why_not(deadline, now):
            raise Invalid({"extension": [refusal]})
        asked = extending.terms(deadline, data["length"])
        extension = Extension.objects.create(
            deadline=deadline,
            terms=asked,
            reason=data["reason"],
            requested_by=by,
            requested_at=now,
        )
        offer = extending.offer(deadline)
        if offer is not None and offer.by_role == Role.COUNSEL:
            complaint.shared_with_counsel = True  # who decides has to see the case
        _tell(complaint, extension, "ask_extension", now)
        _record(complaint, extension, by, now, "extension_requested", data["reason"])
    return extension


def decide(
    number: str,
    deadline_id: int,
    extension_id: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Extension:
    """Approve or refuse: `{decision: approved | refused, note}`; a refusal says why.

    Raises Complaint.DoesNotExist, Extension.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    v = validation
    data = v.clean(
        {"decision": None, "note": "", **values},
        {
            "decision": lambda x: v.choice(
                x, [Decision.APPROVED.value, Decision.REFUSED.value], required=True
            ),
            "note": lambda x: v.text(x, 2000, lines=True),
        },
    )
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        extension = Extension.objects.select_related("deadline", "requested_by").get(
            pk=extension_id, deadline_id=deadline_id, deadline__complaint=complaint
        )
        extension.deadline.complaint = complaint
        _check(extension, data, by, now)
        extension.decision, extension.note = Decision(data["decision"]), data["note"]
        extension.decided_by, extension.decided_at = by, now
        extension.save(update_fields=["decision", "note", "decided_by", "decided_at"])
        if extension.decision == Decision.APPROVED:
            _lengthen(complaint, extension, by, now)
        _tell(complaint, extension, "tell_extension", now)
        _record(complaint, extension, by, now, f"extension_{extension.decision}", data["note"])
    return extension


def _check(extension: Extension, data: Mapping[str, Any], by: User, now: datetime) -> None:
    deadline = extension.deadline
    if refusal := extending.may_decide(deadline, extension, by):
        raise NotAllowed(refusal)
    if extension.decision != Decision.WAITING:
        raise Invalid({"extension": [_("这项申请已经有决定了")]})
    if data["decision"] == Decision.REFUSED:
        if not data["note"]:
            raise Invalid({"note": [_("不批准的，请说明理由")]})
        return
    if refusal := extending.why_not(deadline, now, waiting=()):
        raise Invalid({"extension": [refusal]})


def _lengthen(complaint: Complaint, extension: Extension, by: User, now: datetime) -> None:
    """The clock itself, and the consumer's letter where the law makes the extension depend on
    telling.
    """
    deadline, rule = extension.deadline, extending.rule_of(extension.deadline)
    before = deadline.due_at
    detail = {**extension.terms, "extension": extension.pk, "reason": extension.reason}
    deadlines.extend(deadline, detail, now, by=by)
    next_due.refresh(complaint)
    if rule is not None and rule.tell_consumer:
        _letter(complaint, extension, before, by, now)


def _letter(
    complaint: Complaint, extension: Extension, before: datetime, by: User, now: datetime
) -> None:
    """The notice of delay, as a reply to the consumer like any other: it may be undone for half a
    minute and stands in the timeline.
    """
    lang = complaint.consumer.language
    values = letter_occasions.of_extension(extension, before, lang, now)
    by_law = extension.deadline.nature == DeadlineNature.STATUTORY  # it is what is made longer
    without = ["statutory"] if by_law else []
    written = letter_writing.written("delay", values, lang=lang, also=["approval"], without=without)
    communication.put(complaint, CommunicationKind.REPLY, written.letter.text, by=by, now=now)


def _tell(complaint: Complaint, extension: Extension, effect: str, now: datetime) -> None:
    """Whoever decides about it, or whoever asked."""
    deadline = extension.deadline
    Outbox.objects.create(
        complaint=complaint,
        effect=effect,
        key=f"{complaint.number}.extension.{extension.pk}.{effect}",
        payload={"kind": deadline.kind, "entry": deadline.entry, "extension": extension.pk},
        created_at=now,
        not_before=now,
    )


def _record(
    complaint: Complaint, extension: Extension, by: User, now: datetime, code: str, text: str
) -> None:
    deadline = extension.deadline
    complaint.version += 1
    complaint.updated_at = now
    fields = [*next_due.COLUMNS, "shared_with_counsel", "version", "updated_at"]
    complaint.save(update_fields=fields)
    detail = {
        "kind": deadline.kind,
        "entry": deadline.entry,
        "deadline": deadline.pk,
        "extension": extension.pk,
        "terms": extension.terms,
    }
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.DEADLINE,
        code=code,
        text=text,
        detail=detail,
    )
    record(f"deadline.{code}", complaint.subject, by, now, {**detail, "version": complaint.version})
