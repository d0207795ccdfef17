"""请其他团队协办 (加签): another team answers a question about a case, which stays where it is.

Counsel who asks counsel before signing is something else (`consulting.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import absences
from accounts.models import Team, User
from accounts.roles import Role
from complaints import asked_teams, deadlines, next_due, validation
from complaints.advance import check_version, lock, refuse_destroyed
from complaints.asked_teams import State
from complaints.clock import Terms
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, TeamConsult
from complaints.models.team_consult import ConsultUnit

QUESTION, ANSWER = 2000, 10_000
MOST = {ConsultUnit.HOUR.value: 40, ConsultUnit.DAY.value: 20}  # as long as one may be waited for
MOST_OPEN = 5  # questions of one case at a time


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
    data = _cleaned(values)
    with transaction.atomic():
        complaint = lock(number, by)
        if not may_ask(complaint, by):
            raise NotAllowed(_("只有责任人和负责该团队的主管可以请其他团队协办"))
        check_version(complaint, version)
        _refuse(complaint)
        team = _team(complaint, data["team"])
        consult = TeamConsult(
            complaint=complaint,
            team=team,
            user=_person(complaint, team, data.get("user", ""), now),
            asked_by=by,
            asked_at=now,
            question=data["question"],
        )
        _begin(consult, Terms(data["length"], data["unit"], own=True))
        _told(consult, "team_asked", consult.question, by, now)
        asked_teams.leave(consult, "tell_team_asked", now)
    return consult


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    data = v.clean(
        {"team": None, "question": None, "length": None, "unit": None, **values},
        {
            "team": lambda x: v.plain(x, 60, required=True),
            "user": lambda x: v.plain(x, 150),
            "question": lambda x: v.text(x, QUESTION, required=True, lines=True),
            "length": _length,
            "unit": lambda x: v.choice(x, ConsultUnit.values, required=True),
        },
    )
    most = MOST[data["unit"]]
    if data["length"] > most:
        unit = ConsultUnit(data["unit"]).label
        words = _("最多 {n} 个{unit}；需要更久的，请把案件转派给对方，或分成几个问题")
        raise Invalid({"length": [words.format(n=most, unit=unit)]})
    return data


def _length(value: Any) -> int:
    text = str("" if value is None else value).strip()
    if isinstance(value, bool) or not text.isdecimal() or not text.isascii() or len(text) > 4:
        raise validation.Refused(_("请填写整数，例如 2"))
    if int(text) < 1:
        raise validation.Refused(_("至少为 1"))
    return int(text)


def _refuse(complaint: Complaint) -> None:
    """Raises Invalid for a case about which nobody outside may be asked."""
    if not complaint.is_open:
        raise Invalid({"state": [_("案件已经办结，不能再请其他团队协办；请先重新启动")]})
    if complaint.confidential:
        words = _(
            "本案保密，其他团队不能查看；需要协办的，请先由主管取消保密，或当面沟通后写内部备注"
        )
        raise Invalid({"state": [words]})
    if TeamConsult.objects.filter(complaint=complaint, state=State.OPEN).count() >= MOST_OPEN:
        words = _("本案已有 {n} 个团队在协办；请等其中一个答复，或先撤回")
        raise Invalid({"team": [words.format(n=MOST_OPEN)]})


def _team(complaint: Complaint, name: str) -> Team:
    """Another team where somebody can answer. Raises Invalid."""
    team = Team.objects.filter(name=name, is_active=True).first()
    if team is None:
        words = _("没有在用的团队“{name}”；请重新选择").format(name=name[:40])
        raise Invalid({"team": [words]})
    if team.pk == complaint.team_id:
        raise Invalid({"team": [_("本案就在这个团队；请直接转派，或写内部备注")]})
    if TeamConsult.objects.filter(complaint=complaint, team=team, state=State.OPEN).exists():
        words = _("已经请“{name}”协办，还没有答复；请等答复，或先撤回").format(name=team.name)
        raise Invalid({"team": [words]})
    if not asked_teams.able(team, complaint).exists():
        words = _("“{name}”没有可以答复本案的人；请选择另一个团队").format(name=team.name)
        raise Invalid({"team": [words]})
    return team


def _person(complaint: Complaint, team: Team, username: str, now: datetime) -> User | None:
    """Somebody there who is present; nobody where none was named. Raises Invalid."""
    if not username:
        return None
    user = asked_teams.able(team, complaint).filter(username=username).first()
    if user is None:
        words = _("“{user}”不在“{team}”，或者不得参与本案；请另选一位，或不指定")
        raise Invalid({"user": [words.format(user=username[:40], team=team.name)]})
    absence = absences.is_away(user, timezone.localdate(now))
    if absence is not None:
        words = _("{name} 休假至 {day}；请另选一位，或不指定")
        day = absence.last_day.isoformat()
        raise Invalid({"user": [words.format(name=user.name, day=day)]})
    return user


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
    now: datetime | None = None,
) -> TeamConsult:
    """`{answer}`, by whoever works in the team that was asked.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    v = validation
    data = v.clean(
        {"answer": None, **values},
        {"answer": lambda x: v.text(x, ANSWER, required=True, lines=True)},
    )
    return _reply(number, pk, State.ANSWERED, data["answer"], by, now or timezone.now())


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


def _reply(
    number: str, pk: int, state: TeamConsult.State, words: str, by: User, now: datetime
) -> TeamConsult:
    if not by.may("answer_teams"):
        raise NotAllowed(_("您的角色不能答复协办请求"))
    with transaction.atomic():
        consult = _open(_held(number, by), pk)
        if consult.team_id not in by.team_ids:
            words = _("只有“{team}”的人可以答复").format(team=consult.team.name)
            raise NotAllowed(words)
        asked_teams.end(consult, state, words, by, now)
        _told(consult, f"team_{state.value}", words, by, now)
        asked_teams.leave(consult, "tell_team_answered", now)
    return consult


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
