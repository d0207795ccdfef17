"""Handing over several cases at once: looked at first, done row by row, and undone for ten minutes.

Each case is asked as if it were alone, and what cannot be handed over is named with the reason. All
rows are one transaction: a worker that dies in the middle has done nothing. Longer than others on
purpose: looking, doing and undoing ask the same things and are read beside each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Team, User
from complaints import granted, legal_hold
from complaints.actions import assignment
from complaints.advance import refuse_destroyed
from complaints.errors import CaseError, Invalid
from complaints.models import BulkAct, BulkRow, Complaint
from complaints.new_owner import Receiver
from complaints.querysets import ComplaintQuerySet

MOST = 50  # cases in one act
UNDO = timedelta(minutes=10)
_NUMBER = re.compile(r"[A-Z]{2}\d{2}-\d{4,9}")


@dataclass(frozen=True)
class Chosen:
    """A case by number, and the version of it that the person saw (None: not known)."""

    number: str
    version: int | None = None


@dataclass(frozen=True)
class Verdict:
    """Whether one case can be handed over; `why` says why not. `case` none: nothing that the person
    sees has that number.
    """

    chosen: Chosen
    case: Complaint | None
    why: str = ""


@dataclass(frozen=True)
class HandOver:
    """What shall be done: with which cases, to whom (`user` none: back to the queue), and the note.
    `left`: numbers that the person saw could not be handed over; they are reported, never done.
    `notes`: number → note of that case instead of the one for all.
    """

    chosen: Sequence[Chosen]
    user: User | None
    team: Team | None
    note: str
    left: Sequence[str] = ()
    notes: Mapping[str, str] = field(default_factory=dict)

    def note_for(self, number: str) -> str:
        """The note of one case."""
        return self.notes.get(number) or self.note

    def once(self) -> list[Chosen]:
        """The cases; ticked twice is one case."""
        return list({c.number: c for c in self.chosen}.values())

    def problems(self) -> dict[str, list[str]]:
        """Why nothing can be done at all: field → sentences."""
        errors: dict[str, list[str]] = {}
        wrong = [n for n in (*(c.number for c in self.chosen), *self.left) if not is_number(n)]
        if wrong:
            words = _("“{number}”不是案件编号；请从列表里选择案件")
            errors["cases"] = [words.format(number=wrong[0][:30])]
        elif not self.chosen and not self.left:
            errors["cases"] = [_("请先选择案件")]
        return errors | self._wrong_notes()

    def _wrong_notes(self) -> dict[str, list[str]]:
        texts = {self.note_for(c.number) for c in self.chosen} or {self.note}
        try:
            if all(assignment.note_of(text) for text in texts):
                return {}
        except Invalid as refused:
            return refused.errors
        lacking = [c.number for c in self.once() if not self.note_for(c.number).strip()]
        if self.notes and lacking:
            words = _("请给每件写一句交接说明；还没有的：{numbers}")
            return {"note": [words.format(numbers=_("、").join(lacking))]}
        return {"note": [_("请写一句交接说明")]}


def is_number(text: str) -> bool:
    """Whether it looks like the number of a case."""
    return bool(_NUMBER.fullmatch(text))


def preview(
    order: HandOver, *, by: User, now: datetime | None = None, judged: bool = True
) -> list[Verdict]:
    """What would become of each case, in the order in which they were chosen. Writes nothing, and
    asks the same few statements for any number of cases, and one more for each under a legal hold.
    `judged` false: only the cases, where it is not known yet to whom.
    """
    cases = _cases(order, by)
    to = _receiver(order, cases.values(), now or timezone.now()) if judged else None
    return _verdicts(order, cases, to, by)


def _cases(order: HandOver, by: User, *, locked: bool = False) -> dict[str, Complaint]:
    """Number → case that the person sees; locked in one order, so that no two acts wait for each
    other in a circle.
    """
    numbers = {c.number for c in order.once()[:MOST]} | set(order.left[:MOST])
    found = Complaint.objects.visible_to(by).filter(number__in=numbers).order_by("pk")
    return {case.number: case for case in _with_people(found.locked() if locked else found)}


def _with_people(cases: ComplaintQuerySet) -> list[Complaint]:
    """The cases with owner and team, asked after they are locked: of a row that had to be waited
    for, a join would bring the owner of before, or nobody.
    """
    found = list(cases)
    prefetch_related_objects(found, "owner", "team")
    return found


def _receiver(order: HandOver, cases: Iterable[Complaint], now: datetime) -> Receiver:
    return Receiver(order.user, order.team, now, among=[case.pk for case in cases])


def _verdicts(
    order: HandOver, cases: dict[str, Complaint], to: Receiver | None, by: User
) -> list[Verdict]:
    found = []
    for n, chosen in enumerate(order.once()):
        if n >= MOST:
            words = _("一次最多转派 {n} 件；请分批")
            found.append(Verdict(chosen, None, words.format(n=MOST)))
            continue
        case = cases.get(chosen.number)
        found.append(Verdict(chosen, case, _why_not(case, chosen.version, to, by)))
    return found


def _why_not(case: Complaint | None, version: int | None, to: Receiver | None, by: User) -> str:
    """Why the case cannot be handed over; "" where it can, or where it is not known to whom."""
    if case is None:
        return _("没有找到，或者不在您的范围内")
    return _refusal(case, version, to, by) if to is not None else ""


def _refusal(case: Complaint, version: int | None, to: Receiver, by: User) -> str:
    try:
        refuse_destroyed(case)
        granted.admit(case, by)
        if version is not None and version != case.version:
            words = _(
                "您选择以后有人更新过（您看到的是第 {seen} 版，现在是第 {current} 版）；"
                "核对后可以重新选择"
            )
            return words.format(seen=version, current=case.version)
        assignment.may_hand(case, by, one_of_many=True)
        to.check(case, by)
    except CaseError as refused:
        return refused.message
    if case.owner_id == (to.user.pk if to.user else None) and case.team == to.team_of(case):
        if to.user is None:
            return _("本来就在待分配")
        return _("本来就由 {name} 办理").format(name=to.user.name)
    return ""


def carry_out(token: UUID, order: HandOver, *, by: User, now: datetime | None = None) -> BulkAct:
    """Hand the cases over; answers the act with its rows. The same token again answers what was
    done with it. Raises Invalid.
    """
    now = now or timezone.now()
    if errors := order.problems():
        raise Invalid(errors)
    with transaction.atomic():
        act, new = BulkAct.objects.get_or_create(
            token=token,
            defaults={
                "by": by,
                "receiver": order.user,
                "team": order.team,
                "at": now,
                "undo_until": now + UNDO,
            },
        )
        if not new:
            if act.by_id != by.pk:
                raise Invalid({"token": [_("请重新打开页面再提交")]})
            return act
        cases = _cases(order, by, locked=True)
        to = _receiver(order, cases.values(), now)
        rows = [_row(act, verdict, to, order, by) for verdict in _verdicts(order, cases, to, by)]
        rows += [_left(act, number, cases, to, by) for number in _left_out(order)]
        BulkRow.objects.bulk_create(rows)
        _tell(act, rows, by)
    return act


def _row(act: BulkAct, verdict: Verdict, to: Receiver, order: HandOver, by: User) -> BulkRow:
    case = verdict.case
    row = BulkRow(bulk=act, asked=verdict.chosen.number, complaint=case, why=verdict.why)
    if case is None or verdict.why:
        return row
    row.owner_before, row.team_before = case.owner, case.team
    row.event = assignment.hand(case, to, assignment.note_of(order.note_for(case.number)), by)
    row.version_after = case.version
    return row


def _left_out(order: HandOver) -> list[str]:
    chosen = {c.number for c in order.chosen}
    return [n for n in dict.fromkeys(order.left[:MOST]) if n not in chosen]


def _left(
    act: BulkAct, number: str, cases: dict[str, Complaint], to: Receiver, by: User
) -> BulkRow:
    """A case that could not be handed over when the person looked: why, as it is now."""
    case = cases.get(number)
    why = _why_not(case, None, to, by) or _("预览时不能转派，没有提交；现在可以重新选择")
    return BulkRow(bulk=act, asked=number, complaint=case, why=why)


def _tell(act: BulkAct, rows: Sequence[BulkRow], by: User) -> None:
    """One notice for the receiver, however many cases."""
    done = [row for row in rows if row.done]
    if not done:
        return
    case, event = done[0].complaint, done[0].event
    if case is not None and event is not None:
        assignment.tell(case, event, act.receiver, by, act.pk if len(done) > 1 else None)


def find(pk: int, *, by: User) -> BulkAct:
    """One of the person's own. Raises BulkAct.DoesNotExist."""
    return BulkAct.objects.select_related("receiver", "team").get(pk=pk, by=by)


def rows_of(act: BulkAct) -> list[BulkRow]:
    """Its rows, in the order in which the cases were chosen."""
    related = ("complaint", "event", "owner_before", "team_before")
    return list(act.rows.select_related(*related).order_by("pk"))


def undo(pk: int, *, by: User, now: datetime | None = None) -> BulkAct:
    """Give every case back that nobody has touched since; of the others it is said why not. Undone
    once: a second time answers what was done. Raises BulkAct.DoesNotExist, Invalid.
    """
    now = now or timezone.now()
    with transaction.atomic():
        act = BulkAct.objects.select_for_update(of=("self",)).get(pk=pk, by=by)
        if act.undone_at is not None:
            return act
        if now > act.undo_until:
            words = _("转派 {n} 分钟以后不能整批撤销；请逐件转派")
            raise Invalid({"undo": [words.format(n=UNDO.seconds // 60)]})
        if not by.may("take"):
            raise Invalid({"undo": [_("您不再能转派案件；请联系主管")]})
        rows = [row for row in rows_of(act) if row.done]
        if not rows:
            raise Invalid({"undo": [_("没有转派成功的案件，不用撤销")]})
        ids = [row.complaint_id for row in rows]
        visible = Complaint.objects.visible_to(by).filter(pk__in=ids).order_by("pk")
        cases = {case.pk: case for case in _with_people(visible.locked())}
        for row in rows:
            _undo_row(row, cases.get(row.complaint_id or 0), act, by, now)
        BulkRow.objects.bulk_update(rows, ["undone_at", "kept_why"])
        act.undone_at = now
        act.save(update_fields=["undone_at"])
        if not any(row.kept_why for row in rows):
            assignment.untell({row.event_id: row.asked for row in rows if row.event_id}, now)
    return act


def _undo_row(row: BulkRow, case: Complaint | None, act: BulkAct, by: User, now: datetime) -> None:
    row.kept_why = _why_kept(row, case, act, by, now)
    if case is None or row.kept_why or row.team_before is None:
        return
    assignment.put_back(case, by, now, row.owner_before, row.team_before)
    row.undone_at = now


def _why_kept(row: BulkRow, case: Complaint | None, act: BulkAct, by: User, now: datetime) -> str:
    """Why a case is not given back; "" where it is."""
    if case is None:
        return _("已不在您的范围内")
    if case.version != row.version_after or case.owner_id != act.receiver_id:
        return _(
            "转派以后有变动（{name} 名下，第 {version} 版），没有撤销；需要的话请单独转派"
        ).format(name=case.owner.name if case.owner else _("待分配"), version=case.version)
    before = row.owner_before
    if before is None:
        return legal_hold.why_not_among_many(case)
    team = row.team_before
    if not before.is_active or (team is not None and team.pk not in before.team_ids):
        return _("原责任人 {name} 已不在本团队，没有撤销").format(name=before.name)
    if case.named_people.filter(user=before).exists():
        return _("本案点名了 {name}，不能由其办理；请转给别人").format(name=before.name)
    return legal_hold.why_not_among_many(case)
