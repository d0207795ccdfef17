"""Who works on a case."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import absences
from accounts.models import Team, User
from accounts.roles import Role
from audit.record import record
from complaints import legal_hold, promised, validation
from complaints.advance import check_version, lock
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event, Outbox
from complaints.validation import Refused


def take_next(by: User, now: datetime | None = None) -> Complaint | None:
    """Give the person the next case that nobody owns: soonest deadline first, then oldest.

    None when nothing is left. Two people never get the same case: the row is claimed with SKIP
    LOCKED.
    """
    now = now or timezone.now()
    if not by.may("take"):
        raise NotAllowed(_("您的角色不能领取案件"))
    if absence := absences.is_away(by, timezone.localdate(now)):
        raise NotAllowed(
            _("您登记了休假（至 {day}）；请先在“休假与代理”里提前结束，再领取案件").format(
                day=absence.last_day.isoformat()
            )
        )
    with transaction.atomic():
        waiting = (
            Complaint.objects.workable_by(by)
            .unassigned()
            .filter(team__in=by.team_ids)
            .order_by("next_due_at", "id")
        )
        complaint: Complaint | None = waiting.select_for_update(
            of=("self",), skip_locked=True, no_key=True
        ).first()
        if complaint is None:
            return None
        _write(complaint, by, now, owner=by, note="", code="taken")
    return complaint


def _check_may_assign(complaint: Complaint, by: User, *, one_of_many: bool) -> None:
    """Raises NotAllowed, Invalid, Held."""
    if not (by.may("assign") or (by.may("take") and complaint.owner_id in (None, by.pk))):
        raise NotAllowed(_("只有主管可以转派他人的案件"))
    if not complaint.is_open:
        raise Invalid({"state": [_("案件已经办结，不能转派")]})
    if one_of_many:
        legal_hold.refuse_bulk(complaint)


def assign(
    number: str,
    *,
    by: User,
    user: User | None = None,
    team: Team | None = None,
    note: str = "",
    version: int | None = None,
    now: datetime | None = None,
    one_of_many: bool = False,
) -> Complaint:
    """Hand the case to a colleague, or back to a team's queue, with a note that the new owner sees
    first.

    A supervisor assigns within the teams led; an agent hands over own cases. `one_of_many`: in one
    act over many cases, which passes by those under a legal hold and tells the receiver itself.
    Raises Complaint.DoesNotExist,
    NotAllowed, Invalid, Held.
    """
    now = now or timezone.now()
    try:
        note = validation.text(note, 2000, lines=True)
    except Refused as refusal:
        raise Invalid({"note": [str(refusal)]}) from refusal
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        _check_may_assign(complaint, by, one_of_many=one_of_many)
        target = team or complaint.team
        if team is not None and team.pk not in by.team_ids:
            raise Invalid({"team": [_("您不属于“{team}”，不能转到该团队").format(team=team.name)]})
        if user is not None:
            _check_receiver(user, target, now)
            _check_not_named(complaint, user)
        if not note and user != by:
            raise Invalid({"note": [_("请写一句交接说明")]})
        complaint.team = target
        code = "assigned" if user else "returned_to_queue"
        event = _write(complaint, by, now, owner=user, note=note, code=code)
        if not one_of_many:  # of many the receiver is told once
            tell(complaint, event, user, by)
    return complaint


def _check_receiver(user: User, team: Team, now: datetime) -> None:
    if not user.is_active or not (user.is_(Role.AGENT) or user.is_(Role.SUPERVISOR)):
        raise Invalid({"user": [_("{name} 不能办理案件").format(name=user.name)]})
    if team.pk not in user.team_ids:
        raise Invalid(
            {
                "user": [
                    _("{name} 不属于“{team}”，看不到这件案件").format(
                        name=user.name, team=team.name
                    )
                ]
            }
        )
    if absence := absences.is_away(user, timezone.localdate(now)):
        who = absence.deputy.name if absence.deputy else _("其他同事")
        raise Invalid(
            {
                "user": [
                    _("{name} 休假至 {day}；请转给{who}，或等其返岗").format(
                        name=user.name, day=absence.last_day.isoformat(), who=who
                    )
                ]
            }
        )


def _check_not_named(complaint: Complaint, user: User) -> None:
    if complaint.named_people.filter(user=user).exists():
        words = _("本案点名了 {name}，不能由其办理；请转给别人").format(name=user.name)
        raise Invalid({"user": [words]})


def _write(
    complaint: Complaint, by: User, now: datetime, *, owner: User | None, note: str, code: str
) -> Event:
    promised.hand_over(complaint, complaint.owner_id, owner)
    complaint.owner = owner
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["owner", "team", "version", "updated_at"])
    detail = {
        "owner": owner.username if owner else None,
        "owner_name": owner.name if owner else "",
        "team": complaint.team.name,
    }
    event = Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.ASSIGNMENT,
        code=code,
        text=note,
        detail=detail,
    )
    record(
        f"complaint.{code}", complaint.subject, by, now, {**detail, "version": complaint.version}
    )
    return event


def tell(complaint: Complaint, event: Event, owner: User | None, by: User) -> None:
    """Let the new owner know, in a notice of its own; whoever takes a case knows it."""
    if owner is None or owner.pk == by.pk:
        return
    Outbox.objects.create(
        complaint=complaint,
        effect="tell_assigned",
        key=f"{complaint.number}.assigned.{event.pk}",
        payload={"user": owner.pk, "event": event.pk},
        created_at=event.at,
        not_before=event.at,
    )


def back_to_queue(complaint: Complaint, by: User, now: datetime, note: str) -> None:
    """Nobody owns the case any more, because its owner left. The caller holds its lock; who did
    that need not see the case.
    """
    _write(complaint, by, now, owner=None, note=note, code="returned_to_queue")


def share_with_counsel(
    number: str, *, by: User, note: str, now: datetime | None = None
) -> Complaint:
    """Let counsel see the case before it is submitted for review."""
    now = now or timezone.now()
    if not by.may("edit_complaints"):
        raise NotAllowed(_("您的角色不能请法务协助"))
    try:
        note = validation.text(note, 2000, required=True, lines=True)
    except Refused as refusal:
        raise Invalid({"note": [str(refusal)]}) from refusal
    with transaction.atomic():
        complaint = lock(number, by)
        complaint.shared_with_counsel = True
        complaint.version += 1
        complaint.updated_at = now
        complaint.save(update_fields=["shared_with_counsel", "version", "updated_at"])
        Event.objects.create(
            complaint=complaint,
            at=now,
            by=by,
            kind=Event.Kind.ASSIGNMENT,
            code="shared_with_counsel",
            text=note,
        )
        record(
            "complaint.shared_with_counsel",
            complaint.subject,
            by,
            now,
            {"version": complaint.version},
        )
    return complaint
