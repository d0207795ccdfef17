"""Saved views of the list: whose they are, who opens and changes them, and that none of them ever
shows more than it was saved for.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import leaving
from accounts.models import Membership, Team
from audit.models import Entry
from complaints.actions import saved_views
from complaints.actions.saved_views import Wanted
from complaints.finding import waiting
from complaints.models import SavedView
from complaints.models.saved_views import Scope
from complaints.views.queue_saved import COUNTED, SHOWN, is_countable
from complaints.workdays import SHANGHAI
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_queue import many
from tests.walks.ask import browser

LIST, NEW = "/complaints/", "/complaints/views/new/"
EVERYONE = (Scope.EVERYONE, None)


def numbers(page: Any) -> list[str]:
    return re.findall(r'<tr id="(TS\d\d-\d+)"', page.content.decode())


def kept(
    by: Any, name: str = "价格", share: Any = saved_views.PERSONAL, **filters: str
) -> SavedView:
    return saved_views.save(Wanted(name, share, filters or {"category": "price"}), by=by)


def one(view: SavedView) -> str:
    return reverse("queue_view", args=[view.pk])


def test_the_filters_that_are_on_are_kept_and_the_link_shows_the_same_list(cast: Cast) -> None:
    wanted = f.registered(cast, category="price")
    f.registered(cast, category="quality_goods")
    client = browser(cast.agent)
    page = client.get(LIST, {"category": "price", "state": "open"})
    link = re.search(rf'href="({NEW}[^"]+)"', page.content.decode())[1].replace("&amp;", "&")
    form = client.get(link).content.decode()
    assert '<input type="hidden" name="category" value="price">' in form
    sent = {"category": "price", "state": "open", "name": " 价格  类 ", "share": "personal"}
    opened = client.post(NEW, sent, follow=True)
    view = SavedView.objects.get()
    assert opened.redirect_chain[-1][0] == f"{LIST}?view={view.pk}"
    assert (view.name, view.filters) == ("价格 类", {"category": "price", "state": "open"})
    assert numbers(opened) == numbers(page) == [wanted.number]
    text = opened.content.decode()
    assert '<h1 id="list-title">价格 类</h1>' in text
    assert re.search(
        r'aria-current="page"[^>]*>.{0,200}价格 类</span><span class="num">1</span>', text
    )
    assert client.post(NEW, sent).status_code == 422  # a double click
    assert SavedView.objects.count() == 1
    spelled = client.get(LIST, {"view": view.pk, "category": "price", "state": "open"})
    assert numbers(spelled) == [wanted.number]
    assert "筛选与视图不同" not in spelled.content.decode()


def test_who_opens_which_view_and_a_foreign_one_is_as_one_that_is_not_there(cast: Cast) -> None:
    mine = f.registered(cast)
    theirs = f.registered(cast, by=cast.outsider)
    own = kept(cast.agent, "自己的", state="open")
    team = kept(cast.supervisor, "组里的", (Scope.TEAM, cast.team.pk), state="open")
    everyone = kept(cast.supervisor, "大家的", EVERYONE, state="open")
    for user, view, seen in (
        (cast.agent, own, [mine]),
        (cast.agent, team, [mine]),
        (cast.colleague, team, [mine]),
        (cast.outsider, everyone, [theirs]),  # the same conditions, other cases
        (cast.auditor, everyone, [mine, theirs]),
    ):
        page = browser(user).get(LIST, {"view": view.pk})
        assert (page.status_code, set(numbers(page))) == (200, {c.number for c in seen})
        assert view.name in page.content.decode()
    for user, view in ((cast.colleague, own), (cast.supervisor, own), (cast.outsider, team)):
        client = browser(user)
        page, none = (client.get(LIST, {"view": pk}) for pk in (view.pk, 999_999))
        for answer in (page, none):
            text = answer.content.decode()
            assert (answer.status_code, numbers(answer)) == (404, [])
            assert "没有这个视图，或者它没有与您共享" in text
            assert view.name not in text
        assert client.get(one(view)).status_code == client.post(one(view)).status_code == 404
        assert client.post(reverse("queue_view_delete", args=[view.pk])).status_code == 404
        spelled = client.get(LIST, {"view": view.pk, "state": "open"})
        assert spelled.status_code == 200
        assert "下面按链接里的筛选条件列出" in spelled.content.decode()
        assert numbers(spelled)
    for odd in ("x", "-1", "9" * 40, "1 OR 1"):
        page = browser(cast.agent).get(LIST, {"view": odd})
        assert (page.status_code, numbers(page)) == (404, [])
    assert browser(cast.administrator).get(reverse("queue_views")).status_code == 403


def test_sharing_is_for_supervisors_and_with_a_team_for_who_leads_it(cast: Cast) -> None:
    sent = {"state": "open", "name": "一个"}
    team, other = f"team:{cast.team.pk}", f"team:{cast.other_team.pk}"
    for user, share in (
        (cast.agent, team),
        (cast.agent, "everyone"),
        (cast.counsel, "everyone"),
        (cast.supervisor, other),
    ):
        refused = browser(user).post(NEW, {**sent, "share": share})
        assert refused.status_code == 403
        assert "只有主管可以共享视图" in refused.content.decode()
        assert 'value="一个"' in refused.content.decode()
    for share in ("", "team:", "team:x", "team:" + "9" * 30, "nobody"):
        assert browser(cast.supervisor).post(NEW, {**sent, "share": share}).status_code == 422
    assert not SavedView.objects.exists()
    for name, share in (("一", team), ("二", "everyone")):
        done = browser(cast.supervisor).post(NEW, {**sent, "name": name, "share": share})
        assert done.status_code == 302
    assert Entry.objects.filter(verb="view.saved").count() == 2
    assert SavedView.objects.get(name="一").team == cast.team


def test_only_the_owner_changes_a_view_and_others_are_offered_a_copy(cast: Cast) -> None:
    view = kept(cast.supervisor, "大家的", EVERYONE, state="open")
    client = browser(cast.agent)
    changed = client.get(LIST, {"view": view.pk, "state": "open", "category": "price"})
    text = changed.content.decode()
    assert "筛选与视图不同" in text
    assert "另存为我的" in text
    assert "更新视图" not in text
    assert "更新共享的视图" not in text
    page = client.get(one(view)).content.decode()
    assert "由 周启明 保存，只有本人能修改" in page
    assert "另存为我的" in page
    sent = {"name": "别的", "share": "personal", "version": 1}
    refused = client.post(one(view), sent)
    assert refused.status_code == 403
    assert "只有本人能修改" in refused.content.decode()
    gone = client.post(reverse("queue_view_delete", args=[view.pk]), {"version": 1})
    assert gone.status_code == 403
    view.refresh_from_db()
    assert (view.name, view.version) == ("大家的", 1)
    link = re.search(rf'href="({NEW}[^"]+view=\d+)"', text)[1].replace("&amp;", "&")
    copy = client.get(link).content.decode()
    assert 'value="大家的"' in copy
    sent = {"state": "open", "category": "price", "name": "大家的", "share": "personal"}
    assert client.post(NEW, sent).status_code == 302
    assert SavedView.objects.filter(owner=cast.agent, name="大家的").count() == 1
    own = browser(cast.supervisor)
    text = own.get(LIST, {"view": view.pk, "category": "price"}).content.decode()
    assert "更新共享的视图" in text
    assert "另存为我的" in text
    form = own.get(one(view), {"category": "price"}).content.decode()
    assert "另外 8 位同事也能打开" in form
    assert "另存为我的" in form


def test_a_view_of_who_left_is_kept_up_by_who_might_share_it(cast: Cast) -> None:
    view = kept(cast.supervisor, "组里的", (Scope.TEAM, cast.team.pk), state="open")
    sent = {"name": "新名", "share": f"team:{cast.team.pk}", "version": 1}
    assert browser(cast.supervisor2).post(one(view), sent).status_code == 403
    cast.supervisor.is_active = False
    cast.supervisor.save()
    assert browser(cast.colleague).post(one(view), sent).status_code == 403
    assert browser(cast.supervisor2).post(one(view), sent).status_code == 302
    view.refresh_from_db()
    assert view.name == "新名"


def test_a_stale_change_is_refused_with_what_the_view_is_now(cast: Cast) -> None:
    view = kept(cast.agent, "价格", category="price")
    client = browser(cast.agent)
    sent = {"name": "价格一", "share": "personal", "version": 1}
    assert client.post(one(view), sent).status_code == 302
    more = {"filters": "1", "category": "quality_goods", "state": "open"}
    stale = client.post(one(view), {**sent, **more, "name": "价格二"})
    text = stale.content.decode()
    assert stale.status_code == 409
    assert "视图“价格一”刚在别处修改过" in text
    assert 'value="价格二"' in text
    assert 'name="version" value="2"' in text
    gone = client.post(reverse("queue_view_delete", args=[view.pk]), {"version": 1})
    assert gone.status_code == 409
    view.refresh_from_db()
    assert (view.name, view.filters) == ("价格一", {"category": "price"})
    assert client.post(one(view), {**sent, **more, "version": 2}).status_code == 302
    view.refresh_from_db()
    assert view.filters == {"category": "quality_goods", "state": "open"}
    remove = reverse("queue_view_delete", args=[view.pk])
    assert client.post(remove, {"version": 3}).status_code == 302
    assert client.post(remove, {"version": 3}).status_code == 404


@pytest.mark.parametrize(
    ("stored", "chip"),
    [
        ({"state": "open", "colour": "red"}, "colour <b>red</b>"),
        ({"state": "open", "category": "no_more"}, "类别 <b>no_more</b>"),
        ({"state": "open", "team": "999999"}, "团队 <b>999999</b>"),
        ({"owner": "999999"}, "责任人 <b>999999</b>"),
        ({"state": "open", "due_on": "soon"}, "期限 <b>soon</b>"),
    ],
)
def test_what_a_view_no_longer_understands_finds_nothing_and_is_said(
    cast: Cast, stored: dict[str, str], chip: str
) -> None:
    case = f.registered(cast)
    view = kept(cast.agent, "旧的", state="open")
    SavedView.objects.filter(pk=view.pk).update(filters=stored)
    client = browser(cast.agent)
    page = client.get(LIST, {"view": view.pk})
    text = page.content.decode()
    assert (page.status_code, numbers(page)) == (200, [])
    assert "现在无法识别" in text
    assert chip in text
    assert "无法识别" in client.get(reverse("queue_views")).content.decode()
    menu = re.search(r'href="(/complaints/\?view=[^"]+risk=high)"', text)[1]
    assert numbers(client.get(menu.replace("&amp;", "&"))) == []  # not by another filter either
    refused = client.post(NEW, {**stored, "name": "新的", "share": "personal"})
    assert refused.status_code == 422
    assert "没有保存" in refused.content.decode()
    without = re.search(rf'{re.escape(chip)}.*?href="([^"]+)"', text, re.DOTALL)[1]
    assert numbers(client.get(without.replace("&amp;", "&"))) == [case.number]


def test_a_colleague_or_team_out_of_sight_leaves_a_shared_view_empty(cast: Cast) -> None:
    f.registered(cast, by=cast.outsider)
    view = kept(cast.supervisor, "何静的", EVERYONE, owner=str(cast.colleague.pk))
    page = browser(cast.outsider).get(LIST, {"view": view.pk})
    assert numbers(page) == []
    assert "您看不到的同事或团队" in page.content.decode()
    assert cast.colleague.name not in page.content.decode().replace("何静的", "")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"q": "王测试"}, "不能保存在视图里"),
        ({"q": "12012348765"}, "不能保存在视图里"),
        ({"name": ""}, "请填写名称"),
        ({"name": "长" * 61}, "名称最多 60 个字"),
        ({"name": "回访 12012348765"}, "像消费者号码"),
        ({"state": "lost"}, "没有“lost”这一项"),
        ({"colour": "red"}, "没有“colour”这个筛选条件"),
    ],
)
def test_what_cannot_be_kept_is_said_and_what_was_typed_stays(
    cast: Cast, sent: dict[str, str], said: str
) -> None:
    client = browser(cast.agent)
    refused = client.post(NEW, {"state": "open", "name": "一个", "share": "personal", **sent})
    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert not SavedView.objects.exists()
    odd = client.post(NEW, {"state": "open", "name": "一\0个", "share": "personal"})
    assert odd.status_code == 422
    assert client.post(NEW, {"name": '<b>"', "share": "personal"}).status_code == 302
    assert "<b>&quot;" not in client.get(LIST).content.decode()
    assert "&lt;b&gt;&quot;" in client.get(LIST).content.decode()


def test_words_may_be_kept_and_are_looked_for_in_the_own_cases(cast: Cast) -> None:
    case = f.registered(cast, narrative="发现蟑螂")
    f.registered(cast, by=cast.outsider, narrative="也有蟑螂")
    view = kept(cast.supervisor, "虫子", EVERYONE, q="蟑螂", state="open")
    assert not is_countable(view.filters)
    waiting.read_waiting(timezone.now() + timedelta(minutes=1))
    assert numbers(browser(cast.agent).get(LIST, {"view": view.pk})) == [case.number]


def test_many_views_cost_one_statement_and_a_bounded_count(cast: Cast) -> None:
    f.registered(cast)
    client = browser(cast.agent)

    def asked() -> list[str]:
        client.get(LIST)
        with CaptureQueriesContext(connection) as statements:
            client.get(LIST)
        return [q["sql"] for q in statements]

    few = asked()
    for n in range(20):
        kept(cast.agent, f"我的 {n:02}", state="open", category="price")
        kept(
            cast.supervisor, f"组的 {n:02}", (Scope.TEAM, cast.team.pk), owner="none", state="open"
        )
        kept(cast.supervisor2, f"大家 {n:02}", EVERYONE, state="done")
    many = asked()
    assert len(many) == len(few) == 8
    counting = next(sql for sql in many if "AS capped" in sql)
    ready_made = next(sql for sql in few if "AS capped" in sql).count("AS capped")
    assert counting.count("AS capped") == ready_made + min(COUNTED, 2 * SHOWN)
    text = client.get(LIST, {"view": SavedView.objects.get(name="大家 19").pk}).content.decode()
    assert len(re.findall(r'href="\?view=', text)) == 3 * SHOWN
    assert "大家 19" in text  # the open one is always among them


def test_a_person_keeps_fifty_at_most(cast: Cast) -> None:
    now = timezone.now()
    SavedView.objects.bulk_create(
        SavedView(owner=cast.agent, name=str(n), filters={}, created_at=now, changed_at=now)
        for n in range(saved_views.MOST)
    )
    sent = {"state": "open", "name": "多的", "share": "personal"}
    refused = browser(cast.agent).post(NEW, sent)
    assert refused.status_code == 422
    assert "最多保存 50 个视图" in refused.content.decode()


def test_who_leaves_takes_the_own_views_along_and_leaves_the_shared_ones(cast: Cast) -> None:
    kept(cast.supervisor, "自己的", state="open")
    shared = kept(cast.supervisor, "大家的", EVERYONE, state="open")
    part = next(p for p in leaving.parts() if p.code == "views")
    now = timezone.now()
    assert part.count(cast.supervisor, now) == 1
    assert part.end is not None
    assert part.end(cast.supervisor, cast.administrator, now) == 1
    assert list(SavedView.objects.all()) == [shared]


def test_a_team_view_follows_the_membership(cast: Cast) -> None:
    view = kept(cast.supervisor, "组里的", (Scope.TEAM, cast.team.pk), state="open")
    client = browser(cast.colleague)
    assert client.get(LIST, {"view": view.pk}).status_code == 200
    Membership.objects.filter(user=cast.colleague).update(team=cast.other_team)
    assert client.get(LIST, {"view": view.pk}).status_code == 404
    Team.objects.filter(pk=cast.team.pk).update(is_active=False)
    assert browser(cast.agent).get(LIST, {"view": view.pk}).status_code == 404


def test_the_database_knows_which_scope_names_a_team(cast: Cast) -> None:
    now = timezone.now()
    for scope, team in ((Scope.TEAM, None), (Scope.PERSONAL, cast.team)):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedView.objects.create(
                owner=cast.agent, name="x", scope=scope, team=team, created_at=now, changed_at=now
            )


def test_more_filters_by_receipt_rest_and_protection(cast: Cast) -> None:
    now = timezone.now()
    old = f.registered(cast, now=now - timedelta(days=20), order_number="SO-1")
    new = f.registered(cast, consumer={"name": "王测试", "protection": "elderly"})
    client = browser(cast.agent)

    def found(**query: str) -> set[str]:
        page = client.get(LIST, query)
        size = re.search(r'<span class="t13 sub">(\d+) 件', page.content.decode())[1]
        assert size == str(len(numbers(page)))
        return set(numbers(page))

    day = (now - timedelta(days=10)).astimezone(SHANGHAI).date().isoformat()
    assert found(received_from=day) == {new.number}
    assert found(received_to=day) == {old.number}
    assert found(received_from=day, received_to=day) == set()
    assert found(idle="7") == {old.number}
    assert found(idle="30", state="open") == set()
    assert found(protection="elderly") == {new.number}
    with time_machine.travel(now + timedelta(days=8), tick=False):  # the kept statement follows
        client = browser(cast.agent)
        assert found(idle="7") == {old.number, new.number}
    for name, value in (("received_from", "2026-13-01"), ("idle", "8"), ("protection", "x")):
        page = client.get(LIST, {name: value})
        assert "已忽略" in page.content.decode()
    turned = {"received_from": "2026-03-02", "received_to": "2026-03-01"}
    assert "起止颠倒了" in client.get(LIST, turned).content.decode()


def test_own_filters_are_counted_up_to_ninety_nine(cast: Cast) -> None:
    client = browser(cast.agent)
    asked = {"state": "open", "channel": "phone"}
    for more, said in ((50, "50 件"), (1, "51 件"), (50, "99+ 件")):
        many(cast, more)
        client.get(LIST, asked)
        with CaptureQueriesContext(connection) as statements:
            text = client.get(LIST, asked).content.decode()
        assert f'<span class="t13 sub">{said}' in text
        assert len(statements) == 8


def test_a_view_shows_the_columns_that_were_chosen(cast: Cast) -> None:
    f.registered(cast)
    client = browser(cast.agent)
    sent = {"state": "open", "name": "短", "share": "personal", "columns": ["due", "own", "x"]}
    page = client.post(NEW, sent, follow=True)
    view = SavedView.objects.get()
    assert view.columns == ["own", "due"]
    assert 'data-hide="who rights stage risk"' in page.content.decode()
    assert "data-hide" not in client.get(LIST).content.decode()
    update = {"filters": "1", "version": 1, "state": "open", "category": "price"}
    assert client.post(one(view), update).status_code == 302  # the button on the list
    view.refresh_from_db()
    assert (view.name, view.columns) == ("短", ["own", "due"])
    changed = {"name": "短", "share": "personal", "version": 2}
    every = ["who", "rights", "stage", "own", "due", "risk"]
    assert client.post(one(view), {**changed, "columns": every}).status_code == 302
    view.refresh_from_db()
    assert view.columns == []
    SavedView.objects.update(columns=["gone"])
    assert "data-hide" not in client.get(LIST, {"view": view.pk}).content.decode()


def test_without_a_view_nothing_of_it_stands_at_the_left(cast: Cast) -> None:
    text = browser(cast.agent).get(LIST).content.decode()
    assert "我的视图" not in text
    assert "管理视图" not in text
    assert "保存当前筛选" in text
