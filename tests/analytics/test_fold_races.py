"""Counting while others work: what was begun before and ends after, two that count at once."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from analytics import folding, occurrences, rebuilding, touching
from analytics.models import CaseFigures, Occurrence, Touched
from analytics.tasks import fold_changes
from complaints.actions import intake
from complaints.models import Complaint, Consumer
from tests import factories as f
from tests.cast import Cast, assemble
from tests.complaints.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


def as_it_is() -> bool:
    """Whether what is counted is what the cases say, and the sums what is counted."""
    ids = list(Complaint.objects.values_list("pk", flat=True))
    columns = ("complaint_id", *occurrences.Counted._fields)
    stored = sorted(Occurrence.objects.values_list(*columns), key=str)
    slow = sorted(((pk, *one) for pk, one in occurrences.of_cases(ids)), key=str)
    return stored == slow and not rebuilding.different() and not Touched.objects.exists()


def told(cast: Cast, case: Complaint, category: str) -> Complaint:
    return intake.edit(case.number, {"category": category}, by=cast.agent)


def category_of(case: Complaint) -> str:
    return CaseFigures.objects.get(complaint=case).category


def test_what_commits_after_the_counting_is_counted_by_the_next() -> None:
    cast = assemble()
    first, second = f.registered(cast), f.registered(cast, order_number="SO-2")

    def act_and_count() -> int:
        """Its row of what is touched has a higher number than that of the act before."""
        told(cast, second, "food_safety")
        return fold_changes()

    def change() -> Any:
        return told(cast, first, "food_safety")

    # What waits of the first case is counted while an act on it is not committed.
    meanwhile(change, act_and_count)
    assert (category_of(first), category_of(second)) == ("telesales_fraud", "food_safety")
    assert list(Touched.objects.values_list("case_id", flat=True)) == [first.pk]
    assert fold_changes() == 1
    assert category_of(first) == "food_safety"
    assert as_it_is()


def test_two_that_count_at_once_count_everything_once() -> None:
    cast = assemble()
    for n in range(4):
        f.registered(cast, order_number=f"SO-{n % 2}")
    waits, done = Touched.objects.count(), []

    def count() -> None:
        try:
            done.append(folding.fold().done)
        finally:
            connection.close()

    both = [Thread(target=count), Thread(target=count)]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    assert sorted(done) == [0, waits]
    assert as_it_is()


def test_a_case_written_while_its_person_was_corrected_is_counted_again_at_night() -> None:
    """The trigger cannot see what others have not committed."""
    cast = assemble()
    early, known = f.registered(cast), timezone.now() - timedelta(days=3)
    Complaint.objects.filter(pk=early.pk).update(received_at=known)
    fold_changes()

    def erase() -> None:
        Consumer.objects.filter(pk=early.consumer_id).update(phone_index=b"", email_index=b"")

    def register() -> Complaint:
        case = f.registered(cast)
        fold_changes()
        return case

    meanwhile(erase, register)
    fold_changes()
    assert not as_it_is()  # a repeat of nobody
    assert touching.touch_recent(timezone.now()) == 2
    fold_changes()
    assert as_it_is()
