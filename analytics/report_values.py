"""What is wanted of a saved report, read from a form: every sentence at once, at its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Team, User
from accounts.roles import Role
from analytics import asking, periods
from analytics.models import SavedReport
from analytics.models.saved import may_get
from complaints import validation
from complaints.errors import Invalid

MOST_RECIPIENTS, LONGEST_NAME = 30, 80
FILTERS = tuple(name for name in asking.NAMES if name not in ("from", "to"))


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to keep, understood."""

    fields: dict[str, Any]
    recipients: Sequence[User]


def asked_of(report: SavedReport, user: User, now: datetime) -> asking.Asked:
    """What the report looks at today, in the person's own scope. Raises Invalid, for instance for
    a team that is gone or that the person does not lead.
    """
    today = timezone.localdate(now)
    if report.span not in periods.SPANS:
        raise Invalid({"span": [_("这份报表的时间范围已经没有了；请修改报表，重新选择")]})
    since, until = periods.window(report.span, today)
    sent = {"from": since.isoformat(), "to": until.isoformat(), **_strings(report.filters)}
    return asking.asked(sent, user, today)


def _strings(filters: Any) -> dict[str, str]:
    known = filters if isinstance(filters, Mapping) else {}
    return {name: str(known[name]) for name in FILTERS if known.get(name)}


def understood(values: Mapping[str, Any], by: User, now: datetime) -> Wanted:
    """The values, or Invalid with all that is wrong with them."""
    errors: dict[str, list[str]] = {}
    fields = _plain(values, errors)
    fields["filters"] = _strings(values)
    span = str(fields.get("span") or "")
    try:
        asked_of(SavedReport(span=span, filters=fields["filters"]), by, now)
    except Invalid as error:
        found = {str(name): list(sentences) for name, sentences in error.errors.items()}
        errors |= {name: said for name, said in found.items() if name not in errors}
    fields["shared_with"] = _team(values.get("shared_with"), by, errors)
    recipients = _recipients(values.get("recipients") or (), errors)
    if fields.get("every") and not recipients and "recipients" not in errors:
        errors["recipients"] = [_("请选择至少一位收件人，或者不定期发送")]
    if errors:
        raise Invalid(errors)
    return Wanted(fields, recipients)


def _plain(values: Mapping[str, Any], errors: dict[str, list[str]]) -> dict[str, Any]:
    fields: dict[str, Any] = {"working_days": values.get("working_days") in (True, "on", "1")}
    cleaners: dict[str, validation.Cleaner] = {
        "name": lambda x: validation.text(x, LONGEST_NAME, required=True),
        "span": lambda x: _chosen(x, periods.SPANS, _("请选择时间范围")),
        "every": lambda x: _chosen(x or "", ["", *SavedReport.Every.values], _("请选择发送周期")),
        "weekday": lambda x: _number(x, 1, 7),
        "day": lambda x: _number(x, 1, 31),
        "hour": lambda x: _number(x, 0, 23, 9),
    }
    for name, cleaner in cleaners.items():
        try:
            fields |= validation.clean({name: values.get(name)}, {name: cleaner})
        except Invalid as error:
            errors |= {str(n): list(said) for n, said in error.errors.items()}
    return fields


def _chosen(value: Any, known: Iterable[str], sentence: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise validation.Refused(sentence)
    return value


def _number(value: Any, least: int, most: int, usual: int | None = None) -> int:
    if value in (None, ""):
        return least if usual is None else usual
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) < 4 and least <= int(text) <= most):
        words = _("请填写 {least} 到 {most} 之间的整数")
        raise validation.Refused(words.format(least=least, most=most))
    return int(text)


def _team(value: Any, by: User, errors: dict[str, list[str]]) -> Team | None:
    text = str(value or "")
    if not text:
        return None
    rows = Team.objects.filter(is_active=True)
    if not by.is_(Role.AUDITOR):
        rows = rows.filter(pk__in=by.led_team_ids)
    known = text.isascii() and text.isdigit() and len(text) < 10
    team = rows.filter(pk=text).first() if known else None
    if team is None:
        errors["shared_with"] = [_("没有这个团队，或者它不归您主管；请重新选择")]
    return team


def _recipients(names: Iterable[Any], errors: dict[str, list[str]]) -> list[User]:
    """The people; a sentence for each who cannot get it."""
    wanted = list(dict.fromkeys(str(name) for name in names))
    if len(wanted) > MOST_RECIPIENTS:
        errors["recipients"] = [_("收件人最多 {n} 位").format(n=MOST_RECIPIENTS)]
        return []
    found = {user.username: user for user in User.objects.filter(username__in=wanted)}
    said = [why for name in wanted if (why := _why_not(name, found.get(name)))]
    if said:
        errors["recipients"] = said
    return [found[name] for name in wanted if name in found]


def _why_not(name: str, user: User | None) -> str:
    if user is None:
        return _("没有“{name}”这个账号；请重新选择").format(name=name[:40])
    if not may_get(user):
        return _("{name} 已停用或者不能查看统计，不能接收").format(name=user.name)
    if not user.email:
        return _("{name} 没有登记电子邮件地址；请先请系统管理员补上").format(name=user.name)
    return ""
