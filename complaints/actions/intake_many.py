"""Registering many complaints at once, as an import does: what `intake.register` writes for each of
them, by a statement for each table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.masking import originals
from accounts.models import User
from audit.record import Act, record_many
from complaints import search
from complaints.actions import intake
from complaints.errors import NotAllowed
from complaints.models import Complaint
from config import bulk
from evidence.models import Folder


@dataclass(frozen=True)
class Taken:
    """One complaint: what `clean_registration` answered, and from where it comes."""

    cleaned: Mapping[str, Any]
    origin: Mapping[str, Any]


def register_many(rows: Sequence[Taken], *, by: User, now: datetime) -> list[Complaint]:
    """Register all of them in one transaction, or none; nobody owns them, and nobody is told.

    Raises NotAllowed, Invalid, and what the database refuses (IntegrityError for a number that is
    registered already): which of them it was is found by registering one after the other.
    """
    if not by.may("register_complaints"):
        raise NotAllowed(_("您的角色不能登记投诉；请联系客服坐席或主管"))
    if not rows:
        return []
    with transaction.atomic():
        numbers, promised = intake.next_numbers(now, len(rows))
        cases = [
            intake.begun(
                row.cleaned, intake.home_team(by, row.cleaned.get("team")), by, now, number
            )
            for row, number in zip(rows, numbers, strict=True)
        ]
        clocks = [intake.first_clocks(case, now, promised) for case in cases]
        _save(cases, now)
        for case, its_own in zip(cases, clocks, strict=True):
            for clock in its_own:
                clock.complaint = case
        bulk.insert([clock for its_own in clocks for clock in its_own])
        search.index_new(cases)
        _tell(cases, rows, by, now)
    return cases


def _save(cases: Sequence[Complaint], now: datetime) -> None:
    """The cases with their consumers and folders."""
    bulk.insert([case.consumer for case in cases])
    folders = [Folder(created_at=now) for _case in cases]
    bulk.insert(folders, keys=True)
    for case, folder in zip(cases, folders, strict=True):
        case.folder = folder
    bulk.insert(cases, keys=True)
    for case in cases:
        case._state.adding = False
        originals.seal_waiting(case)


def _tell(cases: Sequence[Complaint], rows: Sequence[Taken], by: User, now: datetime) -> None:
    """The first line of each timeline and of each case's audit log."""
    told = [
        intake.first_words(case, row.origin, by, now) for case, row in zip(cases, rows, strict=True)
    ]
    bulk.insert([event for event, _detail in told])
    acts = zip(cases, told, strict=True)
    record_many(
        [Act("complaint.registered", case.subject, detail) for case, (_event, detail) in acts],
        by,
        now,
    )
