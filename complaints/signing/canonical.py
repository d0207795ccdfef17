"""What a signature covers: one JSON value, and the one spelling of it of which the hash is taken.

The value names its `format`. Whatever is signed keeps the format under which it was signed, so that
its hash is found again after others were added. Format 1 is that of opinions from before signatures
by key; it has no number in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q

from complaints import carrying, snapshots
from complaints.carrying import Carrier
from complaints.models import Analysis, Measure, Opinion, Point, Resolution
from evidence.models import Item

FORMAT = 3
OLDEST = 1
POINTS = 3  # the format from which on points at issue are covered
TEMPLATE = 3  # the format from which on the template of the letter is covered
WITH_ORIGINS = 3  # from here on all that a measure says is covered

Covered = dict[str, Any]


def content(
    resolution: Resolution,
    signed: Opinion | None = None,
    carriers: Sequence[Carrier] | None = None,
    number: int = FORMAT,
) -> Covered:
    """Everything a signature covers, as plain JSON values: measures, points at issue, explanation,
    basis, letter and its template, analysis, hashes of the evidence, and the rules that carry it
    (`carriers`, where they are known already); `number` is the format. Of what was `signed`: in its
    format, the evidence, the analysis and the rules as they stood by then.
    """
    number = number if signed is None else format_of(signed)
    analysis = (signed and signed.analysis) or resolution.analysis
    covered: Covered = {
        "complaint": resolution.complaint.number,
        "version": resolution.version,
        "measures": [_measure(m, number) for m in resolution.measures.all()],
        "explanation": resolution.explanation,
        "legal_basis": list(resolution.legal_basis),
        "letter": resolution.letter,
        "analysis": _analysis(analysis, number),
        "evidence": evidence(resolution, signed),
    }
    if number > OLDEST:
        covered["format"] = number
    if number >= WITH_ORIGINS:
        covered["below_reason"] = resolution.below_reason
    if number >= POINTS:
        covered["points"] = [_point(p) for p in resolution.points.all()]
    if number >= TEMPLATE:
        covered["template"] = _template(resolution)
    if signed is None:
        found = carrying.rules(resolution) if carriers is None else carriers
        covered["rules"] = rules([each.as_json() for each in found])
    elif signed.rules is not None:  # None: signed before rules were signed
        covered["rules"] = rules(signed.rules)
    return covered


def format_of(opinion: Opinion) -> int:
    """Under which format it was signed."""
    return int(opinion.statement["format"]) if opinion.statement else OLDEST


def evidence(resolution: Resolution, signed: Opinion | None = None) -> list[dict[str, Any]]:
    """Numbers and hashes of the evidence: all that is not withdrawn, or what was there when it was
    `signed`, whatever was withdrawn since.

    What was there is told by the numbers, which are given under the lock of the case: the clock
    would count a file that was on its way while counsel signed.
    """
    items = Item.objects.filter(folder=resolution.complaint.folder_id).order_by("number")
    if signed is None:
        items = items.filter(withdrawal=None)
    elif signed.covered is not None:
        known = [item["number"] for item in signed.covered["evidence"]]
        stood = Q(withdrawal=None) | Q(number__in=known)
        items = items.filter(stood, number__lte=_last(signed.covered["evidence"]))
    else:
        items = items.filter(received_at__lte=signed.at).exclude(withdrawal__at__lte=signed.at)
    return [{"number": n, "sha256": h} for n, h in items.values_list("number", "sha256")]


def _last(covered: Sequence[Mapping[str, Any]]) -> int:
    return max((item["number"] for item in covered), default=0)


def rules(carried: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of the rules that carry it what is covered: which, what each said, and whether signed."""
    return [{name: rule[name] for name in ("rule", "sha256", "signed")} for rule in carried]


def _measure(measure: Measure, number: int) -> dict[str, Any]:
    covered = {
        "kind": measure.kind,
        "amount": _yuan(measure.amount),
        "formula": measure.formula,
        "description": measure.description,
        "due": measure.due.isoformat() if measure.due else None,
    }
    return covered if number < WITH_ORIGINS else {**covered, **_origins(measure)}


def _origins(measure: Measure) -> dict[str, Any]:
    """From where a measure comes, where its sum goes and who carries it out."""
    return {
        "basis": measure.basis,
        "remedy": measure.remedy,
        "proposed_amount": _yuan(measure.proposed_amount),
        "proposed_formula": measure.proposed_formula,
        "payee": measure.payee,
        "payee_words": measure.payee_words,
        "unit": measure.unit_id,
    }


def _yuan(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _point(point: Point) -> dict[str, Any]:
    return {
        "title": point.title,
        "consumer_says": point.consumer_says,
        "we_found": point.we_found,
        "for_numbers": list(point.for_numbers),
        "against_numbers": list(point.against_numbers),
        "burden": point.burden,
        "finding": point.finding,
        "finding_words": point.finding_words,
        "fact": point.fact,
    }


def _template(resolution: Resolution) -> dict[str, Any] | None:
    """What the letter was begun with; None for one in own words."""
    if not resolution.template:
        return None
    options = list(resolution.options)
    return {"id": resolution.template, "sha256": resolution.template_sha256, "options": options}


def _analysis(analysis: Analysis | None, number: int) -> dict[str, Any] | None:
    if analysis is None:
        return None
    covered = {
        "facts": analysis.facts,
        "rulebook": analysis.rulebook_sha256,
        "as_of": analysis.as_of.isoformat(),
    }
    return covered if number == OLDEST else {**covered, "result": _sha256(_concluded(analysis))}


def _concluded(analysis: Analysis) -> dict[str, Any]:
    """What the law came to. Not what it still asks: questions that are given up change no result,
    and freezing it once more at the signature must not either.
    """
    return {name: value for name, value in analysis.result.items() if name != "missing_facts"}


def _sha256(value: object) -> str:
    return hashlib.sha256(spelled(value)).hexdigest()


def spelled(value: object) -> bytes:
    """The one spelling of a JSON value: keys sorted, no spaces, UTF-8."""
    return snapshots.canonical(value).encode()


def hash_of(covered: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over the canonical JSON of a `content`."""
    return _sha256(covered)


_OF_THE_CASE = ("analysis", "evidence", "rules", "format")


def offer_hash(resolution: Resolution) -> str:
    """The hash of what is offered and how it is put, for whoever approves its sum: not of the file
    behind it, which counsel still completes.
    """
    whole = content(resolution, carriers=())
    return hash_of({name: part for name, part in whole.items() if name not in _OF_THE_CASE})


def content_hash(resolution: Resolution, carriers: Sequence[Carrier] | None = None) -> str:
    """The hash of what a signature on this version would cover."""
    return hash_of(content(resolution, carriers=carriers))


def is_as_signed(opinion: Opinion) -> bool:
    """Whether the content still has the fingerprint of the signature; proofs that came later aside.

    Raises nothing: content that was altered behind the application's back answers False.
    """
    return hash_of(content(opinion.resolution, opinion)) == opinion.content_hash
