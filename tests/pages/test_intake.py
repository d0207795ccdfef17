"""来电登记: one form that loses nothing, makes one case, and asks for what decides."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from complaints.actions import half_typed, intake
from complaints.models import CaseLink, Complaint, Draft
from complaints.narrative import told
from legal_rules.vocabulary import FACTS
from tests import factories as f
from tests.cast import Cast

SAID = "接到推销电话，对方自称健康顾问，说胶囊三个疗程根治高血压，11 月 9 日付款 3980 元。"


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def token(client: Client) -> str:
    """Of a freshly drawn form."""
    page = client.get(reverse("intake")).content.decode()
    found = re.search(r'name="form_token" value="([0-9a-f]{32})"', page)
    assert found
    return found[1]


def fields(**changes: Any) -> dict[str, Any]:
    """What a complete form sends."""
    return {
        "consumer_name": "许女士",
        "consumer_phone": "12098765432",
        "filed_by": "family",
        "consumer_protection": "elderly",
        "title": "电话推荐保健胶囊",
        "narrative": SAID,
        "order_number": "SO-2611-80344",
        "product_name": "青禾牌益元胶囊",
        "price_paid": "3,980.00",
        "transaction_date": "2026-11-09",
        "category": "telesales_fraud",
        "rights": ["right_to_know", "right_to_compensation"],
        "claims": ["refund", "increased_damages"],
        "channel": "phone",
        "priority": "urgent",
        "risk_flags": ["media"],
        "form_token": "0123456789abcdef0123456789abcdef",
        **changes,
    }


def sent(client: Client, **changes: Any) -> Any:
    return client.post(reverse("intake"), fields(**changes))


def errors(page: Any) -> list[str]:
    """The lines of the error summary, as text."""
    html = page.content.decode()
    summary = re.search(r"data-error-summary.*?</ul>", html, re.DOTALL)
    assert summary
    return [re.sub(r"<[^>]+>", "", line) for line in re.findall(r"<li>(.*?)</li>", summary[0])]


def test_a_call_is_written_down_with_name_number_and_one_sentence_alone(agent: Client) -> None:
    few = {"consumer_name": "许女士", "consumer_phone": "12098765432", "title": "退款一直没到"}
    answer = agent.post(reverse("intake"), {**few, "channel": "phone"})
    case = Complaint.objects.get()
    assert answer.url == reverse("intake_done", args=[case.number])
    assert (case.title, case.narrative, case.state) == (
        "退款一直没到",
        "退款一直没到",
        "registered",
    )
    page = agent.get(answer.url).content.decode()
    assert f'<h1 class="bignumber">{case.number}</h1>' in page
    assert "还没有登记诉求" in page
    assert "告知您是否受理" in page
    assert "120****5432" in page
    assert "12098765432" not in page


def test_everything_in_the_form_stands_in_the_case(cast: Cast, agent: Client) -> None:
    sent(agent, then="register")
    case = Complaint.objects.select_related("consumer").get()
    assert case.owner == case.registered_by == cast.agent
    assert (case.filed_by, case.consumer.protection) == ("family", "elderly")
    assert case.consumer.language == "zh"
    assert case.narrative == SAID
    assert str(case.price_paid) == "3980.00"
    assert case.transaction_date.isoformat() == "2026-11-09"
    assert case.rights == ["right_to_know", "right_to_compensation"]
    assert case.claims == ["refund", "increased_damages"]
    assert case.priority == "urgent"
    assert case.risk_flags == ["media", "vulnerable"]
    assert case.consumer.clear("phone") == "12098765432"


def test_a_consumer_who_reads_english_is_written_down_as_such(agent: Client) -> None:
    page = sent(agent, consumer_language="en", price_paid="x").content.decode()
    assert re.search(r'name="consumer_language" value="en"[^>]* checked', page)
    assert '<details class="fold" open>' in page
    sent(agent, consumer_language="en", then="register")
    case = Complaint.objects.select_related("consumer").get()
    assert case.consumer.language == "en"
    assert "英文" in agent.get(reverse("case", args=[case.number])).content.decode()


def test_accepting_at_once_takes_the_step_or_says_why_not(agent: Client) -> None:
    sent(agent, then="accept")
    first = Complaint.objects.get()
    assert first.state == "investigating"
    page = agent.get(reverse("intake_done", args=[first.number])).content.decode()
    assert "已登记并受理" in page
    assert "前给您答复" in page
    sent(agent, then="accept", claims=[], form_token="f" * 32)
    second = Complaint.objects.exclude(pk=first.pk).get()
    assert second.state == "registered"
    page = agent.get(reverse("intake_done", args=[second.number])).content.decode()
    assert "还没有受理" in page
    assert "还没有登记诉求；请先问清消费者要求什么" in page


def test_a_double_click_and_a_reload_make_one_case_and_show_it(agent: Client) -> None:
    ours = token(agent)
    first, second = (sent(agent, form_token=ours, then="accept") for _ in range(2))
    assert first.url == second.url
    assert Complaint.objects.get().state == "investigating"
    assert token(agent) != ours


def test_a_changed_form_that_was_registered_before_is_kept_and_may_become_another_case(
    agent: Client,
) -> None:
    sent(agent)
    number = Complaint.objects.get().number
    page = sent(agent, title="改了事由再发一次")
    html = page.content.decode()
    assert page.status_code == 409
    assert number in html
    assert "改了事由再发一次" in html
    assert Complaint.objects.count() == 1
    fresh = re.search(r'name="form_token" value="([0-9a-f]{32})"', html)
    assert fresh
    sent(agent, title="改了事由再发一次", form_token=fresh[1])
    assert Complaint.objects.count() == 2


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"title": " ", "narrative": " "}, "请用一句话写下事由"),
        ({"narrative": "字" * 200_000}, "最多 50000 字，现有 200000 字"),
        ({"narrative": "😀" * 60_000}, "最多 50000 字"),
        ({"narrative": "前\x00后"}, "看不见的控制字符"),
        ({"consumer_name": ""}, "请填写称呼"),
        ({"consumer_phone": ""}, "请填写回电号码"),
        ({"consumer_phone": "12"}, "5 至 20 位数字"),
        ({"consumer_email": "nobody"}, "格式不对"),
        ({"title": "字" * 121}, "最多 120 字"),
        ({"transaction_date": "2999-01-01"}, "日期不能晚于今天"),
        ({"transaction_date": "2026-02-30"}, "不是有效日期"),
        ({"received_at": "2999-01-01 10:00"}, "时间不能晚于现在"),
        ({"received_at": "某天"}, "不是有效时间"),
        ({"price_paid": "-1"}, "金额不能为负数"),
        ({"price_paid": "1.234"}, "最多两位小数"),
        ({"loss_claimed": "很多"}, "不是金额"),
        ({"category": "nonsense"}, "不在可选范围内"),
        ({"claims": ["refund", "moon"]}, "不在可选范围内"),
        ({"rights": ["right_to_win"]}, "不在可选范围内"),
        ({"channel": "pigeon"}, "不在可选范围内"),
        ({"channel": ""}, "请选择一项"),
        ({"filed_by": "cat"}, "不在可选范围内"),
        ({"consumer_protection": "rich"}, "不在可选范围内"),
        ({"consumer_language": "fr"}, "不在可选范围内"),
        ({"priority": "now"}, "不在可选范围内"),
        ({"risk_flags": ["x"]}, "不在可选范围内"),
    ],
    ids=lambda v: next(iter(v)) if isinstance(v, dict) else "",
)
def test_what_cannot_be_taken_is_said_twice_in_the_same_words_and_nothing_is_lost(
    agent: Client, bad: dict[str, Any], sentence: str
) -> None:
    page = sent(agent, **bad)
    assert page.status_code == 422
    html = page.content.decode()
    [line] = errors(page)
    assert sentence in line
    words = line.rpartition("·")[2].strip()
    assert html.count(words) == 2, "at the field and in the summary"
    assert not Complaint.objects.exists()
    for name in {"consumer_name", "consumer_phone", "order_number", "price_paid"} - set(bad):
        assert f'value="{fields()[name]}"' in html
    assert 'value="increased_damages"' in html
    if "narrative" in bad:
        assert bad["narrative"].strip().replace("\x00", "") in html


def test_every_error_is_named_at_once_with_a_link_to_its_field(agent: Client) -> None:
    page = sent(agent, consumer_name="", price_paid="x", transaction_date="y", category="z")
    html = page.content.decode()
    assert len(errors(page)) == 4
    for anchor in re.findall(r'<li><a href="#([^"]+)"', html):
        assert f'id="{anchor}"' in html
    assert "aria-invalid" in html


def test_a_duplicate_external_number_is_refused_with_the_case_that_has_it(agent: Client) -> None:
    sent(agent, external_reference="12315-77")
    number = Complaint.objects.get().number
    page = sent(agent, external_reference="12315-77", form_token="e" * 32)
    assert page.status_code == 422
    assert number in errors(page)[0]


def test_the_team_is_asked_for_only_when_there_are_several_and_must_be_an_own_one(
    cast: Cast, agent: Client
) -> None:
    assert 'name="team"' not in agent.get(reverse("intake")).content.decode()
    sent(agent, team=cast.other_team.pk)
    assert Complaint.objects.get().team == cast.team, "a field that the form does not have"
    Membership.objects.create(user=cast.agent, team=cast.other_team)
    assert "客服二组" in agent.get(reverse("intake")).content.decode()
    sent(agent, team=cast.other_team.pk, form_token="a" * 32)
    assert Complaint.objects.latest("pk").team == cast.other_team
    Membership.objects.filter(user=cast.agent, team=cast.other_team).delete()
    third = type(cast.team).objects.create(name="客服三组")
    Membership.objects.create(user=cast.agent, team=third)
    page = sent(agent, team=cast.other_team.pk, form_token="b" * 32)
    assert page.status_code == 422
    assert "您不属于“客服二组”" in errors(page)[0]


def test_only_who_registers_may_open_it_and_nobody_sees_the_number_of_another_team(
    cast: Cast, agent: Client
) -> None:
    for user in (cast.counsel, cast.auditor, cast.administrator):
        client = browser(user)
        assert client.get(reverse("intake")).status_code == 403
        assert client.post(reverse("intake_hints"), fields()).status_code == 403
        assert client.post(reverse("intake"), fields()).status_code == 403
    theirs = f.registered(cast, by=cast.outsider)
    assert agent.get(reverse("intake_done", args=[theirs.number])).status_code == 404
    assert agent.get(reverse("intake_done", args=["TS26-999999"])).status_code == 404
    assert Client().get(reverse("intake")).status_code == 302
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(cast.agent)
    assert careful.post(reverse("intake"), fields()).status_code == 403
    assert careful.post(reverse("intake_hints"), fields()).status_code == 403


def test_a_draft_comes_back_until_the_case_is_registered(cast: Cast, agent: Client) -> None:
    half_typed.save_draft(cast.agent, "intake", {"consumer_name": "许女士", "title": "写到一半"})
    page = agent.get(reverse("intake"))
    assert "data-draft-saved" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    refused = sent(agent, price_paid="x").content.decode()
    assert "data-draft-saved" not in refused, "what was just sent is newer"
    assert "data-draft-fresh" in refused
    assert Draft.objects.exists()
    sent(agent, draft="intake")
    assert not Draft.objects.exists()


def test_several_registrations_lie_beside_each_other(cast: Cast, agent: Client) -> None:
    first, second = f"intake:{'a' * 32}", f"intake:{'b' * 32}"
    half_typed.save_draft(cast.agent, first, {"title": "先打来的", "consumer_phone": "12098765432"})
    half_typed.save_draft(cast.agent, second, {"title": "后打来的"})
    page = agent.get(reverse("intake")).content.decode()
    assert f'data-draft="{second}"' in page, "the newest goes on"
    assert "另有 1 份未完成的登记" in page
    assert "先打来的" in page
    assert "12098765432" not in page
    page = agent.get(reverse("intake"), {"form": first}).content.decode()
    assert f'data-draft="{first}"' in page
    assert "后打来的" in page
    page = agent.get(reverse("intake"), {"form": "another"}).content.decode()
    assert "data-draft-saved" not in page
    assert "另有 2 份未完成的登记" in page
    for bad in ("intake:", "intake:<b>", "case:x", f"intake:{'c' * 41}"):
        assert (
            f'data-draft="{second}"' in agent.get(reverse("intake"), {"form": bad}).content.decode()
        )
    done = sent(agent, draft=first)
    assert f'data-draft-done="{first}"' in agent.get(done["Location"]).content.decode()
    assert Draft.objects.get().key == second
    theirs = browser(cast.colleague).get(reverse("intake"), {"form": second}).content.decode()
    assert "data-draft-saved" not in theirs


def test_a_late_draft_of_a_registered_form_never_reaches_the_next_caller(
    cast: Cast, agent: Client
) -> None:
    sent(agent)
    late = {"consumer_name": "许女士", "form_token": fields()["form_token"]}
    half_typed.save_draft(cast.agent, "intake", late)
    assert "data-draft-saved" not in agent.get(reverse("intake")).content.decode()
    assert not Draft.objects.exists()
    half_typed.save_draft(cast.agent, "intake", {**late, "form_token": "d" * 32})
    assert "data-draft-saved" in agent.get(reverse("intake")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_registering_from_the_page_takes_fifteen_statements_and_a_transaction(cast: Cast) -> None:
    client = browser(cast.agent)
    half_typed.save_draft(cast.agent, "intake", {"title": "写到一半"})
    with CaptureQueriesContext(connection) as counted:
        assert sent(client, then="register").status_code == 302
    statements = [q["sql"] for q in counted if q["sql"] not in ("BEGIN", "COMMIT")]
    # session, person, twelve of the action, and whether the caller was looked for
    assert len(statements) <= 15, "\n".join(statements)


def test_drawing_the_form_takes_five_statements(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    Membership.objects.create(user=cast.agent, team=cast.other_team)
    client = browser(cast.agent)
    client.get(reverse("intake"))  # the frame's numbers are kept for some seconds
    with django_assert_max_num_queries(5):  # session, person, teams, draft, badge
        client.get(reverse("intake"))


def hints(client: Client, **changes: Any) -> str:
    return client.post(reverse("intake_hints"), fields(**changes)).content.decode()


def test_the_side_pane_asks_what_decides_and_not_what_counsel_finds(agent: Client) -> None:
    page = hints(agent)
    questions = re.findall(r'data-asked="([^"]+)"', page)
    assert len(questions) == 2, "three, where no facts are offered below"
    assert hints(agent, narrative="", title="").count("data-asked=") == 3
    assert not any(FACTS[fact].found_by == "counsel" for fact in questions)
    assert "《消费者权益保护法》第二十五条" in page
    assert "请勿对赔偿结果作承诺" in page
    later = hints(agent, asked=",".join(questions[:2]))
    assert not set(questions[:2]) & set(re.findall(r'data-asked="([^"]+)"', later))


def test_a_category_is_suggested_and_marked_but_never_chosen(agent: Client) -> None:
    page = hints(agent, category="")
    assert 'id="suggest-telesales_fraud"' in page
    assert "按建议：" in page
    assert 'aria-pressed="true"' not in page
    assert 'aria-pressed="true"' in hints(agent)
    sent(agent, category="")
    assert Complaint.objects.get().category == ""


def test_what_was_told_is_ticked_and_the_rest_is_not(agent: Client) -> None:
    def ticked(page: str) -> list[str]:
        return re.findall(r'<li class="on">.*?</svg>([^<]+)<', page)

    assert ticked(hints(agent)) == ["何时", "谁说的", "说了什么", "付了多少"]
    bare = {"title": "", "narrative": "", "price_paid": "", "transaction_date": ""}
    assert ticked(hints(agent, **bare)) == []
    assert ticked(hints(agent, **{**bare, "price_paid": "5"})) == ["付了多少"]


def test_earlier_cases_show_masked_while_typing_and_only_visible_ones(
    cast: Cast, agent: Client
) -> None:
    mine = f.registered(cast, consumer={"name": "许测试", "phone": "120 9876 5432"})
    theirs = f.registered(
        cast, by=cast.outsider, consumer={"name": "许测试", "phone": "12098765432"}
    )
    page = hints(agent, order_number="")
    assert mine.number in page
    assert theirs.number not in page
    assert "许**" in page
    assert "许测试" not in page
    assert "同一电话" in page
    assert "没有找到同一电话" in hints(agent, consumer_phone="12000000000", order_number="")


def ticked(page: str, number: str) -> bool:
    return bool(re.search(rf'name="link" value="{number}" checked', page))


def test_an_earlier_case_that_was_ticked_is_linked_with_the_new_one(
    cast: Cast, agent: Client
) -> None:
    known = {"name": "许测试", "phone": "12098765432"}
    same_person = f.registered(cast, consumer=known, order_number="SO-7")
    same_order = f.registered(cast, order_number="SO-2611-80344")
    theirs = f.registered(cast, by=cast.outsider, consumer=known)
    neither = f.registered(cast, consumer={"name": "甲", "phone": "12011112222"})
    page = hints(agent, link=[same_person.number])
    assert (ticked(page, same_person.number), ticked(page, same_order.number)) == (True, False)
    numbers = [same_person.number, same_order.number, theirs.number, neither.number, "'; --"]
    refused = sent(agent, consumer_name="", link=numbers).content.decode()
    assert ticked(refused, same_person.number)
    assert re.search(r'name="linked"[^>]*>', refused)[0].count("TS") == 0  # type: ignore[index]
    assert sent(agent, link=numbers).status_code == 302
    new = Complaint.objects.latest("pk")
    rows = CaseLink.objects.filter(complaint=new).values_list("other", "kind")
    assert set(rows) == {
        (same_person.pk, "same_consumer"),
        (same_order.pk, "same_matter"),
    }
    assert sent(agent, link=numbers).status_code == 302  # the second click
    assert CaseLink.objects.count() == 2


def test_a_tick_that_a_draft_brought_back_counts_and_one_without_a_case_harms_nothing(
    cast: Cast, agent: Client
) -> None:
    one = f.registered(cast, consumer={"name": "许测试", "phone": "12098765432"})
    assert ticked(hints(agent, linked=one.number, order_number=""), one.number)
    assert sent(agent, linked=f"{one.number},TS99-000001,{'x' * 10_000}").status_code == 302
    [link] = CaseLink.objects.all()
    assert link.other == one


def test_the_side_pane_takes_eleven_statements_whatever_stands_in_the_form(
    cast: Cast, agent: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        f.registered(cast, consumer={"name": "许测试", "phone": "12098765432"})
    # session, person, teams, cases, who read; and the look for a number: lock, misses, the same
    # before, the row, in a transaction
    with django_assert_max_num_queries(11):
        assert hints(agent).count('class="dup"') == 5


def test_half_typed_and_unreadable_values_break_no_hint(agent: Client) -> None:
    page = agent.post(
        reverse("intake_hints"),
        fields(price_paid="12.", transaction_date="11-", order_number="SO\x00-1", category="?"),
    )
    assert page.status_code == 200
    assert agent.post(reverse("intake_hints"), {}).status_code == 200


def test_days_are_taken_as_people_type_them(agent: Client) -> None:
    from datetime import timedelta

    today = timezone.localdate()
    sent(agent, transaction_date="昨天", received_at="昨天 14:30")
    case = Complaint.objects.get()
    assert case.transaction_date == today - timedelta(days=1)
    assert timezone.localtime(case.received_at).strftime("%H:%M") == "14:30"


def test_missing_proof_is_no_proof_and_harm_asks_for_the_doctor() -> None:
    def done(text: str) -> dict[str, bool]:
        return {t.code: t.done for t in told(text, {})}

    assert not done("没有给发票")["proof"]
    assert done("没有发票，但有聊天记录截图")["proof"]
    assert "medical" not in done("退款没到")
    assert done("吃了头晕去医院，有病历")["medical"]
    assert not done("吃了头晕去医院")["medical"]


def test_the_form_token_is_bound_to_the_person(cast: Cast, agent: Client) -> None:
    sent(agent)
    sent(browser(cast.colleague))
    assert Complaint.objects.count() == 2


def test_a_stranger_token_is_replaced(cast: Cast, agent: Client) -> None:
    for value in ("", "x", "../../etc/passwd", "0" * 500):
        assert sent(agent, form_token=value).status_code == 302
    assert Complaint.objects.count() == 4
    assert intake.similar({"phone": "12098765432"}, "", cast.agent)


def test_who_speaks_and_who_is_protected_stand_on_the_case(agent: Client) -> None:
    sent(agent)
    page = agent.get(reverse("case", args=[Complaint.objects.get().number])).content.decode()
    assert "家属代办" in page
    assert "老年人" in page
