"""协办: questions of a case to other teams, their clocks, and how they end. Asking and answering
are in `actions/team_consults.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Team, User
from accounts.roles import Role
from audit.record import record
from complaints import clock, deadlines, next_due, regimes
from complaints.choices import RUNS
from complaints.clock import Terms
from complaints.models import Complaint, Deadline, Event, Outbox, TeamConsult

KIND = "team_consult"
ENDED = "tell_team_ended"  # to those who were asked: nobody waits for their answer any more
LANGUAGE = "zh-hans"  # what stands in a case is read by everybody
State = TeamConsult.State


def able(team: Team, complaint: Complaint) -> QuerySet[User]:
    """Who may answer for the team: whoever works on cases there and is not named in this one."""
    people = User.objects.filter(
        membership__team=team,
        membership__team__is_active=True,
        is_active=True,
        roles__overlap=[Role.AGENT.value, Role.SUPERVISOR.value],
    )
    return people.exclude(named_in__complaint=complaint).order_by("name", "pk")


def new_clock(consult: TeamConsult, terms: Terms) -> Deadline:
    """An unsaved clock of the case for the answer, counted in working time of the house."""
    row = regimes.row(KIND)
    if row is None:
        raise RuntimeError("regimes.yaml has no row for questions to teams")
    name = consult.team.name
    return deadlines.new(
        consult.complaint,
        row,
        consult.asked_at,
        subject=f"{KIND}:{consult.pk or ''}",
        terms=terms,
        title={"zh": f"协办：{name}", "en": f"Consult: {name}"},
    )


def clock_of(consult: TeamConsult) -> Deadline | None:
    """The clock that runs for the answer; nothing where it has ended."""
    return Deadline.objects.filter(
        complaint=consult.complaint_id,
        kind=KIND,
        subject=f"{KIND}:{consult.pk}",
        state__in=RUNS,
    ).first()


def consult_of(subject: str) -> int | None:
    """The consult that a clock's subject names: `team_consult:12` → 12."""
    kind, _colon, number = subject.partition(":")
    return int(number) if kind == KIND and number.isdecimal() else None


def end(
    consult: TeamConsult, state: TeamConsult.State, words: str, by: User | None, now: datetime
) -> None:
    """The question is open no more, and with it ends what its team may read. The caller holds the
    lock of the case, and saves it.
    """
    running = clock_of(consult)
    answered = state in (State.ANSWERED, State.DECLINED)
    if running is not None:
        how = deadlines.ending(running, now, cancelled=not answered)
        deadlines.finish([(running, how)], now, by)
        consult.on_time = how == clock.MET if answered else None
    consult.state, consult.words = state, words
    consult.ended_at, consult.ended_by = now, by
    consult.save(update_fields=["state", "words", "files", "ended_at", "ended_by", "on_time"])
    mark(consult.team_id)


def mark(team: int) -> None:
    """Say on the team whether anybody asks it; held, so that of two acts at once the later one
    sees what the earlier one left.
    """
    held = Team.objects.select_for_update(no_key=True).get(pk=team)
    asked = TeamConsult.objects.filter(team=team, state=State.OPEN).exists()
    if held.asked != asked:
        Team.objects.filter(pk=team).update(asked=asked)


def open_of(complaint: Complaint) -> list[TeamConsult]:
    """Its open questions, in the order of the teams, in which everybody holds several."""
    rows = TeamConsult.objects.filter(complaint=complaint, state=State.OPEN)
    return list(rows.select_related("team", "user", "asked_by").order_by("team_id", "pk"))


def end_all(complaint: Complaint, why: str, by: User | None, now: datetime) -> Sequence[str]:
    """Every open question ends without an answer, because of what was done to the case; answers
    the names of the teams. The caller holds the lock, and saves the case.
    """
    found = open_of(complaint)
    for consult in found:
        end(consult, State.OVER, why, by, now)
        told(consult, "team_consult_over", why, by, now)
        leave(consult, ENDED, now)
    return [consult.team.name for consult in found]


def closed(complaint: Complaint, by: User | None, now: datetime) -> None:
    """The case was closed."""
    with override(LANGUAGE):
        why = _("案件办结，不再等待答复")
    end_all(complaint, why, by, now)


def kept(complaint: Complaint, by: User | None, now: datetime) -> None:
    """The case became confidential."""
    with override(LANGUAGE):
        why = _("案件设为保密，其他团队不能再查看")
    if end_all(complaint, why, by, now):
        next_due.refresh(complaint)
        complaint.save(update_fields=next_due.COLUMNS)


def leave(consult: TeamConsult, effect: str, now: datetime) -> None:
    """Somebody is told of it once the act is stored."""
    complaint = consult.complaint
    Outbox.objects.create(
        complaint=complaint,
        effect=effect,
        key=f"{complaint.number}.team_consult{consult.pk}.{effect}",
        payload={"consult": consult.pk},
        created_at=now,
        not_before=now,
    )


def told(consult: TeamConsult, code: str, text: str, by: User | None, now: datetime) -> None:
    """In the story of the case and in the audit record."""
    complaint = consult.complaint
    detail = {
        "consult": consult.pk,
        "team": consult.team.name,
        "name": consult.user.name if consult.user else "",
        "on_time": consult.on_time,
        "evidence": consult.files,
    }
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.ASSIGNMENT,
        code=code,
        text=text,
        detail=detail,
    )
    record(
        f"complaint.{code}", complaint.subject, by, now, {**detail, "version": complaint.version}
    )
