"""What has to be true at the moment at which a letter is handed over, asked with own means: plain
JSON, hashlib and the public key, not the code that is tried.
"""

from __future__ import annotations

import base64
import hashlib
import json
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from complaints import facts as law
from complaints.models import (
    Approval,
    Complaint,
    Condition,
    Event,
    NamedPerson,
    Opinion,
    Recusal,
    Resolution,
    SigningKey,
    Voided,
)
from correspondence.transports import Message, Receipt
from evidence.models import Item
from tests import factories as f

LETTER = "send_reply_letter"
LIMIT = Decimal(2000)  # of an agent


def spelled(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(value: object) -> str:
    return hashlib.sha256(spelled(value)).hexdigest()


def live(case: Complaint) -> list[Opinion]:
    """The signatures on the newest version that was signed at all, as far as none is void."""
    rows = Opinion.objects.filter(signed=True, resolution__complaint=case)
    newest = rows.order_by("-resolution__version").values("resolution")[:1]
    void = Voided.objects.values("opinion")
    return list(rows.filter(resolution=newest).exclude(pk__in=void).order_by("id"))


def wrong(case: Complaint, opinion: Opinion) -> set[str]:
    """What does not agree between what is signed and what stands in the rows."""
    if opinion.statement is None or opinion.covered is None:
        return {"nothing is signed"}
    public = SigningKey.objects.get(pk=opinion.key_id).public_key
    Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(
        base64.b64decode(opinion.signature), b"kesu opinion\n" + spelled(opinion.statement)
    )
    covered, statement = opinion.covered, opinion.statement
    version = Resolution.objects.get(pk=opinion.resolution_id)
    proofs = Item.objects.filter(folder=case.folder_id).order_by("number")
    known = {item["number"] for item in covered["evidence"]}
    met = Condition.objects.filter(opinion__resolution=version).values_list("evidence_number")
    proofs = proofs.exclude(number__in={n for (n,) in met if n is not None} - known)
    analysis = opinion.analysis
    assert analysis is not None
    result = {k: v for k, v in analysis.result.items() if k != "missing_facts"}
    stands = {
        "hash": sha256(covered),
        "letter": version.letter,
        "explanation": version.explanation,
        "below_reason": version.below_reason,
        "legal_basis": version.legal_basis,
        "measures": [measure(m) for m in version.measures.order_by("position")],
        "points": list(version.points.order_by("position").values(*f.POINT)),
        "evidence": [{"number": p.number, "sha256": p.sha256} for p in proofs],
        "facts": law.values_for_law(case, law.current_answers(case)),
        "analysis": [sha256(result), analysis.rulebook_sha256, analysis.as_of.isoformat()],
        "status": version.status,
        "case": [case.number, version.version],
    }
    of_law = covered["analysis"]
    signed = {
        **{name: covered[name] for name in stands if name in covered},
        "hash": statement["content"],
        "facts": of_law["facts"],
        "analysis": [of_law["result"], of_law["rulebook"], of_law["as_of"]],
        "status": "signed",
        "case": [statement["case"], statement["version"]],
    }
    names = set(stands)
    if case.state != "offered":  # the consumer answered: what was agreed is what was signed
        names -= {"facts", "evidence"}
    return {name for name in names if signed[name] != stands[name]}


def measure(m: Any) -> dict[str, Any]:
    return {
        "kind": m.kind,
        "amount": f"{m.amount:.2f}" if m.amount is not None else None,
        "formula": m.formula,
        "description": m.description,
        "due": m.due.isoformat() if m.due else None,
        "basis": m.basis,
        "remedy": m.remedy,
        "proposed_amount": str(m.proposed_amount) if m.proposed_amount is not None else None,
        "proposed_formula": m.proposed_formula,
        "payee": m.payee,
        "payee_words": m.payee_words,
        "unit": m.unit_id,
    }


def unentitled(case: Complaint, opinion: Opinion) -> set[str]:
    """Why the signer could not sign, or nothing may leave on it yet."""
    by, found = opinion.by, set()
    wrote = Event.objects.filter(complaint=case, code="drafted", by=by)
    apart = (NamedPerson.objects, Recusal.objects)
    if wrote.exists() or opinion.resolution.proposed_by_id == by.pk:
        found.add("the author signed")
    if any(rows.filter(complaint=case, user=by).exists() for rows in apart):
        found.add("somebody signed who is kept out")
    if not by.is_("counsel") or opinion.reauthenticated_at is None:
        found.add("no counsel signed")
    if Condition.objects.filter(opinion=opinion, met_at=None).exists():
        found.add("a condition is open")
    return found


def too_few(case: Complaint, signatures: list[Opinion]) -> set[str]:
    """Whether so many signed as have to, and who had to approve the sum did."""
    version = signatures[0].resolution
    total = sum((m.amount or Decimal(0) for m in version.measures.all()), Decimal(0))
    grave = {"safety", "group"} & set(case.risk_flags) or total > settings.SECOND_SIGNATURE_ABOVE
    found = set()
    if len({opinion.by_id for opinion in signatures}) < (2 if grave else 1):
        found.add("too few signed")
    approved = Approval.objects.filter(resolution=version, approved=True)
    if total > LIMIT and not approved.exclude(decided_by=version.proposed_by_id).exists():
        found.add("nobody approved the sum")
    return found


class Post:
    """The way out: looks before it lets a letter through."""

    code = "email"

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.sent: list[str] = []
        self.versions: set[int] = set()

    def deliver(self, message: Message, key: str) -> Receipt:
        if message.event == LETTER:
            self.faults += sorted(self.faults_of(message))
            self.sent.append(key)
        return Receipt()

    def faults_of(self, message: Message) -> set[str]:
        case = Complaint.objects.get(number=message.number)
        signatures = live(case)
        if not signatures:
            return {"nothing is signed"}
        found, version = too_few(case, signatures), signatures[0].resolution_id
        found |= {"the letter of a version twice"} if version in self.versions else set()
        self.versions.add(version)
        for opinion in signatures:
            found |= wrong(case, opinion) | unentitled(case, opinion)
            if (opinion.covered or {}).get("letter") != f.signed_part(message.text):
                found.add("another text")
        return found
