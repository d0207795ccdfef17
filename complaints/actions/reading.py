"""Counsel has read a proposal to its end: kept, so that the next version is compared with it, and
so that nothing is signed in a batch that this person did not read.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints.actions import signature
from complaints.advance import lock
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import Complaint, SeenVersion
from complaints.signing import liveness
from complaints.signing.canonical import content
from complaints.signing.parts import parts_of


def mark_read(number: str, read: str, *, by: User, now: datetime | None = None) -> SeenVersion:
    """`read`: the fingerprint of what was read. The same content twice is one row.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid, ContentChanged.
    """
    now = now or timezone.now()
    if not by.may("sign_resolutions"):
        raise NotAllowed(_("只有法务可以登记已读"))
    with transaction.atomic():
        complaint = lock(number, by)
        if complaint.state != State.IN_REVIEW and not liveness.waits_for_another(complaint):
            raise Invalid({"state": [_("方案已不在法务手里，无须登记已读")]})
        resolution = signature.as_read(complaint, read, complaint.version)
        seen, new = SeenVersion.objects.get_or_create(
            user=by,
            resolution=resolution,
            content_hash=resolution.content_hash,
            defaults={"at": now, "parts": parts_of(content(resolution))},
        )
        if new:
            detail = {"version": resolution.version, "content": seen.content_hash}
            record("resolution.read", complaint.subject, by, now, detail)
    return seen


def newest(complaint: Complaint, by: User) -> SeenVersion | None:
    """What the person read last of this case."""
    rows = SeenVersion.objects.filter(user=by, resolution__complaint=complaint)
    return rows.select_related("resolution").order_by("-at", "-id").first()
