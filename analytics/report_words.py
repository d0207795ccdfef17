"""What e-mails about saved reports say."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics import saving
from analytics.figures import Figure
from analytics.models import ReportMail
from analytics.overview import Overview, overview
from analytics.report_values import asked_of

HEADLINES = (
    *("open", "overdue", "due_today", "received", "closed"),
    *("time_to_close", "satisfaction", "repeat", "promises_kept"),
    *("clocks_kept", "clocks_missed"),
)


def figures(row: ReportMail, now: datetime) -> tuple[str, str]:
    """Subject and text: the main figures in the receiver's own scope, and an address."""
    report, user = row.report, row.user
    asked = asked_of(report, user, now)
    found = overview(user, asked, now, fold=False)  # while the mail server is waited for
    window = _("{since} 至 {until}").format(since=asked.since, until=asked.until)
    lines = [line_of(found.figures[code]) for code in HEADLINES if code in found.figures]
    address = f"{settings.SITE_URL}{reverse('dashboard')}?{urlencode(asked.params)}"
    page = f"{settings.SITE_URL}{reverse('reports')}"
    at = f"{timezone.localtime(now):%Y-%m-%d %H:%M}"
    blocks = [
        _("{name}，您好：").format(name=user.name),
        _("{report}，{window}，只计您可以查看的案件，计算于 {at}。").format(
            report=report.name, window=window, at=at
        ),
        "\n".join(lines),
        *([] if _any(found) else [_EMPTY()]),
        _("打开看板，每个数字都能点开：\n{address}").format(address=address),
        _("数据文件不随邮件发送；需要 Excel 或 PDF，请在看板上导出。"),
        _("这份报表由 {owner} 设定，不需要时请其把您移出收件人：\n{page}").format(
            owner=report.owner.name, page=page
        ),
    ]
    subject = _("报表“{name}”：{window}").format(name=report.name, window=window)
    return subject, "\n\n".join(blocks)


def _any(found: Overview) -> bool:
    """Whether there was any case at all, in the window or the one before."""
    looked = [found.figures[code] for code in ("open", "received", "closed")]
    return any(figure.n or figure.previous for figure in looked)


def _EMPTY() -> str:
    return _(
        "这份报表的筛选范围内没有任何案件：商品、责任人等可能已经改名或离开，请核对报表的筛选。"
    )


def line_of(figure: Figure) -> str:
    """· 新增投诉：123 件（上一期间 100）"""
    unit, value = str(figure.measure.unit), figure.shown
    said = _("没有数据") if figure.value is None else f"{value}{'' if unit == '%' else ' '}{unit}"
    title = figure.measure.title
    if figure.previous is None:
        return _("· {title}：{value}").format(title=title, value=said)
    words = _("· {title}：{value}（上一期间 {before}）")
    return words.format(title=title, value=said, before=f"{figure.previous:,}")


def trouble(row: ReportMail) -> tuple[str, str]:
    """Subject and text to whoever has to do something; who and why stands on the page."""
    values = {
        "name": row.user.name,
        "report": row.report.name,
        "owner": row.report.owner.name,
        "address": f"{settings.SITE_URL}{reverse('reports')}",
    }
    if row.what == ReportMail.What.OWNER_LEFT:
        subject = _("报表“{report}”已暂停：负责人已离开")
        text = _(
            "{name}，您好：\n\n报表“{report}”的负责人 {owner} 已停用或不再查看统计，"
            "报表已暂停发送。需要继续时，请在报表页面接管：\n{address}"
        )
        if not saving.visible_to(row.user).filter(pk=row.report_id).exists():
            text = _(
                "{name}，您好：\n\n报表“{report}”的负责人 {owner} 已停用或不再查看统计，"
                "这份没有共享给团队的报表不再发送。需要继续时，请在看板上另存一份自己的：\n{address}"
            )
    else:
        subject = _("报表“{report}”有收件人没有收到")
        text = _(
            "{name}，您好：\n\n报表“{report}”没有送到全部收件人。是谁、为什么、怎么办，"
            "请在报表页面查看：\n{address}"
        )
    return subject.format(**values), text.format(**values)
