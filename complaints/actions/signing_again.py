"""Signing an offer again whose signature is void and whose letter has therefore not left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.actions import signature
from complaints.actions.step_fields import clean_fields
from complaints.advance import lock
from complaints.errors import Invalid, NotAllowed, StepRefused, Unmet
from complaints.leaving import leaves_at
from complaints.lifecycle import STEPS, Field
from complaints.models import Complaint, Event, Opinion, Outbox
from complaints.signing import liveness, policy, voiding
from complaints.signing_guards import enough_have_signed
from complaints.situation import CaseSituation


def sign(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    read: str | None = None,
    via: str = "session",
    reauthenticated_at: datetime | None = None,
    now: datetime | None = None,
) -> Opinion:
    """Sign what stands now; the letter is sent anew. Fields and guards are those of `sign`.

    Raises Complaint.DoesNotExist, NotAllowed, StepRefused, Invalid, ContentChanged.
    """
    now, step = now or timezone.now(), STEPS["sign"]
    fields = clean_fields(step, values)
    if fields.get(Field.CONDITIONS):
        words = _("重新签署不能附条件；可以写进审核意见")
        raise Invalid({Field.CONDITIONS.value: [words]})
    if not by.may("sign_resolutions"):
        raise NotAllowed(_("只有法务可以签署方案"))
    with transaction.atomic():
        complaint = lock(number, by)
        situation = CaseSituation(complaint, by, now, fields, via, reauthenticated_at, taking=True)
        if refused := unmet(situation):
            raise StepRefused(_("；").join(r.message for r in refused), refused)
        resolution = signature.as_read(complaint, read, complaint.version)
        word = signature.Word(by, now, fields, reauthenticated_at)
        opinion = signature.put(resolution, word)
        _write(complaint, opinion)
    return opinion


def unmet(situation: CaseSituation, *, asking: bool = False) -> list[Unmet]:
    """Every reason why the offer cannot be signed again; `asking`: only look at the case."""
    complaint, step = situation.complaint, STEPS["sign"]
    if not liveness.waits_for_another(complaint):
        words = _("案件 {number} 没有等待重新签署的方案").format(number=complaint.number)
        return [Unmet("state", words)]
    asked = [g for g in (*step.guards, *step.checks) if g is not enough_have_signed]
    found = [Unmet(g.__name__, message) for g in asked if (message := g(situation))]
    if situation.by is not None and situation.by.pk in policy.signers(situation.signatures):
        found.append(Unmet("signed", _("您已签署，还须由另一位法务签署")))
    missing = [f for f in step.fields if situation.field(f) is None and not asking]
    return found + [Unmet(f.value, _("请填写{field}").format(field=str(f.label))) for f in missing]


def _holding(complaint: Complaint) -> list[Opinion]:
    return [o for o in liveness.standing(complaint) if liveness.void_of(o) is None]


def _write(complaint: Complaint, opinion: Opinion) -> None:
    complaint.version += 1
    complaint.updated_at = opinion.at
    complaint.save(update_fields=["version", "updated_at"])
    Event.objects.create(
        complaint=complaint,
        at=opinion.at,
        by=opinion.by,
        kind=Event.Kind.RESOLUTION,
        code="signed_again",
        text=opinion.text,
        detail={"version": opinion.resolution.version, "opinion": opinion.pk},
    )
    if not liveness.enough(complaint, _holding(complaint)):
        return  # another signature sends the letter
    voiding.mark(complaint, again=False)
    voiding.stop_letters(complaint, opinion.at, "signed again")
    Outbox.objects.create(
        complaint=complaint,
        effect=liveness.LETTER,
        key=f"{complaint.number}.{complaint.version}.{liveness.LETTER}",
        payload={"opinion": opinion.pk},
        created_at=opinion.at,
        not_before=leaves_at(liveness.LETTER, opinion.at),
    )
