"""Answering facts on the page: one post, everything that follows from it, and who may find what."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions import intake
from complaints.models import FactAnswer
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_case import address, browser, text_of

FACT = "fr_false_statement"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def post(client: Client, case, fact: str = FACT, htmx: bool = False, **values):
    url = reverse("answer_fact", args=[case.number, fact])
    return client.post(url, values, headers=HTMX if htmx else {})


def known(client: Client, case) -> str:
    """What is answered, as its group of the page gets it."""
    return text_of(client.get(reverse("known_facts", args=[case.number]), headers=HTMX))


def current(case, fact: str = FACT) -> FactAnswer | None:
    return FactAnswer.objects.filter(complaint=case, fact=fact, superseded_at=None).first()


def test_one_answer_changes_facts_law_and_sum_in_one_request(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    f.with_evidence(case, cast.agent)
    page = post(agent, case, htmx=True, value="yes", source="evidence", evidence="1")
    text = text_of(page)
    assert page.status_code == 200
    assert current(case).value is True
    assert (current(case).source, current(case).evidence_number) == ("evidence", 1)
    panes = ["facts", "law", "calc", "actions", "clocks", "stale", "entries"]
    assert re.findall(rf'id="({"|".join(panes)})"', text) == panes
    assert text.count('hx-swap-oob="true"') == 7
    assert "证据 1" in text


def test_without_scripts_the_answer_leads_back_to_the_facts(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    assert post(agent, case, value="no").url == address(case) + "#facts"
    assert current(case).value is False


def test_cannot_be_established_needs_its_reason(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    refused = post(agent, case, unknown="1", note=" ")
    assert refused.status_code == 422
    assert "请说明为何无法查明" in text_of(refused)
    assert current(case) is None
    post(agent, case, unknown="1", note="录音已过保存期")
    assert current(case).established is False
    assert "录音已过保存期" in known(agent, case)


@pytest.mark.parametrize(
    ("fact", "sent", "stored"),
    [
        ("tx_channel", {"value": "电话营销"}, "电话营销"),
        ("pi_sensitive", {"value": ["金融账户", "身份证件号码"]}, ["身份证件号码", "金融账户"]),
        ("tx_loss", {"value": "1,280.5"}, "1280.50"),
        ("tx_delivery_date", {"value": "2026-03-01"}, "2026-03-01"),
        ("as_open_days", {"value": "17"}, 17),
    ],
)
def test_each_type_of_fact_takes_its_own_answer(
    cast: Cast, agent: Client, fact: str, sent: dict, stored: object
) -> None:
    case = f.investigating(cast)
    assert post(agent, case, fact, **sent).status_code == 302
    assert current(case, fact).value == stored


@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        ("tx_loss", "-1", "不能为负数"),
        ("tx_loss", "1.234", "金额最多两位小数"),
        ("as_open_days", "很多", "不是整数"),
        ("tx_channel", "飞鸽", "不在可选答案之中"),
        ("tx_channel", "", "请给出答案，或标明无法查明并说明原因"),
    ],
)
def test_an_answer_of_the_wrong_kind_is_refused_and_stays_in_the_form(
    cast: Cast, agent: Client, fact: str, value: str, words: str
) -> None:
    case = f.investigating(cast, category="telesales_fraud")
    f.answer(case, cast.agent, **{"sp_broken": True})
    page = post(agent, case, fact, value=value, note="已经写好的说明")
    assert page.status_code == 422
    assert current(case, fact) is None
    assert words in text_of(page)
    assert "已经写好的说明" in text_of(page)


def test_an_answer_over_one_never_seen_is_refused_with_who_gave_it(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    f.answer(case, cast.colleague, **{FACT: True})
    page = post(agent, case, htmx=True, value="no", note="我看了录音", standing="")
    text = text_of(page)
    assert page.status_code == 409
    assert "何静" in text
    assert "答了“是”" in text
    assert "我看了录音" in text
    assert current(case).value is True
    seen = re.search(rf'id="fact-{FACT}".*?name="standing" value="(\d+)"', text, re.S)[1]
    assert post(agent, case, value="no", note="我看了录音", standing=seen).status_code == 302
    assert current(case).value is False


def test_a_change_elsewhere_in_the_case_does_not_refuse_an_answer(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    f.with_evidence(case, cast.colleague)
    f.answer(case, cast.colleague, tx_living_consumption=True)
    assert post(agent, case, value="yes", standing="").status_code == 302


def test_an_agents_answer_to_a_judgement_is_a_report_and_counsel_finds(
    cast: Cast, agent: Client
) -> None:
    case = f.in_review(cast)
    url = reverse("answer_fact", args=[case.number, "fraud"])
    mine, counsels = text_of(agent.get(address(case))), browser(cast.counsel)
    group = mine.split('data-group="counsel"')[1].split('data-group="known"')[0]
    assert url in group
    assert "您的回答是给法务的报告，不影响法律分析" in group
    post(agent, case, "fraud", value="yes", note="听过录音")
    assert current(case, "fraud").by == cast.agent
    law = text_of(agent.get(address(case))).split('id="law"')[1].split('id="calc"')[0]
    assert "暂定成立" not in law
    assert "报告，待法务认定" in known(agent, case)
    page = text_of(counsels.get(address(case)))
    assert "由您认定" in page
    assert "已报告 陈晓雨：是（消费者陈述）" in page
    seen = str(current(case, "fraud").pk)
    assert post(counsels, case, "fraud", value="yes", standing=seen).status_code == 302
    assert current(case, "fraud").by == cast.counsel


def test_counsel_finds_what_was_reported_in_the_same_words(cast: Cast) -> None:
    case = f.in_review(cast)
    f.answer(case, cast.agent, fraud=True)
    f.answer(case, cast.counsel, fraud=True)
    assert current(case, "fraud").by == cast.counsel


def test_a_report_never_takes_the_place_of_a_finding(cast: Cast, agent: Client) -> None:
    case = f.in_review(cast)
    f.answer(case, cast.counsel, fraud=True)
    seen = str(current(case, "fraud").pk)
    refused = post(agent, case, "fraud", value="no", standing=seen)
    assert refused.status_code == 422
    assert "法务已经认定这一项" in text_of(refused)
    assert current(case, "fraud").value is True
    change = reverse("change_fact", args=[case.number, "fraud"])
    assert change not in known(agent, case)
    assert agent.get(change, headers=HTMX).status_code == 404
    assert change in known(browser(cast.counsel), case)


def test_the_second_click_of_a_double_click_changes_nothing(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    for _click in range(2):
        assert post(agent, case, htmx=True, value="yes", standing="").status_code == 200
    assert FactAnswer.objects.filter(complaint=case, fact=FACT).count() == 1


def test_a_corrected_answer_keeps_those_before_it(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    post(agent, case, value="yes", note="消费者来电所说")
    seen = str(current(case).pk)
    post(agent, case, value="no", source="verified", note="核对了产品说明", standing=seen)
    whole = text_of(agent.get(reverse("known_facts", args=[case.number])))
    for page in (known(agent, case), whole):
        assert "此前的 1 次回答" in page
        assert "消费者来电所说" in page.split("此前的 1 次回答")[1]
    assert current(case).value is False


def test_the_next_best_question_comes_first_with_what_hangs_on_it(
    cast: Cast, agent: Client
) -> None:
    page = text_of(agent.get(address(f.investigating(cast))))
    first = page.split('id="facts"')[1].split("</form>")[0]
    assert f'id="fact-{FACT}"' in first
    assert "决定是否成立：" in first
    assert "涉及 ¥11,940.00。" in first
    assert 'aria-keyshortcuts="1"' in first
    assert page.split('id="facts"')[1].count("data-group=") >= 2


def test_enter_in_the_reason_presses_no_answer(cast: Cast, agent: Client) -> None:
    page = text_of(agent.get(address(f.investigating(cast))))
    form = page.split(f'id="fact-{FACT}"')[1].split("</form>")[0]
    assert form.index('<button type="submit" disabled hidden>') < form.index("data-answer")


def test_two_lawful_measures_are_both_shown_and_left_to_counsel(cast: Cast) -> None:
    case = f.in_review(cast, transaction_date="2026-11-09")
    answers = {
        "tx_living_consumption": True,
        "tx_channel": "电话营销",
        "tx_delivery_date": "2026-11-11",
        "rt_demand_date": "2026-11-13",
        "rt_intact": True,
    }
    f.answer(case, cast.agent, **answers)
    f.answer(case, cast.counsel, fraud=True)
    calc = text_of(browser(cast.counsel).get(address(case))).split('id="calc"')[1]
    choice = calc.split("请法务选择")[1].split("</p>")[0]
    assert choice.count("¥3,980.00") == 2


def test_a_presumption_names_what_would_rebut_it(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast, category="pi_leak", transaction_date="2026-03-01")
    f.answer(case, cast.agent, pi_employee_sold=True, pi_loss="5000.00")
    law = text_of(agent.get(address(case))).split('id="law"')[1].split('id="calc"')[0]
    assert "推定成立" in law
    assert "推定，除非证明：能否证明自己没有过错" in law


def test_an_open_element_leads_to_its_question_and_an_answered_one_to_its_evidence(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    f.with_evidence(case, cast.agent)
    post(agent, case, value="yes", source="evidence", evidence="1")
    page = text_of(agent.get(address(case)))
    law = page.split('id="law"')[1].split('id="calc"')[0]
    assert '<a href="#fact-fr_induced" data-goto>待答</a>' in law
    assert f'href="{address(case)}?show=evidence#evidence-1">证据 1</a>' in law
    assert "本条规则尚未经法务签署" in law
    assert "《消费者权益保护法》第五十五条第一款" in law


def test_the_sum_shows_formula_floor_and_version(cast: Cast, agent: Client) -> None:
    calc = text_of(agent.get(address(f.investigating(cast)))).split('id="calc"')[1]
    assert "3,980 + 3 × 3,980" in calc
    assert "¥15,920.00" in calc
    assert "不足 ¥500.00 的按 ¥500.00 计" in calc
    assert "规则库 20" in calc
    assert "若待查事项成立" in calc


def test_answers_their_forms_and_paragraphs_come_when_they_are_opened(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    post(agent, case, value="yes", note="听过录音")
    page = text_of(agent.get(address(case)))
    lists = {
        reverse("known_facts", args=[case.number]): "听过录音",
        reverse("change_fact", args=[case.number, FACT]): f'id="change-{FACT}"',
    }
    closed = re.findall(r'hx-get="([^"]*/law/[^"]*)" hx-trigger="toggle once"', page)
    for url, words in {**lists, **dict.fromkeys(closed, "条文</summary>")}.items():
        piece, whole = agent.get(url, headers=HTMX), text_of(agent.get(url))
        assert words in text_of(piece)
        assert words in whole
        assert "<html" not in text_of(piece)
        assert 'id="composer"' in whole
    assert closed
    assert not any(words in page for words in lists.values())
    assert page.count("条文</summary>") < 10


def test_answers_that_are_in_sight_come_back_with_an_answer(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    post(agent, case, value="yes", note="听过录音")
    other = {"fact": "tx_channel", "htmx": True, "value": "电话营销"}
    assert "听过录音" not in text_of(post(agent, case, **other))
    seen = current(case, "tx_channel").pk
    assert "听过录音" in text_of(post(agent, case, **other, standing=seen, known="1"))


def test_a_foreign_case_and_an_unknown_fact_are_not_found(cast: Cast, agent: Client) -> None:
    theirs, mine = f.registered(cast, by=cast.outsider), f.investigating(cast)
    assert post(agent, theirs, value="yes").status_code == 404
    assert post(agent, mine, "no_such_fact", value="yes").status_code == 404
    assert post(browser(cast.auditor), mine, value="yes").status_code == 403
    for case, status in ((theirs, 404), (mine, 200)):
        assert agent.get(reverse("known_facts", args=[case.number])).status_code == status
        assert agent.get(reverse("change_fact", args=[case.number, FACT])).status_code == 404
        unknown = reverse("case_rule", args=[case.number, "no.such.rule"])
        assert agent.get(unknown).status_code == 404


def test_a_closed_case_takes_no_answer(cast: Cast, agent: Client) -> None:
    page = post(agent, f.closed(cast), value="yes")
    assert page.status_code == 422


def test_without_a_category_the_case_asks_for_it_instead_of_asking_everything(cast: Cast) -> None:
    case = f.registered(cast, category="")
    page = browser(cast.agent).get(reverse("case", args=[case.number])).content.decode()
    assert "还没有投诉类别，问题和法律分析都从类别开始。" in page
    assert reverse("edit_case", args=[case.number]) in page
    assert page.count('class="fact fact--ask') == 0
    assert "¥0.00" not in page
    intake.edit(case.number, {"category": "telesales_fraud"}, by=cast.agent)
    page = browser(cast.agent).get(reverse("case", args=[case.number])).content.decode()
    assert "还没有投诉类别" not in page
    assert page.count('class="fact fact--ask') > 0


SAID = "2026年11月9日接到推销电话，说胶囊根治高血压，花了三千九百八十元。要求退款并三倍赔偿。"


def test_what_the_narrative_says_is_offered_and_taken_by_one_press(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast, narrative=SAID, price_paid=None, transaction_date=None)
    text = text_of(agent.get(address(case)))
    assert "叙述里读到、尚未回答的" in text
    assert "<mark>根治高血压</mark>" in text
    row = re.compile(r'<form class="offer"[^>]*/facts/fr_disease_claim/.*?</form>', re.DOTALL)
    offer = row.search(text)
    assert offer
    sent = dict(re.findall(r'name="(standing|source|note|value)" value="([^"]*)"', offer[0]))
    assert sent == {
        "standing": "",
        "source": "consumer",
        "note": "来自叙述：“根治高血压”",
        "value": "yes",
    }
    taken = post(agent, case, "fr_disease_claim", htmx=True, **sent)
    assert taken.status_code == 200
    assert not row.search(text_of(taken))
    answer = current(case, "fr_disease_claim")
    assert (answer.value, answer.source, answer.note) == (True, "consumer", sent["note"])


def test_what_is_answered_or_stands_in_a_field_is_not_offered(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast, narrative=SAID)
    text = text_of(agent.get(address(case)))
    assert "<mark>花了三千九百八十元</mark>" not in text, "the price stands in the case"
    assert 'data-group="offers"' not in text_of(browser(cast.auditor).get(address(case)))


def test_the_law_pane_lists_the_windows_of_the_law_and_leads_to_each(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast, category="prepaid")
    f.answer(case, cast.agent, tx_payment_date="2026-03-02", rt_demand_date="2026-03-09")
    text = text_of(agent.get(address(case)))
    assert "预付式消费七日退款" in text
    assert "已在期间内提出" in text
    assert "2026-03-02 至 2026-03-09" in text
    assert 'href="/law/deadlines/prepaid_cooling_7d/"' in text
