"""Saved reports: kept, changed, paused, taken over, deleted.

Its owner decides; the supervisors of the team that it is shared with read it, and one of them takes
it over when the owner has left, or leads that team no longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.roles import PERMISSIONS, Role
from analytics.due import Works
from analytics.measures import PERMISSION
from analytics.models import ReportMail, ReportRecipient, SavedReport
from analytics.report_values import understood
from audit.record import record
from complaints import calendars
from complaints.errors import Invalid, NotAllowed, StaleVersion

MOST_OWN = 50
_TAKEN = "a_person_names_a_report_once"


def working_days() -> Works:
    """Which days people work here."""
    return partial(calendars.current().is_working_day, own=True)


def able() -> QuerySet[User]:
    """Whoever may get a report: active, with the permission. By name."""
    roles = sorted(PERMISSIONS[PERMISSION].roles)
    return User.objects.filter(is_active=True, roles__overlap=roles).order_by("name", "pk")


def visible_to(user: User) -> QuerySet[SavedReport]:
    """The own ones, and those shared with a team that the person leads; auditors see all that are
    shared.
    """
    rows = SavedReport.objects.filter(deleted_at=None)
    if user.is_(Role.AUDITOR):
        return rows.filter(Q(owner=user) | Q(shared_with__isnull=False))
    return rows.filter(Q(owner=user) | Q(shared_with__in=user.led_team_ids))


def find(pk: int, by: User, *, held: bool = False) -> SavedReport:
    """Raises SavedReport.DoesNotExist for a missing and for a foreign one alike."""
    rows = visible_to(by).select_related("owner", "shared_with")
    if held:
        rows = rows.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=pk)


def without_owner(reports: Sequence[SavedReport]) -> set[int]:
    """Ids of those for which nobody answers any more: the owner left, may not see figures, or leads
    the team no longer that it is shared with. One statement.
    """
    shared = {report.owner_id for report in reports if report.shared_with_id}
    leads = set(
        Membership.objects.filter(user__in=shared, leads=True).values_list("user_id", "team_id")
    )
    return {
        report.pk
        for report in reports
        if report.owner_left
        or (
            report.shared_with_id
            and not report.owner.is_(Role.AUDITOR)
            and (report.owner_id, report.shared_with_id) not in leads
        )
    }


def save(values: Mapping[str, Any], *, by: User, now: datetime | None = None) -> SavedReport:
    """Keep a new one: `{name, span, team…, shared_with, every, weekday, day, hour, working_days,
    recipients}`. Raises NotAllowed, Invalid.
    """
    now = now or timezone.now()
    _allowed(by)
    wanted = understood(values, by, now)
    try:
        with transaction.atomic():
            if visible_to(by).filter(owner=by).count() >= MOST_OWN:
                words = _("一个人最多保存 {n} 份报表；请先删除不用的")
                raise Invalid({"name": [words.format(n=MOST_OWN)]})
            report = SavedReport(owner=by, created_at=now, **wanted.fields)
            _settled(report, now)
            report.save()
            _send_to(report, wanted.recipients)
            record("report.saved", report.subject, by, now, _detail(report, wanted.recipients))
    except IntegrityError as error:
        _if_named_twice(error)
    return report


def change(
    pk: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> SavedReport:
    """Other values of one's own. Raises SavedReport.DoesNotExist, NotAllowed, StaleVersion,
    Invalid.
    """
    now = now or timezone.now()
    wanted = understood(values, by, now)
    try:
        with transaction.atomic():
            report = _own(pk, by, version)
            for name, value in wanted.fields.items():
                setattr(report, name, value)
            _settled(report, now)
            _kept(report)
            _send_to(report, wanted.recipients)
            record("report.changed", report.subject, by, now, _detail(report, wanted.recipients))
    except IntegrityError as error:
        _if_named_twice(error)
    return report


def pause(
    pk: int, *, by: User, version: int | None = None, now: datetime | None = None
) -> SavedReport:
    """Send no more until somebody resumes it; pausing what is paused changes nothing."""
    now = now or timezone.now()
    with transaction.atomic():
        report = _own(pk, by, version)
        if report.paused_at is None:
            report.paused_at, report.paused_why = now, SavedReport.BY_HAND
            _kept(report)
            record("report.paused", report.subject, by, now, {"why": report.paused_why})
    return report


def resume(
    pk: int, *, by: User, version: int | None = None, now: datetime | None = None
) -> SavedReport:
    """Send again, from the next due moment on; what fell due meanwhile is not made up for."""
    now = now or timezone.now()
    with transaction.atomic():
        report = _own(pk, by, version)
        if report.paused_at is not None:
            report.paused_at, report.paused_why = None, ""
            _settled(report, now)
            _kept(report)
            record("report.resumed", report.subject, by, now, {})
    return report


def delete(
    pk: int, *, by: User, version: int | None = None, now: datetime | None = None
) -> SavedReport:
    """It is gone from the page and nothing leaves any more."""
    now = now or timezone.now()
    with transaction.atomic():
        report = _own(pk, by, version)
        report.deleted_at, report.next_due = now, None
        _kept(report)
        record("report.deleted", report.subject, by, now, {})
    return report


def take_over(
    pk: int, *, by: User, version: int | None = None, now: datetime | None = None
) -> SavedReport:
    """Answer for a report for which nobody answers any more (`without_owner`). What its owner
    paused stays paused. Raises as `change`.
    """
    now = now or timezone.now()
    _allowed(by)
    try:
        with transaction.atomic():
            report = find(pk, by, held=True)
            _fresh(report, version)
            if report.pk not in without_owner([report]):
                raise NotAllowed(_("负责人仍在职，不能接管；请与负责人商量"))
            before, report.owner = report.owner, by
            if report.paused_why == SavedReport.OWNER_LEFT:
                report.paused_at, report.paused_why = None, ""
            _settled(report, now)
            _kept(report)
            detail = {"from": before.username, "to": by.username}
            record("report.taken_over", report.subject, by, now, detail)
    except IntegrityError as error:
        _if_named_twice(error)
    return report


def send_again(
    pk: int, username: str, *, by: User, version: int | None = None, now: datetime | None = None
) -> SavedReport:
    """The address of a recipient is right again: send from the next due moment on."""
    now = now or timezone.now()
    with transaction.atomic():
        report = _own(pk, by, version)
        rows = report.recipients.filter(user__username=username, stopped_at__isnull=False)
        if rows.update(stopped_at=None, stopped_why=""):
            _kept(report)
            record("report.recipient_resumed", report.subject, by, now, {"user": username})
    return report


# --- what stands behind them


def _allowed(by: User) -> None:
    if not by.may(PERMISSION):
        raise NotAllowed(_("只有主管与合规审计可以保存报表"))


def _fresh(report: SavedReport, version: int | None) -> None:
    if version is not None and version != report.version:
        words = _("这份报表刚被更新过；您填写的内容没有丢失，请核对后再提交")
        raise StaleVersion(words, report.version)


def _own(pk: int, by: User, version: int | None) -> SavedReport:
    """The row, locked. Raises SavedReport.DoesNotExist, NotAllowed, StaleVersion."""
    _allowed(by)
    report = find(pk, by, held=True)
    if report.owner_id != by.pk:
        words = _("这份报表由 {name} 负责，请与其商量；您可以另存一份自己的")
        raise NotAllowed(words.format(name=report.owner.name))
    _fresh(report, version)
    return report


def _kept(report: SavedReport) -> None:
    report.version += 1
    report.save()


def _settled(report: SavedReport, now: datetime) -> None:
    """When it falls due next, by its rhythm."""
    waits = report.every and report.paused_at is None and report.deleted_at is None
    report.next_due = report.rhythm.after(now, working_days()) if waits else None


def _send_to(report: SavedReport, users: Sequence[User]) -> None:
    """These and no others; who was stopped stays so."""
    report.recipients.exclude(user__in=users).delete()
    rows = [ReportRecipient(report=report, user=user) for user in users]
    ReportRecipient.objects.bulk_create(rows, ignore_conflicts=True)


def _detail(report: SavedReport, recipients: Sequence[User]) -> dict[str, Any]:
    """Codes and user names; the words that somebody typed stay out of the record."""
    return {
        "span": report.span,
        "filters": sorted(report.filters),
        "shared_with": report.shared_with_id,
        "every": report.every,
        "recipients": sorted(user.username for user in recipients),
    }


def _if_named_twice(error: IntegrityError) -> None:
    if _TAKEN in str(error):
        raise Invalid({"name": [_("您已经有一份同名的报表；请换一个名称")]}) from error
    raise error


def last_mails(reports: Sequence[SavedReport]) -> dict[tuple[int, int], ReportMail]:
    """(report, user) → the youngest e-mail with figures. One statement."""
    rows = (
        ReportMail.objects.filter(report__in=reports, what=ReportMail.What.REPORT)
        .order_by("report_id", "user_id", "-due_at")
        .distinct("report_id", "user_id")
    )
    return {(row.report_id, row.user_id): row for row in rows}
