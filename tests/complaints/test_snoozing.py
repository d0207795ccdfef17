"""搁置: a case half done leaves its owner's list until a day, or until something happens; no clock
stops for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from complaints.actions import assignment, communication, evidence, snoozing, sweep
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.models import Complaint, Deadline, Event, Snooze
from complaints.workdays import SHANGHAI
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_queue import browser, numbers

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as moving:
        yield moving


@pytest.fixture
def case(cast: Cast, clock: Any) -> Complaint:
    return f.investigating(cast)


def aside(case: Complaint, by: User, days: int = 2, **values: Any) -> Snooze:
    until = (timezone.localdate() + timedelta(days=days)).isoformat()
    sent = {"until": until, "waiting_for": "等检测报告", **values}
    return snoozing.put_aside(case.number, sent, by=by)


def listed(user: User, **query: str) -> list[str]:
    return numbers(browser(user).get(reverse("queue"), query or {"owner": "me", "state": "open"}))


def html(user: User, number: str) -> str:
    return browser(user).get(reverse("case", args=[number])).content.decode()


def the_list(user: User) -> str:
    return browser(user).get(reverse("queue")).content.decode()


def test_it_is_gone_from_the_list_and_comes_back_on_top_on_its_day(
    cast: Cast, case: Complaint, clock: Any
) -> None:
    other = f.investigating(cast, order_number="SO-2")
    Complaint.objects.filter(pk=other.pk).update(next_due_at=NOW - DAY)
    before = list(Deadline.objects.order_by("pk").values())
    aside(case, cast.agent)
    assert listed(cast.agent) == [other.number]
    assert listed(cast.agent, owner="me", state="open", snoozed="1") == [case.number]
    assert listed(cast.supervisor, state="open", snoozed="1") == [case.number]
    assert set(listed(cast.agent, state="open")) == {case.number, other.number}
    assert list(Deadline.objects.order_by("pk").values()) == before, "no clock stops"
    clock.move_to(datetime(2026, 11, 24, 23, 59, tzinfo=SHANGHAI))
    assert listed(cast.agent) == [other.number]
    clock.move_to(datetime(2026, 11, 25, 0, 0, tzinfo=SHANGHAI))
    assert listed(cast.agent) == [case.number, other.number], "before what is overdue"
    assert "今天回来：等检测报告" in the_list(cast.agent)
    assert listed(cast.agent, owner="me", state="open", snoozed="back") == [case.number]
    clock.move_to(datetime(2026, 11, 26, 9, 0, tzinfo=SHANGHAI))
    assert "2026-11-25 回来：等检测报告" in the_list(cast.agent)


def test_the_case_and_the_record_say_it(cast: Cast, case: Complaint) -> None:
    aside(case, cast.agent)
    for user in (cast.agent, cast.colleague, cast.supervisor):
        assert "搁置到 2026-11-25" in html(user, case.number)
        assert "等检测报告" in html(user, case.number)
        assert ("结束搁置" in html(user, case.number)) is (user == cast.agent)
    event = Event.objects.get(complaint=case, code="put_aside")
    said = (event.by, event.text, event.detail)
    assert said == (cast.agent, "等检测报告", {"until": "2026-11-25"})


def test_it_is_taken_up_by_hand(cast: Cast, case: Complaint) -> None:
    aside(case, cast.agent)
    client = browser(cast.agent)
    done = client.post(reverse("take_up", args=[case.number]), follow=True)
    assert "搁置已结束" in done.content.decode()
    assert listed(cast.agent) == [case.number]
    assert Event.objects.filter(complaint=case, code="taken_up").count() == 1
    again = client.post(reverse("take_up", args=[case.number]), follow=True)
    assert "本案已经不在搁置中" in again.content.decode()
    assert Snooze.objects.get().because == "by_hand"


def answered(cast: Cast, case: Complaint) -> None:
    said = {"kind": "call_note", "text": "报告今天寄出", "inbound": True, "channel": "phone"}
    communication.write(case.number, said, by=cast.colleague)


def proved(cast: Cast, case: Complaint) -> None:
    evidence.add(case.number, [b"x"], "a.txt", {"from_consumer": True}, by=cast.colleague)


def warned(cast: Cast, case: Complaint) -> None:
    clock = Deadline.objects.filter(complaint=case, state="running").order_by("due_at").first()
    assert clock is not None
    clock.ladder = [{**rung, "at": NOW.isoformat()} for rung in clock.ladder[:1]]
    clock.ladder_at = NOW
    clock.save(update_fields=["ladder", "ladder_at"])
    sweep.enforce_due(timezone.now())


@pytest.mark.parametrize(
    ("happens", "words"),
    [(answered, "消费者有了回音"), (proved, "消费者有了回音"), (warned, "期限将近")],
)
def test_it_comes_back_earlier_when_something_happens(
    cast: Cast, case: Complaint, clock: Any, happens: Any, words: str
) -> None:
    aside(case, cast.agent)
    clock.shift(3600)
    happens(cast, case)
    assert listed(cast.agent) == [case.number]
    assert f"提前回来：{words}" in the_list(cast.agent)
    assert f"提前回来：{words}" in html(cast.agent, case.number)


def test_what_we_write_ourselves_brings_nothing_back(cast: Cast, case: Complaint) -> None:
    aside(case, cast.agent)
    for kind in ("internal_note", "reply"):
        communication.write(case.number, {"kind": kind, "text": "请稍候"}, by=cast.colleague)
    evidence.add(case.number, [b"y"], "b.txt", {}, by=cast.colleague)
    assert listed(cast.agent) == []


def test_another_owner_has_it_at_once_and_it_is_not_put_aside_any_more(
    cast: Cast, case: Complaint
) -> None:
    aside(case, cast.agent)
    assignment.assign(case.number, by=cast.supervisor, user=cast.colleague, note="请办")
    assert listed(cast.colleague) == [case.number]
    assignment.assign(case.number, by=cast.supervisor, user=cast.agent, note="还是您")
    assert listed(cast.agent) == [case.number]
    snooze = Snooze.objects.get()
    assert (snooze.because, snooze.ended_at) == ("moved", NOW)


def test_a_step_ends_it(cast: Cast, case: Complaint) -> None:
    aside(case, cast.agent)
    f.step(case, "refer_out", cast.supervisor, body="市场监管局", reference="X", date="2026-11-20")
    assert Snooze.objects.get().because == "moved"


def test_an_overdue_case_is_never_hidden(cast: Cast, case: Complaint) -> None:
    aside(case, cast.agent)
    Complaint.objects.filter(pk=case.pk).update(next_due_at=NOW - DAY)
    assert listed(cast.agent) == [case.number]
    assert listed(cast.agent, owner="me", state="open", overdue="1") == [case.number]


def test_it_is_put_aside_until_its_next_deadline_at_most(cast: Cast, case: Complaint) -> None:
    due = datetime(2026, 11, 26, 18, 0, tzinfo=SHANGHAI)
    Complaint.objects.filter(pk=case.pk).update(next_due_at=due)
    with pytest.raises(Invalid, match="搁置不停止期限，本案最近的期限在 2026-11-26"):
        aside(case, cast.agent, 4)
    aside(case, cast.agent, 3)
    aside(case, cast.agent, 1)  # anew
    assert Snooze.objects.get(ended_at=None).until == datetime(2026, 11, 24, tzinfo=SHANGHAI)
    for late in (NOW - DAY, NOW + timedelta(hours=2)):
        Complaint.objects.filter(pk=case.pk).update(next_due_at=late)
        with pytest.raises(Invalid, match="请先办理"):
            aside(case, cast.agent, 1)
    Complaint.objects.filter(pk=case.pk).update(next_due_at=None)
    assert snoozing.last_day(Complaint.objects.get(), NOW) == date(2027, 11, 24)
    with pytest.raises(Invalid, match="最多搁置一年"):
        aside(case, cast.agent, 400)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"until": ""}, "请选择搁置到哪一天"),
        ({"until": "2026-11-23"}, "请选择今天以后的日期"),
        ({"until": "2026-11-01"}, "请选择今天以后的日期"),
        ({"until": "明天"}, "不是有效日期"),
        ({"waiting_for": " "}, ""),
        ({"waiting_for": "长" * 201}, ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(
    cast: Cast, case: Complaint, values: dict[str, str], words: str
) -> None:
    client, url = browser(cast.agent), reverse("snooze", args=[case.number])
    sent = {"until": "2026-11-24", "waiting_for": "等“报告”'<b>"}
    answer = client.post(url, sent | values)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Snooze.objects.exists()
    assert client.post(url, sent).status_code == 302
    assert listed(cast.agent) == []


def test_only_its_owner_puts_a_case_aside(cast: Cast, case: Complaint) -> None:
    for by in (cast.colleague, cast.supervisor, cast.auditor, cast.counsel):
        with pytest.raises((NotAllowed, Complaint.DoesNotExist)):
            aside(case, by)
    url = reverse("snooze", args=[case.number])
    assert browser(cast.colleague).get(url).status_code == 302
    assert browser(cast.auditor).get(url).status_code == 403
    assert browser(cast.outsider).get(url).status_code == 404
    sent, before = {"until": "2026-11-24", "waiting_for": "等"}, case.version - 1
    with pytest.raises(StaleVersion):
        snoozing.put_aside(case.number, sent, by=cast.agent, version=before)


def test_the_form_says_that_no_clock_stops_and_which_comes_next(
    cast: Cast, case: Complaint
) -> None:
    page = browser(cast.agent).get(reverse("snooze", args=[case.number])).content.decode()
    assert "搁置不停止任何期限" in page
    assert "最晚可以搁置到" in page
    Complaint.objects.filter(pk=case.pk).update(next_due_at=NOW - DAY)
    page = browser(cast.agent).get(reverse("snooze", args=[case.number])).content.decode()
    assert "请先办理" in page
    assert 'name="until"' not in page, "no fields for what could only be refused"


def test_after_putting_it_aside_one_is_at_the_row_that_stands_in_its_place(cast: Cast) -> None:
    client = browser(cast.agent)
    a, b = (f.investigating(cast, order_number=f"SO-{n}") for n in range(2))
    Complaint.objects.filter(pk=b.pk).update(next_due_at=NOW + 40 * DAY)
    came_from = f"http://testserver{reverse('queue')}?owner=me&state=open"
    url = reverse("snooze", args=[a.number])
    client.get(url, headers={"referer": came_from})
    done = client.post(url, {"until": "2026-11-24", "waiting_for": "等"})
    assert done.url == reverse("back_to_list", args=[a.number])
    assert client.get(done.url).url == f"{reverse('queue')}?owner=me&state=open#{b.number}"
