"""Figures leave as Excel or PDF: for a purpose, which goes on record with who took them, and only
if whoever asks has shown a moment ago who sits here (`complaints/views/list_export.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import needs, person
from accounts.models import Team, User
from accounts.roles import Role
from analytics import labels
from analytics.asking import LABELS, NAMES, Asked, asked, meant
from analytics.measures import PERMISSION
from analytics.overview import Overview, overview
from analytics.papers import of_overview, printed
from analytics.papers.tables import Paper, Table
from analytics.small_cells import LEAST, alone
from audit.record import record
from complaints.errors import Invalid
from complaints.views import list_export

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": printed.CONTENT_TYPE,
}


def language() -> str:
    """zh or en."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def filters_in_words(looked: Asked) -> str:
    """团队：家电组；类别：质量问题. Everything where nothing is filtered."""
    names = {name: name_of(name, value) for name, value in looked.params.items()}
    said = [
        _("{label}：{value}").format(label=LABELS[name], value=words)
        for name, words in names.items()
        if name not in ("from", "to")
    ]
    return _("；").join(said) or _("没有筛选，您可以查看的全部案件")


def name_of(name: str, value: str) -> str:
    """What a filter's value is called."""
    if name == "team":
        team = Team.objects.filter(pk=value).first()
        return team.name if team else value
    if name == "owner":
        user = User.objects.filter(pk=value).first() if value.isdigit() else None
        return user.name if user else _("待分配")
    return labels.label(name, meant(value))


def paper_of(
    request: HttpRequest,
    title: str,
    looked: Asked,
    found: Sequence[Table],
    at: datetime,
    *,
    written: bool = False,
) -> Paper:
    """The tables with everything that says whose they are. `written`: with what people wrote."""
    user, moment = person(request), f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    facts = [
        (_("统计期间"), of_overview.window(looked.since, looked.until)),
        (_("筛选"), filters_in_words(looked)),
        (_("范围"), scope_in_words(user)),
        (_("计算时间"), _("{at}（北京时间）").format(at=moment)),
        (_("导出人"), _("{name}（{username}）").format(name=user.name, username=user.username)),
        (pgettext("report", "用途"), list_export.purpose_of(request)),
    ]
    mark = f"{user.username} {user.name} {moment}"
    name = settings.ENTERPRISE_NAME
    return Paper(title, name, facts, found, at, mark, language(), [_NO_CASES(written)])


def scope_in_words(user: User) -> str:
    """Whose cases the person is told figures of."""
    if user.is_(Role.AUDITOR):
        return _("全部团队的案件")
    names = list(Team.objects.filter(pk__in=user.led_team_ids).values_list("name", flat=True))
    if not names:
        return _("没有主管的团队，所以没有案件")
    return _("所主管团队的案件：{teams}").format(teams=_("、").join(names))


def _NO_CASES(written: bool) -> str:
    if written:
        return _(
            "本文件不列案件和消费者；整改措施、原因、商品和品牌照登记的原文列出，传播前请核对其中"
            "有没有个人信息。涉及人数少的数字请谨慎传播。"
        )
    return _(
        "本文件只有统计数字和登记的商品、品牌名称，不列案件和消费者；涉及人数少的数字请谨慎传播。"
    )


def as_file(paper: Paper, form: str, name: str) -> HttpResponse:
    """The download."""
    data = printed.printed(paper) if form == "pdf" else _workbook(paper)
    response = HttpResponse(data, content_type=FORMATS[form])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.{form}"
    response["Cache-Control"] = "no-store"
    return response


def _workbook(paper: Paper) -> bytes:
    from analytics.papers import workbook  # brings openpyxl: 12 MB of every process that needs none

    return workbook.written(paper, pgettext("report", "说明"))


def why_not(request: HttpRequest, problems: Sequence[str]) -> str:
    """A sentence, "" when nothing stands against the export."""
    if not problems and request.POST.get("format") not in FORMATS:
        return _("请选择导出为 Excel 还是 PDF")
    return list_export.why_not(request, problems)


def recorded(request: HttpRequest, what: str, looked: Mapping[str, str], at: datetime) -> None:
    """Who took which figures, in which form and for what."""
    user = person(request)
    detail: dict[str, Any] = {
        "what": what,
        "format": request.POST.get("format", ""),
        "asked": dict(looked),
        "purpose": list_export.purpose_of(request),
    }
    record("analytics.exported", f"user:{user.username}", user, at, detail)


def _too_few(found: Overview) -> str:
    """A sentence where filters leave so few that all the file says would be about them (C10)."""
    if not alone(found.figures["received"].n) or not set(found.asked.params) & _ABOUT:
        return ""
    words = _("按这些筛选，新增投诉少于 {n} 件，为免从中认出当事人，没有导出。请放宽筛选或日期。")
    return words.format(n=LEAST)


_ABOUT = {"category", "channel", "area", "region", "product", "brand"}  # of a case, not of staff


@never_cache
@require_http_methods(["GET", "POST"])
@needs(PERMISSION)
def export(request: HttpRequest) -> HttpResponse:
    """The form, and the file: what the dashboard shows at this address."""
    user, now = person(request), timezone.now()
    sent = request.POST if request.method == "POST" else request.GET
    typed = {name: sent.get(name, "").strip() for name in NAMES}
    problems: list[str] = []
    looked: Asked | None = None
    try:
        looked = asked(typed, user, timezone.localdate(now))
    except Invalid as error:
        problems = [sentence for said in error.errors.values() for sentence in said]
    refused = why_not(request, problems) if request.method == "POST" else ""
    asks = request.method == "POST" and not refused
    found = overview(user, looked, now) if asks and looked else None
    refused = refused or (_too_few(found) if found else "")
    if found is not None and looked is not None and not refused:
        title = _("投诉统计报表")
        paper = paper_of(request, title, looked, of_overview.tables(found), now)
        recorded(request, "dashboard", looked.params, now)
        name = f"{title}-{looked.since:%Y%m%d}-{looked.until:%Y%m%d}"
        return as_file(paper, request.POST["format"], name)
    keep = looked.params if looked else {k: v for k, v in typed.items() if v}
    context = {
        "problems": problems,
        "window": of_overview.window(looked.since, looked.until) if looked else "",
        "filters": filters_in_words(looked) if looked else "",
        "scope": scope_in_words(user),
        "back": reverse("dashboard"),
        "query": urlencode(keep),
        "offer": list_export.offer(request, request.path, keep, refused),
    }
    status = 422 if refused or (problems and request.method == "POST") else 200
    return render(request, "reports/export.html", context, status=status)
