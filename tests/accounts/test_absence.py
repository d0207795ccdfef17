"""Days away: who may enter them, who stands in, and that a chain of deputies never turns in
circles.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import absences
from accounts.absences import AbsenceError, Roster
from accounts.models import Absence, User
from accounts.roles import Role
from audit.models import Entry
from complaints.actions import assignment
from complaints.errors import Invalid, NotAllowed
from complaints.views.queue_directory import Directory
from tests import factories as f
from tests.cast import Cast, person

MONDAY = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _monday() -> object:
    with time_machine.travel("2026-11-30T09:00:00+08:00", tick=False):
        yield


def day(n: int) -> date:
    return MONDAY + timedelta(days=n)


def away(user: User, first: int, last: int, deputy: User | None = None, by: User | None = None):
    return absences.set_absence(
        user, first_day=day(first), last_day=day(last), deputy=deputy, by=by or user
    )


def test_a_person_is_away_on_both_ends_and_not_on_the_day_after(cast: Cast) -> None:
    away(cast.agent, 0, 2, cast.colleague)
    on = [bool(Roster.of(day(n)).absence_of(cast.agent)) for n in range(-1, 4)]
    assert on == [False, True, True, True, False]
    assert Roster.of(day(1)).stand_in(cast.agent) == cast.colleague
    entry = Entry.objects.get(verb="absence.set")
    assert entry.detail == {"days": ["2026-11-30", "2026-12-02"], "deputy": "colleague"}


@pytest.mark.parametrize(
    ("first", "last", "deputy", "field", "words"),
    [
        (2, 1, "", "last_day", "结束日期早于开始日期"),
        (-5, -1, "", "last_day", "已经过去"),
        (0, 400, "", "last_day", "最多登记一年"),
        (3, 4, "", "first_day", "与已登记的休假重叠（2026-12-01 – 2026-12-04）"),
        (10, 12, "agent", "deputy", "不能由自己代理"),
        (10, 12, "counsel", "deputy", "林若衡 不能代理"),
        (10, 12, "colleague", "deputy", "何静 在 2026-12-12 – 2026-12-13 也休假"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason_at_its_field(
    cast: Cast, first: int, last: int, deputy: str, field: str, words: str
) -> None:
    away(cast.agent, 1, 4)
    away(cast.colleague, 12, 13)
    standing = getattr(cast, deputy) if deputy else None
    with pytest.raises(AbsenceError) as refused:
        away(cast.agent, first, last, standing)
    assert list(refused.value.errors) == [field]
    assert words in refused.value.errors[field]
    assert Absence.objects.count() == 2
    away(cast.agent, 10, 11, cast.colleague)  # the same with nothing wrong


def test_a_deactivated_colleague_is_no_deputy(cast: Cast) -> None:
    User.objects.filter(pk=cast.colleague.pk).update(is_active=False)
    with pytest.raises(AbsenceError, match="何静 不能代理"):
        away(cast.agent, 1, 2, cast.colleague)


def test_counsel_stand_in_for_counsel_without_sharing_a_team(cast: Cast) -> None:
    away(cast.counsel, 0, 0, cast.counsel2)
    assert Roster.of(MONDAY).stand_in(cast.counsel) == cast.counsel2


@pytest.mark.parametrize(
    ("by", "allowed"),
    [
        ("agent", True),
        ("supervisor", True),
        ("colleague", False),
        ("outside_supervisor", False),
        ("administrator", False),
        ("counsel", False),
    ],
)
def test_oneself_or_a_supervisor_of_the_team_enters_and_ends(
    cast: Cast, by: str, allowed: bool
) -> None:
    someone = getattr(cast, by)
    entered = away(cast.agent, 20, 21)
    if allowed:
        away(cast.agent, 1, 2, by=someone)
        absences.end(entered.pk, by=someone)
        return
    with pytest.raises(AbsenceError, match="只能登记自己的休假"):
        away(cast.agent, 1, 2, by=someone)
    with pytest.raises(Absence.DoesNotExist):
        absences.end(entered.pk, by=someone)


def test_the_chain_of_deputies_is_followed_and_a_circle_ends_with_nobody(cast: Cast) -> None:
    third = person("third", Role.AGENT, team=cast.team)
    away(cast.agent, 0, 5, cast.colleague)
    away(cast.colleague, 1, 3, third)
    assert Roster.of(day(0)).stand_in(cast.agent) == cast.colleague
    assert Roster.of(day(2)).stand_in(cast.agent) == third
    assert Roster.of(day(4)).stand_in(cast.agent) == cast.colleague
    with pytest.raises(AbsenceError, match="也休假"):
        away(third, 2, 2, cast.agent)
    Absence.objects.create(
        user=third,
        first_day=day(2),
        last_day=day(2),
        deputy=cast.agent,
        by=third,
        created_at=timezone.now(),
    )
    assert Roster.of(day(2)).stand_in(cast.agent) is None
    assert Roster.of(day(2)).stand_in(third) is None


def test_whoever_is_back_early_or_stays_is_not_away(cast: Cast) -> None:
    entered = away(cast.agent, 0, 5, cast.colleague)
    absences.end(entered.pk, by=cast.agent)
    absences.end(entered.pk, by=cast.agent)
    assert Roster.of(MONDAY).absence_of(cast.agent) is None
    assert absences.is_away(cast.agent) is None
    assert Entry.objects.filter(verb="absence.ended").count() == 1
    away(cast.agent, 0, 5)  # and may go again


def test_the_database_itself_refuses_two_absences_at_once(cast: Cast) -> None:
    first = away(cast.agent, 0, 5)
    with pytest.raises(IntegrityError, match="one_absence_at_a_time"), transaction.atomic():
        Absence.objects.create(
            user=cast.agent,
            first_day=first.last_day,
            last_day=day(9),
            by=cast.agent,
            created_at=timezone.now(),
        )


def test_nobody_away_is_given_a_case_or_offered_for_one(cast: Cast) -> None:
    case = f.registered(cast)
    away(cast.colleague, 0, 1, cast.supervisor)
    with pytest.raises(Invalid, match="何静 休假至 2026-12-01；请转给周启明"):
        assignment.assign(case.number, by=cast.supervisor, user=cast.colleague, note="交接")
    assignment.assign(case.number, by=cast.supervisor, user=None, note="放回")
    with pytest.raises(NotAllowed, match="您登记了休假"):
        assignment.take_next(cast.colleague)
    names = [name for _id, name, _teams in Directory(cast.supervisor).receivers]
    assert "陈晓雨" in names
    assert "何静" not in names
    sheet = client_of(cast.supervisor).get(reverse("assign", args=[case.number])).content.decode()
    assert f'<option value="{cast.agent.pk}"' in sheet
    assert f'<option value="{cast.colleague.pk}"' not in sheet
    with time_machine.travel("2026-12-02T09:00:00+08:00", tick=False):
        assert assignment.take_next(cast.colleague) == case


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_enters_an_absence_and_keeps_what_was_refused(cast: Cast) -> None:
    client, address = client_of(cast.agent), reverse("absence")
    sent = {
        "first_day": "2026-12-07",
        "last_day": "2026-12-01",
        "deputy": cast.colleague.pk,
        "note": "探亲",
    }
    page = client.post(address, sent).content.decode()
    assert "结束日期早于开始日期" in page
    assert 'value="探亲"' in page
    assert not Absence.objects.exists()
    assert client.post(address, {**sent, "last_day": "2026-12-09"}).url == address
    entered = Absence.objects.get()
    assert (entered.user, entered.deputy, entered.note) == (cast.agent, cast.colleague, "探亲")
    assert "2026-12-07 – 2026-12-09" in client.get(address).content.decode()
    assert "您在 12-07 至 12-09 代 陈晓雨 接收提醒和通知。" in (
        client_of(cast.colleague).get(address).content.decode()
    )
    assert client.post(reverse("end_absence", args=[entered.pk])).url == address
    entered.refresh_from_db()
    assert entered.ended_at is not None


def test_a_supervisor_enters_for_the_own_people_and_nobody_elses(cast: Cast) -> None:
    client, address = client_of(cast.supervisor), reverse("absence")
    sent = {"first_day": "2026-12-07", "last_day": "2026-12-08", "note": ""}
    client.post(address, {**sent, "user": cast.agent.pk})
    page = client.post(address, {**sent, "user": cast.outsider.pk}).content.decode()
    assert "is-error" in page
    assert [a.user for a in Absence.objects.all()] == [cast.agent]
    assert "陈晓雨" in client.get(address).content.decode()
    assert client_of(cast.agent).post(address, {**sent, "user": cast.colleague.pk}).status_code
    assert not Absence.objects.filter(user=cast.colleague).exists()
    foreign = away(cast.outsider, 1, 2)
    assert client.post(reverse("end_absence", args=[foreign.pk])).status_code == 404


def test_the_page_asks_the_database_as_often_for_many_as_for_few(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    client = client_of(cast.supervisor)
    client.get(reverse("absence"))
    for n in range(5):
        away(person(f"p{n}", Role.AGENT, team=cast.team), 1, 2, cast.agent, by=cast.supervisor)
    with django_assert_max_num_queries(12):
        client.get(reverse("absence"))


@pytest.mark.django_db(transaction=True)
def test_two_who_become_each_others_deputy_at_the_same_moment_do_not_both(cast: Cast) -> None:
    together = Barrier(2)

    def enter(user: User, deputy: User) -> str:
        together.wait(10)
        try:
            away(user, 0, 2, deputy)
        except AbsenceError as refused:
            return str(refused)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        pairs = ((cast.agent, cast.colleague), (cast.colleague, cast.agent))
        answers = [each.result() for each in [pool.submit(enter, *pair) for pair in pairs]]
    assert sorted(map(bool, answers)) == [False, True]
    assert Absence.objects.count() == 1


def test_a_circle_that_arises_by_dates_is_refused(cast: Cast) -> None:
    third = person("third", Role.AGENT, team=cast.team)
    away(cast.agent, 0, 4, cast.colleague)
    away(cast.colleague, 4, 6, third)  # agent → colleague → third on the fifth day
    with pytest.raises(AbsenceError, match="也休假"):
        away(third, 4, 8, cast.agent)
    away(third, 5, 8, cast.agent)  # the agent is back by then
    assert Roster.of(day(4)).stand_in(cast.agent) == third
    assert Roster.of(day(5)).stand_in(cast.colleague) == cast.agent
