"""What teams are told of questions about cases (协办): whom they are put to, who waits for the
answer, and who is warned by its clock.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from complaints import asked_teams
from complaints.models import Complaint, Deadline, Outbox, TeamConsult
from complaints.workdays import SHANGHAI
from correspondence.models import Notice
from correspondence.row import Row

FAMILY = "consult"
ENDED = asked_teams.ENDED


def _consult(outbox: Outbox) -> TeamConsult | None:
    """The question that an act, or a warning of its clock, is about."""
    pk = outbox.payload.get("consult")
    if pk is None:
        clock = Deadline.objects.filter(pk=outbox.payload.get("deadline")).first()
        pk = asked_teams.consult_of(clock.subject) if clock else None
    rows = TeamConsult.objects.select_related("team", "user", "asked_by", "ended_by")
    return rows.filter(pk=pk).first()


def asked(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever was named, else everybody who can answer for the team; nobody once it has ended."""
    consult = _consult(outbox)
    if consult is None or consult.state != TeamConsult.State.OPEN:
        return []
    people = list(asked_teams.able(consult.team, complaint))
    named = [user for user in people if user.pk == consult.user_id]
    return named or people


def were_asked(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever was named, else everybody who could answer for the team, and whoever there was asked
    by a warning of the clock; but for the one who ended it. They see the case no more.
    """
    consult = _consult(outbox)
    if consult is None:
        return []
    able = {user.pk: user for user in asked_teams.able(consult.team, complaint)}
    able.pop(consult.ended_by_id or 0, None)
    if consult.user_id not in able:
        return list(able.values())
    clocks = Deadline.objects.filter(
        complaint=complaint, kind=asked_teams.KIND, subject=f"{asked_teams.KIND}:{consult.pk}"
    )
    warned = Notice.objects.filter(
        outbox__complaint=complaint,
        outbox__effect="warn_of_deadline",
        outbox__payload__deadline__in=list(clocks.values_list("pk", flat=True)),
    )
    told = {consult.user_id, *warned.values_list("user", flat=True)}
    return [user for user in able.values() if user.pk in told]


def asked_leads(complaint: Complaint, outbox: Outbox) -> list[User]:
    """The leads of the team that is asked."""
    consult = _consult(outbox)
    if consult is None:
        return []
    able = asked_teams.able(consult.team, complaint)
    return list(able.filter(membership__team=consult.team, membership__leads=True))


def who_waits(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever asked, and the owner of the case."""
    consult = _consult(outbox)
    people = [consult.asked_by if consult else None, complaint.owner]
    by = consult.ended_by_id if consult else None
    return list({u.pk: u for u in people if u is not None and u.pk != by}.values())


def of_consult(outbox: Outbox) -> dict[str, str]:
    """What texts about it may name."""
    consult = _consult(outbox)
    if consult is None:
        return {}
    declined = consult.state == TeamConsult.State.DECLINED
    withdrawn = consult.state == TeamConsult.State.WITHDRAWN
    return {
        "team": consult.team.name,
        "asker": consult.asked_by.name,
        "question": consult.question,
        "due": f"{consult.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        "answer": consult.words,
        "how": _("退回了协办请求") if declined else _("答复了协办请求"),
        "answerer": consult.ended_by.name if consult.ended_by else _("系统"),
        "ended": _("协办已撤回") if withdrawn else _("协办已终止"),
    }


def page_of(outbox: Outbox) -> str:
    """The page that a notice is about whose case is not seen any more; "" for others."""
    return f"{reverse('queue')}?consult=team&state=open" if outbox.effect == ENDED else ""


LEVELS = {"asked": asked, "asked_lead": asked_leads}
ORDER = ("asked", "asked_lead", "owner", "team_lead", "supervisor")  # who is warned, from the first


def levels_from(outbox: Outbox) -> list[str]:
    """The levels in the order in which somebody is looked for, as `staff.levels_from`."""
    wanted = str(outbox.payload.get("who", ""))
    at = ORDER.index(wanted) if wanted in ORDER else 0
    return [*ORDER[at:], *ORDER[:at][::-1]]


REASONS: dict[str, str | Promise] = {
    "asked": gettext_lazy("这件案件请您的团队协办"),
    "asked_lead": gettext_lazy("这件案件请您负责的团队协办"),
}
TABLE: dict[str, Row] = {
    "tell_team_asked": Row(
        False,
        asked,
        gettext_lazy("{number} 请“{team}”协办，{due} 前答复"),
        gettext_lazy("{title}\n{asker} 的问题：{question}"),
        gettext_lazy("这件案件请您的团队协办"),
        family=FAMILY,
    ),
    "tell_team_answered": Row(
        False,
        who_waits,
        gettext_lazy("{number}：“{team}”{how}"),
        gettext_lazy("{title}\n{answerer}：{answer}"),
        gettext_lazy("您请了其他团队协办，或者是这件案件的责任人"),
        family=FAMILY,
    ),
    ENDED: Row(
        False,
        were_asked,
        gettext_lazy("{number}：{ended}，“{team}”不用再答复"),
        gettext_lazy("{answerer}：{answer}"),
        gettext_lazy("这件案件曾请您的团队协办，现在您不能再查看它"),
        family=FAMILY,
        parting=True,
    ),
}
