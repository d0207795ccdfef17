"""What auditors and administrators look at first: how each thing stands that they answer for, and
where it leads. Others land on their list (`config/views.py`).

One table; what a person is shown follows from permissions. A few look-ups by index each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import alarms, training
from accounts.keys import usable
from accounts.models import User
from audit.models import Pending, Verification
from complaints import calendars, health, keeping_safe
from complaints.actions import access_decision
from complaints.models import Complaint
from config.tags import ago

CAP = 99
SEALED_WITHIN = timedelta(minutes=10)  # a task seals every minute
KEYS_SOON = timedelta(days=14)
DANGER, WARN, OK = "danger", "warn", "ok"


@dataclass(frozen=True)
class Concern:
    """One thing: its name, its number or state, what is besides, where it leads, how it stands."""

    title: str | Promise
    value: str
    more: str
    url: str
    kind: str


def concerns(user: User, now: datetime) -> list[Concern]:
    """Those of the person: what is wrong first, then what is to be noted, then what is well."""
    found = [each for code, tell in _TOLD if user.may(code) for each in tell(user, now)]
    return sorted(found, key=lambda each: (DANGER, WARN, OK).index(each.kind))


def _alarms(user: User, now: datetime) -> Iterator[Concern]:
    unseen = alarms.unseen(user)
    more = _("看过并处理后标记") if unseen else _("都看过了")
    kind = DANGER if unseen else OK
    yield Concern(_("还没看的告警"), _number(unseen), more, reverse("alarms"), kind)


def _access(user: User, now: datetime) -> Iterator[Concern]:
    waiting = access_decision.waiting(user, now, CAP + 1)
    more = _("紧急调阅须事后复核") if waiting else _("没有待复核的")
    url = reverse("access") + "?show=review"
    yield Concern(_("待复核的紧急调阅"), _number(waiting), more, url, WARN if waiting else OK)


def _record(user: User, now: datetime) -> Iterator[Concern]:
    last = Verification.objects.order_by("-at").first()
    url = reverse("audit_check")
    if last is None:
        more = _("每夜自动核验，也可以现在核验")
        yield Concern(_("审计记录核验"), _("从未"), more, url, WARN)
    else:
        value, kind = (_("完整"), OK) if last.is_whole else (_("不完整"), DANGER)
        yield Concern(_("审计记录核验"), value, ago(last.at), url, kind)
    oldest = Pending.objects.order_by("since").values_list("since", flat=True).first()
    late = oldest is not None and now - oldest > SEALED_WITHIN
    value = _("滞后") if late else _("正常")
    more = _("最早一条等了 {time}").format(time=ago(oldest)) if oldest and late else ""
    more = more or _("新记录每分钟封存一次")
    yield Concern(_("审计记录封存"), value, more, url, DANGER if late else OK)


def _cases(user: User, now: datetime) -> Iterator[Concern]:
    overdue = Complaint.objects.visible_to(user).overdue(now)
    number = overdue.order_by("next_due_at")[: CAP + 1].count()
    url = reverse("queue") + "?state=open&overdue=1"
    more = _("全部团队") if number else _("没有超时的案件")
    yield Concern(_("超时的案件"), _number(number), more, url, WARN if number else OK)


def _running(user: User, now: datetime) -> Iterator[Concern]:
    url, state = reverse("health"), health.current()
    last = ago(state.last.finished_at) if state.last else _("从未")
    value, kind = (_("停了"), DANGER) if state.silent else (_("正常"), OK)
    yield Concern(_("期限巡检"), value, last, url, kind)
    wrong = state.postponed + health.failing()[: CAP + 1].count()
    more = _("出错推迟的期限，没有发出的通知与函件") if wrong else _("没有出错的")
    yield Concern(_("出错重试"), _number(wrong), more, url, DANGER if wrong else OK)


def _safety(user: User, now: datetime) -> Iterator[Concern]:
    kept = keeping_safe.safety()
    kind = DANGER if kept.not_in_order else WARN if kept.backup_is_late(now) else OK
    value = ago(kept.backed_up) if kept.backed_up else _("从未")
    more = _("最近一次有缺失，请再备份一次") if kept.not_in_order else _("应至少每七天一次")
    yield Concern(_("备份"), value, more, reverse("health"), kind)


def _calendar(user: User, now: datetime) -> Iterator[Concern]:
    warnings = calendars.warnings(timezone.localdate(now))
    published = max(calendars.current().published, default=None)
    value = str(published) if published else _("没有")
    kind = DANGER if any(w.urgent for w in warnings) else WARN if warnings else OK
    more = warnings[0].sentence if warnings else _("放假通知已载入到这一年")
    yield Concern(_("日历"), value, more, reverse("calendar_notices"), kind)


def _factors(user: User, now: datetime) -> Iterator[Concern]:
    own = Authenticator.objects.filter(user=OuterRef("pk"), type__in=("totp", "webauthn"))
    bare = User.objects.filter(is_active=True, is_demo=False).filter(~Exists(own))
    bare = bare.filter(roles__overlap=settings.SECOND_FACTOR_ROLES)
    number = bare[: CAP + 1].count()
    more = _("须设置两步验证，下次登录时会要求") if number else _("须设置的人都已设置")
    url = reverse("users")
    yield Concern(_("没有两步验证的人"), _number(number), more, url, WARN if number else OK)


def _keys(user: User, now: datetime) -> Iterator[Concern]:
    soon = usable(now).filter(expires_at__lt=now + KEYS_SOON)[: CAP + 1].count()
    more = _("到期后程序不能再登录") if soon else _("没有即将到期的")
    kind = WARN if soon else OK
    yield Concern(_("两周内到期的程序密钥"), _number(soon), more, reverse("all_keys"), kind)


def _training(user: User, now: datetime) -> Iterator[Concern]:
    day = timezone.localdate(now)
    counts = training.standing(day + training.WARN).filter(user=OuterRef("pk"))
    handlers = [str(role) for role in training.HANDLERS]
    handling = User.objects.filter(is_active=True, roles__overlap=handlers)
    number = handling.filter(~Exists(counts))[: CAP + 1].count()
    more = _("没有培训，或三十天内到期，到期后看不到号码") if number else _("都在有效期内")
    url = reverse("training_list")
    yield Concern(_("培训不足的人"), _number(number), more, url, WARN if number else OK)


_TOLD: tuple[tuple[str, Callable[[User, datetime], Iterator[Concern]]], ...] = (
    ("see_alarms", _alarms),
    ("review_access", _access),
    ("read_audit", _record),
    ("see_complaints", _cases),
    ("see_health", _running),
    ("manage_users", _safety),
    ("manage_calendar", _calendar),
    ("manage_users", _factors),
    ("manage_keys", _keys),
    ("manage_training", _training),
)


def _number(count: int) -> str:
    if count > CAP:
        return f"{CAP}+"
    return ngettext("%(n)s 项", "%(n)s 项", count) % {"n": count}
