"""催办: a colleague asks whoever has to act now to do so; counted, and not all the time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import turns, validation
from complaints.advance import lock
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event, Outbox
from complaints.turns import Turn
from complaints.workdays import SHANGHAI

OFTEN = 3  # from this time on the team's lead is told as well
DOUBLE_CLICK = timedelta(seconds=10)


def urges_of(complaint: Complaint) -> list[Event]:
    """Every time that somebody urged in the case, the newest first."""
    rows = Event.objects.filter(
        complaint=complaint, kind=Event.Kind.ASSIGNMENT, code="urged"
    ).select_related("by")
    return list(rows.order_by("-id"))


def why_not_yet(urges: list[Event], by: User, now: datetime) -> str:
    """When the person may urge again; "" where now."""
    own = next((event for event in urges if event.by_id == by.pk), None)
    again = own.at + timedelta(hours=settings.URGE_HOURS) if own else now
    if own is None or again <= now:
        return ""
    at, until = (f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}" for moment in (own.at, again))
    words = _("您 {at} 催办过，对方已收到通知；{until} 以后可以再次催办，急的请直接联系")
    return words.format(at=at, until=until)


def urge(number: str, values: Mapping[str, Any], *, by: User, now: datetime | None = None) -> Event:
    """`{whom?, note?}`: `whom` is the code of one of `turns.of`, else the most pressing. The case
    keeps its version: nothing that somebody else is typing becomes stale. A double click is one.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    if not by.may("write_notes"):
        raise NotAllowed(_("您的角色不能催办案件"))
    data = validation.clean(
        values,
        {
            "whom": lambda x: validation.choice(x, list(turns.TITLES)),
            "note": lambda x: validation.text(x, 500, lines=True),
        },
    )
    whom, note = data.get("whom", ""), data.get("note", "")
    with transaction.atomic():
        complaint = lock(number, by)
        urges = urges_of(complaint)
        if urges and _is_double(urges[0], note, by, now):
            return urges[0]
        turn = _turn(complaint, whom, by, now)
        if why := why_not_yet(urges, by, now):
            raise Invalid({"note": [why]})
        event = _write(complaint, turn, note, len(urges) + 1, by, now)
        _tell(complaint, turn, event, by)
    return event


def _is_double(last: Event, note: str, by: User, now: datetime) -> bool:
    return last.by_id == by.pk and last.text == note and last.at > now - DOUBLE_CLICK


def _turn(complaint: Complaint, whom: str, by: User, now: datetime) -> Turn:
    if not complaint.is_open:
        raise Invalid({"state": [_("案件已经办结，没有可以催办的人")]})
    found = turns.of(complaint, by, now)
    if not found:
        raise Invalid({"state": [nobody()]})
    turn = next((t for t in found if whom in ("", t.code)), None)
    if turn is None:
        words = _("案件有了变化，现在轮到：{who}；请重新选择")
        who = _("、").join(f"{t.title} {t.names}" for t in found)
        raise Invalid({"whom": [words.format(who=who)]})
    return turn


def nobody() -> str:
    """What is said where nobody can be urged."""
    return _("现在轮到您自己，或者没有能办理本案的人可以催办；需要别人接手的，请转派")


def _write(
    complaint: Complaint, turn: Turn, note: str, times: int, by: User, now: datetime
) -> Event:
    people = [asked.user for asked in turn.people]
    detail = {
        "whom": turn.code,
        "names": [user.name for user in people],
        "users": [user.pk for user in people],
        "times": times,
    }
    event = Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.ASSIGNMENT,
        code="urged",
        text=note,
        detail=detail,
    )
    Complaint.objects.filter(pk=complaint.pk).update(updated_at=now)
    kept = {"whom": turn.code, "users": [user.username for user in people], "times": times}
    record("complaint.urged", complaint.subject, by, now, kept)
    return event


def _tell(complaint: Complaint, turn: Turn, event: Event, by: User) -> None:
    """Those who are urged; from the third time on, or where none of them is there, the lead too."""
    people = [asked.user.pk for asked in turn.people]
    _leaves(complaint, event, "tell_urged", people)
    if lead := leads_told(complaint, turn, event.detail["times"], by):
        _leaves(complaint, event, "tell_urged_often", [user.pk for user in lead])


def leads_told(complaint: Complaint, turn: Turn, times: int, by: User) -> list[User]:
    """Who leads the team and is told besides, at that time."""
    if times < OFTEN and turn.reached:
        return []
    known = {asked.user.pk for asked in turn.people} | {by.pk}
    return [user for user in turns.leads(complaint) if user.pk not in known]


def _leaves(complaint: Complaint, event: Event, effect: str, users: list[int]) -> None:
    Outbox.objects.create(
        complaint=complaint,
        effect=effect,
        key=f"{complaint.number}.{effect}.{event.pk}",
        payload={"event": event.pk, "users": users},
        created_at=event.at,
        not_before=event.at,
    )
