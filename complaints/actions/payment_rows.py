"""What is known of the cases and references that a list of payments names: for a forecast without
locks, for the payments themselves with the cases held. As many statements for a thousand rows as
for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils import timezone, translation

from accounts.models import User
from complaints import legal_hold
from complaints.actions.payments import money_promises
from complaints.choices import CommitmentState, MeasureKind, PaymentWay
from complaints.importing.values import CLAIM_WORDS
from complaints.lifecycle import State
from complaints.models import Commitment, Complaint, Payment, PaymentFile, PaymentRow
from complaints.paying.columns import LANGUAGES
from complaints.paying.judging import PAID, Case, Judge, Owed, Used, Verdict
from complaints.paying.rows import Entry, Reading, plain, read
from complaints.paying.sums import NOTHING
from complaints.posting import one_at_a_time


@dataclass
class Known:
    """By number: the cases that the person may see; references in use by way, and by case."""

    cases: dict[str, Case] = field(default_factory=dict)
    complaints: dict[str, Complaint] = field(default_factory=dict)
    promises: dict[int, Commitment] = field(default_factory=dict)
    used: dict[tuple[str, str], Used] = field(default_factory=dict)


def known(
    entries: Sequence[Entry], by: User, file: PaymentFile | None, *, lock: bool = False
) -> Known:
    """What these rows need to know. `lock`: hold the cases and keep other payments away."""
    found = Known()
    visible = Complaint.objects.workable_by(by)
    rows = visible.filter(number__in={e.case for e in entries}).select_related("consumer")
    rows = rows.order_by("id")
    found.complaints = {c.number: c for c in (rows.locked() if lock else rows)}
    if lock:
        one_at_a_time()
    promises = money_promises(list(found.complaints.values()))
    found.promises = {c.pk: c for c in promises}
    names = names_of_measures()
    owed: dict[int, list[Owed]] = {}
    for promise in promises:
        if promise.state != CommitmentState.WAIVED:
            owed.setdefault(promise.complaint_id, []).append(_owed(promise, names))
    for number, case in found.complaints.items():
        received, archived = timezone.localdate(case.received_at), case.state == State.ARCHIVED
        held = legal_hold.why_not_among_many(case)
        found.cases[number] = Case(number, received, archived, tuple(owed.get(case.pk, ())), held)
    found.used = _used(entries, visible, file)
    return found


def names_of_measures() -> dict[str, frozenset[str]]:
    """Each kind of measure by its code, its names in both languages and what people call it."""
    found: dict[str, set[str]] = {str(kind.value): {str(kind.value)} for kind in MeasureKind}
    for word, code in CLAIM_WORDS.items():
        found.get(code, set()).add(plain(word))
    for language in LANGUAGES:
        with translation.override(language):
            for kind in MeasureKind:
                found[str(kind.value)].add(plain(str(kind.label)))
    return {code: frozenset(names) for code, names in found.items()}


def _owed(promise: Commitment, names: Mapping[str, frozenset[str]]) -> Owed:
    kind = names.get(promise.measure.kind, frozenset()) if promise.measure else frozenset()
    own = {plain(promise.text), f"#{promise.pk}"}
    return Owed(promise.pk, promise.text, kind | own, promise.standing.open)


def _used(
    entries: Sequence[Entry], visible: object, file: PaymentFile | None
) -> dict[tuple[str, str], Used]:
    """Where the references stand, by (way, reference) and by (case, reference): the same list sent
    again for another way is the same money. The parts of a transfer are one.
    """
    rows = Payment.objects.filter(
        way__in=PaymentWay.values,  # all of them, so that the index is used
        reference__in={e.reference for e in entries},
        reversed_at=None,
    )
    taken = list(
        rows.order_by("id").values_list(
            "way",
            "reference",
            "amount",
            "paid_on",
            "commitment__complaint",
            "file_row__file",
            "file_row__number",
        )
    )
    numbers = dict(
        Complaint.objects.filter(pk__in={row[4] for row in taken})
        .filter(pk__in=visible.values("pk"))  # type: ignore[attr-defined]
        .values_list("pk", "number")
    )
    sums: dict[tuple[str, str], Decimal] = {}
    found: dict[tuple[str, str], Used] = {}
    for way, reference, amount, day, case, in_file, number in taken:
        own = number if file is not None and in_file == file.pk else 0
        for key in ((way, reference), (numbers.get(case, ""), reference)):
            sums[key] = sums.get(key, NOTHING) + amount
            found[key] = Used(numbers.get(case, ""), sums[key], day, own)
    return found


@dataclass
class Judged:
    """A row with what becomes of it; `entry` is None for one that cannot be read."""

    row: PaymentRow
    entry: Entry | None
    verdict: Verdict


def readings(rows: Iterable[PaymentRow], way: str, today: date) -> list[tuple[PaymentRow, Reading]]:
    """Rows read from their cells."""
    return [(row, read(row.number, row.cells, way, today)) for row in rows]


def judge(read_rows: Sequence[tuple[PaymentRow, Reading]], what: Known, by: Judge) -> list[Judged]:
    """What becomes of each, in their order."""
    found = []
    for row, reading in read_rows:
        entry = reading.entry
        if entry is None:
            verdict = Verdict(reading.outcome, reading.message)
        else:
            places = ((entry.way, entry.reference), (entry.case, entry.reference))
            used = next((what.used[place] for place in places if place in what.used), None)
            verdict = by.judge(entry, what.cases.get(entry.case), used)
        row.outcome, row.message = verdict.outcome, verdict.message[:400]
        case = what.complaints.get(entry.case) if entry is not None else None
        row.complaint_id = case.pk if case is not None else None
        found.append(Judged(row, entry, verdict))
    return found


def is_paid(judged: Judged) -> bool:
    """Whether money is written down for it."""
    return judged.verdict.outcome == PAID
