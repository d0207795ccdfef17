"""今日告急: what falls due today or is over, by person, and handing it over at once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import absences
from accounts.models import Absence, User
from complaints.actions import assignment, holds, sweep
from complaints.models import Complaint, Event
from complaints.workdays import SHANGHAI
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_case import browser, text_of

DANGER = reverse("danger")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


TODAY = at("2026-03-09 10:00")  # a Monday


@pytest.fixture(autouse=True)
def _monday() -> Any:
    with time_machine.travel(TODAY, tick=False):
        yield


def begun(cast: Cast, start: str, by: Any = None, **changes: Any) -> Complaint:
    """Registered then: a working day later somebody has to have decided."""
    return f.registered(cast, by=by, now=at(start), **changes)


@pytest.fixture
def over(cast: Cast) -> Complaint:
    return begun(cast, "2026-03-04 10:00", title="退款拖延")


@pytest.fixture
def today(cast: Cast) -> Complaint:
    return begun(cast, "2026-03-06 10:00", by=cast.colleague, title="缺斤短两")


@pytest.fixture
def later(cast: Cast) -> Complaint:
    return begun(cast, "2026-03-09 09:00", title="还早")


def rows(page: Any) -> list[str]:
    return re.findall(r'<tr id="(TS[^"]+)"', text_of(page))


def hand(client: Client, case: Complaint, **sent: Any) -> Any:
    values = {"version": str(case.version), "note": "请今天处理", **sent}
    return client.post(reverse("danger_hand_over", args=[case.number]), values)


def test_a_supervisor_sees_the_teams_cases_by_person_the_soonest_first(
    cast: Cast, over: Complaint, today: Complaint, later: Complaint
) -> None:
    page = browser(cast.supervisor).get(DANGER)
    assert rows(page) == [over.number, today.number]
    text = text_of(page)
    assert "clock--over" in text
    assert "clock--soon" in text
    groups = re.findall(r'scope="rowgroup".*?<b[^>]*>([^<]+)</b>.*?"meta">([^<]+)<', text, re.S)
    assert groups == [("陈晓雨", "超时 1 · 今日 0"), ("何静", "超时 0 · 今日 1")]
    only = browser(cast.supervisor).get(DANGER, {"who": cast.colleague.pk})
    assert rows(only) == [today.number]


def test_an_agent_sees_the_own_ones_only(cast: Cast, over: Complaint, today: Complaint) -> None:
    assert rows(browser(cast.agent).get(DANGER)) == [over.number]
    assert rows(browser(cast.agent).get(DANGER, {"who": cast.colleague.pk})) == [over.number]
    assert rows(browser(cast.outside_supervisor).get(DANGER)) == []
    assert browser(cast.auditor).get(DANGER).status_code == 403


def test_what_nobody_owns_comes_under_a_heading_of_its_own(cast: Cast, over: Complaint) -> None:
    assignment.assign(over.number, by=cast.supervisor, user=None, note="退回")
    text = text_of(browser(cast.supervisor).get(DANGER))
    assert re.search(r'scope="rowgroup".*?<b[^>]*>待分配</b>', text, re.S)
    assert rows(browser(cast.supervisor).get(DANGER, {"who": "none"})) == [over.number]


def test_what_stands_still_is_in_no_danger(cast: Cast) -> None:
    start = at("2026-03-02 10:00")
    case = f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)
    assert rows(browser(cast.supervisor).get(DANGER)) == [case.number]
    holds.start(case.number, {"reason": "consumer", "note": "等截图"}, by=cast.agent)
    assert rows(browser(cast.supervisor).get(DANGER)) == []


def test_a_case_is_handed_over_from_its_row(cast: Cast, over: Complaint) -> None:
    client = browser(cast.supervisor)
    page = text_of(client.get(DANGER))
    assert f'<option value="{cast.colleague.pk}">何静　超时 0 · 今日 0</option>' in page
    assert f'<option value="{cast.agent.pk}"' not in page  # has it already
    answer = hand(client, over, to=cast.colleague.pk, who=cast.agent.pk)
    assert answer.url == f"{DANGER}?who={cast.agent.pk}"
    over.refresh_from_db()
    assert over.owner == cast.colleague
    event = Event.objects.get(complaint=over, kind="assignment", code="assigned")
    assert (event.text, event.by) == ("请今天处理", cast.supervisor)
    assert "已将" in text_of(client.get(answer.url))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"to": ""}, "请选择转给谁"),
        ({"to": "999999"}, "请选择转给谁"),
        ({"to": "outsider"}, "请选择转给谁"),
        ({"note": "  "}, "请写一句交接说明"),
        ({"version": "0"}, "已被他人更新"),
        ({"note": "控制\x07字符"}, "看不见的控制字符"),
    ],
)
def test_a_refused_hand_over_stays_in_its_row_with_what_was_typed(
    cast: Cast, over: Complaint, today: Complaint, sent: dict[str, str], words: str
) -> None:
    values = {"to": str(cast.colleague.pk), **sent}
    if values["to"] == "outsider":
        values["to"] = str(cast.outsider.pk)
    page = hand(browser(cast.supervisor), over, **values)
    assert page.status_code == 422
    row = re.search(rf'<tr id="{over.number}".*?</tr>', text_of(page), re.S)
    assert row is not None
    assert words in row[0]
    if "note" not in sent:
        assert 'value="请今天处理"' in row[0]
    over.refresh_from_db()
    assert over.owner == cast.agent


def test_whoever_comes_back_to_a_refused_hand_over_sees_the_case(
    cast: Cast, over: Complaint
) -> None:
    answer = browser(cast.supervisor).get(reverse("danger_hand_over", args=[over.number]))
    assert answer.url == f"{DANGER}?case={over.number}"


def test_an_agent_hands_over_own_cases_alone(cast: Cast, over: Complaint, today: Complaint) -> None:
    agent = browser(cast.agent)
    assert hand(agent, over, to=cast.colleague.pk).status_code == 302
    assert hand(agent, today, to=cast.agent.pk).status_code == 403
    assert hand(browser(cast.outsider), over, to=cast.colleague.pk).status_code == 404


def test_who_is_away_is_marked_and_receives_nothing(cast: Cast, over: Complaint) -> None:
    day = timezone.localdate()
    for who in (cast.agent, cast.colleague):
        last = day + timedelta(days=2)
        absences.set_absence(who, first_day=day, last_day=last, deputy=None, by=who)
    page = text_of(browser(cast.supervisor).get(DANGER))
    assert "休假中" in page
    assert f'<option value="{cast.colleague.pk}"' not in page


def leave(who: User, first: int, last: int) -> Absence:
    day = timezone.localdate()
    days = {"first_day": day + timedelta(days=first), "last_day": day + timedelta(days=last)}
    return absences.set_absence(who, **days, deputy=None, by=who)


def test_before_a_leave_the_supervisor_sees_what_falls_due_meanwhile_and_hands_it_over(
    cast: Cast, over: Complaint, later: Complaint
) -> None:
    going = leave(cast.agent, 1, 3)
    far = begun(cast, "2026-03-09 09:30", title="休假之后")
    Complaint.objects.filter(pk=far.pk).update(next_due_at=at("2026-03-13 00:00"))
    client = browser(cast.supervisor)
    link = f"{DANGER}?away={going.pk}"
    first = text_of(client.get(DANGER))
    assert "陈晓雨 03-10 至 03-12 休假，到休假结束有 2 件到期或者已经超时" in first
    assert link in first
    page = text_of(client.get(link))
    assert rows(client.get(link)) == [over.number, later.number]
    assert "休假期间到期的案件</h1>" in page
    answer = hand(client, later, to=cast.colleague.pk, away=going.pk)
    assert answer.url == link
    assert rows(client.get(link)) == [over.number]
    assert link in text_of(client.get(reverse("absence")))


def test_a_leave_without_anything_due_or_far_away_is_not_announced(
    cast: Cast, over: Complaint
) -> None:
    leave(cast.colleague, 1, 3)
    far = leave(cast.agent, 8, 9)
    page = text_of(browser(cast.supervisor).get(DANGER))
    assert "到休假结束有" not in page
    assert rows(browser(cast.supervisor).get(DANGER, {"away": far.pk})) == [over.number]


def test_a_leave_shows_nobody_else_s_cases(cast: Cast, over: Complaint, today: Complaint) -> None:
    mine, theirs = leave(cast.agent, 0, 3), leave(cast.colleague, 0, 3)
    agent = browser(cast.agent)
    assert rows(agent.get(DANGER, {"away": mine.pk})) == [over.number]
    assert rows(agent.get(DANGER, {"away": theirs.pk})) == [over.number], "as if it were not there"
    assert rows(browser(cast.outside_supervisor).get(DANGER, {"away": mine.pk})) == []


def test_a_warning_leads_to_its_case_and_the_list_to_it(cast: Cast, over: Complaint) -> None:
    sweep.enforce_due(TODAY)
    send_waiting()
    client = browser(cast.supervisor)
    link = f"{DANGER}?case={over.number}"
    assert link in text_of(client.get(reverse("notices")))
    assert f'href="{DANGER}"' in text_of(client.get(reverse("queue")))
    assert rows(client.get(link)) == [over.number]


def test_a_warning_of_a_case_that_is_gone_says_so(cast: Cast, over: Complaint) -> None:
    page = browser(cast.outside_supervisor).get(DANGER, {"case": over.number})
    assert rows(page) == []
    assert "不在您的范围内" in text_of(page)


@pytest.mark.parametrize(
    "query",
    [
        {"who": "x"},
        {"away": "x"},
        {"who": "99999999999999999999"},
        {"cursor": "junk"},
        {"case": "x" * 99},
    ],
)
def test_junk_in_the_address_harms_nothing(
    cast: Cast, over: Complaint, query: dict[str, str]
) -> None:
    assert browser(cast.supervisor).get(DANGER, query).status_code == 200


def test_it_takes_as_many_statements_for_many_as_for_few(cast: Cast, over: Complaint) -> None:
    client = browser(cast.supervisor)

    def counted() -> int:
        cache.clear()
        client.get(reverse("settings"))
        with CaptureQueriesContext(connection) as statements:
            client.get(DANGER)
        return len(statements)

    leave(cast.agent, 1, 2)
    few = counted()
    leave(cast.colleague, 1, 2)
    for n in range(8):
        begun(cast, f"2026-03-04 1{n}:00", by=cast.colleague if n % 2 else cast.agent)
    assert counted() == few <= 10


def test_it_is_paged(cast: Cast, over: Complaint) -> None:
    for n in range(27):
        begun(cast, f"2026-03-04 11:{n:02}")
    client = browser(cast.supervisor)
    first = client.get(DANGER)
    link = re.search(r'href="([^"]+cursor=[^"]+)" rel="next"', text_of(first))
    assert link is not None
    second = client.get(link[1].replace("&amp;", "&"))
    assert len(rows(first)) == 25
    assert len(set(rows(first)) | set(rows(second))) == 28
