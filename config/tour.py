"""The first minutes: where a person of each role begins, stop by stop. One table; a stop is a page
of the product itself with a card on it, and what the card speaks of is outlined (`:target`).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role


@dataclass(frozen=True)
class Stop:
    """URL name of the page, id of what is outlined there, and the words of the card."""

    page: str
    anchor: str
    title: str | Promise
    text: str | Promise


_KEYS = Stop(
    "settings",
    "main",
    _("按自己的习惯"),
    _("在这里选语言、外观、行高，关掉单键快捷键。任何页面按 ? 都能看到可用的按键。"),
)
_LIST = Stop(
    "queue",
    "list-title",
    _("待办：一天从这里开始"),
    _("最急的在最上面。左边是现成的视图，上面是筛选；J、K 上下移动，空格预览，回车打开。"),
)
_INTAKE = Stop(
    "intake",
    "main",
    _("登记：电话还没挂，号码已经念得出"),
    _("先填电话、诉求和经过就能登记，其余以后再补。写下的每个字几秒钟就保存一次，断线也不会丢。"),
)
_AGENT = (
    _LIST,
    Stop(
        "queue",
        "take",
        _("领取下一件"),
        _("按 G：法定期限最近的先来，其次风险，再次登记早晚。同一件案件不会分给两个人。"),
    ),
    _INTAKE,
    Stop(
        "search",
        "main",
        _("一个搜索框"),
        _("Ctrl K：案件号、订单号、手机号、尾号，或者经过、函件、附件里的任何两个字。"),
    ),
    _KEYS,
)
_SUPERVISOR = (
    Stop(
        "danger",
        "list-title",
        _("今日告急"),
        _("今天到期和已经超时的，按责任人排列；一行之内就能转给在岗的人。"),
    ),
    Stop(
        "queue",
        "list-title",
        _("成批转派"),
        _("在列表里用 X 选择，先看哪些可以、哪些不可以和为什么，再转派；十分钟内可以撤销。"),
    ),
    Stop(
        "dashboard",
        "main",
        _("看板：每个数字都点得开"),
        _("数字下面是它的定义和计算时间，点开就是那几行案件，不多不少。"),
    ),
    Stop(
        "signals",
        "main",
        _("信号：什么又在变坏"),
        _("系统夜里自己找出增多的类别、重复的文本和新出现的词，由您判断、指派和关闭。"),
    ),
    _KEYS,
)
_COUNSEL = (
    Stop(
        "review",
        "main",
        _("待审核"),
        _(
            "最先到期的在最上面。打开后左边是主张、事实和证据，右边是法条、金额和函件；同意或退回各一个键。"
        ),
    ),
    Stop(
        "rules",
        "main",
        _("规则与法条"),
        _("每条规则旁边是它的条文和有效期。改动先在在办案件上试算，看过差别再签署。"),
    ),
    Stop("statutes", "main", _("法规原文"), _("按日期看当时有效的条文，以及哪些案件引用了它。")),
    _KEYS,
)
_TODAY = Stop(
    "today",
    "main",
    _("今天先看"),
    _("您负责的每一项是否正常；不正常的排在前面，点开就到处理它的页面。"),
)
_AUDITOR = (
    _TODAY,
    Stop(
        "audit_log",
        "main",
        _("审计记录"),
        _("谁在什么时候做了什么，按人、案件、动作查；每条都串在哈希链上，每夜核验。"),
    ),
    Stop("archive", "main", _("档案"), _("已办结案件的证据包、保管期限和离线核验方法。")),
    _KEYS,
)
_ADMINISTRATOR = (
    _TODAY,
    Stop("users", "main", _("用户与团队"), _("建立账号、角色和团队。管理员看不到任何案件内容。")),
    Stop("calendar", "main", _("日历"), _("放假与调休决定期限；每年十一月载入下一年的通知。")),
    Stop("health", "main", _("运行状况"), _("期限巡检、待发函件、后台程序；停了会写明怎么办。")),
    _KEYS,
)
_SECURITY = (
    _TODAY,
    Stop("training_list", "main", _("培训"), _("培训没有登记或者过期的人，看不到消费者的号码。")),
    Stop("all_keys", "main", _("程序密钥"), _("谁的程序能登录、能做什么、最近一次是什么时候。")),
    Stop("alarms", "main", _("告警"), _("试探号码、越权查看、连续输错密码，都在这里等人看。")),
    _KEYS,
)
OFFERED_AT = ("queue", "danger", "review", "today")  # where people come in
TOURS: dict[Role, tuple[Stop, ...]] = {
    Role.SUPERVISOR: _SUPERVISOR,
    Role.AGENT: _AGENT,
    Role.COUNSEL: _COUNSEL,
    Role.AUDITOR: _AUDITOR,
    Role.ADMINISTRATOR: _ADMINISTRATOR,
    Role.SECURITY: _SECURITY,
}


@dataclass(frozen=True)
class Card:
    """What is shown at a stop. `before`, `after`: addresses, "" at either end."""

    number: int
    of: int
    stop: Stop
    before: str
    after: str


def stops(user: User) -> tuple[Stop, ...]:
    """Of the first role that has a tour, in the order of the table; none for nobody's role."""
    return next((found for role, found in TOURS.items() if user.is_(role)), ())


def address(user: User, number: int) -> str:
    """Where a stop is, from 1; "" when there is none."""
    found = stops(user)
    if not 1 <= number <= len(found):
        return ""
    stop = found[number - 1]
    return f"{reverse(stop.page)}?tour={number}#{stop.anchor}"


def card(user: User, asked: str) -> Card | None:
    """The card of the stop that the address asks for; nothing for what is no stop."""
    found = stops(user)
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 3 else 0
    if not 1 <= number <= len(found):
        return None
    around = address(user, number - 1), address(user, number + 1)
    return Card(number, len(found), found[number - 1], *around)
