"""Drafting a resolution, and what counsel's word does to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.actions import letter_template, measures, points
from complaints.advance import check_version, lock
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import Complaint, Event, Measure, Resolution, Transition
from complaints.prepared import ROW, everybodys
from complaints.signing import voiding
from complaints.validation import Refused

MOST_MEASURES = measures.MOST
# What the next version begins with, besides its measures.
COPIED = (
    "explanation",
    "legal_basis",
    "letter",
    "below_reason",
    "template",
    "template_sha256",
    "options",
)


def current(complaint: Complaint) -> Resolution | None:
    """The version that counts now (draft, submitted, returned, signed); None when there is none."""
    found: list[Resolution] = everybodys("current version", _current, {ROW: complaint.pk})
    measured = Prefetch("measures", Measure.objects.select_related("unit"))
    prefetch_related_objects(found, measured, "points")
    return found[0] if found else None


def _current() -> QuerySet[Resolution]:
    rows = Resolution.objects.filter(complaint=ROW).exclude(status=Resolution.Status.SUPERSEDED)
    return rows.select_related("proposed_by", "analysis").order_by("-version")[:1]


def _basis(value: Any) -> list[str]:
    if value in (None, ""):
        return []
    if isinstance(value, str):
        value = value.splitlines()
    if not isinstance(value, list):
        raise Refused(_("这里应是一个列表"))
    return [text for one in value[:30] if (text := validation.text(one, 200))]


def save_draft(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Resolution:
    """Write the proposal `{measures, points, explanation, legal_basis, letter, below_reason,
    template, options}`.

    Edits the draft, or makes the next version after a return. Raises Complaint.DoesNotExist,
    NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not by.may("draft_resolutions"):
        raise NotAllowed(_("您的角色不能拟定方案"))
    data = _cleaned(values, timezone.localdate(now))
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        _check_stage(complaint)
        points.check(complaint, data.get("points", ()))
        resolution = _draft_of(complaint, by, now)
        if "measures" in data:
            cited = data.get("legal_basis", resolution.legal_basis)
            measures.fitted(data["measures"], complaint, cited)
        _write(resolution, data, by, now)
        _record(complaint, resolution, by, now)
    resolution.complaint = complaint
    return resolution


def _cleaned(values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What was sent of the proposal, checked. Raises Invalid."""
    v = validation
    return v.clean(
        values,
        {
            "measures": lambda x: measures.cleaned(x, today),
            "points": points.cleaned,
            "explanation": lambda x: v.text(x, v.TEXT_LIMIT, lines=True),
            "legal_basis": _basis,
            "letter": lambda x: v.text(x, v.TEXT_LIMIT, lines=True),
            "below_reason": lambda x: v.text(x, 2000, lines=True),
            **letter_template.CLEANED,
        },
    )


def _check_stage(complaint: Complaint) -> None:
    """Raises Invalid at any other stage than drafting: counsel reads what was submitted."""
    if complaint.state != State.RESOLVING:
        refusal = _("只有“拟定方案”阶段可以修改方案；案件现处于“{state}”").format(
            state=complaint.get_state_display()
        )
        raise Invalid({"state": [refusal]})


def _draft_of(complaint: Complaint, by: User, now: datetime) -> Resolution:
    """The draft; without one the next version, beginning with the words of the last."""
    latest = (
        Resolution.objects.filter(complaint=complaint)
        .prefetch_related("measures", "points")
        .order_by("-version")
        .first()
    )
    if latest is not None and latest.status == Resolution.Status.DRAFT:
        return latest
    return next_version(complaint, latest, by, now)


def next_version(
    complaint: Complaint, latest: Resolution | None, by: User, now: datetime
) -> Resolution:
    """A new draft, beginning with the words of the last version."""
    fresh = Resolution(
        complaint=complaint,
        version=latest.version + 1 if latest else 1,
        proposed_by=by,
        proposed_at=now,
    )
    if latest is not None:
        for name in COPIED:
            setattr(fresh, name, getattr(latest, name))
    fresh.save(force_insert=True)
    if latest is not None:
        Measure.objects.bulk_create(
            Measure(resolution=fresh, position=m.position, **measures.copied(m))
            for m in latest.measures.all()
        )
        points.carry_over(latest, fresh)
    return fresh


def _write(resolution: Resolution, data: Mapping[str, Any], by: User, now: datetime) -> None:
    """Set what was sent and leave the rest; measures or points that were sent take the place of
    all.
    """
    for name in ("explanation", "legal_basis", "letter", "below_reason"):
        if name in data:
            setattr(resolution, name, data[name])
    letter_template.put(resolution, data)
    resolution.proposed_by, resolution.proposed_at = by, now
    resolution.save()
    if "measures" in data:
        Measure.objects.filter(resolution=resolution).delete()
        Measure.objects.bulk_create(
            Measure(resolution=resolution, position=i, **m)
            for i, m in enumerate(data["measures"], 1)
        )
    if "points" in data:
        points.write(resolution, data["points"])


def _record(complaint: Complaint, resolution: Resolution, by: User, now: datetime) -> None:
    """The next version of the case, the draft in the timeline and in the audit log."""
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["version", "updated_at"])
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.RESOLUTION,
        code="drafted",
        detail={"version": resolution.version},
    )
    detail = {"resolution": resolution.version, "version": complaint.version}
    record("resolution.drafted", complaint.subject, by, now, detail)


# --- what steps do to the resolution, called inside `advance`


def withdrawn_from_counsel(complaint: Complaint, transition: Transition) -> None:
    """Further investigation: what lay with counsel counts as returned."""
    Resolution.objects.filter(complaint=complaint, status=Resolution.Status.SUBMITTED).update(
        status=Resolution.Status.RETURNED
    )


def superseded(complaint: Complaint, transition: Transition) -> None:
    """The consumer declined, or the case starts anew: the signed version no longer counts. Its
    letter, if it still waits, would leave with the words of the next one.
    """
    voiding.stop_letters(complaint, transition.at, "superseded")
    Resolution.objects.filter(
        complaint=complaint, status__in=["signed", "submitted", "draft", "returned"]
    ).update(status=Resolution.Status.SUPERSEDED)
