"""今天先看: what an auditor, an administrator and security find first, and where it leads."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import alarms, training
from accounts.alarm_models import AlarmKind
from accounts.models import User
from accounts.roles import Role
from complaints.actions import sweep
from config import today
from tests import factories as f
from tests.cast import Cast


def told(user: User, now: datetime | None = None) -> dict[str, tuple[str, str]]:
    """Title → (value, how it stands), for the person."""
    found = today.concerns(user, now or timezone.now())
    return {str(c.title): (c.value, c.kind) for c in found}


def test_an_alarm_is_on_top_until_the_auditor_has_seen_it(cast: Cast) -> None:
    now = timezone.now()
    alarm = alarms.raise_alarm(AlarmKind.REVEAL_FOREIGN, about=cast.agent, detail={}, at=now)
    first = today.concerns(cast.auditor, timezone.now())[0]
    assert (str(first.title), first.value, first.kind) == ("还没看的告警", "1 项", "danger")
    alarms.see(cast.auditor, [alarm.pk], at=now)
    cache.clear()  # kept for half a minute
    assert told(cast.auditor)["还没看的告警"] == ("0 项", "ok")


def test_the_auditor_is_told_of_overdue_cases_and_of_a_record_that_nobody_verified(
    cast: Cast,
) -> None:
    assert told(cast.auditor)["审计记录核验"] == ("从未", "warn")
    assert told(cast.auditor)["超时的案件"] == ("0 项", "ok")
    f.registered(cast)
    later = timezone.now() + timedelta(days=60)
    assert told(cast.auditor, later)["超时的案件"] == ("1 项", "warn")
    assert "超时的案件" not in told(cast.administrator)  # who sees no cases, is told of none


def test_the_administrator_sees_at_once_that_the_sweep_stopped(cast: Cast) -> None:
    assert told(cast.administrator)["期限巡检"] == ("停了", "danger")
    sweep.run("celery@one")
    assert told(cast.administrator)["期限巡检"] == ("正常", "ok")


def test_people_without_second_factor_are_counted_where_it_is_asked(cast: Cast, settings) -> None:
    assert told(cast.administrator)["没有两步验证的人"] == ("0 项", "ok")
    settings.SECOND_FACTOR_ROLES = [str(Role.COUNSEL)]
    assert told(cast.administrator)["没有两步验证的人"] == ("2 项", "warn")


def test_security_is_told_of_training_that_ends_within_thirty_days(cast: Cast) -> None:
    handling = 8  # agents, supervisors and counsel of the cast
    assert told(cast.security)["培训不足的人"] == (f"{handling} 项", "warn")
    this_day: date = timezone.localdate()
    for user, days in ((cast.agent, 400), (cast.colleague, 20)):
        until = this_day + timedelta(days=days)
        training.enter(user, passed_on=this_day, valid_until=until, by=cast.security)
    assert told(cast.security)["培训不足的人"] == (f"{handling - 1} 项", "warn")


def test_the_page_leads_on_and_is_for_those_who_answer_for_the_house(cast: Cast) -> None:
    for user in (cast.auditor, cast.administrator, cast.security):
        client = Client()
        client.force_login(user)
        page = client.get(reverse("today"))
        assert page.status_code == 200
        for each in today.concerns(user, timezone.now()):
            assert each.url in page.content.decode().replace("&amp;", "&")
            assert client.get(each.url).status_code == 200, each.url
    for user in (cast.agent, cast.supervisor, cast.counsel):
        client = Client()
        client.force_login(user)
        assert client.get(reverse("today")).status_code == 403
