"""Who works on a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import absences
from accounts.models import Team, User
from audit.record import record
from complaints import legal_hold, next_case, promised, validation
from complaints.advance import check_version, lock
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event, Outbox
from complaints.new_owner import Receiver
from complaints.validation import Refused

# Events after which the case has another owner, or none.
_GIVEN = ("assigned", "given_back", "returned_to_queue", "assignment_undone")
OF_THE_OWNER = ("taken", "taken_back", *_GIVEN)


def take_next(by: User, now: datetime | None = None) -> Complaint | None:
    """Give the person the next case that nobody owns, in the order of `next_case.py`.

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
        waiting = next_case.waiting_for(by)
        complaint: Complaint | None = waiting.select_for_update(
            of=("self",), skip_locked=True, no_key=True
        ).first()
        if complaint is None:
            return None
        _write(complaint, by, now, owner=by, note="", code="taken")
    return complaint


def may_hand(complaint: Complaint, by: User, *, one_of_many: bool) -> None:
    """Raises NotAllowed, Invalid, Held where the person may not give the case away."""
    if not (by.may("assign") or (by.may("take") and complaint.owner_id in (None, by.pk))):
        raise NotAllowed(_("只有主管可以转派他人的案件"))
    if not complaint.is_open:
        raise Invalid({"state": [_("案件已经办结，不能转派")]})
    if one_of_many:
        legal_hold.refuse_bulk(complaint)


def note_of(text: str) -> str:
    """The hand-over note as it may be kept. Raises Invalid."""
    try:
        return validation.text(text, 2000, lines=True)
    except Refused as refusal:
        raise Invalid({"note": [str(refusal)]}) from refusal


def assign(
    number: str,
    *,
    by: User,
    user: User | None = None,
    team: Team | None = None,
    note: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> Complaint:
    """Hand the case to a colleague, or back to a team's queue, with a note that the new owner sees
    first, and of which the owner is told.

    A supervisor assigns within the teams led; an agent hands over own cases. Raises
    Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    note = note_of(note)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        may_hand(complaint, by, one_of_many=False)
        to = Receiver(user, team, now)
        to.check(complaint, by)
        if not note and user != by:
            raise Invalid({"note": [_("请写一句交接说明")]})
        event = hand(complaint, to, note, by)
        tell(complaint, event, user, by)
    return complaint


def giver_of(complaint: Complaint) -> User | None:
    """Who gave the case to its owner; none where the owner took it, or has it from the queue."""
    about_owners = Event.objects.filter(
        complaint=complaint, kind=Event.Kind.ASSIGNMENT, code__in=OF_THE_OWNER
    )
    last = about_owners.select_related("by").order_by("-id").first()
    if last is None or last.code not in ("assigned", "given_back") or complaint.owner is None:
        return None
    given = last.detail.get("owner") == complaint.owner.username
    return last.by if given and last.by_id != complaint.owner_id else None


def give_back(
    number: str, *, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Complaint:
    """退回: the case goes back to whoever gave it to its owner, who says why.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    note = note_of(note)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        may_hand(complaint, by, one_of_many=False)
        if complaint.owner_id != by.pk:
            raise NotAllowed(_("只有责任人可以退回案件"))
        giver = giver_of(complaint)
        if giver is None:
            words = _("没有人把本案转派给您；不由您办理的，请转派给同事或退回待分配")
            raise Invalid({"note": [words]})
        if not note:
            raise Invalid({"note": [_("请写明退回的理由")]})
        Receiver(giver, None, now).check(complaint, by)
        event = _write(complaint, by, now, owner=giver, note=note, code="given_back")
        tell(complaint, event, giver, by)
    return complaint


def hand(complaint: Complaint, to: Receiver, note: str, by: User) -> Event:
    """The case is the receiver's from now on. The caller holds its lock and has checked."""
    complaint.team = to.team_of(complaint)
    code = "assigned" if to.user else "returned_to_queue"
    return _write(complaint, by, to.now, owner=to.user, note=note, code=code)


def hand_back(complaint: Complaint, to: Receiver, note: str, by: User) -> Event:
    """收回: the case is again that of whoever was away (`taking_back.py`)."""
    return _write(complaint, by, to.now, owner=to.user, note=note, code="taken_back")


def _write(
    complaint: Complaint, by: User, now: datetime, *, owner: User | None, note: str, code: str
) -> Event:
    before = complaint.owner_id
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
    gone = before is not None and before != complaint.owner_id
    event = Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.ASSIGNMENT,
        code=code,
        text=note,
        detail={**detail, "before": before} if gone else detail,
    )
    record(
        f"complaint.{code}", complaint.subject, by, now, {**detail, "version": complaint.version}
    )
    return event


def tell(
    complaint: Complaint, event: Event, owner: User | None, by: User, bulk: int | None = None
) -> None:
    """Let the new owner know, in a notice of its own, or of all cases of a bulk act in one; whoever
    takes a case knows it.
    """
    if owner is None or owner.pk == by.pk:
        return
    Outbox.objects.create(
        complaint=complaint,
        effect="tell_assigned",
        key=_told(complaint, event),
        payload={"user": owner.pk, "event": event.pk} | ({"bulk": bulk} if bulk else {}),
        created_at=event.at,
        not_before=event.at,
    )


def _told(complaint: Complaint, event: Event) -> str:
    return f"{complaint.number}.assigned.{event.pk}"


def untell(numbers: Mapping[int, str], now: datetime) -> None:
    """Undone before they were told: nobody is told any more of these events (→ number)."""
    keys = [f"{number}.assigned.{pk}" for pk, number in numbers.items()]
    keys += [taken_back_key(pk) for pk in numbers]
    waiting = Outbox.objects.filter(key__in=keys, done_at=None, cancelled_at=None)
    waiting.update(cancelled_at=now)


def taken_back_key(event: int) -> str:
    """Under which a colleague is told that the case was taken back by that event."""
    return f"taken_back.{event}"


def put_back(complaint: Complaint, by: User, now: datetime, owner: User | None, team: Team) -> None:
    """As it was before it was handed over. The caller holds its lock and has checked."""
    complaint.team = team
    _write(complaint, by, now, owner=owner, note="", code="assignment_undone")


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
