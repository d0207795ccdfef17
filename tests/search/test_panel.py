"""The panel of the search box: first hits, what is remembered of a person and what is not; and
searches kept under a name.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import leaving
from accounts.models import Alarm
from complaints.actions import searches
from complaints.finding import waiting
from complaints.models import PersonSearch, RecentSearch, SavedSearch
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import browser

QUICK = "/search/quick/"


def panel(client: Client, words: str) -> str:
    answer = client.get(QUICK, {"q": words}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def hits(text: str) -> list[str]:
    return re.findall(r'data-hit href="/(?:complaints|archive)/(TS\d\d-\d+)/"', text)


def test_the_first_hits_with_the_exact_one_on_top(cast: Cast) -> None:
    named = f.registered(cast, consumer={"name": "欧阳检索", "phone": "12012348765"})
    said = [f.registered(cast, narrative="欧阳检索说发现蟑螂") for _ in range(10)]
    other = f.registered(cast, by=cast.outsider, narrative="也有蟑螂")
    waiting.read_waiting(timezone.now() + timedelta(minutes=1))
    client = browser(cast.agent)
    newest = [c.number for c in reversed(said)]
    assert hits(panel(client, "欧阳检索")) == [named.number, *newest[:7]]
    text = panel(client, "蟑螂")
    assert hits(text) == newest[:8]
    assert "<mark>蟑螂</mark>" in text
    assert "列出最先的 8 件，按回车看全部" in text
    assert other.number not in text
    assert hits(panel(client, named.number)) == [named.number]
    assert hits(panel(client, "12012348765")) == [named.number]
    assert "没有找到" in panel(client, "朱雀")
    assert "只查找前 200 个字" in panel(client, "长" * 10_000)
    assert browser(cast.administrator).get(QUICK, {"q": "蟑螂"}).status_code == 403
    assert Client().get(QUICK, {"q": "蟑螂"}).status_code in (302, 401)


def test_c9_a_number_is_looked_for_once_it_is_whole_and_the_cap_holds_while_typing(
    cast: Cast,
) -> None:
    case = f.registered(cast, consumer={"name": "欧阳检索", "phone": "12012348765"})
    client = browser(cast.agent)
    for n in range(3, 11):  # typed key by key
        assert hits(panel(client, "12012348765"[:n])) == []
    assert "号码输完后按回车查找" in panel(client, "8765")
    assert PersonSearch.objects.count() == 0
    for n in range(9):
        panel(client, f"120987600{n:02}")
    stopped = panel(client, "12012348765")
    assert "已暂停按号码" in stopped
    assert "这次没有查找" in stopped
    assert case.number not in stopped
    assert set(PersonSearch.objects.values_list("door", flat=True)) == {"panel"}
    assert Alarm.objects.count() == 1


PERSONAL = (
    *("王测试", "欧阳检索", "12012348765", "8765", "li.ming@example.com", "退款 王测试"),
    *("110101199001011237", "6222020200112233440", "阿依古丽", "买买提·艾力", "退款 12012348765"),
    *("静怡", "“王 测试”", "王 测试", "138****2719"),
)


def test_what_may_name_a_consumer_is_neither_remembered_nor_kept(cast: Cast) -> None:
    f.registered(cast, consumer={"name": "静怡"})
    client = browser(cast.agent)
    for words in PERSONAL:
        client.post(reverse("search_remember"), {"q": words})
        kept = client.post(reverse("saved_searches"), {"q": words, "name": "一个"})
        assert kept.status_code == 422, words
        assert "不能保存" in kept.content.decode()
    assert list(RecentSearch.objects.values_list("text", flat=True)) == []
    assert not SavedSearch.objects.exists()


def test_the_latest_searches_are_the_persons_own_and_go_in_one_click(cast: Cast) -> None:
    client = browser(cast.agent)
    for words in ("退款", "蟑螂 异物", "TS26-000001", "", "%%", "退款"):
        assert client.post(reverse("search_remember"), {"q": words}).status_code == 204
    text = panel(client, "")
    assert re.findall(r"/search/\?q=([^\"]+)\" lang", text)[0] == "%E9%80%80%E6%AC%BE"
    assert [r.text for r in searches.recent(cast.agent)] == ["退款", "TS26-000001", "蟑螂 异物"]
    assert "退款" in client.get(reverse("search")).content.decode()
    assert "退款" not in panel(browser(cast.colleague), "")
    one = searches.recent(cast.agent)[0].pk
    for user, left in ((cast.colleague, 3), (cast.agent, 2), (cast.agent, 2)):
        answer = browser(user).post(
            reverse("search_forget"), {"recent": one}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 200
        assert searches.recent(cast.agent).count() == left
    for n in range(25):
        searches.remember(f"批次 {n:02}号", by=cast.agent)
    assert searches.recent(cast.agent).count() == searches.REMEMBERED
    assert client.post(reverse("search_forget"), {"recent": "all"}).status_code == 302
    assert not RecentSearch.objects.exists()
    for wrong in ("-1", "x", "9" * 30, ""):
        assert client.post(reverse("search_forget"), {"recent": wrong}).status_code == 302


def test_a_result_page_remembers_only_what_found_something_and_by_post(cast: Cast) -> None:
    f.registered(cast, narrative="发现蟑螂")
    client = browser(cast.agent)
    asks = f'hx-post="{reverse("search_remember")}"'
    assert asks in client.get(reverse("search"), {"q": "蟑螂"}).content.decode()
    assert asks not in client.get(reverse("search"), {"q": "朱雀"}).content.decode()
    assert not RecentSearch.objects.exists()


def test_a_search_is_kept_opened_renamed_and_deleted_by_its_owner_alone(cast: Cast) -> None:
    case = f.registered(cast, narrative="发现蟑螂", category="quality_goods")
    client, foreign = browser(cast.agent), browser(cast.colleague)
    page = client.get(reverse("search"), {"q": "蟑螂", "category": "quality_goods"})
    link = re.search(r'href="(/search/saved/[^"]+)"', page.content.decode())[1]
    form = client.get(link.replace("&amp;", "&")).content.decode()
    assert '<input type="hidden" name="category" value="quality_goods">' in form
    sent = {"q": "蟑螂", "category": "quality_goods", "name": " 虫子 "}
    opened = client.post(reverse("saved_searches"), sent, follow=True)
    assert opened.redirect_chain[-1][0].endswith("?q=%E8%9F%91%E8%9E%82&category=quality_goods")
    assert case.number in opened.content.decode()
    row = SavedSearch.objects.get()
    assert (row.name, row.chosen) == ("虫子", {"stage": "any", "category": "quality_goods"})
    again = client.post(reverse("saved_searches"), sent)  # a double click
    assert (again.status_code, SavedSearch.objects.count()) == (422, 1)
    assert "已有名为“虫子”的搜索" in again.content.decode()
    assert "虫子" in panel(client, "")
    assert (
        "虫子" not in panel(foreign, "") + foreign.get(reverse("saved_searches")).content.decode()
    )
    rename = reverse("saved_search_rename", args=[row.pk])
    remove = reverse("saved_search_delete", args=[row.pk])
    for name in ("x", ""):
        assert foreign.post(rename, {"name": name, "version": 1}).status_code == 404
    assert (foreign.get(rename).status_code, client.get(rename).status_code) == (404, 302)
    assert foreign.post(remove).status_code == 404
    assert client.post(rename, {"name": "蟑螂等", "version": 1}).status_code == 302
    stale = client.post(rename, {"name": "别的", "version": 1})
    assert stale.status_code == 409
    assert "现在叫“蟑螂等”" in stale.content.decode()
    for name, said in (("", "请填写名称"), ("长" * 61, "名称最多 60 个字")):
        refused = client.post(rename, {"name": name, "version": 2})
        assert refused.status_code == 422
        assert said in refused.content.decode()
    assert client.post(remove).status_code == 302
    assert client.post(remove).status_code == 404
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"q": "", "name": "空"}, "请先输入要查找的词"),
        ({"q": "蟑螂", "name": "甲", "stage": "nowhere"}, "没有“nowhere”这一项"),
        ({"q": "长" * 201, "name": "甲"}, "最多 200 个字"),
    ],
)
def test_what_cannot_be_kept_is_said(cast: Cast, sent: dict[str, str], said: str) -> None:
    refused = browser(cast.agent).post(reverse("saved_searches"), sent)
    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert not SavedSearch.objects.exists()


def test_both_are_gone_with_the_person(cast: Cast) -> None:
    searches.remember("蟑螂", by=cast.agent)
    searches.save("虫子", "蟑螂", {}, by=cast.agent)
    part = next(p for p in leaving.parts() if p.code == "searches")
    now = timezone.now()
    assert part.count(cast.agent, now) == 2
    assert part.end is not None
    assert part.end(cast.agent, cast.administrator, now) == 2
    assert (RecentSearch.objects.count(), SavedSearch.objects.count()) == (0, 0)
