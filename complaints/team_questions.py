"""What may be asked of another team (协办): the shape of the question, about which case, whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import absences
from accounts.models import Team, User
from complaints import asked_teams, validation
from complaints.asked_teams import State
from complaints.errors import Invalid
from complaints.models import Complaint, TeamConsult
from complaints.models.team_consult import ConsultUnit

QUESTION = 2000
MOST = {ConsultUnit.HOUR.value: 40, ConsultUnit.DAY.value: 20}  # as long as one may be waited for
MOST_OPEN = 5  # questions of one case at a time


def cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked, of the right shape: `{team, user?, question, length, unit}`.

    Raises Invalid.
    """
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


def refuse(complaint: Complaint) -> None:
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


def team_of(complaint: Complaint, name: str) -> Team:
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


def person_of(complaint: Complaint, team: Team, username: str, now: datetime) -> User | None:
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
