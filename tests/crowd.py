"""Many open cases at once, written by a few statements: for what is done to all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from complaints import promised
from complaints.models import Commitment, Complaint, FactAnswer
from evidence.models import Folder
from tests import factories as f
from tests.cast import Cast

BATCH = 5_000


def crowd(
    cast: Cast, count: int, facts: Sequence[Mapping[str, Any]], *, category: str = "price"
) -> list[int]:
    """Primary keys of so many cases under investigation, their facts in turn those given."""
    model = f.investigating(cast)
    keys: list[int] = []
    for start in range(0, count, BATCH):
        keys += _batch(model, range(start, min(start + BATCH, count)), category)
    rows = ((key, facts[place % len(facts)]) for place, key in enumerate(keys))
    _answer(rows, cast.counsel)
    return keys


def owing(cast: Cast, count: int, amount: Decimal) -> list[str]:
    """Numbers of so many cases that owe the consumer such a sum, each with its clock."""
    model = f.executing(cast)
    keys = _batch(model, range(count), "telesales_fraud")
    now = timezone.now()
    due = timezone.localdate(now) + timedelta(days=7)
    cases = Complaint.objects.in_bulk(keys)  # at once: the clock of each promise asks for its case
    rows = [
        Commitment(
            complaint=cases[key], text="退还价款", amount=amount, owner=cast.agent, made_at=now
        )
        for key in keys
    ]
    for start in range(0, count, BATCH):
        promised.save_new(rows[start : start + BATCH], [due] * len(rows[start : start + BATCH]))
    return list(
        Complaint.objects.filter(pk__in=keys).order_by("pk").values_list("number", flat=True)
    )


def _batch(model: Complaint, numbers: range, category: str) -> list[int]:
    now = timezone.now()
    folders = Folder.objects.bulk_create(Folder(created_at=now) for _ in numbers)
    cases = []
    for folder in folders:
        values = {
            each.attname: getattr(model, each.attname)
            for each in Complaint._meta.concrete_fields
            if not each.primary_key
        }
        values |= {
            "number": f"CR{folder.pk:08}",
            "folder_id": folder.pk,
            "category": category,
            "transaction_date": date(2026, 3, 2),
            "external_reference": "",
        }
        cases.append(Complaint(**values))
    return [case.pk for case in Complaint.objects.bulk_create(cases)]


def _answer(rows: Any, by: User) -> None:
    now = timezone.now()
    answers: list[FactAnswer] = []
    for case, facts in rows:
        answers += [
            FactAnswer(complaint_id=case, fact=name, value=value, source="verified", by=by, at=now)
            for name, value in facts.items()
        ]
        if len(answers) > BATCH:
            FactAnswer.objects.bulk_create(answers)
            answers = []
    FactAnswer.objects.bulk_create(answers)
