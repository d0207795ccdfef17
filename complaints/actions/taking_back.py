"""收回: whoever was away takes back what went to a deputy meanwhile and still lies there.

An act of its own, because nobody else but a supervisor takes a case from a colleague
(`assignment.may_hand`): only what was the person's own when handed over for the leave, only from
whom it was handed to, and only for some weeks. It is a bulk act: looked at, done by row, undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Absence, User
from complaints import granted, legal_hold, returned
from complaints.actions import assignment, bulk
from complaints.actions.bulk import Chosen, Verdict
from complaints.advance import refuse_destroyed
from complaints.errors import CaseError, Invalid
from complaints.models import BulkAct, BulkRow, Complaint, Event, Outbox
from complaints.new_owner import Receiver
from complaints.returned import Happened

UNTIL = timedelta(days=30)  # after the return
EFFECT = "tell_taken_back"


@dataclass(frozen=True)
class Asked:
    """Who takes back, what was handed over by which event, and how each case came to its owner."""

    by: User
    to: Receiver
    handed: Mapping[int, Event]
    last: Mapping[int, Event]
    over: bool

    @classmethod
    def of(cls, found: Happened, now: datetime) -> Asked:
        to = Receiver(found.user, None, now, among=list(found.cases))
        over = now > found.span.back + UNTIL
        return cls(found.user, to, found.handed, found.last, over)

    def why_not(self, case: Complaint, version: int | None = None) -> str:
        """Why the case cannot be taken back; "" where it can."""
        try:
            refuse_destroyed(case)
            granted.admit(case, self.by)
            if version is not None and version != case.version:
                return _("您选择以后有人更新过；核对后可以重新勾选")
            if why := self._elsewhere(case):
                return why
            legal_hold.refuse_bulk(case)
            self.to.check(case, self.by)
        except CaseError as refused:
            return refused.message
        return ""

    def _elsewhere(self, case: Complaint) -> str:
        given, last = self.handed.get(case.pk), self.last.get(case.pk)
        if not case.is_open:
            return _("案件已经办结，不用收回")
        if case.owner_id == self.by.pk:
            return _("已经由您办理")
        if given is None or last is None or given.code == "returned_to_queue":
            return _("没有转交给同事；需要的话请在案件里领取，或联系主管")
        undone = last.code == "assignment_undone" and last.detail["owner"] == given.detail["owner"]
        if case.owner is None or not (last.pk == given.pk or undone):
            name = case.owner.name if case.owner else _("待分配")
            words = _("后来又转给了别人（{name}），不能收回；需要的话请联系主管")
            return words.format(name=name)
        return (
            _("返岗已超过 {n} 天，不能收回；请联系主管").format(n=UNTIL.days) if self.over else ""
        )


def preview(found: Happened, now: datetime) -> list[Verdict]:
    """Each case that was handed over and is not the person's again: whether it can be taken back.
    The same few statements for any number of cases, and one more for each under a legal hold.
    """
    asked = Asked.of(found, now)
    away = [c for c in found.cases.values() if c.pk in found.handed and c.owner_id != asked.by.pk]
    return [Verdict(Chosen(c.number, c.version), c, asked.why_not(c)) for c in away]


def carry_out(
    token: UUID,
    absence: Absence,
    chosen: Sequence[Chosen],
    note: str,
    *,
    by: User,
    now: datetime | None = None,
) -> BulkAct:
    """Take the chosen ones back, in one transaction; answers the act with its rows. The same token
    again answers what was done with it. Raises Absence.DoesNotExist for somebody else's, Invalid.
    """
    now = now or timezone.now()
    if absence.user_id != by.pk:
        raise Absence.DoesNotExist
    chosen = list({each.number: each for each in chosen}.values())
    note = _checked(chosen, note, by)
    with transaction.atomic():
        act, new = BulkAct.objects.get_or_create(
            token=token,
            defaults={"by": by, "receiver": by, "at": now, "undo_until": now + bulk.UNDO},
        )
        if not new:
            if act.by_id != by.pk:
                raise Invalid({"token": [_("请重新打开页面再提交")]})
            return act
        cases = _locked(chosen, by)
        found = returned.of(absence, now)  # read after the cases are held
        if found is None:
            raise Invalid({"cases": [_("您还在休假；请先在“休假与代理”里提前结束")]})
        asked = Asked.of(found, now)
        rows = [_row(act, each, cases.get(each.number), asked, note) for each in chosen]
        BulkRow.objects.bulk_create(rows)
        _tell(act, rows)
    return act


def _checked(chosen: Sequence[Chosen], note: str, by: User) -> str:
    errors: dict[str, list[str]] = {}
    if not by.may("take"):
        errors["cases"] = [_("您不再能办理案件；请联系主管")]
    elif not chosen:
        errors["cases"] = [_("请至少选择一件案件")]
    elif len(chosen) > bulk.MOST:
        errors["cases"] = [_("一次最多 {n} 件；请分批").format(n=bulk.MOST)]
    elif not all(bulk.is_number(each.number) for each in chosen):
        errors["cases"] = [_("请从列表里选择案件")]
    try:
        note = assignment.note_of(note)
        if not note:
            errors["note"] = [_("请给代理的同事写一句话")]
    except Invalid as refused:
        errors |= refused.errors
    if errors:
        raise Invalid(errors)
    return note


def _locked(chosen: Sequence[Chosen], by: User) -> dict[str, Complaint]:
    numbers = [each.number for each in chosen]
    rows = Complaint.objects.visible_to(by).filter(number__in=numbers).order_by("pk")
    found = list(rows.locked())
    prefetch_related_objects(found, "owner", "team")  # a join would bring the owner of before
    return {case.number: case for case in found}


def _row(act: BulkAct, chosen: Chosen, case: Complaint | None, asked: Asked, note: str) -> BulkRow:
    row = BulkRow(bulk=act, asked=chosen.number, complaint=case)
    if case is None:
        row.why = _("没有找到，或者不在您的范围内")
        return row
    row.why = asked.why_not(case, chosen.version)
    if row.why:
        return row
    row.owner_before, row.team_before = case.owner, case.team
    row.event = assignment.hand_back(case, asked.to, note, asked.by)
    row.version_after = case.version
    return row


def _tell(act: BulkAct, rows: Sequence[BulkRow]) -> None:
    """One notice for each colleague from whom cases were taken, however many."""
    firsts: dict[int, tuple[BulkRow, int]] = {}
    for row in rows:
        if row.event_id is not None and row.owner_before_id is not None:
            firsts.setdefault(row.owner_before_id, (row, row.event_id))
    Outbox.objects.bulk_create(
        Outbox(
            complaint=row.complaint,
            effect=EFFECT,
            key=assignment.taken_back_key(event),
            payload={"user": user, "event": event, "bulk": act.pk},
            created_at=act.at,
            not_before=act.at,
        )
        for user, (row, event) in firsts.items()
    )
