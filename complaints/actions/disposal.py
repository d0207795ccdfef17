"""Files whose time is over: proposed by the system, reviewed by two people, then destroyed.

Nobody who worked on a case reviews it, and nobody reviews it twice. What is under a legal hold is
not proposed; what comes under one later waits until it is free (`shredding.destroy` asks again).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import Act, record_many
from complaints import retention, validation
from complaints.actions import keeping
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import (
    Complaint,
    DisposalBatch,
    DisposalReview,
    DisposalRow,
    Retention,
)
from complaints.validation import Refused

AHEAD = timedelta(days=30)
MOST = 500  # files of one batch
NEEDED = 2  # reviewers
_Row = DisposalRow.State


def propose(now: datetime) -> DisposalBatch | None:
    """A batch of the files whose time ends within thirty days; None when there are none.

    Called every day; two at once make one batch.
    """
    today = timezone.localdate(now)
    settle_outdated(now)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('disposal', 0))")
        _set_missing(now)
        cases = list(_due(today)[:MOST])
        if not cases:
            return None
        batch = DisposalBatch.objects.create(proposed_at=now, due_on=today + AHEAD)
        DisposalRow.objects.bulk_create([DisposalRow(batch=batch, complaint=c) for c in cases])
        detail = {"batch": batch.pk, "due_on": batch.due_on.isoformat()}
        acts = [Act("complaint.disposal_proposed", case.subject, detail) for case in cases]
        record_many(acts, None, now)
    return batch


def settle_outdated(now: datetime) -> int:
    """Take out what was proposed and is kept longer by now: the case was opened again, or its class
    was changed. What was agreed to meanwhile holds no more: such a file is proposed and reviewed
    anew when its time comes. Answers how many.
    """
    longer = Q(complaint__retention__until__gte=F("batch__due_on"))
    rows = DisposalRow.objects.filter(~Q(complaint__state=State.ARCHIVED) | longer)
    with transaction.atomic():
        found = list(
            rows.filter(state=_Row.WAITING)
            .select_related("complaint")
            .select_for_update(of=("self",))
            .order_by("pk")[:MOST]
        )
        for row in found:
            row.state, row.settled_at = _Row.REJECTED, now
            row.problem = _("提出之后案件重新启动过或者保管期改长了，不再列入销毁")
            row.save(update_fields=["state", "settled_at", "problem"])
        acts = [
            Act("complaint.disposal_outdated", row.complaint.subject, {"row": row.pk})
            for row in found
        ]
        if acts:
            record_many(acts, None, now)
    return len(found)


def _due(today: date) -> Any:
    """Sealed files whose time is over by the day of destruction, the oldest first; held."""
    waiting = DisposalRow.objects.filter(complaint=OuterRef("pk"), state=_Row.WAITING)
    return (
        Complaint.objects.filter(
            state=State.ARCHIVED,
            destroyed_at=None,
            legal_hold=False,
            retention__until__lt=today + AHEAD,
        )
        .filter(~Exists(waiting))
        .order_by("retention__until", "pk")
        .locked()
    )


def _set_missing(now: datetime) -> None:
    """Files that were archived before there were classes get the one that fits them."""
    without = Complaint.objects.filter(state=State.ARCHIVED, retention=None, destroyed_at=None)
    rows = []
    for case in without.order_by("pk")[:5000]:
        found = retention.proposed(case)
        closed = case.closed_at or case.updated_at
        until = retention.until(closed, found.years)
        rows.append(
            Retention(complaint=case, code=found.code, years=found.years, until=until, set_at=now)
        )
    Retention.objects.bulk_create(rows, ignore_conflicts=True)


def why_not(case: Complaint, by: User, handled: bool | None = None) -> str:
    """Why the person may not review this file; "" where nothing is against it."""
    if not by.may("review_disposal"):
        return _("您的角色不能复核到期销毁")
    if _handled([case.pk], by) if handled is None else handled:
        return _("您办理过这件案件，须由没有办理过的同事复核")
    return ""


def handled(cases: Sequence[int], by: User) -> set[int]:
    """Those of the cases on which the person worked."""
    return _handled(cases, by)


def _handled(cases: Sequence[int], by: User) -> set[int]:
    mine = Q(owner=by) | Q(registered_by=by) | Q(resolutions__proposed_by=by)
    mine |= Q(resolutions__opinions__by=by)
    rows = Complaint.objects.filter(mine, pk__in=cases).order_by()
    return set(rows.values_list("pk", flat=True))


def review(
    batch: int,
    rows: Iterable[int],
    values: Mapping[str, Any],
    *,
    by: User,
    now: datetime | None = None,
) -> tuple[int, list[str]]:
    """`{approve: true}` or `{approve: false, reason, keep_until}` for each of the rows: how many
    were reviewed, and a sentence for each that was not.

    Raises NotAllowed, Invalid.
    """
    now = now or timezone.now()
    if not by.may("review_disposal"):
        raise NotAllowed(_("您的角色不能复核到期销毁"))
    data = _cleaned(values, now)
    done, refused = 0, []
    with transaction.atomic():
        chosen = DisposalRow.objects.select_for_update(of=("self",)).filter(
            batch=batch, pk__in=list(rows)[:MOST]
        )
        found = list(chosen.select_related("complaint").order_by("pk"))
        seen = set(
            Complaint.objects.workable_by(by)
            .filter(pk__in=[row.complaint_id for row in found])
            .values_list("pk", flat=True)
        )
        worked = _handled([row.complaint_id for row in found], by)
        for row in found:
            if row.complaint_id not in seen:
                continue  # for this person there is no such case
            why = _against(row, by, row.complaint_id in worked)
            if why:
                refused.append(f"{row.complaint.number}{_('：')}{why}")
                continue
            _say(row, data, by, now)
            done += 1
    return done, refused


def _cleaned(values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    v = validation
    data = v.clean(
        {"approve": None, "reason": None, "keep_until": None, **values},
        {
            "approve": v.flag,
            "reason": lambda x: v.text(x, 2000, lines=True),
            "keep_until": lambda x: _later(x, now),
        },
    )
    if data["approve"]:
        return {"approve": True, "reason": data["reason"], "keep_until": None}
    if not data["reason"]:
        raise Invalid({"reason": [_("继续保管须写明理由")]})
    if data["keep_until"] is None:
        raise Invalid({"keep_until": [_("请填写继续保管到哪一天")]})
    return data


def _later(value: Any, now: datetime) -> date | None:
    day = validation.day(value, future=True)
    if day is not None and day <= timezone.localdate(now) + AHEAD:
        raise Refused(_("至少要晚于今天 30 日，否则马上又会列入销毁"))
    return day


def _against(row: DisposalRow, by: User, worked: bool) -> str:
    if row.state != _Row.WAITING:
        return _("已经不在待复核之列")
    if row.reviews.filter(by=by).exists():
        return _("您已经复核过，须由另一位同事复核")
    return why_not(row.complaint, by, worked)


def _say(row: DisposalRow, data: Mapping[str, Any], by: User, now: datetime) -> None:
    DisposalReview.objects.create(
        row=row,
        by=by,
        at=now,
        approved=data["approve"],
        reason=data["reason"],
        keep_until=data["keep_until"],
    )
    detail = {"batch": row.batch_id, "row": row.pk}
    verb = "approved" if data["approve"] else "rejected"
    record_many([Act(f"complaint.disposal_{verb}", row.complaint.subject, detail)], by, now)
    if not data["approve"]:
        row.state, row.settled_at = _Row.REJECTED, now
        row.save(update_fields=["state", "settled_at"])
        keeping.prolong(row.complaint, data["keep_until"], data["reason"], by, now)


def agreed(today: date) -> Any:
    """Rows to which two people agreed, and whose day has come, the oldest first."""
    rows = DisposalRow.objects.filter(state=_Row.WAITING, batch__due_on__lte=today)
    rows = rows.annotate(yes=Count("reviews", filter=Q(reviews__approved=True)))
    return rows.filter(yes__gte=NEEDED).order_by("pk")
