"""Two connections at the same instant: exactly one wins, the other is told clearly."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from complaints.actions import assignment, steps
from complaints.errors import CaseError
from complaints.models import Complaint, Opinion, Transition
from tests import factories as f
from tests.cast import assemble

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together; each answers its result or its refusal."""
    start = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            results[index] = call()
        except CaseError as refusal:
            results[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(i, c)) for i, c in enumerate(calls)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(30)
    return results


def test_two_counsel_sign_at_once_and_one_signature_stands() -> None:
    cast = assemble()
    complaint = f.in_review(cast)
    now = timezone.now()

    def sign(by: Any) -> Callable[[], Complaint]:
        fields = {"opinion": "同意", "below_minimum_reason": "测试"}
        return lambda: steps.take(
            complaint.number,
            "sign",
            fields,
            by=by,
            version=complaint.version,
            reauthenticated_at=now,
            now=now,
        )

    results = at_once(sign(cast.counsel), sign(cast.counsel2))
    refused = [r for r in results if isinstance(r, CaseError)]
    assert len(refused) == 1
    assert complaint.number in refused[0].message
    assert Opinion.objects.filter(resolution__complaint=complaint, signed=True).count() == 1
    assert Transition.objects.filter(complaint=complaint, step="sign").count() == 1


def test_two_different_steps_at_once_and_one_is_told_that_the_case_moved() -> None:
    cast = assemble()
    complaint = f.registered(cast)
    fields = {"reason": "not_our_business", "explanation": "请拨打 12315"}
    results = at_once(
        lambda: steps.take(
            complaint.number, "accept", {}, by=cast.agent, version=complaint.version
        ),
        lambda: steps.take(
            complaint.number, "decline", fields, by=cast.supervisor, version=complaint.version
        ),
    )
    assert sum(isinstance(r, CaseError) for r in results) == 1
    assert Transition.objects.filter(complaint=complaint).count() == 1


def test_taking_the_next_case_never_gives_one_case_to_two_people() -> None:
    cast = assemble()
    for n in range(6):
        complaint = f.registered(cast, order_number=f"SO-{n}")
        Complaint.objects.filter(pk=complaint.pk).update(owner=None)
    results = at_once(
        *[lambda who=who: assignment.take_next(who) for who in (cast.agent, cast.colleague) * 4]
    )
    taken = [r.number for r in results if isinstance(r, Complaint)]
    assert len(taken) == len(set(taken)) == 6
    assert results.count(None) == 2
