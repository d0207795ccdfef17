"""请其他团队协办 (加签): another team answers a question about a case, which stays where it is.

Counsel who asks counsel before signing is something else (`consulting.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from complaints import asked_teams, deadlines, next_due, team_questions, validation
from complaints.actions import evidence
from complaints.actions.receiving import received
from complaints.advance import check_version, find, lock, refuse_destroyed
from complaints.asked_teams import State
from complaints.clock import Terms
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, TeamConsult
from complaints.signing import voiding
from evidence.receive import Stored

QUESTION = team_questions.QUESTION
ANSWER, FILES = 10_000, 10


# --- asking


def may_ask(complaint: Complaint, by: User) -> bool:
    """Whoever works on the case: its owner, and the supervisor who leads its team."""
    if not by.may("ask_teams") or by.reads_only:
        return False
    leads = by.is_(Role.SUPERVISOR) and complaint.team_id in by.led_team_ids
    return complaint.owner_id == by.pk or leads


def ask(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> TeamConsult:
    """`{team, question, length, unit, user?}`: the name of the team, a user name; so many working
    hours or days for the answer.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not by.may("ask_teams"):
        raise NotAllowed(_("您的角色不能请其他团队协办"))
    data = team_questions.cleaned(values)
    with transaction.atomic():
        complaint = lock(number, by)
        if not may_ask(complaint, by):
            raise NotAllowed(_("只有责任人和负责该团队的主管可以请其他团队协办"))
        check_version(complaint, version)
        team_questions.refuse(complaint)
        team = team_questions.team_of(complaint, data["team"])
        consult = TeamConsult(
            complaint=complaint,
            team=team,
            user=team_questions.person_of(complaint, team, data.get("user", ""), now),
            asked_by=by,
            asked_at=now,
            question=data["question"],
        )
        _begin(consult, Terms(data["length"], data["unit"], own=True))
        _told(consult, "team_asked", consult.question, by, now)
        asked_teams.leave(consult, "tell_team_asked", now)
    return consult


def _begin(consult: TeamConsult, terms: Terms) -> None:
    """Store it with its clock."""
    consult.due_at = asked_teams.new_clock(consult, terms).due_at
    consult.save(force_insert=True)
    deadlines.save_new([asked_teams.new_clock(consult, terms)])
    asked_teams.mark(consult.team_id)


# --- how it ends


def answer(
    number: str,
    pk: int,
    values: Mapping[str, Any],
    *,
    by: User,
    files: Sequence[tuple[str, Iterable[bytes]]] = (),
    now: datetime | None = None,
) -> TeamConsult:
    """`{answer}`, by whoever works in the team that was asked. `files`: (name, content) of what
    proves it; all of them become evidence of the case, or nothing is done.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid, FileRefused.
    """
    v, now = validation, now or timezone.now()
    data = v.clean(
        {"answer": None, **values},
        {"answer": lambda x: v.text(x, ANSWER, required=True, lines=True)},
    )
    words = str(data["answer"])
    if not files:
        return _reply(number, pk, State.ANSWERED, words, by, now)
    if len(files) > FILES:
        raise Invalid({"file": [_("一次最多附 {n} 个文件；其余请交给责任人添加").format(n=FILES)]})
    found = find(number, by)
    _may_reply(_open(found, pk), by)  # before large files are read
    with ExitStack() as stack:
        stored = [
            (name, stack.enter_context(received(found, content, name, by, now)))
            for name, content in files
        ]
        return _reply(number, pk, State.ANSWERED, words, by, now, stored)


def decline(
    number: str,
    pk: int,
    values: Mapping[str, Any],
    *,
    by: User,
    now: datetime | None = None,
) -> TeamConsult:
    """退回: `{reason}`, by whoever works in the team that was asked.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    return _reply(number, pk, State.DECLINED, _reason(values), by, now or timezone.now())


def _reason(values: Mapping[str, Any]) -> str:
    """Why a question ends without an answer. Raises Invalid."""
    v = validation
    data = v.clean(
        {"reason": None, **values},
        {"reason": lambda x: v.text(x, QUESTION, required=True, lines=True)},
    )
    return str(data["reason"])


def _may_reply(consult: TeamConsult, by: User) -> None:
    """Raises NotAllowed."""
    if not by.may("answer_teams"):
        raise NotAllowed(_("您的角色不能答复协办请求"))
    if consult.team_id not in by.team_ids:
        raise NotAllowed(_("只有“{team}”的人可以答复").format(team=consult.team.name))


def _reply(
    number: str,
    pk: int,
    state: TeamConsult.State,
    words: str,
    by: User,
    now: datetime,
    stored: Sequence[tuple[str, Stored]] = (),
) -> TeamConsult:
    if not by.may("answer_teams"):
        raise NotAllowed(_("您的角色不能答复协办请求"))
    with transaction.atomic():
        consult = _open(_held(number, by), pk)
        _may_reply(consult, by)
        consult.files = [_kept(consult, name, file, by, now) for name, file in stored]
        asked_teams.end(consult, state, words, by, now)
        _told(consult, f"team_{state.value}", words, by, now)
        asked_teams.leave(consult, "tell_team_answered", now)
    return consult


def _kept(consult: TeamConsult, name: str, file: Stored, by: User, now: datetime) -> int:
    """The number under which a file of the answer is evidence of the case. The signature under an
    offer is looked at, as by whatever evidence comes.
    """
    about = {"obtained_from": consult.team.name, "obtained_by": by.name}
    item = evidence.keep(consult.complaint, file, name, about, by, now)
    voiding.look(consult.complaint, by, now)
    return item.number


def _held(number: str, by: User) -> Complaint:
    """The case, locked, for somebody who may only read it: an answer is no work on the case.

    Raises Complaint.DoesNotExist, Gone.
    """
    found: Complaint = Complaint.objects.visible_to(by).locked().get(number=number)
    refuse_destroyed(found)
    return found


def withdraw(
    number: str,
    pk: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> TeamConsult:
    """The answer is not waited for any more: `{reason}`, which those who were asked are told; by
    whoever asked, and whoever may ask.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now, reason = now or timezone.now(), _reason(values)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        consult = _open(complaint, pk)
        if not may_withdraw(complaint, consult.asked_by_id, by):
            raise NotAllowed(_("只有提出的人、责任人和负责该团队的主管可以撤回"))
        asked_teams.end(consult, State.WITHDRAWN, reason, by, now)
        _told(consult, "team_consult_withdrawn", reason, by, now)
        asked_teams.leave(consult, asked_teams.ENDED, now)
    return consult


def may_withdraw(complaint: Complaint, asked_by: int, by: User) -> bool:
    """Whoever asked, and whoever may ask."""
    return by.may("ask_teams") and (asked_by == by.pk or may_ask(complaint, by))


def _open(complaint: Complaint, pk: int) -> TeamConsult:
    rows = TeamConsult.objects.filter(complaint=complaint, pk=pk, state=State.OPEN)
    consult = rows.select_related("team", "user", "asked_by").first()
    if consult is None:
        raise Invalid({"consult": [_("这项协办已经结束，不需要再办理")]})
    consult.complaint = complaint
    return consult


# --- on record


def _told(consult: TeamConsult, code: str, text: str, by: User, now: datetime) -> None:
    """The next version of the case, its story and the audit record."""
    complaint = consult.complaint
    next_due.refresh(complaint)
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=[*next_due.COLUMNS, "version", "updated_at"])
    asked_teams.told(consult, code, text, by, now)
