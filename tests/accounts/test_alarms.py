"""Alarms (C5, C6): written once, told to whoever must look, seen by nobody else, never altered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from accounts import alarms
from accounts.models import Alarm, AlarmKind, AlarmNotice
from audit.models import Entry
from tests.cast import Cast


def names(alarm: Alarm) -> set[str]:
    return set(alarm.notices.values_list("user__username", flat=True))


def test_c5_an_alarm_is_told_to_the_teams_supervisors_and_the_auditors(cast: Cast) -> None:
    now = timezone.now()
    ten = timedelta(minutes=10)
    said: dict[str, Any] = {
        "about": cast.agent,
        "at": now,
        "case": "TS26-000001",
        "detail": {"day": 21},
    }
    alarm = alarms.raise_alarm(AlarmKind.REVEAL_QUOTA, **said, quiet=ten)
    assert names(alarm) == {"supervisor", "supervisor2", "auditor"}
    assert alarms.raise_alarm(AlarmKind.REVEAL_QUOTA, **said, quiet=ten) == alarm
    assert Entry.objects.filter(verb="alarm.raised", subject="user:agent").count() == 1
    later = {**said, "at": now + ten}
    assert alarms.raise_alarm(AlarmKind.REVEAL_QUOTA, **later, quiet=ten) != alarm
    # about a supervisor: never told to the person, and not seen either
    own = alarms.raise_alarm(
        AlarmKind.REVEAL_FOREIGN, about=cast.supervisor, at=now, detail={}, case=""
    )
    assert names(own) == {"supervisor2", "auditor"}
    assert own not in alarms.visible_to(cast.supervisor)
    assert {p for p, u in cast.everybody().items() if own in alarms.visible_to(u)} == {
        "supervisor2",
        "auditor",
        "security",
    }
    assert alarms.unseen(cast.outside_supervisor) == alarms.unseen(cast.agent) == 0


def test_c5_an_alarm_is_seen_once_by_whoever_may_and_is_never_altered(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    now = timezone.now()
    alarm = alarms.raise_alarm(AlarmKind.GUESSING, about=cast.agent, at=now, detail={})
    with django_capture_on_commit_callbacks(execute=True):
        assert alarms.unseen(cast.supervisor) == 1
        assert alarms.see(cast.outside_supervisor, [alarm.pk], at=now) == 0
        assert alarms.see(cast.supervisor, [alarm.pk], at=now) == 1
        assert alarms.see(cast.supervisor, [alarm.pk, 0], at=now) == 0
    assert alarms.unseen(cast.supervisor) == 0
    assert AlarmNotice.objects.filter(seen_at__isnull=False).count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Alarm.objects.filter(pk=alarm.pk).update(kind="other")
    with pytest.raises(DatabaseError), transaction.atomic():
        alarm.delete()


def test_an_alarm_is_undone_with_the_act_that_raised_it(cast: Cast) -> None:
    with transaction.atomic():
        alarms.raise_alarm(AlarmKind.GUESSING, about=None, at=timezone.now(), detail={})
        transaction.set_rollback(True)
    assert not Alarm.objects.exists()
    assert not AlarmNotice.objects.exists()
