"""Whether a signature still lets a letter leave: nothing was altered, nobody voided it, and what
counsel read is still what the case says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce

from complaints import facts, snapshots
from complaints.lifecycle import State
from complaints.models import Complaint, Condition, Opinion, Outbox, Resolution, Voided
from complaints.prepared import ROW, everybodys
from complaints.signing import differences, policy, verify
from complaints.signing.canonical import Covered, content, format_of

LETTER = "send_reply_letter"
# Here a change voids; afterwards the offer was answered, and what was agreed is what was signed.
OPEN_TO_CHANGE = (State.IN_REVIEW, State.OFFERED)
_STATUS = (Resolution.Status.SUBMITTED, Resolution.Status.SIGNED)


class NotLive(Exception):
    """The letter may not leave: `changed` says why, `opinion` is the signature it stood on, None
    where there is none.
    """

    def __init__(self, changed: list[str], opinion: Opinion | None = None) -> None:
        super().__init__(", ".join(changed))
        self.changed, self.opinion = changed, opinion


def letter_of(complaint: Complaint) -> str:
    """The letter that a live signature lets leave, exactly as it was signed (Markdown).

    Under the lock of the case. Raises NotLive.
    """
    return str(covered_of(complaint)["letter"])


def covered_of(complaint: Complaint) -> Covered:
    """Everything that the live signature covers. Under the lock of the case. Raises NotLive."""
    found = standing(complaint)
    if complaint.state == State.IN_REVIEW or not found:
        raise NotLive(["returned"])
    holding = [opinion for opinion in found if void_of(opinion) is None] or found[:1]
    for opinion in holding:
        if why := reasons(opinion):
            raise NotLive(why, opinion)
    if not enough(complaint, holding):
        raise NotLive(["cosign"], holding[0])
    return dict(holding[0].covered or {})


def standing(complaint: Complaint) -> list[Opinion]:
    """The signatures on the version that counts now, the newest first, voided ones too."""
    found: list[Opinion] = everybodys("standing", _standing, {ROW: complaint.pk})
    prefetch_related_objects(found, "resolution__measures", "resolution__points")
    for opinion in found:
        opinion.resolution.complaint = complaint
    return found


def _standing() -> QuerySet[Opinion]:
    rows = Opinion.objects.filter(
        signed=True, resolution__complaint=ROW, resolution__status__in=_STATUS
    )
    return rows.select_related("by", "analysis", "resolution__analysis", "voided").order_by("-id")


def void_of(opinion: Opinion) -> Voided | None:
    """When and why it stopped to hold; None while nobody noted that."""
    return getattr(opinion, "voided", None)


def reasons(opinion: Opinion) -> list[str]:
    """Why the letter may not leave on this signature; [] while it is live. Parts as `differences`
    names them.
    """
    if (void := void_of(opinion)) is not None:
        return list(void.changed) or ["voided"]
    if verify.is_unsigned(opinion):
        return ["unsigned"]
    return verify.faults(opinion) or changed_since(opinion)


def enough(complaint: Complaint, signatures: Sequence[Opinion]) -> bool:
    """Whether so many of counsel signed as the sum and the risk ask for."""
    if not signatures:
        return False
    needed = policy.signatures_needed(complaint, signatures[0].resolution)
    return len(policy.signers(signatures)) >= needed


def waits_for_another(complaint: Complaint) -> bool:
    """Whether an offer cannot leave any more because its signatures are void: counsel may sign it
    again as it stands.
    """
    if complaint.state != State.OFFERED:
        return False
    found = standing(complaint)
    holding = [opinion for opinion in found if void_of(opinion) is None]
    return bool(found) and not enough(complaint, holding) and not has_left(found[0])


def has_left(opinion: Opinion) -> bool:
    """Whether the letter of this signature left the house."""
    letters: Any = Outbox.objects.filter(
        complaint=opinion.resolution.complaint,
        effect=LETTER,
        created_at__gte=opinion.at,
        notices__user=None,
        notices__sent_at__isnull=False,
    )
    return bool(letters.exists())


def letter_left(complaint: Complaint) -> bool:
    """Whether a letter of the version that counts left, under whichever of its signatures, by a
    machine or by hand. One statement.
    """
    signed = Opinion.objects.filter(
        signed=True, resolution__complaint=complaint, resolution__status__in=_STATUS
    )
    first = Subquery(signed.order_by("id").values("at")[:1])
    letters: Any = Outbox.objects.filter(
        complaint=complaint,
        effect=LETTER,
        created_at__gte=Coalesce(first, complaint.created_at),
        notices__user=None,
        notices__sent_at__isnull=False,
    )
    return bool(letters.exists())


def changed_since(opinion: Opinion) -> list[str]:
    """What counsel read and the case says otherwise now.

    Once the consumer has answered: nothing. Once the letter has left, proof that comes in (the
    consumer's answer, a receipt) and what becomes of the rules change nothing of what was sent;
    what the facts are still does.
    """
    covered, complaint = opinion.covered, opinion.resolution.complaint
    if covered is None or complaint.state not in OPEN_TO_CHANGE:
        return []
    if has_left(opinion):
        return ["analysis.facts"] if _facts_differ(complaint, opinion) else []
    opinion.resolution.analysis = opinion.analysis
    now = content(opinion.resolution, number=format_of(opinion))
    now["evidence"] = _without_proofs(opinion, now["evidence"])
    found = differences.between({**covered, "rules": []}, {**now, "rules": []})
    found += _weaker_rules(covered["rules"], now["rules"])
    if snapshots.is_stale(complaint, opinion.analysis):
        found.append("analysis")
    return found


def _without_proofs(opinion: Opinion, evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was taken in since as the proof of a condition under which was signed changes nothing of
    what counsel read.
    """
    known = {item["number"] for item in (opinion.covered or {})["evidence"]}
    rows = Condition.objects.filter(opinion__resolution=opinion.resolution_id)
    proofs = set(rows.exclude(evidence_number=None).values_list("evidence_number", flat=True))
    return [item for item in evidence if item["number"] not in proofs - known]


def _facts_differ(complaint: Complaint, opinion: Opinion) -> bool:
    if opinion.analysis is None:
        return False
    answers = facts.current_answers(complaint)
    now = facts.values_for_law(complaint, answers), facts.date_of_conduct(complaint)
    return now != (opinion.analysis.facts, opinion.analysis.as_of)


def _weaker_rules(before: differences.Rows, now: differences.Rows) -> list[str]:
    """Rules that say something else, or that counsel no longer signs. One that was a draft then
    and is signed now is what whoever took it over answered for.
    """
    stands = {rule["rule"]: rule for rule in now}
    found = []
    for rule in before:
        other = stands.pop(rule["rule"], None)
        if other is None or other["sha256"] != rule["sha256"] or rule["signed"] > other["signed"]:
            found.append(f"rules.{rule['rule']}")
    return found + [f"rules.{name}" for name in stands]
