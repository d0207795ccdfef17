"""Kinds of notices that people choose about: one table, read by the page and by `dispatch`."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.roles import Role

Text = str | Promise

OFF, APP, DIGEST, NOW = "off", "app", "digest", "now"
WAYS: dict[str, Text] = {
    NOW: _("站内，并立即发邮件"),
    DIGEST: _("站内，邮件汇总"),
    APP: _("只在站内"),
    OFF: _("不通知"),
}
LEVELS = ("owner", "team_lead", "supervisor", "counsel")


@dataclass(frozen=True)
class Family:
    """A kind of notices: its code, its name (whole, and short for a tab), when one gets it, what
    happens unless one chose otherwise, and for which roles it is. `kept`: may not be switched off.
    """

    code: str
    title: Text
    short: Text
    hint: Text
    default: str
    roles: tuple[Role, ...]
    kept: bool = False


_WORKING = (Role.AGENT, Role.SUPERVISOR)

FAMILIES: dict[str, Family] = {
    f.code: f
    for f in (
        Family(
            "deadline_owner",
            _("期限提醒：我办理的案件"),
            pgettext_lazy("notices", "我办理的"),
            _("期限过半时提醒责任人。"),
            DIGEST,
            (*_WORKING, Role.COUNSEL),
        ),
        Family(
            "deadline_team_lead",
            _("期限提醒：我负责的团队"),
            pgettext_lazy("notices", "我的团队"),
            _("期限用去八成，或责任人不在时。"),
            DIGEST,
            _WORKING,
        ),
        Family(
            "deadline_supervisor",
            _("期限到期：主管"),
            pgettext_lazy("notices", "到期"),
            _("期限到期仍未完成时。"),
            NOW,
            (Role.SUPERVISOR,),
            kept=True,
        ),
        Family(
            "deadline_counsel",
            _("期限逾期：法务"),
            pgettext_lazy("notices", "逾期"),
            _("法定期限逾期后仍未完成时。"),
            NOW,
            (Role.COUNSEL,),
            kept=True,
        ),
        Family(
            "promise",
            _("承诺将到期或未兑现"),
            pgettext_lazy("notices", "承诺"),
            _("对消费者的承诺快到期或已逾期时。"),
            DIGEST,
            (*_WORKING, Role.COUNSEL),
        ),
        Family(
            "review",
            _("送审与签署"),
            pgettext_lazy("notices", "审核"),
            _("方案送审、退回修改、签署时。"),
            DIGEST,
            (*_WORKING, Role.COUNSEL),
        ),
        Family(
            "progress",
            _("流程进展"),
            pgettext_lazy("notices", "进展"),
            _("案件有新进展，例如消费者答复、重新办理。"),
            APP,
            (*_WORKING, Role.COUNSEL),
        ),
        Family(
            "together",
            _("转派与交接"),
            pgettext_lazy("notices", "转派"),
            _("同事或主管把案件转派给您时。"),
            DIGEST,
            _WORKING,
        ),
        Family(
            "returned",
            _("返岗汇总"),
            pgettext_lazy("notices", "返岗"),
            _("您登记的休假结束，而您的案件在此期间有变动时。"),
            DIGEST,
            _WORKING,
        ),
        Family(
            "urged",
            _("催办"),
            pgettext_lazy("notices", "催办"),
            _("同事催您办理轮到您的案件时；您负责的团队有案件催办满三次、或被催办的人都不在时。"),
            NOW,
            (*_WORKING, Role.COUNSEL),
        ),
        Family(
            "mention",
            _("提到我"),
            pgettext_lazy("notices", "提到我"),
            _("同事在您能查看的案件的内部备注里用 @ 提到您时。"),
            NOW,
            (*_WORKING, Role.COUNSEL),
        ),
        Family(
            "consult",
            _("协办"),
            pgettext_lazy("notices", "协办"),
            _("其他团队请您的团队协办、协办将到期或不用再答复，或您请的协办有了答复时。"),
            NOW,
            _WORKING,
        ),
        Family(
            "followed",
            _("我关注的案件"),
            pgettext_lazy("notices", "关注"),
            _("您关注的案件有新的步骤、回复或来信时；在案件或通知里可以取消关注。"),
            APP,
            (*_WORKING, Role.COUNSEL),
        ),
        Family(
            "signals",
            _("信号与整改措施"),
            pgettext_lazy("notices", "信号"),
            _("发现投诉异常增多、由您负责的整改措施到期时；在“看板”的信号里显示。"),
            DIGEST,
            (Role.SUPERVISOR,),
        ),
    )
}


def of(user: User) -> list[Family]:
    """The families that somebody with the person's roles and teams can meet."""
    found = [f for f in FAMILIES.values() if any(user.is_(role) for role in f.roles)]
    return [f for f in found if f.code != "deadline_team_lead" or user.led_team_ids]


def of_warning(level: str, subject: str) -> str:
    """The family of a warning on a level of the ladder; promises and questions to teams (by the
    clock's subject, `commitment:12`, `team_consult:3`) are their own.
    """
    kind = subject.partition(":")[0]
    if kind == "team_consult":
        return "consult"
    return "promise" if kind in ("commitment", "promise") else f"deadline_{level}"
