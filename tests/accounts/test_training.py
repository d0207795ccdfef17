"""C18: a training that counts before personal data is shown (PIPL Art. 51(4))."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts import demo_users, training
from accounts.models import TrainingRecord, User
from audit.models import Entry
from tests.cast import Cast

NOW = datetime(2026, 12, 1, 9, tzinfo=timezone.get_default_timezone())
DAY = NOW.date()
YEAR = timedelta(days=365)


def passed(cast: Cast, user: User | None = None, **changes: Any) -> TrainingRecord:
    days = {"passed_on": DAY - timedelta(days=1), "valid_until": DAY + YEAR}
    return training.enter(
        user or cast.agent, **{**days, "by": cast.security, "now": NOW, **changes}
    )


def test_c18_a_training_counts_from_the_day_it_was_passed_to_its_last_day(
    cast: Cast, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.TRAINING_REQUIRED = True
    assert not training.valid(cast.agent, NOW)
    passed(cast, kind=TrainingRecord.Kind.INFORMATION_SECURITY)
    assert not training.valid(cast.agent, NOW)
    entered = passed(cast, passed_on=DAY, valid_until=DAY + YEAR, certificate_no="PI-1")
    last = NOW + YEAR
    for at, counts in (
        (NOW - timedelta(days=1), False),
        (NOW, True),
        (last.replace(hour=23, minute=59), True),
        (last.replace(hour=23, minute=59) + timedelta(minutes=1), False),
    ):
        with django_assert_num_queries(1):
            assert training.valid(cast.agent, at) is counts, at
    assert not training.valid(cast.colleague, NOW)
    assert training.until(cast.agent, DAY) == DAY + YEAR
    training.withdraw(entered.pk, reason="登记错了人", by=cast.security, now=NOW)
    training.withdraw(entered.pk, reason="又一次", by=cast.security, now=NOW)
    assert not training.valid(cast.agent, NOW)
    verbs = Entry.objects.filter(subject="user:agent").values_list("verb", flat=True)
    assert list(verbs.order_by("id")) == ["training.entered"] * 2 + ["training.withdrawn"]
    settings.TRAINING_REQUIRED = False
    assert training.valid(cast.colleague, NOW)


def test_c18_what_cannot_be_is_refused_with_what_to_do(cast: Cast) -> None:
    for changes, field, words in (
        ({"passed_on": DAY + timedelta(days=1)}, "passed_on", "在通过以后再登记"),
        ({"valid_until": DAY - timedelta(days=2)}, "valid_until", "早于通过日期"),
        ({"valid_until": date(2036, 1, 1)}, "valid_until", "最长三年"),
        ({"user": cast.security}, "user", "另一位安全管理员"),
        ({"by": cast.administrator}, "", "只有安全管理员"),
        ({"by": cast.supervisor}, "", "只有安全管理员"),
    ):
        with pytest.raises(training.TrainingError) as refused:
            passed(cast, **changes)
        assert words in refused.value.errors[field]
    entered = passed(cast)
    with pytest.raises(training.TrainingError, match="已经登记过"):
        passed(cast)
    for by, reason in ((cast.auditor, "错了"), (cast.security, "  ")):
        with pytest.raises(training.TrainingError):
            training.withdraw(entered.pk, reason=reason, by=by)
    assert TrainingRecord.objects.get().withdrawn_at is None


def test_c18_the_database_keeps_a_record_as_it_was_entered(cast: Cast) -> None:
    row = TrainingRecord.objects.filter(pk=passed(cast).pk)
    for change in (
        lambda: row.update(valid_until=DAY + 2 * YEAR),
        lambda: row.update(user=cast.colleague),
        lambda: row.update(withdrawn_at=NOW),
        row.delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    gone = {"withdrawn_at": NOW, "withdrawn_by": cast.security, "withdrawn_reason": "错了"}
    assert row.update(**gone) == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        row.update(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")


def test_c18_people_of_the_demo_who_work_with_cases_are_trained_once(
    db: None, settings: Any
) -> None:
    settings.TRAINING_REQUIRED = True
    words = {name: "demo words of nobody" for name, *_rest in demo_users.PEOPLE}
    for _twice in range(2):
        demo_users.ensure(words)
    now = timezone.now()
    trained = {u.username for u in User.objects.all() if training.valid(u, now)}
    assert trained == {"agent", "agent2", "supervisor", "counsel", "counsel2"}
    assert TrainingRecord.objects.count() == 5
