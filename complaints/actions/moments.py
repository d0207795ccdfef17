"""Writing down when something of the matter happened, and saying before what it would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record as audit
from complaints import marking, moments, next_due, validation
from complaints.actions import facts
from complaints.advance import check_version, lock
from complaints.choices import FactSource
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import Complaint, Event, Moment
from complaints.moments import Change
from complaints.validation import Refused
from complaints.workdays import SHANGHAI
from legal_rules import deadline_table
from legal_rules.deadline_terms import Moment as Kind

EARLIEST = 2000


@dataclass(frozen=True)
class Recorded:
    """The moment and what became of the clocks."""

    moment: Moment
    changes: list[Change]


def record(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Recorded:
    """Write down a moment: `{kind, at, note?}`, a day or a minute; recorded anew it takes the
    earlier one's place. One that a fact stands for answers the fact too.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not by.may("edit_complaints"):
        raise NotAllowed(_("您的角色不能登记时间节点"))
    kind, at, precise, note = _clean(values, now)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        if complaint.state == State.ARCHIVED:
            raise Invalid({"state": [_("案件已经归档，不能再登记时间节点")]})
        before, was = moments.standing(complaint), _current(complaint, kind)
        if kind.fact is not None and complaint.is_open:
            complaint = _answer(complaint, kind, at, precise, note, by, now)
        else:
            source = Moment.Source.PERSON
            marking.mark(
                complaint,
                kind.id,
                at,
                now=now,
                source=source,
                precise=precise,
                note=note,
                by=by,
            )
        moment = Moment.objects.get(complaint=complaint, kind=kind.id, superseded_at=None)
        if was is not None and was.pk == moment.pk:
            return Recorded(moment, [])
        found = moments.changes(before, moments.standing(complaint))
        _write(complaint, moment, was, found, by, now)
    return Recorded(moment, found)


def preview(number: str, values: Mapping[str, Any], *, by: User) -> Recorded:
    """What recording it would do; nothing stays written. Raises what `record` raises."""
    with transaction.atomic():
        recorded = record(number, values, by=by)
        transaction.set_rollback(True)
    return recorded


def _clean(values: Mapping[str, Any], now: datetime) -> tuple[Kind, datetime, bool, str]:
    table = deadline_table.current().moments
    v = validation
    data = v.clean(
        {"kind": None, "at": None, "note": "", **values},
        {
            "kind": lambda x: v.choice(x, _by_hand(table), required=True),
            "at": lambda x: _at(x, now),
            "note": lambda x: v.text(x, 500),
        },
    )
    kind, (at, precise) = table[data["kind"]], data["at"]
    if not kind.precise or not precise:
        at = datetime.combine(at.astimezone(SHANGHAI).date(), datetime.min.time(), SHANGHAI)
    return kind, at, kind.precise and precise, data["note"]


def _by_hand(table: Mapping[str, Kind]) -> list[str]:
    """Kinds that people record: the lifecycle makes the others by itself."""
    return [kind.id for kind in table.values() if kind.step is None]


def _at(value: Any, now: datetime) -> tuple[datetime, bool]:
    """The instant, and whether the time of day was given. Raises Refused."""
    if value in (None, ""):
        raise Refused(_("请填写日期；按小时计算的期限还需要时间"))
    at = validation.moment(value, now)
    if at is None or at.year < EARLIEST:
        raise Refused(_("日期早于 {year} 年；请核对").format(year=EARLIEST))
    return at, len(str(value).strip()) > len("2026-11-23")


def _current(complaint: Complaint, kind: Kind) -> Moment | None:
    rows = Moment.objects.filter(complaint=complaint, kind=kind.id, superseded_at=None)
    return rows.first()


def _answer(
    complaint: Complaint,
    kind: Kind,
    at: datetime,
    precise: bool,
    note: str,
    by: User,
    now: datetime,
) -> Complaint:
    """Answer the fact that the moment stands for; the fact makes the moment."""
    local = at.astimezone(SHANGHAI)
    value = local.isoformat(timespec="seconds") if precise else local.date().isoformat()
    given = {"value": value, "source": FactSource.VERIFIED.value, "note": note}
    facts.answer(complaint.number, {str(kind.fact): given}, by=by, now=now)
    return lock(complaint.number, by)


def _write(
    complaint: Complaint,
    moment: Moment,
    was: Moment | None,
    found: list[Change],
    by: User,
    now: datetime,
) -> None:
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=[*next_due.COLUMNS, "version", "updated_at"])
    detail = {
        "moment": moment.kind,
        "at": moment.at.isoformat(),
        "precise": moment.precise,
        "before": was.at.isoformat() if was else None,
        "clocks": [change.as_json() for change in found],
    }
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.DEADLINE,
        code="moment",
        text=moment.note,
        detail=detail,
    )
    audit("moment.recorded", complaint.subject, by, now, {**detail, "version": complaint.version})
