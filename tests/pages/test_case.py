"""案件工作台: who sees what, in how many statements, and in every state."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints.actions import assignment, communication, intake
from tests import factories as f
from tests.cast import Cast

MOST = 11  # ten, and the row that says who read


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(case) -> str:
    return reverse("case", args=[case.number])


def text_of(page) -> str:
    return page.content.decode()


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


@pytest.mark.parametrize("state", list(f.IN_STATE))
def test_every_role_sees_every_state_within_eleven_statements(cast: Cast, state: str) -> None:
    case = f.IN_STATE[state](cast)
    shared = case.__class__.objects.get(pk=case.pk).shared_with_counsel
    for name, user in cast.everybody().items():
        client = browser(user)
        client.get(reverse("settings"))  # the frame's numbers are kept for half a minute
        with CaptureQueriesContext(connection) as statements:
            page = client.get(address(case))
        wanted = 404 if name.startswith("outside") or name == "outsider" else 200
        if name.startswith("counsel") and not shared:
            wanted = 404
        if name in ("administrator", "security"):
            wanted = 403
        assert page.status_code == wanted, name
        assert len(statements) <= MOST, (name, [q["sql"][:90] for q in statements])
        if wanted == 200:
            assert case.number in text_of(page)


def test_the_number_of_statements_does_not_depend_on_what_the_case_holds(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    counted = []
    for more in (2, 60):
        for n in range(more):
            communication.write(
                case.number, {"kind": "internal_note", "text": f"备注 {n}"}, by=cast.agent
            )
            f.with_evidence(case, cast.agent, f"文字稿 {more} {n}")
        f.answer(case, cast.agent, tx_living_consumption=True, fr_false_statement=True)
        agent.get(address(case))
        with CaptureQueriesContext(connection) as statements:
            page = agent.get(address(case))
        counted.append(len(statements))
    assert counted[0] == counted[1] <= MOST
    assert (
        len(
            re.findall(
                r'<li(?: (?:class="is-ev|id="said-)[^"]*")?>'
                r'<(?:span class="avatar|div class="ev")',
                text_of(page),
            )
        )
        == 50
    )


def test_every_form_of_the_page_carries_the_token_that_the_server_asks_for(
    cast: Cast, agent: Client
) -> None:
    case = f.executing(cast)
    communication.write(case.number, {"kind": "reply", "text": "您好"}, by=cast.agent)
    for query in ("", "?show=evidence", "?compose=note"):
        main = text_of(agent.get(address(case) + query)).split("<main")[1].split("</main>")[0]
        forms = re.findall(r'<form[^>]*method="post".*?</form>', main, re.S)
        assert len(forms) > 5
        assert [form[:120] for form in forms if "csrfmiddlewaretoken" not in form] == []


@pytest.mark.parametrize("path", ["/complaints/{}/", "/review/{}/", "/law/rules/cpl.55.1/"])
def test_going_back_asks_anew_because_the_page_shows_what_stands(cast: Cast, path: str) -> None:
    number = f.in_review(cast).number
    page = browser(cast.counsel).get(path.format(number))
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]


def test_personal_data_stands_masked(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    for query in ("", "?show=evidence", "?show=changes"):
        page = text_of(agent.get(address(case) + query))
        assert "王**" in page
        for clear in ("王测试", "12012345678", "consumer@example.com", "青禾路"):
            assert clear not in page


@pytest.mark.parametrize(
    ("state", "role", "title"),
    [
        ("registered", "agent", "受理"),
        ("investigating", "agent", "调查终结"),
        ("resolving", "agent", "送审"),
        ("in_review", "agent", ""),
        ("in_review", "counsel", "审核方案"),
        ("offered", "agent", "消费者同意"),
        ("executing", "agent", "登记付款"),
        ("external", "counsel", "外部裁决"),
        ("external", "agent", ""),
        ("closed", "supervisor", "归档"),
        ("closed", "agent", ""),
        ("closed", "auditor", ""),
    ],
)
def test_one_primary_button_by_state_and_role(
    cast: Cast, state: str, role: str, title: str
) -> None:
    case = f.IN_STATE[state](cast)
    page = text_of(browser(getattr(cast, role)).get(address(case)))
    found = re.findall(r"data-primary>([^<]+?) <", page)
    assert found == ([title] if title else [])


def test_the_proposal_comes_before_its_submission(cast: Cast, agent: Client) -> None:
    undrafted = f.resolving(cast)
    page = text_of(agent.get(address(undrafted)))
    assert re.findall(r"data-primary>([^<]+?) <", page) == ["拟定方案"]
    assert reverse("resolution", args=[undrafted.number]) in page
    drafted = text_of(agent.get(address(f.drafted(cast))))
    assert re.findall(r"data-primary>([^<]+?) <", drafted) == ["送审"]
    assert ">修改方案</a>" in drafted


def test_an_auditor_reads_everything_and_has_no_button(cast: Cast) -> None:
    case = f.investigating(cast)
    f.with_evidence(case, cast.agent)
    page = text_of(browser(cast.auditor).get(address(case)))
    assert "只读" in page
    for button in ("data-primary", "data-sheet>添加证据", 'id="composer"', 'name="standing"'):
        assert button not in page
    for url in (
        reverse("step", args=[case.number, "conclude"]),
        reverse("add_evidence", args=[case.number]),
        reverse("hold", args=[case.number]),
        reverse("assign", args=[case.number]),
    ):
        assert browser(cast.auditor).get(url).status_code == 403


def test_a_blocked_step_says_what_is_missing_and_where_to_mend_it(
    cast: Cast, agent: Client
) -> None:
    case = f.registered(cast, claims=[], category="")
    page = text_of(agent.get(reverse("step", args=[case.number, "accept"])))
    assert "还没有登记诉求；请先问清消费者要求什么" in page
    assert "还没有选择投诉类别；请先选择类别" in page
    assert f'href="{reverse("edit_case", args=[case.number])}"' in page
    assert 'type="submit"' not in page.split('class="card"')[1].split("</section>")[0]


def test_clocks_say_their_basis_and_why_this_date(cast: Cast, agent: Client) -> None:
    page = text_of(agent.get(address(f.investigating(cast))))
    assert "《侵害消费者权益行为处罚办法》第 8 条</a>" in page
    assert "法定 · 答复消费者" in page
    assert "15 日，自" in page
    assert "内部 · 调查核实" in page


def test_the_timeline_is_paged_by_its_entries_without_gap_or_repetition(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    for n in range(120):
        communication.write(
            case.number, {"kind": "internal_note", "text": f"备注第{n}条"}, by=cast.agent
        )
    seen: list[str] = []
    url = address(case) + "?show=internal"
    pages = 0
    while url:
        page = text_of(agent.get(url))
        seen += re.findall(r"备注第(\d+)条", page)
        further = re.search(r'href="([^"]+before=[^"]+)"', page)
        url = further[1].replace("&amp;", "&") if further else ""
        pages += 1
    assert pages == 3
    assert seen == [str(n) for n in reversed(range(120))]


@pytest.mark.parametrize("cursor", ["nonsense", "%F0%9F%98%80", "MjAyNnwx", "LTF8LTE"])
def test_a_broken_cursor_begins_with_the_newest_entry(
    cast: Cast, agent: Client, cursor: str
) -> None:
    case = f.registered(cast)
    page = agent.get(address(case) + f"?before={cursor}")
    assert page.status_code == 200
    assert "消费者投诉" in text_of(page)


def test_each_filter_of_the_timeline_keeps_its_own(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    f.with_evidence(case, cast.agent)
    for kind, words in (("internal_note", "只给同事"), ("call_note", "来电要点")):
        communication.write(case.number, {"kind": kind, "text": words}, by=cast.agent)

    def found(show: str) -> set[str]:
        page = text_of(agent.get(address(case) + f"?show={show}"))
        words = ("只给同事", "来电要点", "销售时的承诺", "受理 → 调查中", f.NARRATIVE)
        return {w for w in words if w in page}

    assert found("") == {"只给同事", "来电要点", "受理 → 调查中", f.NARRATIVE}
    assert found("talk") == {"来电要点", f.NARRATIVE}
    assert found("evidence") == {"销售时的承诺"}
    assert found("internal") == {"只给同事"}
    assert found("changes") == {"受理 → 调查中"}


def test_a_closed_case_says_so_and_a_merged_one_leads_to_its_target(
    cast: Cast, agent: Client
) -> None:
    target, case = f.investigating(cast), f.investigating(cast)
    f.step(case, "merge", cast.agent, into=target.number, reason="同一订单")
    page = text_of(agent.get(address(case)))
    assert f"本案已并入 {target.number}" in page
    assert f'href="{address(target)}">打开目标案件' in page
    assert 'name="standing"' not in page
    closed = text_of(agent.get(address(f.closed(cast))))
    assert "已办结 · 和解办结" in closed
    assert "不能再修改" in closed


def test_the_new_owner_sees_the_hand_over_note_first_until_acting(cast: Cast) -> None:
    case = f.investigating(cast)
    assignment.assign(case.number, by=cast.agent, user=cast.colleague, note="周五前要回电")
    colleague = browser(cast.colleague)
    page = text_of(colleague.get(address(case)))
    assert "陈晓雨 转给您的交接说明" in page
    assert "周五前要回电" in page.split("case__body")[0]
    assert "转给您的交接说明" not in text_of(browser(cast.agent).get(address(case)))
    communication.write(case.number, {"kind": "call_note", "text": "已回电"}, by=cast.colleague)
    assert "转给您的交接说明" not in text_of(colleague.get(address(case)))


def test_other_cases_of_the_same_consumer_are_named_within_the_own_range(
    cast: Cast, agent: Client
) -> None:
    case, earlier = f.registered(cast), f.registered(cast, title="上个月的投诉")
    foreign = f.registered(cast, by=cast.outsider, title="外组的投诉")
    page = text_of(agent.get(address(case)))
    assert earlier.number in page
    assert foreign.number not in page


def test_the_way_back_leads_to_the_row_in_the_list(cast: Cast, agent: Client) -> None:
    case = f.registered(cast)
    queue = reverse("queue")
    came = agent.get(address(case), headers={"Referer": f"http://testserver{queue}?state=open"})
    back = reverse("back_to_list", args=[case.number])
    assert f'href="{back}"' in text_of(came)
    assert agent.get(back).url == f"{queue}?state=open#{case.number}"
    other = browser(cast.agent)  # one that did not come from a list before
    elsewhere = other.get(address(case), headers={"Referer": "https://elsewhere.example/?q=1"})
    assert f'href="{queue}#{case.number}"' in text_of(elsewhere)


def test_a_change_names_what_was_changed_in_the_words_of_the_form(cast: Cast) -> None:
    case = f.investigating(cast)
    changes = {"consumer": {"phone": "12099998888", "email": "b@example.com"}}
    intake.edit(case.number, {**changes, "product": {"name": "另一种"}}, by=cast.agent)
    page = text_of(browser(cast.agent).get(address(case)))
    assert "修改资料：电话、电子邮件、商品或服务" in page


def test_going_back_to_what_answered_a_form_needs_no_second_sending(cast: Cast) -> None:
    case = f.in_review(cast)
    counsel = Client()
    counsel.force_login(cast.counsel)
    page = reverse("review_case", args=[case.number])
    assert "no-store" in counsel.get(page)["Cache-Control"]
    refused = counsel.post(page, {"action": "sign"})
    assert refused.status_code == 409  # nothing says what was read
    assert "no-store" not in refused.get("Cache-Control", "")
