"""Counsel's word on a proposal: what is written when it is submitted, sent back or signed. What a
signature covers stands in `signing/canonical.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import carrying, snapshots, unsent
from complaints.actions import resolution as resolutions
from complaints.actions.resolution import current
from complaints.advance import Also
from complaints.checklist import ITEMS
from complaints.errors import ContentChanged
from complaints.lifecycle import State
from complaints.models import Analysis, Complaint, Opinion, Resolution, Transition
from complaints.signing import liveness, statements, voiding
from complaints.signing.canonical import content, content_hash, hash_of

SENT_BACK = "sent_back"  # why a signature holds no more, as `differences` names it


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


def submitted(complaint: Complaint, transition: Transition) -> Resolution:
    """Bind the frozen analysis to the version and hash what counsel will read."""
    resolution = _not_signed_before(complaint, _existing(current(complaint)), transition)
    resolution.complaint = complaint
    resolution.status = Resolution.Status.SUBMITTED
    resolution.analysis = snapshots.latest(complaint)
    resolution.content_hash = content_hash(resolution)
    resolution.save()
    complaint.shared_with_counsel = True
    complaint.returned_by_counsel = False
    return resolution


def _not_signed_before(
    complaint: Complaint, resolution: Resolution, transition: Transition
) -> Resolution:
    """The version itself, unless a signature under it is void: what was signed stays as it was
    signed, and the same content is submitted as the next version.
    """
    signed = Opinion.objects.filter(resolution=resolution, signed=True)
    if not signed.filter(voided__isnull=False).exists():
        return resolution
    resolutions.next_version(complaint, resolution, transition.person, transition.at)
    return _existing(current(complaint))


def sent_back(complaint: Complaint, transition: Transition) -> None:
    """Counsel's comments stay with the version; the next edit makes a new one. An offer is taken
    back: its letter does not leave, its signatures hold no more, and nothing was answered by it.
    """
    resolution = _existing(current(complaint))
    if transition.from_state == State.OFFERED:
        _offer_taken_back(complaint, transition)
    resolution.status = Resolution.Status.RETURNED
    resolution.save()
    Opinion.objects.create(
        resolution=resolution,
        by=transition.person,
        at=transition.at,
        signed=False,
        text=str(transition.fields.get("comments", "")),
        content_hash=resolution.content_hash,
    )
    complaint.returned_by_counsel = True


def _offer_taken_back(complaint: Complaint, transition: Transition) -> None:
    """Under the case's lock, which whoever sends the letter holds too: it has not left."""
    by, now = transition.by, transition.at
    voiding.stop_letters(complaint, now, "sent back")
    for opinion in liveness.standing(complaint):
        if liveness.void_of(opinion) is None:
            voiding.void(opinion, [SENT_BACK], by, now, tell=False)
    complaint.must_be_signed_again = False
    unsent.run_on(complaint, now, by)


@dataclass(frozen=True)
class Word:
    """Whose signature, when, with which fields of the step `sign`, and when that person last gave
    the password.
    """

    by: User
    at: datetime
    fields: Mapping[str, Any]
    reauthenticated_at: datetime | None


def signing(read: str | None, reauthenticated_at: datetime | None) -> Also:
    """Sign exactly what is there now, after counsel's own findings; with `read` only what counsel
    read: content with that hash.

    What it answers raises ContentChanged under the case's lock.
    """

    def sign(complaint: Complaint, transition: Transition) -> None:
        word = Word(transition.person, transition.at, transition.fields, reauthenticated_at)
        resolution = as_read(complaint, read, complaint.version - 1)  # this step is rolled back
        resolution.status = Resolution.Status.SIGNED
        complaint.must_be_signed_again = False
        mine = _signature_of(resolution, word.by)
        if mine is None:
            put(resolution, word)
            return
        # under conditions that are met by now: what was signed then stays what is signed
        resolution.content_hash, resolution.analysis = mine.content_hash, mine.analysis
        resolution.save()

    return sign


def _signature_of(resolution: Resolution, by: User) -> Opinion | None:
    """The person's signature on this version, unless it was voided."""
    mine = Opinion.objects.filter(signed=True, resolution=resolution, by=by, voided=None)
    return mine.order_by("-id").first()


def as_read(complaint: Complaint, read: str | None, version: int) -> Resolution:
    """What would be signed, with its hash; raises ContentChanged where another hash was `read`.

    `version`: of the case, for whoever has to read anew.
    """
    resolution = _existing(as_it_would_be_signed(complaint))
    resolution.content_hash = content_hash(resolution)
    if read is not None and read != resolution.content_hash:
        raise ContentChanged(changed_since_read(complaint.number), version)
    return resolution


def put(resolution: Resolution, word: Word, conditions: Sequence[str] = ()) -> Opinion:
    """The signature under what `as_read` answered: the analysis is frozen once more under the name
    of whoever signs. Raises ContentChanged where that comes to something else.
    """
    complaint, occasion = resolution.complaint, Analysis.Occasion.SIGNED
    resolution.analysis = snapshots.freeze(complaint, word.by, word.at, occasion)
    covered = content(resolution)
    if hash_of(covered) != resolution.content_hash:
        raise ContentChanged(changed_since_read(complaint.number), complaint.version)
    resolution.save()
    opinion = Opinion(
        resolution=resolution,
        by=word.by,
        at=word.at,
        signed=True,
        text=str(word.fields["opinion"]),
        below_minimum_reason=str(word.fields.get("below_minimum_reason", "")),
        rules=_taken_over(resolution, word),
        analysis=resolution.analysis,
        reauthenticated_at=word.reauthenticated_at,
        checklist=[item for item in ITEMS if (word.fields.get("checklist") or {}).get(item)],
    )
    statements.seal(opinion, covered, word.at, conditions)
    return opinion


def changed_since_read(number: str) -> str:
    """Why something else than what was read is not signed."""
    return _(
        "案件 {number} 的方案、函件、事实、证据或规则的签署在您打开之后有变动，没有签署；"
        "请核对变动后再签署"
    ).format(number=number)


def _taken_over(resolution: Resolution, word: Word) -> list[dict[str, Any]]:
    """The rules that carry what is signed, drafts with the reason of whoever answers for them.

    The step's guard saw to it that each draft has one.
    """
    reasons = word.fields.get("take_over") or {}
    carried = [
        each.as_json(str(reasons.get(each.rule.id, ""))) for each in carrying.rules(resolution)
    ]
    drafts = {rule["rule"]: rule["sha256"] for rule in carried if not rule["signed"]}
    if drafts:
        subject = resolution.complaint.subject
        record("rules.taken_over", subject, word.by, word.at, {"rules": drafts})
    return carried
