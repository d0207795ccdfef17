"""领取下一件: the soonest term of the law, then risk, then age; and the case says why it came."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from complaints import next_case, next_due
from complaints.actions import assignment, intake
from complaints.models import Complaint, Deadline
from tests import factories as f
from tests.analytics.acts import Lives
from tests.analytics.histories import BEGIN
from tests.cast import Cast
from tests.days import noon
from tests.due import counted, known


def waiting(cast: Cast, law: int | None, age: int = 0, **changes: Any) -> Complaint:
    """A case that nobody owns: days until what the law sets us, days since it was received."""
    case = intake.register(f.values(order_number="", **changes), by=cast.agent)
    by_law = None if law is None else noon() + timedelta(days=law)
    received = noon() - timedelta(days=age)
    Complaint.objects.filter(pk=case.pk).update(next_statutory_at=by_law, received_at=received)
    return case


def taken(cast: Cast) -> list[str]:
    """The numbers, as they come."""
    found = []
    while (case := assignment.take_next(cast.agent)) is not None:
        found.append(case.number)
    return found


def test_the_law_goes_first_then_risk_then_age(cast: Cast) -> None:
    none_old = waiting(cast, None, 90)
    none_grave = waiting(cast, None, 1, risk_flags=["safety"])
    later_grave = waiting(cast, 9, 9, priority="critical")
    young = waiting(cast, 3, 1)
    old = waiting(cast, 3, 8)
    grave = waiting(cast, 3, 0, risk_flags=["media"])
    vulnerable = waiting(cast, 3, 5, risk_flags=["vulnerable"])
    soonest = waiting(cast, 2, 0)
    order = [soonest, grave, old, vulnerable, young, later_grave, none_grave, none_old]
    assert taken(cast) == [case.number for case in order]


def test_what_we_promised_ourselves_does_not_go_before_the_law(cast: Cast) -> None:
    inner, lawful = waiting(cast, None), waiting(cast, 30)
    Complaint.objects.filter(pk=inner.pk).update(next_due_at=noon() - timedelta(days=3))
    assert taken(cast) == [lawful.number, inner.number]


def test_a_term_of_the_consumer_is_none_of_ours(cast: Cast) -> None:
    case = f.investigating(cast)
    clock = Deadline.objects.filter(complaint=case, state="running").first()
    assert clock is not None
    for owed_by, ours in (("enterprise", True), ("consumer", False), ("regulator", False)):
        clock.nature, clock.owed_by, clock.due_at = "statutory", owed_by, BEGIN
        clock.save()
        next_due.refresh(case)
        assert case.next_due_at == BEGIN
        assert (case.next_statutory_at == BEGIN) is ours
        assert known(case) == counted(case)


def test_what_was_not_kept_before_is_filled_for_many_at_once(cast: Cast) -> None:
    cases = [f.investigating(cast, order_number=f"SO-{n}") for n in range(3)]
    Complaint.objects.update(next_due_at=None, next_statutory_at=None)
    next_due.refresh_many([case.pk for case in cases[:2]])
    fresh = [Complaint.objects.get(pk=case.pk) for case in cases]
    assert [known(case) == counted(case) for case in fresh] == [True, True, False]
    Complaint.objects.update(**next_due.of_each())
    assert all(known(c) == counted(c) for c in Complaint.objects.all())


def press(cast: Cast) -> str:
    """What is said after 领取."""
    browser = Client()
    browser.force_login(cast.agent)
    page = browser.post(reverse("take"), follow=True)
    return unescape(re.sub(r"<[^>]+>", "", page.content.decode()))


def test_the_case_says_why_it_came(cast: Cast) -> None:
    first = waiting(cast, 3)
    page = press(cast)
    assert f"已领取 {first.number}" in page
    assert "法定期限最近（" in page
    assert "同一期限" not in page


def test_where_others_have_the_same_term_it_says_what_decided(cast: Cast) -> None:
    waiting(cast, 3, 1, risk_flags=["media"])
    waiting(cast, 3, 5)
    waiting(cast, 3, 4)
    waiting(cast, None, 4)
    assert "同一期限中它风险高" in press(cast)
    assert "同一期限中它收到最早（" in press(cast)
    assert "同一期限" not in press(cast)
    assert "待分配的案件都没有在走的法定期限" in press(cast)


def test_the_order_is_explained_beside_the_button_to_those_who_take(cast: Cast) -> None:
    for user, explained in ((cast.agent, True), (cast.auditor, False)):
        browser = Client()
        browser.force_login(user)
        page = browser.get(reverse("queue"), {"state": "open"}).content.decode()
        assert ("按什么顺序领取" in page) is explained


@pytest.mark.parametrize("teams", [1, 2])
def test_the_next_case_is_read_from_its_index(cast: Cast, teams: int) -> None:
    waiting(cast, 3)
    if teams == 2:
        Membership.objects.create(user=cast.agent, team=cast.other_team)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        if teams == 1:
            cursor.execute("SET LOCAL enable_sort = off")
    user = User.objects.get(pk=cast.agent.pk)
    cases = next_case.waiting_for(user).select_for_update(of=("self",), skip_locked=True)
    with transaction.atomic():
        plan = str(cases[:1].explain())
    assert "to_be_taken" in plan
    assert ("Sort" in plan) is (teams == 2)


@pytest.mark.parametrize("seed", [3, 4])
def test_whatever_people_do_a_case_knows_when_the_law_wants_it(cast: Cast, seed: int) -> None:
    """By the real actions: holds, extensions, recounts, steps, reopening, promises."""
    with time_machine.travel(BEGIN, tick=False) as clock:
        lives = Lives(cast, seed, clock)
        for _ in range(12):
            lives.happen(5)
            for case in Complaint.objects.all():
                assert known(case) == counted(case), (case.number, lives.done)
        lives.end(3)
        for case in Complaint.objects.all():
            assert known(case) == counted(case), (case.number, lives.done)
