"""Counsel's word on a proposal: what is written when it is submitted, sent back or signed. What a
signature covers stands in `signing/canonical.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit.record import record
from complaints import carrying, snapshots
from complaints.actions.resolution import current
from complaints.advance import Also
from complaints.errors import ContentChanged
from complaints.models import Analysis, Complaint, Opinion, Resolution, Transition
from complaints.signing import statements
from complaints.signing.canonical import content, content_hash, hash_of


def as_it_would_be_signed(complaint: Complaint) -> Resolution | None:
    """The version that counts now, bound to the analysis frozen last; nothing is saved.

    None when there is none.
    """
    resolution = current(complaint)
    if resolution is not None:
        resolution.complaint = complaint
        resolution.analysis = snapshots.latest(complaint)
    return resolution


# --- what steps do, called inside `advance`


def _existing(resolution: Resolution | None) -> Resolution:
    """The guards of these steps ask for a resolution; without one they are broken."""
    if resolution is None:
        raise RuntimeError("a step on a resolution passed its guards without one")
    return resolution


def submitted(complaint: Complaint, transition: Transition) -> None:
    """Bind the frozen analysis to the version and hash what counsel will read."""
    resolution = _existing(current(complaint))
    resolution.complaint = complaint
    resolution.status = Resolution.Status.SUBMITTED
    resolution.analysis = snapshots.latest(complaint)
    resolution.content_hash = content_hash(resolution)
    resolution.save()
    complaint.shared_with_counsel = True
    complaint.returned_by_counsel = False


def sent_back(complaint: Complaint, transition: Transition) -> None:
    """Counsel's comments stay with the version; the next edit makes a new one."""
    resolution = _existing(current(complaint))
    resolution.status = Resolution.Status.RETURNED
    resolution.save()
    Opinion.objects.create(
        resolution=resolution,
        by=transition.person,
        at=transition.at,
        signed=False,
        text=str(transition.fields["comments"]),
        content_hash=resolution.content_hash,
    )
    complaint.returned_by_counsel = True


def signing(read: str | None, reauthenticated_at: datetime | None) -> Also:
    """Sign exactly what is there now, after counsel's own findings; with `read` only what counsel
    read: content with that hash.

    What it answers raises ContentChanged under the case's lock.
    """

    def sign(complaint: Complaint, transition: Transition) -> None:
        resolution = _existing(as_it_would_be_signed(complaint))
        found = content_hash(resolution)
        if read is not None and read != found:
            raise _changed(complaint)
        _signed(resolution, transition, found, reauthenticated_at)

    return sign


def _changed(complaint: Complaint) -> ContentChanged:
    """The version before this step, which is rolled back."""
    return ContentChanged(changed_since_read(complaint.number), complaint.version - 1)


def changed_since_read(number: str) -> str:
    """Why something else than what was read is not signed."""
    return _(
        "案件 {number} 的方案、函件、事实、证据或规则的签署在您打开之后有变动，没有签署；"
        "请核对变动后再签署"
    ).format(number=number)


def _signed(
    resolution: Resolution,
    transition: Transition,
    found: str,
    reauthenticated_at: datetime | None,
) -> None:
    _freeze_once_more(resolution, transition)
    covered = content(resolution)
    if hash_of(covered) != found:  # what is signed is what was found and read
        raise _changed(resolution.complaint)
    resolution.content_hash = found
    resolution.status = Resolution.Status.SIGNED
    resolution.save()
    opinion = Opinion(
        resolution=resolution,
        by=transition.person,
        at=transition.at,
        signed=True,
        text=str(transition.fields["opinion"]),
        below_minimum_reason=str(transition.fields.get("below_minimum_reason", "")),
        rules=_taken_over(resolution.complaint, resolution, transition),
        analysis=resolution.analysis,
        reauthenticated_at=reauthenticated_at,
    )
    statements.seal(opinion, covered, transition.at)


def _taken_over(
    complaint: Complaint, resolution: Resolution, transition: Transition
) -> list[dict[str, Any]]:
    """The rules that carry what is signed, drafts with the reason of whoever answers for them.

    The step's guard saw to it that each draft has one.
    """
    reasons = transition.fields.get("take_over") or {}
    carried = [
        each.as_json(str(reasons.get(each.rule.id, ""))) for each in carrying.rules(resolution)
    ]
    drafts = {rule["rule"]: rule["sha256"] for rule in carried if not rule["signed"]}
    if drafts:
        record(
            "rules.taken_over",
            complaint.subject,
            transition.person,
            transition.at,
            {"rules": drafts},
        )
    return carried


def _freeze_once_more(resolution: Resolution, transition: Transition) -> None:
    """What the law said at the moment of signing, under the name of whoever signed.

    The step's guard saw to it that nothing changed since counsel read it, so the fingerprint of
    the content stays.
    """
    occasion = Analysis.Occasion.SIGNED
    resolution.analysis = snapshots.freeze(
        resolution.complaint, transition.person, transition.at, occasion
    )
