"""Counsel's word on a proposal: what a signature covers, its fingerprint, and what is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from audit.record import record
from complaints import carrying, snapshots
from complaints.actions.resolution import current
from complaints.carrying import Carrier
from complaints.errors import ContentChanged
from complaints.models import Analysis, Complaint, Measure, Opinion, Resolution, Transition
from evidence.models import Item


def content(
    resolution: Resolution,
    signed: Opinion | None = None,
    carriers: Sequence[Carrier] | None = None,
) -> dict[str, Any]:
    """Everything a signature covers, as plain JSON values: measures, explanation, basis, letter,
    analysis, hashes of the evidence, and the rules that carry it (`carriers`, where they are known
    already). Of what was `signed`: the evidence and the rules as they stood by then.
    """
    complaint = resolution.complaint
    analysis = resolution.analysis
    items = Item.objects.filter(folder=complaint.folder_id).order_by("number")
    if signed is not None:
        items = items.filter(received_at__lte=signed.at)
    covered: dict[str, Any] = {
        "complaint": complaint.number,
        "version": resolution.version,
        "measures": [_measure(m) for m in resolution.measures.all()],
        "explanation": resolution.explanation,
        "legal_basis": list(resolution.legal_basis),
        "letter": resolution.letter,
        "analysis": {
            "facts": analysis.facts,
            "rulebook": analysis.rulebook_sha256,
            "as_of": analysis.as_of.isoformat(),
        }
        if analysis
        else None,
        "evidence": [{"number": n, "sha256": h} for n, h in items.values_list("number", "sha256")],
    }
    if signed is None:
        carried = [
            c.as_json() for c in (carrying.rules(resolution) if carriers is None else carriers)
        ]
    elif signed.rules is None:  # signed before rules were signed
        return covered
    else:
        carried = signed.rules
    names = ("rule", "sha256", "signed")
    return {**covered, "rules": [{name: rule[name] for name in names} for rule in carried]}


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "kind": measure.kind,
        "amount": f"{measure.amount:.2f}" if measure.amount is not None else None,
        "formula": measure.formula,
        "description": measure.description,
        "due": measure.due.isoformat() if measure.due else None,
    }


def hash_of(signed_content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over the canonical JSON of a `content`."""
    text = json.dumps(signed_content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def content_hash(resolution: Resolution, carriers: Sequence[Carrier] | None = None) -> str:
    """The hash of what a signature on this version covers."""
    return hash_of(content(resolution, carriers=carriers))


def is_as_signed(opinion: Opinion) -> bool:
    """Whether the content still has the fingerprint of the signature; proofs that came later aside.

    Raises nothing: content that was altered behind the application's back answers False.
    """
    resolution = opinion.resolution
    return hash_of(content(resolution, opinion)) == opinion.content_hash


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
    _decided(complaint, transition, signed=False, text=str(transition.fields["comments"]))
    complaint.returned_by_counsel = True


def signed(complaint: Complaint, transition: Transition) -> None:
    """Sign exactly what is there now: the hash is taken again in this transaction, after counsel's
    own findings.
    """
    _decided(complaint, transition, signed=True, text=str(transition.fields["opinion"]))


def signed_as_read(read: str) -> Callable[[Complaint, Transition], None]:
    """Like `signed`, but only what counsel read: content with the hash `read`.

    Raises ContentChanged under the case's lock.
    """

    def sign(complaint: Complaint, transition: Transition) -> None:
        resolution = as_it_would_be_signed(complaint)
        if resolution is None or content_hash(resolution) != read:
            raise ContentChanged(
                changed_since_read(complaint.number),
                complaint.version - 1,  # the version before this step, which is rolled back
            )
        signed(complaint, transition)

    return sign


def changed_since_read(number: str) -> str:
    """Why something else than what was read is not signed."""
    return _(
        "案件 {number} 的方案、函件、事实、证据或规则的签署在您打开之后有变动，没有签署；"
        "请核对变动后再签署"
    ).format(number=number)


def _decided(complaint: Complaint, transition: Transition, *, signed: bool, text: str) -> None:
    resolution = _existing(as_it_would_be_signed(complaint) if signed else current(complaint))
    resolution.complaint = complaint
    if signed:
        _freeze_once_more(complaint, resolution, transition)
        resolution.content_hash = content_hash(resolution)
    resolution.status = Resolution.Status.SIGNED if signed else Resolution.Status.RETURNED
    resolution.save()
    carried = _taken_over(complaint, resolution, transition) if signed else None
    Opinion.objects.create(
        resolution=resolution,
        by=transition.person,
        at=transition.at,
        signed=signed,
        text=text,
        content_hash=resolution.content_hash,
        below_minimum_reason=str(transition.fields.get("below_minimum_reason", "")),
        rules=carried,
    )


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


def _freeze_once_more(complaint: Complaint, resolution: Resolution, transition: Transition) -> None:
    """What the law said at the moment of signing, under the name of whoever signed.

    The step's guard saw to it that nothing changed since counsel read it, so the fingerprint of
    the content stays.
    """
    occasion = Analysis.Occasion.SIGNED
    resolution.analysis = snapshots.freeze(complaint, transition.person, transition.at, occasion)
