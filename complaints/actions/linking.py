"""关联: two cases that have to do with each other, each staying what it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.advance import lock
from complaints.choices import LinkKind
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import CaseLink, Complaint, Event

BY_HAND = tuple(k.value for k in LinkKind if k != LinkKind.SPLIT_FROM)
LONGEST = 1000
DOUBLE_CLICK = timedelta(seconds=10)


def link(
    number: str, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> CaseLink:
    """Link the case to another one: `{to, kind, note?}`; `other` says in the note what it is.

    The same link of the same person a moment ago was a double click, and is the answer. No version
    grows: neither case says anything else than before. Raises Complaint.DoesNotExist for the first
    case, NotAllowed, Invalid.
    """
    now, data = now or timezone.now(), _cleaned(values)
    _allowed(by)
    with transaction.atomic():
        complaint, other = _both(number, data["to"], by)
        earlier = _between(complaint, other)
        if earlier is not None:
            if _a_moment_ago(earlier, complaint, data, by, now):
                return earlier
            words = _("本案与 {number} 已经关联（{kind}）；要改的话，请先取消原来的关联")
            kind = earlier.get_kind_display()
            raise Invalid({"to": [words.format(number=other.number, kind=kind)]})
        return put(complaint, other, data["kind"], data["note"], by=by, now=now)


def put(
    complaint: Complaint, other: Complaint, kind: str, note: str, *, by: User, now: datetime
) -> CaseLink:
    """The link, in the history of both. The caller holds both cases and knows that none stands."""
    made = CaseLink.objects.create(
        complaint=complaint, other=other, kind=kind, note=note, by=by, at=now
    )
    _written("linked", made, note, by, now)
    return made


def unlink(
    number: str, pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> CaseLink:
    """The two have nothing to do with each other after all: `{reason}`. The link stays in the
    history of both.

    Raises Complaint.DoesNotExist, CaseLink.DoesNotExist, NotAllowed, Invalid.
    """
    now, v = now or timezone.now(), validation
    _allowed(by)
    data = v.clean(
        {"reason": None, **values},
        {"reason": lambda x: v.text(x, LONGEST, required=True, lines=True)},
    )
    with transaction.atomic():
        found = of_case(find(number, by), pk)
        numbers = (found.complaint.number, found.other.number)
        _held(numbers, by, asked=number)
        found = CaseLink.objects.select_for_update().get(pk=pk)
        if found.ended_at is not None:
            raise Invalid({"reason": [_("这项关联刚才已经取消，不用再取消")]})
        if found.kind == LinkKind.SPLIT_FROM:
            words = _("拆案留下的关联不能取消；拆错了的，请把拆出的案件并回原案")
            raise Invalid({"reason": [words]})
        found.ended_at, found.ended_by, found.ended_reason = now, by, data["reason"]
        found.save(update_fields=["ended_at", "ended_by", "ended_reason"])
        _written("unlinked", found, data["reason"], by, now)
    return found


def find(number: str, by: User) -> Complaint:
    """Raises Complaint.DoesNotExist for a missing and for a foreign case alike."""
    found: Complaint = Complaint.objects.visible_to(by).get(number=number)
    return found


def of_case(complaint: Complaint, pk: int) -> CaseLink:
    """A link of the case, from whichever side. Raises CaseLink.DoesNotExist."""
    rows = CaseLink.objects.filter(Q(complaint=complaint) | Q(other=complaint))
    return rows.select_related("complaint", "other").get(pk=pk)


def _allowed(by: User) -> None:
    if not by.may("edit_complaints"):
        raise NotAllowed(_("只有坐席和主管可以关联案件"))


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    data = v.clean(
        {"to": None, "kind": None, "note": None, **values},
        {
            "to": lambda x: v.text(x, 20, required=True),
            "kind": lambda x: v.choice(x, BY_HAND, required=True),
            "note": lambda x: v.text(x, LONGEST, lines=True),
        },
    )
    if data["kind"] == LinkKind.OTHER and not data["note"]:
        raise Invalid({"note": [_("选“其他”时，请写明两件案件有什么关系")]})
    return data


def _both(number: str, to: str, by: User) -> tuple[Complaint, Complaint]:
    """Both cases, held in the order of their numbers: two people who link the same two do not wait
    for each other. Raises Complaint.DoesNotExist for the first, NotAllowed, Invalid for the second.
    """
    asked = find(number, by)
    if to == asked.number:
        raise Invalid({"to": [_("案件不能与自身关联；请填写另一件案件的编号")]})
    if not Complaint.objects.workable_by(by).filter(number=to).exists():
        raise Invalid({"to": [_("没有找到要关联的案件，或您无权办理它；请核对案件编号")]})
    held = _held((number, to), by, asked=number)
    return held[number], held[to]


def _held(numbers: tuple[str, str], by: User, *, asked: str) -> dict[str, Complaint]:
    held = {}
    for number in sorted(numbers):
        try:
            held[number] = lock(number, by)
        except CaseError as error:
            if number == asked:
                raise
            raise Invalid({"to": [error.message]}) from error
        except Complaint.DoesNotExist as missing:
            if number == asked:
                raise
            words = _("另一件案件不在您的范围内；请由能办理两件案件的同事处理")
            raise Invalid({"to": [words]}) from missing
    return held


def _between(one: Complaint, two: Complaint) -> CaseLink | None:
    pair = Q(complaint=one, other=two) | Q(complaint=two, other=one)
    return CaseLink.objects.filter(pair, ended_at=None).first()


def _a_moment_ago(
    earlier: CaseLink, complaint: Complaint, data: Mapping[str, Any], by: User, now: datetime
) -> bool:
    same = (earlier.complaint_id, earlier.kind, earlier.note, earlier.by_id)
    sent = (complaint.pk, data["kind"], data["note"], by.pk)
    return same == sent and earlier.at > now - DOUBLE_CLICK


def _written(code: str, made: CaseLink, text: str, by: User, now: datetime) -> None:
    """In the timeline and the audit record of both."""
    for case, other in ((made.complaint, made.other), (made.other, made.complaint)):
        detail: dict[str, Any] = {"link": made.pk, "kind": made.kind}
        detail["first"] = case.pk == made.complaint_id
        if readers_of(case) == readers_of(other):
            detail["number"] = other.number
        kind = Event.Kind.CHANGE
        Event.objects.create(
            complaint=case, at=now, by=by, kind=kind, code=code, text=text, detail=detail
        )
        record(f"complaint.{code}", case.subject, by, now, {"link": made.pk, "kind": made.kind})


def readers_of(case: Complaint) -> tuple[int, bool]:
    """Who reads the case by itself. The history of one case names another only to whom could read
    that one too: a number that is not theirs says nothing to people.
    """
    return case.team_id, case.confidential
