"""运行状况: supervisors and administrators see whether what happens by itself happens; Prometheus
reads the same figures.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis import Redis

from complaints import calendars, health
from complaints.actions import sweep
from complaints.models import Complaint, Deadline, Outbox, Postponed, SweepRun
from tests import factories as f
from tests import notices
from tests.cast import Cast
from tests.walks.ask import browser

pytestmark = pytest.mark.django_db


def text(answer: HttpResponse) -> str:
    assert answer.status_code == 200
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", plain)


def page(cast: Cast, name: str = "supervisor", **headers: str) -> str:
    return text(browser(getattr(cast, name)).get("/health/", headers=headers))


def overdue(case: Complaint, minutes: int) -> None:
    at = timezone.now() - timedelta(minutes=minutes)
    Deadline.objects.filter(complaint=case).update(ladder_at=at)


def postponed(case: Complaint) -> Postponed:
    clock, now = Deadline.objects.get(complaint=case), timezone.now()
    return Postponed.objects.create(
        deadline=clock, since=now, until=now + timedelta(hours=1), times=3, error="KeyError"
    )


@pytest.mark.parametrize("name", ["agent", "counsel", "auditor"])
def test_only_supervisors_and_administrators_see_it(cast: Cast, name: str) -> None:
    assert browser(getattr(cast, name)).get("/health/").status_code == 403
    assert "/health/" not in browser(getattr(cast, name)).get("/settings/").content.decode()
    for other in ("supervisor", "administrator"):
        assert 'href="/health/"' in browser(getattr(cast, other)).get("/settings/").content.decode()


def test_nothing_ever_swept_is_said_in_red_with_what_to_do(cast: Cast) -> None:
    said = page(cast, "administrator")
    assert "期限巡检停了" in said
    assert "从未" in said
    assert "worker 与 beat" in said


def test_after_a_sweep_it_says_when_and_that_all_is_well(cast: Cast) -> None:
    sweep.run("celery@one")
    said = page(cast)
    assert "期限巡检停了" not in said
    assert re.search(r"最近一次巡检 \d 秒前 良好", said)
    assert re.search(r"到期未处理 0 良好", said)
    assert "celery@one 刚刚 · 处理 0 项期限" in said
    assert "还没有期限到过提醒的时间" in said


def test_two_minutes_of_silence_are_an_alarm(cast: Cast) -> None:
    sweep.run("celery@one")
    SweepRun.objects.update(finished_at=timezone.now() - timedelta(minutes=3))
    said = page(cast)
    assert "期限巡检停了" in said
    assert "3 分钟前 需要处理" in said


def test_it_says_how_much_is_due_and_how_late_the_last_sweeps_were(cast: Cast) -> None:
    sweep.run("celery@one")
    overdue(f.registered(cast), 95)
    assert "到期未处理 1 注意 最久已等 1 小时" in page(cast)
    assert sweep.run("celery@two").handled == 1
    said = page(cast)
    assert "到期未处理 0 良好" in said
    assert re.search(r"今天 \d\d:\d\d 1 0 1 小时 celery@two", said)


def test_a_postponed_clock_is_named_to_those_who_may_see_its_case(cast: Cast) -> None:
    case = f.registered(cast)
    postponed(case)
    said = page(cast)
    assert "出错推迟 1 需要处理" in said
    assert f"{case.number} 决定是否受理" in said
    assert "KeyError" in said
    for other in ("administrator", "outside_supervisor"):
        said = page(cast, other)
        assert "不在您的范围 决定是否受理" in said
        assert case.number not in said


def test_a_clock_that_ended_is_postponed_no_longer(cast: Cast) -> None:
    case = f.registered(cast)
    postponed(case)
    f.step(case, "accept", cast.agent)
    assert "出错推迟 0 良好" in page(cast)


def test_what_was_not_sent_is_told_with_its_error(cast: Cast) -> None:
    case = f.investigating(cast)
    long_ago = timezone.now() - timedelta(hours=2)
    Outbox.objects.update(attempts=4, last_error="SMTPServerDisconnected", not_before=long_ago)
    said = page(cast)
    assert "待发通知与函件 1 注意 最久已等 2 小时" in said
    assert re.search(rf"{case.number} \S+ 4 .{{6,12}} SMTPServerDisconnected", said)


def test_tasks_that_wait_are_counted_and_a_broker_that_is_away_is_said(cast: Cast) -> None:
    with Redis.from_url(settings.CELERY_BROKER_URL) as broker:
        others = broker.llen(health.QUEUE)  # what tests before this one sent and nobody took
        broker.rpush(health.QUEUE, "a", "b")
        try:
            assert f"任务队列正常，{others + 2} 项任务在排队" in page(cast)
        finally:
            broker.delete(health.QUEUE)
    with override_settings(CELERY_BROKER_URL="redis://127.0.0.1:9/0"):
        assert "任务队列没有应答" in page(cast)


def test_a_missing_notice_of_the_calendar_is_warned_of(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendars, "STATE", notices.UNPUBLISHED)
    monkeypatch.setattr(calendars, "_kept", calendars.Kept(calendar=notices.UNPUBLISHED))
    with time_machine.travel("2026-11-02 09:00+08:00", tick=True):
        said = page(cast)
    assert "2027 年的放假通知还没有载入" in said
    assert "放假通知已载入到 2026 年" in said


def test_what_can_have_the_focus_keeps_it_while_the_page_asks_for_itself(cast: Cast) -> None:
    postponed(f.registered(cast))
    sweep.run("celery@one")
    Outbox.objects.update(attempts=1)
    answer = browser(cast.supervisor).get("/health/").content.decode()
    region = answer[answer.index('id="health"') : answer.index("</main>")]
    focusable = re.findall(r"<(?:a|button|input|select)\b[^>]*>|<[^>]*tabindex[^>]*>", region)
    assert focusable
    assert [tag for tag in focusable if " id=" not in tag] == []


def test_it_is_written_in_english_too(cast: Cast) -> None:
    overdue(f.registered(cast), 95)
    client = browser(cast.supervisor)
    client.post("/language/", {"language": "en"})
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert 'lang="en"' in answer.content.decode()


def test_the_number_of_statements_does_not_grow(cast: Cast) -> None:
    def counted(cases: int) -> int:
        for n in range(cases):
            case = f.registered(cast, order_number=f"SO-{n}")
            overdue(case, 5)
            postponed(case)
        sweep.run("celery@one")
        Outbox.objects.update(attempts=1)
        client = browser(cast.supervisor)
        client.get("/health/")
        with CaptureQueriesContext(connection) as statements:
            client.get("/health/")
        return len(statements)

    assert counted(1) == counted(5) <= 22


def figures() -> dict[str, float]:
    told = Client().get("/metrics").content.decode()
    return {name: float(value) for name, value in re.findall(r"^(kesu_\w+) (\S+)$", told, re.M)}


def test_prometheus_reads_the_same_figures(cast: Cast) -> None:
    assert figures()["kesu_sweep_last_timestamp"] == 0
    overdue(f.registered(cast), 95)
    postponed(f.registered(cast, order_number="SO-2"))
    Outbox.objects.all().delete()
    found = figures()
    assert 95 * 60 <= found.pop("kesu_sweep_lag_seconds") < 96 * 60
    found.pop("kesu_sweep_last_timestamp")
    assert found == {
        "kesu_deadlines_due": 1,
        "kesu_deadlines_postponed": 1,
        "kesu_outbox_waiting": 0,
    }
    sweep.run("celery@one")
    found = figures()
    assert abs(found["kesu_sweep_last_timestamp"] - timezone.now().timestamp()) < 30
    assert (found["kesu_sweep_lag_seconds"], found["kesu_deadlines_due"]) == (0, 0)
    assert found["kesu_outbox_waiting"] == 0
