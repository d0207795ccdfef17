"""Telling people, when they are back, what happened to their cases: one notice for each leave."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from accounts import absences, coming_back
from accounts.models import Absence
from complaints import returned
from complaints.models import Outbox

logger = logging.getLogger(__name__)
BATCH = 200
EFFECT = "tell_returned"


def tell(now: datetime) -> int:
    """Tell everybody who is back and was not told; answers how many. What a worker that was killed
    had not finished, the next one finds again; told is told, in the transaction of the notice.
    """
    told = 0
    for pk in coming_back.to_tell(now).values_list("pk", flat=True)[:BATCH]:
        try:
            told += _tell(pk, now)
        except Exception:  # one summary that fails keeps nobody else's
            logger.exception("the summary of absence %s was not made", pk)
    return told


def _tell(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        rows = coming_back.to_tell(now).select_for_update(of=("self",), skip_locked=True)
        absence = rows.filter(pk=pk).first()
        if absence is None:
            return False
        if not absence.user.is_active or coming_back.goes_on(absence):
            coming_back.told(absence, shows=False)
            return False
        if absences.is_away(absence.user):
            return False
        return _write(absence, now)


def _write(absence: Absence, now: datetime) -> bool:
    found = returned.of(absence, now)
    cases = found.touched if found else []
    coming_back.told(absence, shows=bool(cases))
    if not cases:
        return False
    Outbox.objects.create(
        complaint=cases[0],
        effect=EFFECT,
        key=f"returned.{absence.pk}",
        payload={"user": absence.user_id, "absence": absence.pk},
        created_at=now,
        not_before=now,
    )
    return True
