"""What is measured: each figure defined once, in the words that a page, the API and a report show.

How the figures are computed says `analytics/occurrences.py` (what is counted) and
`analytics/figures.py` (what is made of the counts).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = str | Promise
NOW, WINDOW = "now", "window"
LESS, MORE = "less", "more"
PERMISSION = "see_analytics"


@dataclass(frozen=True)
class Measure:
    """One figure.

    `window`: as it is now, or of the days that are looked at. `numerator` of `denominator` ("":
    nothing is divided). `source`: which records it follows from. `better`: less, more or "" where
    neither is. `target`: what it is held against, in its unit; None for none.
    """

    code: str
    title: Text
    meaning: Text
    unit: Text
    window: str
    numerator: Text
    denominator: Text
    source: Text
    better: str = ""
    target: Decimal | None = None
    permission: str = PERMISSION

    @property
    def is_share(self) -> bool:
        """Whether it is so many of a hundred."""
        return bool(self.denominator)


_CASES = pgettext_lazy("unit", "件")
_TIMES = pgettext_lazy("unit", "次")
_YUAN = pgettext_lazy("unit", "元")
_HOURS = pgettext_lazy("unit", "工作小时")
_DAYS = pgettext_lazy("unit", "工作日")
_PERCENT = "%"

MEASURES: dict[str, Measure] = {
    m.code: m
    for m in (
        Measure(
            "open",
            _("未办结"),
            _("现在还没有办结的案件，中止计时的也在内"),
            _CASES,
            NOW,
            _("状态不是“已办结”或“已归档”的案件"),
            "",
            _("案件"),
            LESS,
        ),
        Measure(
            "overdue",
            _("已超时"),
            _("未办结的案件中，最近的期限已经过去的"),
            _CASES,
            NOW,
            _("最近期限不晚于此刻的未办结案件"),
            "",
            _("案件、期限"),
            LESS,
            Decimal(0),
        ),
        Measure(
            "due_today",
            _("今日到期"),
            _("未办结的案件中，最近的期限在今天、还没有过去的"),
            _CASES,
            NOW,
            _("最近期限在此刻之后、今天 24 时之前的未办结案件"),
            "",
            _("案件、期限"),
        ),
        Measure(
            "received",
            _("新增投诉"),
            _("在所选日期收到的投诉，并案的也在内"),
            _CASES,
            WINDOW,
            _("收到时间在所选日期内的案件"),
            "",
            _("案件"),
            LESS,
        ),
        Measure(
            "closed",
            _("办结件数"),
            _("在所选日期办结、此后没有重新启动的案件，不论结果"),
            _CASES,
            WINDOW,
            _("办结时间在所选日期内、现在仍然办结的案件"),
            "",
            _("案件、流程"),
            MORE,
        ),
        Measure(
            "first_response",
            _("首次响应"),
            _(
                "从收到投诉到第一次主动回复或者致电消费者的工作时间，取中位数；"
                "自动发出的函件、发出前撤回的回复和对个人信息请求的答复不算"
            ),
            _HOURS,
            WINDOW,
            _("首次响应在所选日期内的案件"),
            "",
            _("案件、沟通记录、工作日历"),
            LESS,
            Decimal(4),
        ),
        Measure(
            "time_to_close",
            _("办结时长"),
            _(
                "从收到投诉到办结的工作时间，取中位数；中止计时的时间也在内，并案的除外；"
                "8 个工作小时为 1 个工作日"
            ),
            _DAYS,
            WINDOW,
            _("在所选日期办结的案件，并案的除外"),
            "",
            _("案件、流程、工作日历"),
            LESS,
            Decimal(7),
        ),
        Measure(
            "time_to_close_p90",
            _("办结时长（90%）"),
            _("十件中有九件在这么长的工作时间内办结；算法与办结时长相同"),
            _DAYS,
            WINDOW,
            _("在所选日期办结的案件，并案的除外"),
            "",
            _("案件、流程、工作日历"),
            LESS,
        ),
        Measure(
            "satisfaction",
            _("满意率"),
            _("受邀评价的消费者中，评 4 分或 5 分的占已评价的比例"),
            _PERCENT,
            WINDOW,
            _("评 4 分或 5 分的评价"),
            _("在所选日期发出邀请、已经评价的"),
            _("邀请、评价"),
            MORE,
            Decimal(85),
        ),
        Measure(
            "response_rate",
            _("评价回收率"),
            _("在所选日期受邀评价的消费者中，已经评价的比例"),
            _PERCENT,
            WINDOW,
            _("已经评价的"),
            _("在所选日期发出的邀请"),
            _("邀请、评价"),
            MORE,
        ),
        Measure(
            "reopened",
            _("重新启动率"),
            _("在所选日期的各次办结中，后来又重新启动的比例；日期越近，后来的时间越短"),
            _PERCENT,
            WINDOW,
            _("之后重新启动的办结"),
            _("在所选日期的办结，一件案件可能不止一次"),
            _("流程"),
            LESS,
        ),
        Measure(
            "repeat",
            _("重复投诉率"),
            _(
                "同一消费者在 90 日内就同一订单或者同一商品再次投诉的比例；"
                "同一消费者按电话、证件号码、电子邮件的密文索引认定"
            ),
            _PERCENT,
            WINDOW,
            _("再次投诉的案件"),
            _("在所选日期收到的案件"),
            _("案件、消费者资料的密文索引"),
            LESS,
            Decimal(5),
        ),
        Measure(
            "promises_kept",
            _("承诺兑现率"),
            _(
                "在所选日期到期的承诺中按期兑现的比例；今天到期、还没有兑现的不算，消费者书面放弃的不算"
            ),
            _PERCENT,
            WINDOW,
            _("按期兑现的承诺"),
            _("在所选日期到期的承诺"),
            _("承诺"),
            MORE,
            Decimal(98),
        ),
        Measure(
            "sent_back",
            _("法务退回率"),
            _("在所选日期法务对方案出具的意见中，退回的比例"),
            _PERCENT,
            WINDOW,
            _("退回的意见"),
            _("签署与退回的意见"),
            _("审核意见"),
            LESS,
        ),
        Measure(
            "owed",
            _("待付金额"),
            _("现在还应当付给消费者的金额：承诺的金额减去已经付的，消费者书面放弃的不算"),
            _YUAN,
            NOW,
            _("没有付清的承诺"),
            "",
            _("承诺、付款"),
            LESS,
        ),
        Measure(
            "paid",
            _("已付金额"),
            _("付款日期在所选日期内的付款，冲正的不算"),
            _YUAN,
            WINDOW,
            _("没有冲正的付款"),
            "",
            _("付款"),
        ),
        Measure(
            "clocks_kept",
            _("法定期限按期率"),
            _(
                "在所选日期到期的法定期限中按期完成的比例；今天到期、还在计时的不算，中止与取消的不算"
            ),
            _PERCENT,
            WINDOW,
            _("按期完成的法定期限"),
            _("在所选日期到期的法定期限"),
            _("期限"),
            MORE,
            Decimal(100),
        ),
        Measure(
            "clocks_missed",
            _("法定期限逾期"),
            _("在所选日期到期、没有按期完成的法定期限，逾期后完成的也在内"),
            _TIMES,
            WINDOW,
            _("没有按期完成的法定期限"),
            "",
            _("期限"),
            LESS,
            Decimal(0),
        ),
    )
}
