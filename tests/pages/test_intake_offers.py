"""Facts read from the record while it is typed: offered with the words, taken or left, and taken
ones answers of the consumer once the case is registered.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import IdempotentRequest
from complaints.models import Complaint, FactAnswer
from complaints.told_facts import Decisions, for_case, together
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_intake import browser, errors, fields, hints, sent

BARE = {"title": "买了胶囊", "price_paid": "", "transaction_date": "", "category": ""}
SAID = (
    "2026 年 11 月 9 日接到推销电话，对方自称健康顾问，说胶囊根治高血压，当天付款 3980 元。"
    "他们这是欺诈。要求退款并三倍赔偿。"
)


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def rows(page: str, button: str = "take") -> dict[str, Any]:
    """Fact → value of the rows that can be taken."""
    found = re.findall(rf'name="{button}" value="([^"]+)"', page)
    read = [json.loads(html.unescape(row)) for row in found]
    return {row["fact"]: row["value"] for row in read}


def told(yes: dict[str, Any] | None = None, no: dict[str, list[Any]] | None = None) -> str:
    return json.dumps({"yes": yes or {}, "no": no or {}}, ensure_ascii=False)


def test_facts_are_offered_with_their_words_and_nothing_is_taken_by_itself(agent: Client) -> None:
    page = hints(agent, narrative=SAID, **BARE)
    offered = rows(page)
    assert offered["tx_price_paid"] == "3980.00"
    assert offered["tx_channel"] == "电话营销"
    assert offered["rt_demand"] == ["退款", "惩罚性赔偿"], "one row for all that is asked for"
    assert "<mark>付款 3980 元</mark>" in page
    assert "通过什么渠道成交？" in page
    sent(agent, narrative=SAID)
    assert not FactAnswer.objects.exists()


def test_what_stands_in_a_field_is_not_offered_again(agent: Client) -> None:
    offered = rows(hints(agent, narrative=SAID, price_paid="3,980", transaction_date="2026-11-09"))
    assert "tx_price_paid" not in offered
    assert "tx_contract_date" not in offered
    assert "tx_channel" in offered


def test_a_judgement_is_offered_last_and_named_as_counsels(agent: Client) -> None:
    page = hints(agent, narrative=SAID, **BARE)
    assert list(rows(page))[-1] == "fraud"
    assert "法务认定" in page


def test_a_decision_is_not_asked_for_twice(agent: Client) -> None:
    taken = told({"tx_price_paid": "3980.00"}, {"tx_channel": ["电话营销"]})
    page = hints(agent, narrative=SAID, told=taken, **BARE)
    assert not {"tx_price_paid", "tx_channel"} & set(rows(page))
    assert "已采纳 1 项" in page
    assert "已忽略 1 项" in page


def test_an_edited_record_offers_what_is_new_and_loses_no_decision(agent: Client) -> None:
    decided = told(
        {"tx_price_paid": "3980.00", "rt_demand": ["退款"]}, {"tx_channel": ["电话营销"]}
    )
    edited = SAID.replace("3980", "3880")
    page = hints(agent, narrative=edited, told=decided, **BARE)
    offered = rows(page)
    assert offered["tx_price_paid"] == "3880.00"
    assert "记录已改动，原话不在了" in page
    assert offered["rt_demand"] == ["退款", "惩罚性赔偿"], "what was taken stays in it"
    assert "tx_channel" not in offered
    assert "已采纳 2 项" in page


def test_a_left_value_does_not_come_back_but_another_of_the_fact_does(agent: Client) -> None:
    left = told(no={"tx_price_paid": ["3980.00"], "rt_demand": ["惩罚性赔偿"]})
    assert "tx_price_paid" not in rows(hints(agent, narrative=SAID, told=left, **BARE))
    assert rows(hints(agent, narrative=SAID, told=left, **BARE))["rt_demand"] == ["退款"]
    other = SAID.replace("3980", "500")
    assert rows(hints(agent, narrative=other, told=left, **BARE))["tx_price_paid"] == "500.00"


def test_taken_facts_become_the_consumers_answers_with_the_words(agent: Client) -> None:
    taken = told({"tx_channel": "电话营销", "rt_demand": ["退款", "惩罚性赔偿"], "fraud": True})
    sent(agent, title="买了胶囊", narrative=SAID, told=taken)
    answers = {a.fact: a for a in FactAnswer.objects.all()}
    assert set(answers) == {"tx_channel", "rt_demand", "fraud"}
    assert {a.source for a in answers.values()} == {"consumer"}
    assert answers["tx_channel"].value == "电话营销"
    assert answers["tx_channel"].note == "来自叙述：“推销电话”"
    assert answers["rt_demand"].note == "来自叙述：“退款”、“三倍赔偿”"
    assert answers["fraud"].note == "来自叙述：“欺诈”"


def test_a_taken_sum_yields_to_the_field_and_stands_where_the_field_is_empty(agent: Client) -> None:
    taken = told({"tx_price_paid": "3980.00"})
    sent(agent, narrative=SAID, told=taken, price_paid="3880")
    assert not FactAnswer.objects.exists()
    sent(agent, narrative=SAID, told=taken, price_paid="", form_token="a" * 32)
    assert FactAnswer.objects.get().value == "3980.00"


def test_a_taken_fact_stays_taken_when_the_words_are_gone(agent: Client) -> None:
    sent(agent, title="改了", narrative="改了", told=told({"tx_channel": "电话营销"}))
    assert FactAnswer.objects.get().note == "来自登记时的叙述"


def test_sent_twice_it_is_answered_once_and_changed_decisions_are_another_form(
    agent: Client,
) -> None:
    taken = told({"tx_channel": "电话营销"})
    first, second = (sent(agent, narrative=SAID, told=taken) for _ in range(2))
    assert first.url == second.url
    assert FactAnswer.objects.count() == 1
    assert sent(agent, narrative=SAID, told=told({"tx_channel": "实体店"})).status_code == 409
    assert IdempotentRequest.objects.count() == 1


@pytest.mark.parametrize(
    "bad",
    [
        "x",
        "[]",
        '{"yes": []}',
        '{"yes": {"no_such_fact": true}}',
        '{"yes": {"tx_price_paid": "much"}}',
        '{"yes": {"tx_channel": "火星"}}',
        '{"no": 1}',
        "[" * 5000,
        '{"yes": {}, "more": "' + "x" * 30_000 + '"}',
    ],
)
def test_decisions_that_nobody_can_read_break_no_hint_and_register_nothing(
    agent: Client, bad: str
) -> None:
    assert "tx_channel" in rows(hints(agent, narrative=SAID, told=bad, **BARE))
    page = sent(agent, narrative=SAID, told=bad)
    assert page.status_code == 422
    assert "请在右侧重新采纳" in errors(page)[0]
    assert not Complaint.objects.exists()
    assert sent(agent, narrative=SAID, told="").status_code == 302


def test_without_a_script_a_button_of_the_form_decides_and_registers_nothing(
    agent: Client,
) -> None:
    row = json.dumps({"fact": "tx_channel", "value": "电话营销"})
    page = sent(agent, narrative=SAID, take=row, **BARE)
    assert page.status_code == 200
    assert not Complaint.objects.exists()
    text = page.content.decode()
    assert "已采纳 1 项" in text
    assert fields()["consumer_name"] in text, "nothing typed is lost"
    kept = re.search(r'name="told" value="([^"]*)"', text)
    assert kept
    decided = html.unescape(kept[1])
    assert Decisions.read(decided).accepted == {"tx_channel": "电话营销"}
    back = sent(agent, narrative=SAID, told=decided, retract="tx_channel", **BARE).content.decode()
    assert "tx_channel" in rows(back)
    left = sent(agent, narrative=SAID, told=decided, leave=row, **BARE).content.decode()
    assert "tx_channel" not in rows(left)
    assert sent(agent, narrative=SAID, take="junk", **BARE).status_code == 200


def test_the_offers_take_no_statement(cast: Cast, agent: Client) -> None:
    with CaptureQueriesContext(connection) as silent:
        hints(agent, narrative="你好", **{**BARE, "title": "问好"})
    with CaptureQueriesContext(connection) as speaking:
        hints(agent, narrative=SAID, told=told({"tx_channel": "电话营销"}), **BARE)
    assert len(speaking) <= len(silent)


def test_a_case_offers_what_its_narrative_says_and_nobody_answered(cast: Cast) -> None:
    case = f.investigating(cast, narrative=SAID, price_paid=None, transaction_date=None)
    offers = {o.fact: o for o in for_case(case, [])}
    assert offers["tx_price_paid"].sent == ["3980.00"]
    assert offers["fr_disease_claim"].sent == ["yes"]
    assert offers["rt_demand"].sent == ["退款", "惩罚性赔偿"]
    assert offers["tx_channel"].note == "来自叙述：“推销电话”"
    assert list(offers)[-1] == "fraud"
    answered = FactAnswer(fact="tx_channel", value="实体店")
    assert "tx_channel" not in {o.fact for o in for_case(case, [answered])}


def test_a_title_that_the_narrative_repeats_is_read_once() -> None:
    assert together("花了98元", "花了98元买的") == "花了98元买的"
    assert together("花了98…", "花了98元买的") == "花了98元买的"
    assert together("退款", "花了98元买的") == "退款\n花了98元买的"
