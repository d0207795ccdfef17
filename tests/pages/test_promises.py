"""Promises on the pages: the case's pane and its sheets, a team's list, the public register."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints import promise_rates
from complaints.actions import (
    commitment_ends,
    commitments,
    communication,
    holds,
    intake,
    promise_register,
    sweep,
)
from complaints.models import Commitment, Complaint, Deadline, PublicPromise
from complaints.views import commitment_list
from complaints.workdays import SHANGHAI
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import browser

CALL_BACK = "三个工作日内回电告知核实结果"


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def text_of(answer: Any) -> str:
    return answer.content.decode()


def address(case: Complaint) -> str:
    return reverse("case", args=[case.number])


def place(name: str, case: Complaint, *more: Any) -> str:
    return reverse(name, args=[case.number, *more])


def promise(case: Complaint, by: Any, **changes: Any) -> Commitment:
    values = {"text": CALL_BACK, "due": in_days(3), "source": "call", **changes}
    return commitments.make(case.number, values, by=by)


def pane(client: Client, case: Complaint) -> str:
    page = text_of(client.get(address(case)))
    return page.split('id="promises"')[1].split("</section>")[0]


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


# --- the pane of the case


def test_a_promise_is_made_on_the_page_from_the_keyboard(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    assert f'href="{place("make_promise", case)}" data-sheet data-key="p"' in pane(agent, case)
    sheet = text_of(agent.get(place("make_promise", case)))
    for name in ("text", "due", "due_time", "source", "strength", "owner", "communication"):
        assert f'name="{name}"' in sheet
    sent = {"text": CALL_BACK, "due": in_days(1), "due_time": "18:00", "source": "call"}
    answer = agent.post(place("make_promise", case), sent)
    assert answer["Location"] == address(case)
    made = Commitment.objects.get()
    assert (made.precise, made.due_at) == (
        True,
        datetime.fromisoformat(f"{in_days(1)}T18:00:00").replace(tzinfo=SHANGHAI),
    )
    shown = pane(agent, case)
    for words in (CALL_BACK, "陈晓雨", "通话", "我方主动承诺", "明天 18:00", "0 / 1 已了结"):
        assert words in shown


def test_a_refused_promise_stands_again_with_what_was_typed(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    sent = {"text": CALL_BACK, "due": "2020-01-01", "source": "call", "strength": "agreed"}
    page = agent.post(place("make_promise", case), sent)
    assert page.status_code == 422
    assert "期限已经过去" in text_of(page)
    assert CALL_BACK in text_of(page)
    assert 'value="agreed"' in text_of(page)
    assert not Commitment.objects.exists()


def test_a_stale_sheet_says_what_changed(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    opened = text_of(agent.get(place("promise", case, made.pk)))
    version = re.search(r'name="version" value="([^"]+)"', opened)[1]
    promise(case, cast.agent, text="周五前寄出新货")
    page = agent.post(place("promise", case, made.pk), {"proof": "已回电", "version": version})
    assert page.status_code == 409
    assert "登记承诺“周五前寄出新货”" in text_of(page)
    assert "已回电" in text_of(page)


def test_the_pane_says_what_is_late_what_was_kept_and_how_many_in_time(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    kept, late, broken, _open = (promise(case, cast.agent, text=f"承诺{n}") for n in "甲乙丙丁")
    commitment_ends.keep(case.number, kept.pk, {"proof": "流水 P-1"}, by=cast.agent)
    Commitment.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(days=1))
    reason = {"reason": "物流停运"}
    commitment_ends.mark_broken(case.number, broken.pk, reason, by=cast.agent)
    shown = pane(agent, case)
    assert "按时兑现 1 / 3" in shown
    assert "promise__left--over" in shown
    for words in ("按时兑现 ·", "流水 P-1", "未兑现 ·", "物流停运", "2 / 4 已了结"):
        assert words in shown


def test_a_promise_whose_clock_stands_still_says_so(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    promise(case, cast.agent)
    holds.start(case.number, {"reason": "consumer", "note": "等截图"}, by=cast.agent)
    assert "计时已中止" in pane(agent, case)


def test_a_promise_is_released_broken_and_put_off_on_the_page(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    one, two, three = (promise(case, cast.agent) for _n in range(3))
    said = communication.write(
        case.number, {"kind": "reply", "text": "不用回电了", "inbound": True}, by=cast.agent
    )
    release = place("promise_release", case, one.pk)
    assert "不用回电了" in text_of(agent.get(release))
    agent.post(release, {"words": "不用回电了", "communication": said.pk})
    agent.post(place("promise_broken", case, two.pk), {"reason": "无人接听"})
    sent = {"due": in_days(9), "due_time": "12:00", "reason": "改期", "communication": said.pk}
    agent.post(place("promise_due", case, three.pk), sent)
    states = dict(Commitment.objects.values_list("pk", "state"))
    assert states == {one.pk: "waived", two.pk: "broken", three.pk: "open"}
    moved = Commitment.objects.get(pk=three.pk)
    assert (moved.due.isoformat(), moved.precise) == (in_days(9), True)
    story = text_of(agent.get(address(case)))
    assert f"的期限由 {in_days(3)} 更正为 {in_days(9)} 12:00" in story


def test_readers_see_promises_without_buttons_and_foreigners_nothing(cast: Cast) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    shown = pane(browser(cast.auditor), case)
    assert CALL_BACK in shown
    assert "data-sheet" not in shown
    for name in ("promise", "promise_broken", "promise_release", "promise_due"):
        url = place(name, case, made.pk)
        assert browser(cast.auditor).post(url, {"proof": "x"}).status_code == 403
        assert browser(cast.outsider).get(url).status_code == 404
        assert browser(cast.agent).get(place(name, case, made.pk + 99)).status_code == 404
    assert browser(cast.auditor).get(place("make_promise", case)).status_code == 403
    assert browser(cast.outsider).get(place("make_promise", case)).status_code == 404


def test_an_open_promise_of_a_closed_case_can_still_be_kept(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    f.step(case, "withdraw", cast.agent, consumers_words="算了")
    f.step(case, "withdraw", cast.supervisor)
    assert place("promise", case, made.pk) in pane(agent, case)
    assert 'data-key="p"' not in pane(agent, case)
    agent.post(place("promise", case, made.pk), {"proof": "仍回电"})
    assert Commitment.objects.get().state == "kept"


# --- the list of a team


def listed(client: Client, query: str = "") -> str:
    return text_of(client.get(f"{reverse('commitments')}{query}"))


def names_in(page: str) -> list[str]:
    return re.findall(r'#promises" lang="zh-CN" title="([^"]+)"', page)


def test_the_list_shows_what_is_open_soonest_first_with_its_acts(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    promise(case, cast.agent, text="丙", due=in_days(9))
    one = promise(case, cast.agent, text="甲", due=in_days(2))
    promise(case, cast.supervisor, text="乙", due=in_days(5), owner="supervisor")
    kept = promise(case, cast.agent, text="丁", due=in_days(1))
    commitment_ends.keep(case.number, kept.pk, {"proof": "流水"}, by=cast.agent)
    page = listed(agent)
    assert names_in(page) == ["甲", "乙", "丙"]
    for words in (case.number, "王**", "陈晓雨", "周启明", "通话", "我方主动承诺"):
        assert words in page
    assert f"{place('promise', case, one.pk)}?list=" in page
    assert names_in(listed(agent, "?state=kept")) == ["丁"]
    assert "王测试" not in page


def test_the_list_says_what_is_open_of_a_sum_that_is_partly_paid(cast: Cast, agent: Client) -> None:
    case = f.executing(cast)
    assert "未付" not in listed(agent)
    f.paid(case.commitments.get(), cast.agent, amount="980.00")
    assert "未付 ¥3,000.00" in listed(agent)


def test_the_list_is_filtered_by_owner_source_day_and_team(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    soon = (timezone.now() + timedelta(minutes=1)).isoformat()
    promise(case, cast.agent, text="甲", due=soon)
    promise(case, cast.agent, text="乙", owner="colleague", source="letter")
    late = promise(case, cast.agent, text="丙")
    Commitment.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))
    for query, wanted in (
        ("?owner=me", ["丙", "甲"]),
        (f"?owner={cast.colleague.pk}", ["乙"]),
        ("?owner=none", []),
        ("?source=letter", ["乙"]),
        ("?due=overdue", ["丙"]),
        (f"?team={cast.team.pk}", ["丙", "甲", "乙"]),
        ("?state=broken", []),
    ):
        assert names_in(listed(agent, query)) == wanted, query
    if timezone.localtime().hour < 23:  # a minute before midnight it would be due tomorrow
        assert names_in(listed(agent, "?due=today")) == ["甲"]


def test_a_promise_that_a_hold_put_off_is_not_overdue(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    holds.start(case.number, {"reason": "consumer", "note": "等"}, by=cast.agent)
    Commitment.objects.filter(pk=made.pk).update(due_at=timezone.now() - timedelta(days=1))
    assert names_in(listed(agent, "?due=overdue")) == []
    assert "计时已中止" in listed(agent)


@pytest.mark.parametrize(
    "query", ["?state=dream", "?owner=999999", "?team=x", "?due=never", "?cursor=xyz", "?source=1"]
)
def test_an_unknown_filter_is_said_and_ignored(cast: Cast, agent: Client, query: str) -> None:
    promise(f.investigating(cast), cast.agent)
    page = listed(agent, query)
    assert names_in(page) == [CALL_BACK]
    assert "banner--warn" in page


def test_everybody_sees_the_promises_of_their_own_cases_only(cast: Cast) -> None:
    case = f.investigating(cast)
    promise(case, cast.agent)
    assert names_in(listed(browser(cast.supervisor))) == [CALL_BACK]
    assert names_in(listed(browser(cast.outsider))) == []
    assert names_in(listed(browser(cast.counsel))) == []
    auditor = listed(browser(cast.auditor))
    assert names_in(auditor) == [CALL_BACK]
    assert "data-sheet" not in auditor.split("<tbody")[1].split("</tbody>")[0]
    assert browser(cast.administrator).get(reverse("commitments")).status_code == 403


def test_an_act_from_the_list_leads_back_to_the_list(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    url = f"{place('promise', case, made.pk)}?list=owner%3Dme"
    assert f'action="{url}"' in text_of(agent.get(url))
    answer = agent.post(url, {"proof": "已回电"})
    assert answer["Location"] == f"{reverse('commitments')}?owner=me"
    other = promise(case, cast.agent)
    url = f"{place('promise', case, other.pk)}?list="
    answer = agent.post(url, {"proof": "已回电"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"{reverse('commitments')}?"


def test_pages_of_the_list_follow_each_other_and_cost_the_same(
    cast: Cast, agent: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commitment_list, "PAGE_SIZE", 3)
    case = f.investigating(cast)
    counted = []
    for n in range(8):
        promise(case, cast.agent, text=f"第{n}项", due=in_days(n + 1))
        if n in (1, 7):
            agent.get(reverse("commitments"))
            with CaptureQueriesContext(connection) as statements:
                agent.get(reverse("commitments"))
            counted.append(len(statements))
    assert counted[0] == counted[1] <= 9
    seen, url = [], reverse("commitments")
    for _page in range(3):
        page = text_of(agent.get(url))
        seen += names_in(page)
        found = re.search(r'href="(\?[^"]+)" rel="next"', page)
        url = reverse("commitments") + found[1].replace("&amp;", "&") if found else ""
    assert seen == [f"第{n}项" for n in range(8)]
    assert not url
    back = re.search(r'href="(\?[^"]+)" rel="prev"', page)[1].replace("&amp;", "&")
    assert names_in(text_of(agent.get(reverse("commitments") + back))) == seen[3:6]


def test_the_rate_of_a_team_counts_what_fell_due_and_nothing_else(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    made = [promise(case, cast.agent, text=f"{n}") for n in range(6)]
    past = timezone.now() - timedelta(days=2)
    for each in made[:5]:
        Commitment.objects.filter(pk=each.pk).update(due_at=past, made_at=past - timedelta(days=1))
    Deadline.objects.filter(kind="commitment").update(due_at=past)
    in_time = {"proof": "流水", "kept_at": (past - timedelta(hours=1)).isoformat()}
    commitment_ends.keep(case.number, made[0].pk, in_time, by=cast.agent)
    commitment_ends.keep(case.number, made[1].pk, {"proof": "流水"}, by=cast.agent)
    commitment_ends.mark_broken(case.number, made[2].pk, {"reason": "忘了"}, by=cast.agent)
    said = communication.write(
        case.number, {"kind": "reply", "text": "算了", "inbound": True}, by=cast.agent
    )
    words = {"words": "算了", "communication": said.pk}
    commitment_ends.release(case.number, made[3].pk, words, by=cast.agent)
    [rate] = promise_rates.of_teams(cast.agent, timezone.now())
    assert (rate.name, rate.on_time, rate.all, rate.percent) == ("客服一组", 1, 4, "25.0")
    assert "按时 1 / 4（25.0%）" in listed(agent)
    assert promise_rates.of_teams(cast.outsider, timezone.now()) == []


@pytest.mark.parametrize(
    ("query", "index"), [("", "commitments_by_due"), ("?state=kept", "commitments_by_end")]
)
def test_a_page_is_read_in_the_order_of_its_index(cast: Cast, query: str, index: str) -> None:
    promise(f.investigating(cast), cast.agent)
    looked = commitment_list.Looked.read(QueryDict(query.lstrip("?")), cast.auditor)
    rows = looked.order.sort(looked.rows(timezone.now()), backwards=False)[:50]
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    plan = str(rows.explain())
    assert index in plan
    assert "Sort" not in plan


# --- the public register

PUBLIC = {
    "text_zh": "48 小时内答复",
    "text_en": "An answer within 48 hours",
    "length": "48",
    "unit": "hour",
    "starts": "registered",
    "stops": "first_reply",
    "published": "官网服务承诺",
    "url": "https://www.example.com/promise",
}


def public(**changes: Any) -> dict[str, Any]:
    return {**PUBLIC, "valid_from": in_days(0), **changes}


def due_at(case: Complaint, at: datetime, **more: Any) -> None:
    Deadline.objects.filter(complaint=case, kind="promise").update(due_at=at, **more)


def test_a_supervisor_publishes_a_promise_and_everybody_reads_it(cast: Cast) -> None:
    supervisor = browser(cast.supervisor)
    form = text_of(supervisor.get(reverse("promise_new")))
    assert 'name="text_zh"' in form
    assert "收到退回的商品" in form
    answer = supervisor.post(reverse("promise_new"), public(channels=["phone", "web"]))
    assert answer["Location"] == reverse("promises")
    made = PublicPromise.objects.get()
    for name, user in cast.everybody().items():
        page = text_of(browser(user).get(reverse("promises")))
        for words in ("48 小时内答复", "自“登记投诉”起", "电话、网站", "官网服务承诺", "现行"):
            assert words in page, name
        manages = name in ("supervisor", "supervisor2", "outside_supervisor")
        assert (reverse("promise_edit", args=[made.pk]) in page) == manages, name


def test_a_refused_public_promise_stands_again_with_its_sentences(cast: Cast) -> None:
    supervisor = browser(cast.supervisor)
    bad = public(text_zh="", length="0", stops="registered", claims=["refund"])
    page = supervisor.post(reverse("promise_new"), bad)
    assert page.status_code == 422
    for words in ("请填写此项", "期限至少为 1", "官网服务承诺"):
        assert words in text_of(page)
    assert re.search(r'value="refund"[^>]*checked', text_of(page))
    assert not PublicPromise.objects.exists()


def test_another_version_and_the_end_of_a_promise_stay_on_record(cast: Cast) -> None:
    supervisor = browser(cast.supervisor)
    first = promise_register.publish(public(valid_from=in_days(-9)), by=cast.supervisor)
    edit = reverse("promise_edit", args=[first.pk])
    assert 'value="48 小时内答复"' in text_of(supervisor.get(edit))
    too_soon = supervisor.post(edit, public(length="24"))
    assert too_soon.status_code == 422
    assert "新版最早可以自" in text_of(too_soon)
    supervisor.post(edit, public(text_zh="24 小时内答复", length="24", valid_from=in_days(1)))
    page = text_of(supervisor.get(reverse("promises")))
    for words in ("24 小时内答复", "48 小时内答复", "尚未生效", "已有新版"):
        assert words in page
    second = PublicPromise.objects.get(replaces=first)
    withdraw = reverse("promise_withdraw", args=[second.pk])
    assert supervisor.post(withdraw, {"reason": " "}).status_code == 422
    supervisor.post(withdraw, {"reason": "改为人工承诺"})
    page = text_of(supervisor.get(reverse("promises")))
    assert "改为人工承诺" in page
    assert "已撤回" in page
    assert supervisor.post(withdraw, {"reason": "再一次"}).status_code == 422


@pytest.mark.parametrize("name", ["agent", "counsel", "auditor", "administrator"])
def test_the_others_only_read_the_register(cast: Cast, name: str) -> None:
    promise = promise_register.publish(public(), by=cast.supervisor)
    client = browser(getattr(cast, name))
    for url in (
        reverse("promise_new"),
        reverse("promise_edit", args=[promise.pk]),
        reverse("promise_withdraw", args=[promise.pk]),
    ):
        assert client.get(url).status_code == 403
        assert client.post(url, public()).status_code == 403
    assert PublicPromise.objects.count() == 1


def test_the_figures_are_exactly_the_cases_behind_them(cast: Cast, agent: Client) -> None:
    promise = promise_register.publish(public(), by=cast.supervisor)
    now, cases = timezone.now(), [f.registered(cast) for _n in range(7)]
    kept, late, never, open_, given_up, old, coming = cases
    done = {"state": "met", "met_at": now - timedelta(days=4)}
    due_at(kept, now - timedelta(days=3), **done)
    due_at(late, now - timedelta(days=3), state="missed", met_at=now - timedelta(days=2))
    due_at(never, now - timedelta(days=3), state="missed", met_at=None)
    due_at(open_, now - timedelta(days=3))
    due_at(given_up, now - timedelta(days=3), state="cancelled")
    due_at(old, now - timedelta(days=60), **done)
    due_at(coming, now + timedelta(days=1), **done)
    foreign = intake.register(f.values(), by=cast.outsider, owned=True)
    due_at(foreign, now - timedelta(days=3))
    [month, quarter] = promise_rates.of_promises(cast.agent, now)[f"promise:{promise.pk}"]
    assert (month.kept, month.late, month.broken, month.percent) == (1, 1, 2, "25.0")
    assert (quarter.kept, quarter.late, quarter.broken, quarter.percent) == (2, 1, 2, "40.0")
    page = text_of(agent.get(reverse("promises")))
    assert "<b>25.0%</b> 1 / 4" in page
    behind = reverse("promise_cases", args=[promise.pk])
    for what, days, wanted in (
        ("", 30, {kept, late, never, open_}),
        ("kept", 30, {kept}),
        ("kept", 90, {kept, old}),
        ("late", 90, {late}),
        ("broken", 30, {never, open_}),
    ):
        rows = text_of(agent.get(f"{behind}?days={days}&what={what}"))
        found = set(re.findall(r'<tr id="([^"]+)"', rows))
        assert found == {c.number for c in wanted}, what
    assert foreign.number in text_of(browser(cast.auditor).get(f"{behind}?days=30"))


def test_whoever_sees_no_cases_reads_the_promises_without_figures(cast: Cast) -> None:
    promise = promise_register.publish(public(), by=cast.supervisor)
    administrator = browser(cast.administrator)
    assert "近 30 日" not in text_of(administrator.get(reverse("promises")))
    behind = reverse("promise_cases", args=[promise.pk])
    assert administrator.get(behind).status_code == 403


@pytest.mark.parametrize("query", ["?days=7", "?days=x", "?what=dream", "?days=30&what=' OR 1=1"])
def test_a_figure_that_there_is_not_is_not_found(cast: Cast, agent: Client, query: str) -> None:
    promise = promise_register.publish(public(), by=cast.supervisor)
    behind = reverse("promise_cases", args=[promise.pk])
    assert agent.get(behind + query).status_code == 404
    assert agent.get(f"{behind}?cursor=xyz").status_code == 200
    assert agent.get(reverse("promise_cases", args=[promise.pk + 9])).status_code == 404


def test_the_register_and_the_cases_cost_the_same_for_few_and_for_many(
    cast: Cast, agent: Client
) -> None:
    promise = promise_register.publish(public(), by=cast.supervisor)
    behind = f"{reverse('promise_cases', args=[promise.pk])}?days=90"
    counted = []
    for more in (1, 6):
        for _n in range(more):
            promise_register.publish(public(), by=cast.supervisor)
            due_at(f.registered(cast), timezone.now() - timedelta(days=3))
        for url in (reverse("promises"), behind):
            agent.get(url)
            with CaptureQueriesContext(connection) as statements:
                agent.get(url)
            counted.append(len(statements))
    assert counted[:2] == counted[2:]
    assert max(counted) <= 7


def test_the_figures_are_read_from_their_index(cast: Cast) -> None:
    rows = promise_rates.clocks_due(cast.auditor, timezone.now(), 90).filter(subject="promise:1")
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    assert "clocks_of_public_promises" in str(rows.order_by("-due_at", "-id").explain())


# --- in the story of the case, and why this date


def test_a_warning_names_the_promise_that_it_is_about(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    other = promise(case, cast.agent, text="周五前寄出新货")
    clock = Deadline.objects.get(complaint=case, subject=f"commitment:{made.pk}")
    rung = datetime.fromisoformat(clock.ladder[0]["at"])
    Deadline.objects.filter(subject=f"commitment:{other.pk}").update(ladder_at=rung)
    sweep.enforce_due(rung)
    page = text_of(agent.get(address(case), {"show": "changes"}))
    assert f"“{CALL_BACK}”的期限临近，已提醒" in page
    assert "“承诺”的期限临近" not in page


def test_a_clock_of_a_promise_says_what_keeps_it_and_where_it_was_promised(
    cast: Cast, agent: Client
) -> None:
    public = PublicPromise.objects.create(
        text_zh="四十八小时内答复",
        length=48,
        unit="hour",
        starts="registered",
        stops="first_reply",
        published="官网服务承诺页",
        valid_from=timezone.localdate() - timedelta(days=1),
        by=cast.supervisor,
        at=timezone.now(),
    )
    case = f.investigating(cast)
    made = promise(case, cast.agent)
    clock = Deadline.objects.get(complaint=case, kind="promise")
    page = text_of(agent.get(place("clock", case, clock.pk)))
    assert "首次答复消费者 · 案件办结" in page
    assert f'href="{reverse("promises")}#promise-{public.pk}">公开承诺</a>' in page
    assert "官网服务承诺页" in page
    own = Deadline.objects.get(complaint=case, subject=f"commitment:{made.pk}")
    page = text_of(agent.get(place("clock", case, own.pk)))
    assert "兑现 · 消费者书面放弃" in page
    assert "案件办结" not in page
