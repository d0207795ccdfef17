"""Roles and what each may do: one table, read by pages, API and tests alike."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The six kinds of staff.

    A person may hold several of the first three. The last three keep one another in check
    (三员分立: system administration, security, audit), so each is held alone.
    """

    AGENT = "agent", _("客服坐席")
    SUPERVISOR = "supervisor", _("客服主管")
    COUNSEL = "counsel", _("法务")
    AUDITOR = "auditor", _("合规审计")
    ADMINISTRATOR = "administrator", _("系统管理员")
    SECURITY = "security", _("安全管理员")


# Held alone; the database refuses any other role beside one of them (models/people.py)
ALONE = (Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR)


@dataclass(frozen=True)
class Permission:
    """One thing that can be allowed: its code, its name on screens and the roles that have it."""

    code: str
    title: str | Promise
    roles: frozenset[Role]


def _for(code: str, title: str | Promise, *roles: Role) -> Permission:
    return Permission(code, title, frozenset(roles))


A, S, C, U, M = Role.AGENT, Role.SUPERVISOR, Role.COUNSEL, Role.AUDITOR, Role.ADMINISTRATOR
X = Role.SECURITY

PERMISSIONS: dict[str, Permission] = {
    p.code: p
    for p in (
        _for("see_complaints", _("查看案件"), A, S, C, U),
        _for("register_complaints", _("登记投诉"), A, S),
        _for("edit_complaints", _("修改案件资料"), A, S),
        _for("answer_facts", _("记录事实"), A, S, C),
        _for("find_facts", _("认定须由法务判断的事实"), C),
        _for("add_evidence", _("添加证据"), A, S, C),
        _for("communicate", _("与消费者沟通"), A, S),
        _for("reveal_personal_data", _("查看消费者的号码"), A, S, C),
        _for("write_notes", _("写内部备注"), A, S, C),
        _for("share_texts", _("编写团队的常用语与宏"), S),
        _for("draft_resolutions", _("拟定方案"), A, S),
        _for("sign_resolutions", _("签署方案"), C),
        _for("sign_rules", _("签署与试算法律规则"), C),
        _for("approve_offers", _("审批超出权限的方案金额"), S, C),
        _for("manage_limits", _("管理金额权限"), S, M),
        _for("hold_clocks", _("中止与恢复计时"), A, S),
        _for("keep_commitments", _("登记兑现"), A, S),
        _for("reconcile_payments", _("付款对账与批量登记"), S),
        _for("manage_promises", _("管理公开承诺"), S),
        _for("see_satisfaction", _("查看消费者评价的统计"), S, U),
        _for("see_analytics", _("查看统计与看板"), S, U),
        _for("manage_signals", _("处理信号与整改"), S),
        _for("set_targets", _("设定指标的目标"), S),
        _for("manage_mass", _("建立和管理群体性案件"), S),
        _for("assign", _("分派与转派"), S),
        _for("take", _("领取案件"), A, S),
        _for("ask_teams", _("请其他团队协办"), A, S),
        _for("answer_teams", _("答复其他团队的协办请求"), A, S),
        _for("import_complaints", _("导入投诉"), A, S),
        _for("see_retention", _("查看保管期限、诉讼保留与销毁"), S, C, U),
        _for("set_retention", _("改定保管类别"), S, C),
        _for("review_disposal", _("复核到期销毁"), S, C),
        _for("place_legal_holds", _("设置与解除诉讼保留"), C),
        _for("export_packages", _("导出证据包"), S, C, U),
        _for("read_audit", _("查看审计记录"), U),
        _for("take_rights_requests", _("登记个人信息权利请求并核验身份"), A, S, C),
        _for("decide_rights_requests", _("决定个人信息权利请求"), C),
        _for("carry_out_rights", _("办理并答复个人信息权利请求"), S, C),
        _for("see_rights_requests", _("查看个人信息权利请求"), A, S, C, U),
        _for("ask_access", _("申请临时查阅与紧急调阅"), A, S, C),
        _for("decide_access", _("批准临时查阅与紧急调阅"), S),
        _for("review_access", _("复核紧急调阅"), U, X),
        _for("explain_access", _("查看谁能看某件案件"), S, U, X),
        _for("see_alarms", _("查看告警"), S, U, X),
        _for("read_readings", _("查看谁看过案件"), S, C, U),
        _for("get_notices", _("接收通知"), A, S, C),
        _for("see_mail_folder", _("查看本机文件夹里的邮件"), S, M),
        _for("manage_calendar", _("管理日历与自有时限"), S, M),
        _for("see_health", _("查看运行状况"), S, M),
        _for("manage_users", _("管理用户与团队"), M),
        _for("see_people", _("查看用户名单"), M, X, U),
        _for("end_accounts", _("停用离职人员的账号"), M, X),
        _for("own_keys", _("申请自己的程序密钥"), A, S, C, U),
        _for("manage_keys", _("查看与吊销程序密钥"), X),
        _for("manage_training", _("登记培训记录"), X),
        _for("end_sessions", _("结束他人的登录"), M, X),
        _for("take_factors", _("解除他人的两步验证"), M, X),
    )
}

# What is left to somebody to whom a case is lent for reading.
READING = frozenset({"see_complaints", "get_notices", "ask_access", "answer_teams"})


def refusal(code: str) -> str:
    """Why somebody without the permission is refused, and to whom to turn, in the active language.

    Raises KeyError for a permission that the table does not know.
    """
    permission = PERMISSIONS[code]
    roles = gettext("、").join(str(role.label) for role in Role if role in permission.roles)
    return gettext("“{what}”只能由{roles}进行，您的角色没有这项权限；请交给他们处理").format(
        what=permission.title, roles=roles
    )


def allows(roles: list[str], code: str) -> bool:
    """True when any of the roles has the permission.

    Raises KeyError for a permission that the table does not know.
    """
    return not PERMISSIONS[code].roles.isdisjoint(roles)
