"""C18: a training that counts before personal data is shown (PIPL Art. 51(4))."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
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
    assert trained == {"agent", "agent2", "supervisor", "supervisor2", "counsel", "counsel2"}
    assert TrainingRecord.objects.count() == len(trained)


def test_c18_security_enters_one_many_and_withdraws_and_others_only_read(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.security)
    day = timezone.localdate()
    page = client.get(reverse("training_list")).content.decode()
    people = ("agent", "colleague", "supervisor", "counsel")
    assert all(f'<td class="t13">{name}</td>' in page for name in people)
    assert '<td class="t13">auditor</td>' not in page
    sent = {"kind": "personal_information", "passed_on": day, "valid_until": day + YEAR}
    address = reverse("enter_training", args=[cast.agent.pk])
    assert client.post(address, sent).status_code == 302
    again = client.post(address, sent)
    assert (again.status_code, "已经登记过" in again.content.decode()) == (422, True)
    soon = day + timedelta(days=20)
    lines = f"colleague,{day},{soon},PI-7\n\nsupervisor，{day}，{day + YEAR}\n"
    for wrong, words in (
        (f"nobody,{day},{day}", "第 1 行：没有名为“nobody”的用户"),
        (f"{lines}counsel,{day}", "第 4 行：应有三项或四项"),
        (f"{lines}counsel,1.12.2026,{day}", "不是日期"),
        (f"{lines}agent,{day},{day + YEAR}", "已经登记过"),
        ("", "必填"),
    ):
        refused = client.post(reverse("training_list"), {"lines": wrong})
        assert refused.status_code == 422
        assert words in refused.content.decode()
        assert TrainingRecord.objects.count() == 1
    assert client.post(reverse("training_list"), {"lines": lines}).status_code == 302
    page = client.get(reverse("training_list")).content.decode()
    assert '<td class="t13">colleague</td>' in page
    assert '<td class="t13">supervisor</td>' not in page
    entered = TrainingRecord.objects.get(user=cast.agent)
    form = reverse("withdraw_training", args=[entered.pk])
    assert "请说明为什么撤销" in client.post(form, {"reason": " "}).content.decode()
    assert client.post(form, {"reason": "登记错了人"}).status_code == 302
    assert "登记错了人" in client.get(reverse("account", args=[cast.agent.pk])).content.decode()
    for name, status in (("administrator", 200), ("auditor", 200), ("supervisor", 403)):
        other = Client()
        other.force_login(getattr(cast, name))
        assert other.get(reverse("training_list")).status_code == status
        for post in (address, form):
            assert other.post(post, sent).status_code == 403, name
        other.post(reverse("training_list"), {"lines": f"counsel,{day},{day}"})
    assert TrainingRecord.objects.count() == 3
    own = Client()
    own.force_login(cast.supervisor)
    assert f"有效期至 {day + YEAR}" in own.get(reverse("settings")).content.decode()
