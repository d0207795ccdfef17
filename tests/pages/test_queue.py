"""我的待办: who sees what, what the filters do, pages without gaps, and a fixed number of
statements.
"""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.actions import holds, intake
from complaints.models import Complaint
from tests import factories as f
from tests.cast import Cast


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def numbers(page) -> list[str]:
    return re.findall(r'<tr id="(TS\d\d-\d+)"', page.content.decode())


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def many(cast: Cast, count: int) -> list[Complaint]:
    """Cases of the agent, every third without an owner, some due at the same instant."""
    now = timezone.now()
    return [
        intake.register(
            f.values(order_number=f"SO-{n}"),
            by=cast.agent,
            owned=n % 3 != 0,
            now=now - timedelta(days=n % 7),
        )
        for n in range(count)
    ]


def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(
    cast: Cast, agent: Client
) -> None:
    address = f"{reverse('queue')}?state=open"
    counted = []
    for more in (5, 25):
        many(cast, more)
        agent.get(address)
        with CaptureQueriesContext(connection) as statements:
            page = agent.get(address)
        counted.append(len(statements))
    assert len(numbers(page)) == 25
    assert counted[0] == counted[1] == 8, [q["sql"][:80] for q in statements]


def test_every_role_opens_its_own_list_within_nine_statements(cast: Cast) -> None:
    f.in_review(cast)
    titles = {
        "agent": "我的待办",
        "supervisor": "全组未办结",
        "counsel": "待审核",
        "auditor": "全部未办结",
    }
    for name, title in titles.items():
        client = browser(getattr(cast, name))
        client.get(reverse("settings"))  # the frame's numbers are kept for half a minute
        with CaptureQueriesContext(connection) as statements:
            page = client.get(reverse("queue"))
        assert f'<h1 id="list-title">{title}</h1>' in page.content.decode()
        assert len(numbers(page)) == 1
        assert len(statements) <= 9
    assert browser(cast.administrator).get(reverse("queue")).status_code == 403


def test_another_teams_case_is_in_no_list_count_or_search(cast: Cast) -> None:
    theirs = f.registered(cast, by=cast.outsider, title="外组的案件")
    for user in (cast.agent, cast.supervisor, cast.counsel):
        for query in ("", "?state=any", f"?q={theirs.number}", "?q=外组的案件", "?q=12012345678"):
            page = browser(user).get(reverse("queue") + query)
            assert numbers(page) == []
            assert set(re.findall(r'<span class="num">(\S+)</span>', page.content.decode())) == {
                "0"
            }
    assert numbers(browser(cast.outsider).get(reverse("queue"))) == [theirs.number]


def test_personal_data_stands_masked(cast: Cast, agent: Client) -> None:
    f.registered(cast)
    page = agent.get(reverse("queue")).content.decode()
    assert "王**" in page
    for clear in ("王测试", "12012345678", "consumer@example.com", "青禾路"):
        assert clear not in page


def test_overdue_stands_first_and_says_by_how_much(cast: Cast, agent: Client) -> None:
    fresh = f.registered(cast)
    late = f.registered(cast, now=timezone.now() - timedelta(days=20))
    page = agent.get(reverse("queue"))
    assert numbers(page) == [late.number, fresh.number]
    text = page.content.decode()
    assert "clock--over" in text
    assert "超时" in text
    assert "内部 · 决定是否受理" in text


def test_statements_that_are_kept_follow_the_clock_and_the_person(cast: Cast) -> None:
    case = f.registered(cast)
    before = f"{reverse('queue')}?state=open&overdue=1"
    people = {"agent": browser(cast.agent), "outsider": browser(cast.outsider)}
    seen = {}
    for due in (timedelta(hours=1), timedelta(hours=-1)):  # the same statements, another moment
        Complaint.objects.update(next_due_at=timezone.now() + due)
        for name, client in people.items():
            page = client.get(before)
            overdue = re.search(r'已超时</span><span class="num">(\d+)', page.content.decode())
            seen[name, due] = (numbers(page), overdue and overdue[1])
    late, early = timedelta(hours=-1), timedelta(hours=1)
    assert seen["agent", early] == ([], "0")
    assert seen["agent", late] == ([case.number], "1")
    assert seen["outsider", late] == ([], "0")


def test_a_hold_says_why(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    holds.start(case.number, {"reason": "expert", "note": "送检"}, by=cast.agent)
    page = agent.get(reverse("queue"), {"state": "open", "on_hold": "1"})
    assert numbers(page) == [case.number]
    assert "中止：等待鉴定" in page.content.decode()


def test_each_filter_narrows_the_list(cast: Cast, agent: Client) -> None:
    plain = f.registered(cast, title="普通", risk_flags=[], category="price", channel="web")
    grave = f.registered(cast, title="严重", risk_flags=["safety"], channel="phone")
    waiting = intake.register(f.values(title="无人", category="price"), by=cast.agent)
    late = f.registered(cast, title="逾期", now=timezone.now() - timedelta(days=20))
    accepted = f.investigating(cast, title="调查")
    everything = {plain, grave, waiting, late, accepted}

    def found(**query: str) -> set[str]:
        return set(numbers(agent.get(reverse("queue"), query)))

    assert found(state="any") == {c.number for c in everything}
    assert found(state="investigating") == {accepted.number}
    assert found(phase="investigation") == {accepted.number}
    assert found(owner="none") == {waiting.number}
    assert found(owner="me") == {c.number for c in everything - {waiting}}
    assert found(owner=str(cast.colleague.pk)) == set()
    assert found(team=str(cast.team.pk)) == {c.number for c in everything}
    assert found(category="price") == {plain.number, waiting.number}
    assert found(risk="high") == {grave.number}
    assert found(risk="safety") == {grave.number}
    assert found(channel="web") == {plain.number}
    assert found(overdue="1") == {late.number}
    assert found(q="严重") == {grave.number}
    assert found(q=plain.number) == {plain.number}
    assert found(category="price", owner="none") == {waiting.number}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?colour=red", "没有“colour”这个筛选条件，已忽略。"),
        ("?state=lost", "“状态”没有“lost”这一项，已忽略。"),
        ("?owner=1%20OR%201", "“责任人”没有“1 OR 1”这一项，已忽略。"),
        ("?team=999999999999999999999", "“团队”没有“999999999999999999999”这一项，已忽略。"),
        ("?risk=high&overdue=maybe", "“期限”没有“maybe”这一项，已忽略。"),
        ("?state=open&cursor=nonsense", "分页位置无效，已从第一页开始。"),
        ("?state=open&cursor=bnwyMDI2fDE", "分页位置无效，已从第一页开始。"),
    ],
)
def test_an_unknown_filter_is_named_and_left_out(
    cast: Cast, agent: Client, query: str, words: str
) -> None:
    page = agent.get(reverse("queue") + query)
    assert page.status_code == 200
    assert words in page.content.decode()


@pytest.mark.parametrize("value", ["%00", "x%01", "a%0Bb"])
def test_control_characters_in_the_address_are_refused(agent: Client, value: str) -> None:
    assert agent.get(f"{reverse('queue')}?q={value}").status_code == 400


@pytest.mark.parametrize(
    "text", ["x" * 500, "😀", "' OR 1=1 --", "%_\\", "<script>alert(1)</script>", "18 & | ! ( )"]
)
def test_any_search_text_is_answered_with_a_page(cast: Cast, agent: Client, text: str) -> None:
    f.registered(cast)
    page = agent.get(reverse("queue"), {"q": text})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def follow(client: Client, page, way: str):
    link = re.search(rf'href="([^"]+)" rel="{way}"', page.content.decode())
    return client.get(link[1].replace("&amp;", "&")) if link else None


def test_pages_hold_every_case_once_forwards_and_backwards(cast: Cast, agent: Client) -> None:
    cases = many(cast, 70)
    accepted = cases[7]
    f.step(accepted, "accept", cast.agent)
    Complaint.objects.filter(pk__in=[c.pk for c in cases[10:60:6]]).update(
        next_due_at=None
    )  # clocks all stopped
    wanted = list(Complaint.objects.order_by("next_due_at", "id").values_list("number", flat=True))
    pages = [agent.get(reverse("queue"), {"state": "open"})]
    while (further := follow(agent, pages[-1], "next")) is not None:
        pages.append(further)
    assert [len(numbers(p)) for p in pages] == [25, 25, 20]
    assert [n for p in pages for n in numbers(p)] == wanted
    back = [pages[-1]]
    while (earlier := follow(agent, back[0], "prev")) is not None:
        back.insert(0, earlier)
    assert [n for p in back for n in numbers(p)] == wanted
    assert follow(agent, back[0], "next") is not None


def test_paging_never_counts_rows_to_skip(cast: Cast, agent: Client) -> None:
    many(cast, 60)
    first = agent.get(reverse("queue"), {"state": "open"})
    with CaptureQueriesContext(connection) as statements:
        follow(agent, first, "next")
    assert not any("OFFSET" in q["sql"] for q in statements)


def test_counts_stop_at_ninety_nine(cast: Cast, agent: Client) -> None:
    many(cast, 101)
    page = agent.get(reverse("queue"), {"state": "open"}).content.decode()
    assert '<span class="num">99+</span>' in page
    assert "99+ 件" in page


def test_closed_cases_are_sorted_by_closing_and_say_how_they_ended(cast: Cast) -> None:
    now = timezone.now()
    ended = []
    for days in (3, 1, 2):
        case = f.registered(cast, now=now - timedelta(days=9))
        f.step(
            case,
            "decline",
            cast.supervisor,
            now=now - timedelta(days=days),
            reason="duplicate",
            explanation="可以向 12315 反映，也可以申请仲裁或者向人民法院起诉。",
        )
        ended.append((days, case.number))
    page = browser(cast.agent).get(reverse("queue"), {"state": "done"})
    assert numbers(page) == [number for _days, number in sorted(ended)]
    assert "不予受理" in page.content.decode()


def test_an_empty_list_says_what_to_do_next(cast: Cast, agent: Client) -> None:
    assert "团队里也没有待分配的案件" in agent.get(reverse("queue")).content.decode()
    intake.register(f.values(), by=cast.agent)
    page = agent.get(reverse("queue")).content.decode()
    assert "团队还有 1 件待分配，您可以领取一件。" in page
    assert (
        "这里没有案件"
        in agent.get(reverse("queue"), {"risk": "high", "state": "open"}).content.decode()
    )
    narrowed = agent.get(reverse("queue"), {"risk": "media"}).content.decode()
    assert "没有符合条件的案件" in narrowed
    assert "去掉“风险 媒体”" in narrowed


def test_long_menus_come_when_they_are_opened_and_keep_the_other_filters(cast: Cast) -> None:
    client = browser(cast.supervisor)
    page = client.get(reverse("queue"), {"state": "open", "risk": "high"}).content.decode()
    menu = r'hx-get="(/complaints/menus/(\w+)/[^"]*)" hx-trigger="toggle once"'
    menus = dict(re.findall(menu, page))
    assert sorted(menus.values()) == ["category", "more", "owner", "team"]
    for url in menus:
        url = url.replace("&amp;", "&")
        piece = client.get(url, headers={"HX-Request": "true"}).content.decode()
        whole = client.get(url).content.decode()
        choices = re.findall(r'href="(/complaints/\?[^"]+)"', piece)
        assert choices
        assert all("risk=high" in choice for choice in choices)
        assert set(choices) <= set(re.findall(r'href="([^"]+)"', whole))
        assert ("<html" in piece, "<html" in whole) == (False, True)
    assert client.get(reverse("queue_menu", args=["risk"])).status_code == 404
    assert browser(cast.administrator).get(reverse("queue_menu", args=["more"])).status_code == 403
