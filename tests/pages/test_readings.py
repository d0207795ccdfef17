"""谁看过: the readers of a case for those who supervise it, those of a person for auditors."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import reading
from audit.models import Entry, Reading
from audit.reading import Shown
from complaints import reading_words
from complaints.models import Complaint
from tests import factories as f
from tests.cast import PASSWORD, Cast

PHONE = "12012345678"


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(case: Complaint, name: str = "readings") -> str:
    return reverse(name, args=[case.number])


def texts(page: Any) -> str:
    """What a person reads, without marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


def lines(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_whoever_supervises_a_case_sees_who_read_it_and_is_recorded_too(cast: Cast) -> None:
    case = f.registered(cast)
    other = f.registered(cast, consumer={"name": "李测试", "phone": "12000000009"})
    browser(cast.agent).get(reverse("case", args=[case.number]))
    browser(cast.colleague).get(reverse("queue"), {"q": case.number})
    browser(cast.colleague).get(reverse("case", args=[other.number]))
    client = browser(cast.supervisor)
    assert address(case) in client.get(reverse("case", args=[case.number])).content.decode()
    said = texts(client.get(address(case)))
    assert "陈晓雨 agent 1 1" in said
    assert "何静 colleague 0 1" in said
    assert "案件工作台" in said
    assert "周启明 supervisor 2 2" in texts(client.get(address(case)))
    for user, status in (
        (cast.auditor, 200),
        (cast.agent, 403),
        (cast.administrator, 403),
        (cast.counsel, 404),
        (cast.outside_supervisor, 404),
    ):
        assert browser(user).get(address(case)).status_code == status


def test_readings_are_narrowed_by_time_and_follow_page_by_page(cast: Cast) -> None:
    case, now = f.registered(cast), timezone.now()
    for n in range(60):
        at = now - timedelta(days=n)
        reading.note(Shown("peek", case.subject), [case.subject], cast.agent, at)
    client = browser(cast.supervisor)
    first = client.get(address(case))
    link = re.search(r'href="([^"]+)" rel="next"', first.content.decode())
    assert link is not None
    second = client.get(link[1].replace("&amp;", "&"))
    rows = [re.findall(r"列表旁的预览", page.content.decode()) for page in (first, second)]
    assert [len(found) for found in rows] == [50, 11 - 1]
    day = timezone.localdate(now - timedelta(days=3)).isoformat()
    one = client.get(address(case), {"since": day, "until": day})
    assert "陈晓雨 agent 1 1" in texts(one)
    wrong = texts(client.get(address(case), {"since": "2026-13-01", "cursor": "x"}))
    assert "“2026-13-01”不是有效时间" in wrong
    assert "分页位置无效" in wrong


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"since": "2026-11-23", "since_time": "10:30", "until": "2026-11-23"}, 2),
        ({"since": "2026-11-23", "until": "2026-11-23", "until_time": "10:30"}, 2),
        ({"since": "2026-11-23T10:31", "until": "2026-11-23T10:31:30"}, 0),
        ({"since": "2026-11-23T02:30:00+00:00", "until": "2026-11-23T02:30:59+00:00"}, 1),
        ({"since": "2026-11-22T22:00:00-05:00", "until": "2026-11-23"}, 1),
        ({"since": "2026-11-24"}, 0),
    ],
)
def test_a_minute_of_the_business_day_is_found_to_the_minute(
    cast: Cast, params: dict[str, str], found: int
) -> None:
    case = f.registered(cast)
    for clock in ("09:00:00", "10:30:40", "23:59:59"):
        at = datetime.fromisoformat(f"2026-11-23T{clock}+08:00")
        reading.note(Shown("peek", case.subject), [case.subject], cast.agent, at)
    page = browser(cast.supervisor).get(address(case), params)
    assert len(re.findall("列表旁的预览", page.content.decode())) == found


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"since": "2026-11-24", "until": "2026-11-23"}, "请对调两个时间"),
        ({"since": "2990-01-01"}, "“自”在将来"),
        ({"since_time": "10:00"}, "没有填日期"),
        ({"until": "9999-12-31"}, "不是有效时间"),
        ({"since": "0001-01-01"}, "不是有效时间"),
        ({"until": "2026-11-23", "until_time": "25:00"}, "不是有效时间"),
    ],
)
def test_a_time_that_cannot_be_meant_is_said(cast: Cast, params: dict[str, str], says: str) -> None:
    assert says in texts(browser(cast.supervisor).get(address(f.registered(cast)), params))


def test_equal_times_are_paged_without_loss(cast: Cast) -> None:
    case, at = f.registered(cast), timezone.now() - timedelta(days=1)
    for n in range(104):
        shown = Shown("peek", case.subject, [f"file:{n}"])
        reading.note(shown, [case.subject], cast.agent, at)
    client, link, seen = browser(cast.supervisor), "", []
    until = {"until": timezone.localdate(at).isoformat()}
    for _page in range(3):
        page = client.get(link or address(case), {} if link else until).content.decode()
        seen += re.findall(r"证据文件 (\d+)", page)
        more = re.search(r'href="([^"]+)" rel="next"', page)
        link = more[1].replace("&amp;", "&") if more else ""
    assert (link, sorted(map(int, seen))) == ("", list(range(104)))


def test_the_export_asks_what_for_and_is_recorded(cast: Cast) -> None:
    case = f.registered(cast)
    cast.agent.name = "=HYPERLINK(1)"
    cast.agent.save()
    browser(cast.agent).get(reverse("case", args=[case.number]))
    client = browser(cast.supervisor)
    refused = client.post(address(case, "readings_export"), {"purpose": " "})
    assert refused.status_code == 422
    assert "请写明导出的用途" in texts(refused)
    wider = client.post(address(case, "readings_export"), {"purpose": "核查", "until": "昨天"})
    assert (wider.status_code, "条件有误，没有导出" in texts(wider)) == (422, True)
    why = {"purpose": "答复查询"}
    nobody = client.post(address(case, "readings_export"), why)
    assert (nobody.status_code, "请输入登录密码以确认身份" in texts(nobody)) == (422, True)
    found = client.post(address(case, "readings_export"), {**why, "password": PASSWORD})
    rows = lines(found)
    assert [row[2] for row in rows[1:]] == ["supervisor"] * 3 + ["agent"]
    assert rows[4][1] == "'=HYPERLINK(1)"
    assert rows[4][3:6] == [case.number, "打开", "案件工作台"]
    entry = Entry.objects.get(verb="readings.exported")
    assert (entry.subject, entry.detail["purpose"]) == ("user:supervisor", "答复查询")
    assert Reading.objects.latest("pk").page == "readings_export"


@pytest.mark.parametrize("by", ["number", "phone"])
def test_an_auditor_finds_who_read_of_a_person_in_any_case(cast: Cast, by: str) -> None:
    mine = f.registered(cast, consumer={"name": "王测试", "phone": PHONE})
    again = f.registered(cast, by=cast.outsider, consumer={"name": "王测试", "phone": PHONE})
    f.registered(cast, by=cast.outsider, consumer={"name": "李测试", "phone": "12000000009"})
    browser(cast.agent).get(reverse("case", args=[mine.number]))
    browser(cast.outsider).get(reverse("queue"))
    client, where = browser(cast.auditor), reverse("audit_readings")
    sent = {"number": mine.number} if by == "number" else {"phone": "120 1234 5678"}
    found = client.post(where, sent)
    assert found.status_code == 302
    assert PHONE[-4:] not in found.url
    said = texts(client.get(found.url))
    assert "陈晓雨 agent 1 1" in said
    assert "孟白 outsider 0 1" in said
    assert f"{again.number} 、 {mine.number}" in said
    assert PHONE not in said
    who = parse_qs(urlsplit(found.url).query)["person"][0]
    sent = {"person": who, "purpose": "消费者查询", "until": "去年", "password": PASSWORD}
    assert client.post(reverse("audit_readings_export"), sent).status_code == 422
    sent["until"] = "2020-01-01"
    assert len(lines(client.post(reverse("audit_readings_export"), sent))) == 1
    rows = lines(client.post(reverse("audit_readings_export"), sent | {"until": ""}))
    assert {row[2] for row in rows[1:]} == {"auditor", "agent", "outsider"}


def test_whoever_is_not_found_is_said_so_and_only_auditors_ask(cast: Cast) -> None:
    client, where = browser(cast.auditor), reverse("audit_readings")
    assert "没有找到这样的消费者" in texts(client.post(where, {"phone": "12000000000"}))
    assert client.post(where, {}).status_code == 422
    for key in ("x", "00000000-0000-4000-8000-000000000000"):
        assert client.get(where, {"person": key}).status_code == 404
        assert client.post(reverse("audit_readings_export"), {"person": key}).status_code == 404
    for user in (cast.supervisor, cast.counsel, cast.agent):
        assert browser(user).get(where).status_code == 403


def test_every_code_has_its_words(db: None) -> None:
    pages = [fields for _name, fields in reading_words.PAGES.values()]
    codes = {code for fields in (*pages, *reading_words.PROGRAMS.values()) for code in fields}
    assert codes <= reading_words.FIELDS.keys()
