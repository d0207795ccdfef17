"""日历: everybody looks, supervisors and administrators change; every place that shows a date which
may still move says 暂定.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints import calendars
from complaints.actions import own_calendar
from complaints.models import (
    CalendarChange,
    CalendarDay,
    CalendarNotice,
    Complaint,
    Deadline,
    TargetLength,
    WorkingHours,
)
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests import notices
from tests.cast import Cast
from tests.complaints.test_calendar import BEFORE, EVE, accepted, at, loaded, odr, work_off
from tests.walks.ask import browser

pytestmark = pytest.mark.django_db
MARK = "（暂定）"


@pytest.fixture(autouse=True)
def _nobody_knows_2027(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "STATE", notices.UNPUBLISHED)
    monkeypatch.setattr(calendars, "_kept", calendars.Kept(calendar=notices.UNPUBLISHED))


@pytest.fixture
def eve() -> Any:
    """25 December 2026, before anybody has loaded the notice for 2027."""
    with time_machine.travel(EVE, tick=True):
        yield EVE


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def plain(answer: HttpResponse) -> str:
    """Without tags, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", text(answer)).split())


def uploaded(data: bytes | None = None, name: str = "2027.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, notices.as_csv() if data is None else data)


# --- 暂定 everywhere


def places(case: Complaint, client: Client) -> dict[str, str]:
    """Name → what stands there, for every place that shows when the clock is due."""
    number = case.number
    own = Deadline.objects.get(complaint=case, kind="investigate").pk
    return {
        "list": text(client.get(reverse("queue"), {"state": "open"})),
        "preview": text(client.get(reverse("peek", args=[number]))),
        "case": text(client.get(reverse("case", args=[number]))),
        "why this date": text(client.get(reverse("clock", args=[number, odr(case).pk]))),
        "asking for a longer term": text(client.get(reverse("extend", args=[number, own]))),
        "intake receipt": text(client.get(reverse("intake_done", args=[number]))),
        "letter": "\n".join(Notice.objects.filter(user=None).values_list("body", flat=True)),
    }


def test_a_provisional_date_is_marked_wherever_it_is_shown(cast: Cast, eve: Any) -> None:
    case = accepted(cast)
    send_waiting()
    agent = browser(cast.agent)
    for place, shown in places(case, agent).items():
        assert MARK in shown, place
    listed = agent.get(f"/api/v1/complaints/{case.number}/deadlines/").json()
    rows = listed["results"] if isinstance(listed, dict) else listed
    assert {row["provisional"] for row in rows if row["kind"] == "odr_reply"} == {True}
    work_off(loaded(cast.administrator))
    for place, shown in places(case, agent).items():
        if place != "letter":  # it has left
            now = shown.replace(f"{MARK} → ", "")  # the old date in the history
            assert MARK not in now, place


BARE = re.compile(r"2027-\d\d-\d\d \d\d:\d\d(?!（暂定）)")


def bare_dates(case: Complaint, client: Client) -> dict[str, list[str]]:
    """Dates of 2027 without the mark, by place; a clock's page has them in its ladder too."""
    clocks = Deadline.objects.filter(complaint=case).values_list("pk", flat=True)
    pages = {name: reverse(name, args=[case.number]) for name in ("case", "clocks", "timeline")}
    pages |= {f"clock {pk}": reverse("clock", args=[case.number, pk]) for pk in clocks}
    found = {name: BARE.findall(plain(client.get(url))) for name, url in pages.items()}
    return {name: dates for name, dates in found.items() if dates}


def test_ended_clocks_ladders_and_recorded_moments_mark_their_dates_too(
    cast: Cast, eve: Any
) -> None:
    agent = browser(cast.agent)
    ended = f.external(cast)
    returned = f.investigating(cast, category="return_no_reason")
    path = f"/api/v1/complaints/{returned.number}/moments/"
    sent = {"kind": "goods_returned", "at": "2026-12-25"}
    [clock] = [
        each
        for each in agent.post(path, sent, "application/json").json()["clocks"]
        if each["to"].startswith("2027")
    ][:1]
    assert (clock["what"], clock["provisional"]) == ("started", True)
    for case in (ended, returned):
        assert bare_dates(case, agent) == {}


def test_the_letter_to_the_consumer_says_that_the_day_may_still_move(cast: Cast, eve: Any) -> None:
    accepted(cast)
    send_waiting()
    bodies = Notice.objects.filter(user=None).values_list("body", flat=True)
    assert any("最迟于2027年1月11日（暂定）书面答复" in body for body in bodies)


def test_a_warning_to_the_staff_says_so_too(cast: Cast, eve: Any) -> None:
    from correspondence import words

    clock = odr(accepted(cast))
    subject, body = words.of_clock("TS1", "标题", clock, EVE)
    assert MARK in subject
    assert MARK in body


def test_the_timeline_keeps_the_old_date(cast: Cast, eve: Any) -> None:
    case = accepted(cast)
    work_off(loaded(cast.administrator))
    page = plain(browser(cast.agent).get(reverse("case", args=[case.number])))
    assert "2027-01-11 18:00（暂定） → 2027-01-12 18:00" in page
    assert "载入放假通知" in page


# --- looking


@pytest.mark.parametrize("name", ["agent", "supervisor", "counsel", "auditor", "administrator"])
def test_everybody_sees_the_month_and_the_year(cast: Cast, name: str) -> None:
    client = browser(getattr(cast, name))
    month = plain(client.get("/calendar/", {"month": "2026-10"}))
    assert "2026 年 10 月" in month
    assert "国庆节" in month
    assert "补班" in month
    year = client.get("/calendar/", {"year": "2026"})
    assert year.status_code == 200
    assert text(year).count("<caption>") == 12
    allowed = name in ("supervisor", "administrator")
    assert ("载入放假通知" in month) is allowed
    assert ("登记日期" in month) is allowed


def test_a_month_says_how_many_days_are_worked(cast: Cast) -> None:
    client = browser(cast.agent)
    assert "18 个工作日" in plain(client.get("/calendar/", {"month": "2026-10"}))
    assert "16 个工作日" in plain(client.get("/calendar/", {"month": "2026-02"}))


def test_a_year_without_a_notice_is_marked(cast: Cast) -> None:
    client = browser(cast.agent)
    page = plain(client.get("/calendar/", {"month": "2027-01"}))
    assert "暂定" in page
    assert "通知还没有载入" in page
    loaded(cast.administrator)
    page = plain(client.get("/calendar/", {"month": "2027-01"}))
    assert "暂定" not in page
    assert "吴一凡" in page


@pytest.mark.parametrize("asked", ["2026-13", "x", "0000-01", "9999-12", "2026-1-1", "٢٠٢٦-١٢"])
def test_a_month_that_is_none_shows_the_present_one(cast: Cast, eve: Any, asked: str) -> None:
    page = plain(browser(cast.agent).get("/calendar/", {"month": asked}))
    assert "2026 年 12 月" in page
    assert "没有这个月份" in page


@pytest.mark.parametrize("asked", ["", "x", "1", "9999", "٢٠٢٦", "-2026"])
def test_a_year_that_is_none_shows_the_present_one(cast: Cast, eve: Any, asked: str) -> None:
    page = plain(browser(cast.agent).get("/calendar/", {"year": asked}))
    assert "2026 年" in page
    assert "没有这一年" in page


def test_missing_notices_are_told_to_those_who_may_load_them(cast: Cast, eve: Any) -> None:
    words = "2027 年的放假通知还没有载入"
    assert words in text(browser(cast.administrator).get("/calendar/"))
    assert words in text(browser(cast.supervisor).get("/calendar/", {"year": "2026"}))
    assert words not in text(browser(cast.agent).get("/calendar/"))


def test_what_falls_due_is_counted_for_the_persons_own_cases(cast: Cast, eve: Any) -> None:
    accepted(cast, external_reference="A")
    accepted(cast, external_reference="B")
    day = Complaint.objects.latest("pk").next_due_at.astimezone(EVE.tzinfo).date()
    address = {"month": f"{day:%Y-%m}"}
    page = text(browser(cast.agent).get("/calendar/", address))
    link = re.search(r'href="([^"]*due_on[^"]*)"', page)
    assert link
    assert f"due_on={day}" in link[1]
    assert ">2 件<" in page
    found = text(browser(cast.agent).get(link[1].replace("&amp;", "&")))
    assert len(re.findall(r'<tr id="TS', found)) == 2
    assert f"期限 <b>{day}" in " ".join(found.split()) or str(day) in found
    for other in (cast.outsider, cast.administrator):
        assert "due_on" not in text(browser(other).get("/calendar/", address))


@pytest.mark.parametrize("day", ["2026-02-30", "x", "1999-01-01", "9999-12-31", "20261225"])
def test_a_day_that_is_none_is_no_filter(cast: Cast, day: str) -> None:
    page = browser(cast.agent).get(reverse("queue"), {"state": "open", "due_on": day})
    assert page.status_code == 200
    assert "没有" in plain(page)


def test_the_calendar_costs_the_same_for_few_and_for_many_cases(cast: Cast, eve: Any) -> None:
    client, counted = browser(cast.agent), []
    for size in (1, 6):
        for n in range(size):
            accepted(cast, external_reference=f"{size}.{n}")
        client.get("/calendar/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/calendar/", {"month": "2027-01"})
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 10


def test_in_english(cast: Cast) -> None:
    cast.agent.language = "en"
    cast.agent.save()
    page = text(browser(cast.agent).get("/calendar/", {"month": "2026-10"}))
    assert 'lang="en"' in page


# --- own days and hours


def test_own_days_are_entered_and_taken_back(cast: Cast, eve: Any) -> None:
    supervisor = browser(cast.supervisor)
    sent = {"first": "2026-12-31", "last": "", "kind": "off", "name": "年会", "month": "2026-12"}
    answer = supervisor.post(reverse("calendar_days"), sent)
    assert answer.url == "/calendar/?month=2026-12"
    page = plain(supervisor.get(answer.url))
    assert "本休" in page
    assert "年会" in page
    assert "取消“年会”" in text(supervisor.get(answer.url))
    pk = CalendarDay.objects.get().pk
    supervisor.post(reverse("calendar_days_remove"), {"day": [pk], "month": "2026-12"})
    assert "2026 年没有登记" in plain(supervisor.get(answer.url))
    again = supervisor.post(reverse("calendar_days_remove"), {"day": [pk]}, follow=True)
    assert "已经取消了" in plain(again)


def test_what_was_typed_stays_when_it_is_refused(cast: Cast, eve: Any) -> None:
    supervisor = browser(cast.supervisor)
    sent = {"first": "2026-12-31", "last": "2026-12-01", "kind": "work", "name": "加班盘点"}
    answer = supervisor.post(reverse("calendar_days"), {**sent, "month": "2026-11"})
    page = text(answer)
    assert answer.status_code == 422
    assert "早于开始日期" in page
    assert 'value="加班盘点"' in page
    assert "2026 年 11 月" in page
    hours = {"valid_from": "2026-12-28", "opens": ["09:00", "11:00"], "closes": ["12:00", "18:00"]}
    answer = supervisor.post(reverse("calendar_hours"), hours)
    page = text(answer)
    assert answer.status_code == 422
    assert "重叠" in page
    assert 'value="11:00"' in page
    assert not CalendarChange.objects.exists()


def test_hours_are_changed_from_a_day_on(cast: Cast, eve: Any) -> None:
    supervisor = browser(cast.supervisor)
    sent = {"valid_from": "2026-12-28", "opens": ["08:30", ""], "closes": ["17:30", ""]}
    assert supervisor.post(reverse("calendar_hours"), sent).url == "/calendar/"
    page = plain(supervisor.get("/calendar/"))
    assert "自 2026-12-28 起 08:30–17:30" in page
    assert WorkingHours.objects.get().by == cast.supervisor


# --- loading


def test_a_notice_is_looked_at_before_it_is_loaded(cast: Cast, eve: Any) -> None:
    case, administrator = accepted(cast), browser(cast.administrator)
    sent = {"file": uploaded(), "year": "2027", "title": notices.TITLE, "number": "〔2026〕9号"}
    answer = administrator.post(reverse("calendar_notices"), sent)
    notice = CalendarNotice.objects.get()
    assert answer.url == f"/calendar/notices/{notice.pk}/"
    page = plain(administrator.get(answer.url))
    assert "尚未载入" in page
    assert "2 个计时中的期限日期会变" in page
    assert not calendars.fresh().is_published(2027)
    done = administrator.post(answer.url, {"action": "load"})
    change = CalendarChange.objects.get()
    assert done.url == f"/calendar/changes/{change.pk}/"
    waiting = text(administrator.get(done.url))
    assert "已重算 0 / 1 件案件" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    work_off(change)
    assert odr(case).due_at == at("2027-01-12 18:00")
    page = plain(browser(cast.supervisor).get(done.url))
    assert "2 个期限的日期变了" in page
    assert "2027-01-11 18:00（暂定）" in page
    assert "晚 1 天" in page
    assert case.number in page


def test_what_moved_is_listed_only_for_cases_that_the_person_may_see(cast: Cast, eve: Any) -> None:
    case = accepted(cast)
    change = work_off(loaded(cast.administrator))
    for name in ("outsider", "administrator", "outside_supervisor"):
        page = plain(browser(getattr(cast, name)).get(f"/calendar/changes/{change.pk}/"))
        assert "这些案件您都不能查看" in page
        assert case.number not in page


def test_a_list_of_what_moved_goes_on_page_by_page(
    cast: Cast, eve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from complaints.views import calendar_moves

    monkeypatch.setattr(calendar_moves, "PAGE_SIZE", 3)
    for n in range(4):
        accepted(cast, external_reference=f"P{n}")
    change = work_off(loaded(cast.administrator))
    client, address, seen = browser(cast.agent), f"/calendar/changes/{change.pk}/", []
    query = ""
    while True:
        page = text(client.get(address + query))
        seen += re.findall(r'<tr id="(TS[^"]+)"', page)
        following = re.search(r'href="(\?after=\d+)" rel="next"', page)
        if not following:
            break
        query = following[1]
    assert len(seen) == 8
    back = re.search(r'href="(\?before=\d+)" rel="prev"', page)
    assert back
    assert client.get(address + back[1]).status_code == 200
    assert client.get(f"{address}?after=x&before=٣").status_code == 200


def test_mistakes_stand_in_a_list_with_their_lines(cast: Cast, eve: Any) -> None:
    data = notices.changed(d0101=("2027-01-01", "?", "元旦"), x=("2027-01-02", "补班", ""))
    answer = browser(cast.administrator).post(
        reverse("calendar_notices"), {"file": uploaded(data), "year": "2027", "title": "我的标题"}
    )
    assert answer.status_code == 422
    page = text(answer)
    assert "<li>第 2 行：类型“?”不明" in page
    assert "<li>第 38 行：2027-01-02 在第 3 行已经写过" in page
    assert 'value="我的标题"' in page
    assert "日历没有改动" in page
    assert not CalendarNotice.objects.exists()


def test_the_preview_doubts_a_file_without_its_make_up_days(cast: Cast, eve: Any) -> None:
    administrator = browser(cast.administrator)
    cut = notices.as_csv(row for row in notices.rows() if row[1] == "放假")
    for data, doubted in ((notices.as_csv(), False), (cut, True)):
        sent = {"file": uploaded(data), "year": "2027"}
        address = administrator.post(reverse("calendar_notices"), sent).url
        assert ("文件可能缺了几行" in plain(administrator.get(address))) is doubted


def test_a_form_without_a_file_says_so(cast: Cast) -> None:
    answer = browser(cast.administrator).post(reverse("calendar_notices"), {"year": "2027"})
    assert answer.status_code == 422
    assert "请先选择一个文件" in text(answer)


def test_replacing_needs_the_tick_and_shows_the_difference(cast: Cast, eve: Any) -> None:
    loaded(cast.administrator)
    administrator = browser(cast.administrator)
    data = notices.changed(d0104=None, d0116=None)
    address = administrator.post(
        reverse("calendar_notices"), {"file": uploaded(data), "year": "2027"}
    ).url
    page = plain(administrator.get(address))
    assert "2027 年已经有放假安排" in page
    assert "2027-01-04 放假 上班" in page
    refused = administrator.post(address, {"action": "load"})
    assert refused.status_code == 422
    assert "确认替换" in plain(refused)
    assert administrator.post(address, {"action": "load", "replace": "1"}).status_code == 302
    again = administrator.post(address, {"action": "load", "replace": "1"})
    assert again.status_code == 422
    listed = plain(administrator.get(reverse("calendar_notices")))
    assert "已被替换" in listed
    assert "替换 2027 年放假通知" in listed


def test_a_file_can_be_thrown_away(cast: Cast, eve: Any) -> None:
    administrator = browser(cast.administrator)
    address = administrator.post(
        reverse("calendar_notices"), {"file": uploaded(), "year": "file"}
    ).url
    assert administrator.post(address, {"action": "x"}).status_code == 400
    assert administrator.post(address, {"action": "discard"}).url == "/calendar/notices/"
    assert not CalendarNotice.objects.exists()
    assert administrator.get(address).status_code == 404


@pytest.mark.parametrize("name", ["agent", "counsel", "auditor"])
def test_others_may_look_and_not_change(cast: Cast, name: str) -> None:
    client = browser(getattr(cast, name))
    assert client.get(reverse("calendar_targets")).status_code == 200
    assert client.get(reverse("calendar_notices")).status_code == 403
    for address in ("calendar_days", "calendar_days_remove", "calendar_hours", "calendar_targets"):
        assert client.post(reverse(address), {"entry": "investigate"}).status_code == 403
    assert client.post(reverse("calendar_notices"), {"file": uploaded()}).status_code == 403


# --- lengths


def test_the_length_of_an_own_clock_is_changed_for_new_or_also_for_running_ones(
    cast: Cast,
) -> None:
    with time_machine.travel(BEFORE, tick=True):
        case, supervisor = accepted(cast, BEFORE), browser(cast.supervisor)
        page = plain(supervisor.get(reverse("calendar_targets")))
        assert "调查核实" in page
        assert "也改变计时中的 1 个" in page
        sent = {
            "entry": "investigate",
            "length": "3",
            "unit": "working_day",
            "valid_from": "2026-11-10",
            "reason": "新的服务标准",
            "running": "1",
        }
        refused = supervisor.post(reverse("calendar_targets"), {**sent, "length": "-1"})
        assert refused.status_code == 422
        assert 'value="新的服务标准"' in text(refused)
        assert "大于零的整数" in text(refused)
        answer = supervisor.post(reverse("calendar_targets"), sent)
        change = CalendarChange.objects.get()
        assert answer.url == f"/calendar/changes/{change.pk}/"
        work_off(change, BEFORE)
        clock = Deadline.objects.get(complaint=case, kind="investigate")
        assert clock.due_at == at("2026-11-13 18:00")
        page = plain(supervisor.get(reverse("calendar_targets")))
        assert "原设 5 个工作日" in page
        assert "早 4 天" in plain(supervisor.get(answer.url))
    assert TargetLength.objects.get().by == cast.supervisor


def test_a_clock_of_the_law_is_not_on_the_page_and_cannot_be_sent(cast: Cast) -> None:
    supervisor = browser(cast.supervisor)
    assert "penalty8_15d" not in text(supervisor.get(reverse("calendar_targets")))
    for entry in ("penalty8_15d", "", "x"):
        sent = {"entry": entry, "length": "3", "unit": "hour"}
        assert supervisor.post(reverse("calendar_targets"), sent).status_code == 404


# --- the command


def test_the_command_loads_a_notice_and_counts_the_clocks(
    cast: Cast, eve: Any, tmp_path: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from complaints.actions import recount

    monkeypatch.setattr(recount, "SETTLE", timedelta(0))
    case = accepted(cast)
    file = tmp_path / "2027.csv"
    file.write_bytes(notices.as_csv())
    call_command("load_calendar", str(file), "--check")
    assert not CalendarNotice.objects.exists()
    assert "2 个的日期会变" in capsys.readouterr().out
    call_command("load_calendar", str(file), "--as", "administrator", "--year", "2027")
    assert "2 个期限的日期变了" in capsys.readouterr().out
    assert odr(case).due_at == at("2027-01-12 18:00")
    assert CalendarNotice.objects.get().loaded_by == cast.administrator
    file.write_bytes(notices.changed(d0104=None, d0116=None))
    with pytest.raises(CommandError, match="--replace"):
        call_command("load_calendar", str(file))
    assert CalendarNotice.objects.count() == 1
    call_command("load_calendar", str(file), "--replace")
    assert odr(case).due_at == at("2027-01-11 18:00")


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (["nowhere.csv"], "打不开", 2),
        (["bad.csv"], "第 2 行", 2),
        (["good.csv", "--year", "2026"], "您选择的是 2026 年", 2),
        (["good.csv", "--as", "nobody"], "没有“nobody”", 1),
        (["good.csv", "--as", "agent"], "您的角色不能", 1),
        (["good.csv", "--lang", "en", "--as", "nobody"], "nobody", 1),
    ],
)
def test_the_command_refuses_with_words_and_a_status(
    cast: Cast, eve: Any, tmp_path: Any, arguments: list[str], said: str, code: int
) -> None:
    (tmp_path / "good.csv").write_bytes(notices.as_csv())
    (tmp_path / "bad.csv").write_bytes(notices.changed(d0101=("2027-01-01", "?", "元旦")))
    with pytest.raises(CommandError, match=said) as refused:
        call_command("load_calendar", str(tmp_path / arguments[0]), *arguments[1:])
    assert refused.value.returncode == code
    assert not CalendarNotice.objects.exists()


def test_remaining_time_follows_the_hours_of_the_house(cast: Cast) -> None:
    with time_machine.travel(BEFORE, tick=True):
        case, agent = accepted(cast, BEFORE), browser(cast.agent)
        before = plain(agent.get(reverse("peek", args=[case.number])))
        own_calendar.set_days(
            {"first": "2026-11-11", "kind": "off", "name": "停电"}, by=cast.supervisor
        )
        after = plain(agent.get(reverse("peek", args=[case.number])))
    assert before != after


@pytest.mark.parametrize("name", ["calendar_days", "calendar_hours"])
def test_whoever_comes_back_to_a_refused_form_sees_the_calendar(cast: Cast, name: str) -> None:
    assert browser(cast.supervisor).get(reverse(name)).url == reverse("calendar")
