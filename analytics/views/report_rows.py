"""Saved reports as the page shows them: what they look at, when they leave, what arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from analytics import periods, report_troubles, saving
from analytics.models import ReportMail, ReportRecipient, SavedReport
from analytics.models.saved import Why, may_get
from analytics.report_values import asked_of
from analytics.views.exporting import filters_in_words
from analytics.views.report_form import WEEKDAYS
from complaints.errors import Invalid

Text = str | Promise


@dataclass(frozen=True)
class Reached:
    """One recipient: whether it arrived, in words, and what to do. `again`: it was stopped and may
    be resumed.
    """

    row: ReportRecipient
    words: Text
    tone: str
    again: bool = False


@dataclass(frozen=True)
class Shown:
    """One report as the page shows it. `problem`: why nothing can be counted of it."""

    report: SavedReport
    span: Text
    filters: str
    address: str
    rhythm: str
    reached: list[Reached] = field(default_factory=list)
    problem: str = ""
    own: bool = False
    ownerless: bool = False

    @property
    def troubled(self) -> bool:
        """Whether somebody did not get it."""
        return any(each.tone == "danger" for each in self.reached)

    @property
    def may_take_over(self) -> bool:
        """Whether its owner left, or leads the team no longer that it is shared with."""
        return not self.own and self.ownerless


def shown(user: User, now: datetime) -> list[Shown]:
    """All that the person sees, by name."""
    rows = list(
        saving.visible_to(user)
        .select_related("owner", "shared_with")
        .prefetch_related("recipients__user")
        .order_by("name", "pk")
    )
    mails, alone = saving.last_mails(rows), saving.without_owner(rows)
    return [
        replace(_shown(report, user, now, mails), ownerless=report.pk in alone) for report in rows
    ]


def _shown(
    report: SavedReport, user: User, now: datetime, mails: Mapping[tuple[int, int], ReportMail]
) -> Shown:
    span = periods.SPANS[report.span][0] if report.span in periods.SPANS else report.span
    filters, address, problem = "", "", ""
    try:
        looked = asked_of(report, user, now)
        filters = filters_in_words(looked)
        address = f"{reverse('dashboard')}?{urlencode(looked.params)}"
        if looked.teams == ():
            problem = _("您没有主管的团队，没有案件可算")
    except Invalid as error:
        problem = " ".join(sentence for said in error.errors.values() for sentence in said)
    own = report.owner_id == user.pk
    reached = [
        _reached(row, mails.get((report.pk, row.user_id)))
        for row in sorted(report.recipients.all(), key=lambda row: row.user.name)
    ]
    return Shown(
        report, cast(Text, span), filters, address, in_words(report), reached, problem, own
    )


_WHY: dict[str, Text] = {
    Why.NO_ADDRESS: gettext_lazy("没有电子邮件地址，请系统管理员补上"),
    Why.NOT_ALLOWED: gettext_lazy("已停用或不能查看统计，请移出收件人"),
    Why.FILTERS: gettext_lazy("筛选的团队或者责任人没有了，或不归其主管，没有发送"),
    Why.NO_CASES: gettext_lazy("没有主管的团队，没有案件可算，没有发送"),
    Why.REPLACED: gettext_lazy("由更新的一期代替"),
    Why.GONE: gettext_lazy("暂停期间没有发送"),
    Why.STOPPED: gettext_lazy("已停发"),
}


def _reached(row: ReportRecipient, mail: ReportMail | None) -> Reached:
    if row.stopped_at is not None:
        words = _("邮件被退回（{cause}），已停发；地址改正后请恢复")
        return Reached(row, words.format(cause=row.stopped_why), "danger", again=True)
    if not may_get(row.user):
        return Reached(row, _WHY[Why.NOT_ALLOWED], "danger")
    if not row.user.email:
        return Reached(row, _WHY[Why.NO_ADDRESS], "danger")
    if mail is None:
        return Reached(row, _("还没有发送过"), "")
    if mail.mailed_at is None:
        words = _("正在发送") if not mail.attempts else _("邮件服务器没有接收，稍后再试")
        return Reached(row, words, "warn" if mail.attempts else "")
    code = report_troubles.code_of(mail)
    if code:
        tone = "danger" if code in (Why.FILTERS, Why.NO_CASES) else "warn"
        return Reached(row, _WHY.get(code, _("没有送到（{cause}）").format(cause=code)), tone)
    sent = f"{timezone.localtime(mail.mailed_at):%Y-%m-%d %H:%M}"
    return Reached(row, _("{at} 已发送").format(at=sent), "ok")


def in_words(report: SavedReport) -> str:
    """每周星期一 09:00，遇休息日顺延. "" without a rhythm."""
    if not report.every:
        return ""
    hour = f"{report.hour:02d}:00"
    words = {
        SavedReport.Every.DAILY: _("每天 {hour}"),
        SavedReport.Every.WEEKLY: _("每周{weekday} {hour}"),
        SavedReport.Every.MONTHLY: _("每月 {day} 日 {hour}"),
    }[SavedReport.Every(report.every)]
    weekday = dict(WEEKDAYS)[str(report.weekday)]
    said = words.format(hour=hour, weekday=weekday, day=report.day)
    return _("{when}，遇休息日顺延").format(when=said) if report.working_days else said
