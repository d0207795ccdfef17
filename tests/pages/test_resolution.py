"""拟定方案: nothing typed is lost, the sums of the law are one click away, counsel gets all."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints.actions import half_typed
from complaints.actions import resolution as resolutions
from complaints.models import Complaint, Draft, Measure, Resolution
from tests import factories as f
from tests.cast import Cast
from tests.days import in_days

# What an agent finds out in the telesales case; whether it was fraud only counsel may find.
FOUND = {
    "tx_living_consumption": True,
    "fr_false_statement": True,
    "fr_induced": True,
    "tm_contacted": True,
}


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(case: Complaint) -> str:
    return reverse("resolution", args=[case.number])


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """Investigated; the facts for a refund and increased damages are there but for counsel's."""
    found = f.with_evidence(f.investigating(cast, transaction_date="2026-03-02"), cast.agent)
    f.answer(found, cast.agent, **FOUND)
    return f.step(
        found,
        "conclude",
        cast.agent,
        findings="外呼人员作了疗效保证",
        cannot_be_established=f.explained(found),
    )


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def fields(case: Complaint, action: str, **changes: Any) -> dict[str, Any]:
    """What the page sends: one refund row, everything filled in."""
    return {
        "action": action,
        "version": Complaint.objects.get(pk=case.pk).version,
        "seen": "0",
        "base": "",
        "kind-0": "refund",
        "amount-0": "3980",
        "formula-0": "3980.00",
        "description-0": "退还价款",
        "due-0": in_days(7),
        "basis_more": "《消费者权益保护法》第二十条",
        "explanation": "销售时的说法与事实不符",
        "letter": f.LETTER,
        **changes,
    }


def value(page, name: str) -> str:
    """What stands in an input of the page."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page.content.decode())
    return found[1] if found else ""


def test_what_was_saved_stands_there_again(case: Complaint, agent: Client) -> None:
    sent = fields(
        case, "save", **{"kind-1": "apology", "description-1": "书面致歉", "amount-1": ""}
    )
    assert agent.post(address(case), sent).status_code == 302
    saved = Resolution.objects.get(complaint=case)
    assert [(m.kind, m.amount) for m in saved.measures.all()] == [
        ("refund", Decimal("3980.00")),
        ("apology", None),
    ]
    page = agent.get(address(case))
    assert value(page, "amount-0") == "3980.00"
    assert value(page, "description-1") == "书面致歉"
    assert f.LETTER.splitlines()[1] in page.content.decode()


def test_rows_are_added_and_removed_without_scripts_and_nothing_is_lost(
    case: Complaint, agent: Client
) -> None:
    page = agent.post(address(case), fields(case, "add"))
    assert 'name="kind-1"' in page.content.decode()
    sent = fields(case, "remove-0", **{"kind-1": "apology", "description-1": "书面致歉"})
    page = agent.post(address(case), sent)
    text = page.content.decode()
    assert value(page, "description-0") == "书面致歉"
    assert 'name="kind-1"' not in text
    assert "销售时的说法与事实不符" in text
    assert not Resolution.objects.filter(complaint=case).exists()


def test_numbers_that_are_none_break_nothing(case: Complaint, agent: Client) -> None:
    endless = "9" * 5000
    for action in ("remove-²", f"remove-{endless}", "pointremove-²", f"pointup-{endless}"):
        assert agent.post(address(case), fields(case, action)).status_code == 200, action[:20]
    for version in ("²", endless):
        sent = fields(case, "save", version=version)
        assert agent.post(address(case), sent).status_code == 302, version[:20]


def test_one_click_takes_what_the_law_says_is_owed(cast: Cast, agent: Client) -> None:
    owing = in_state_with_fraud_found(cast)
    page = agent.post(address(owing), {"action": "take", "version": owing.version})
    text = page.content.decode()
    assert {value(page, "amount-0"), value(page, "amount-1")} == {"3980.00", "11940.00"}
    assert "3 × 3980.00" in text
    assert re.search(r'value="《消费者权益保护法》第五十五条第一款" checked', text)
    assert "合计" in text
    assert "¥15,920.00" in text
    assert "不低于最低额" in text
    # pressed again, nothing is doubled
    again = agent.post(
        address(owing), fields(owing, "take", **{"amount-0": "3980.00", "kind-0": "refund"})
    )
    assert "¥15,920.00" in again.content.decode()


def in_state_with_fraud_found(cast: Cast) -> Complaint:
    """Back with the agent after counsel found fraud and sent the meagre proposal back."""
    case = f.investigating(cast, transaction_date="2026-03-02")
    f.with_evidence(case, cast.agent)
    f.answer(case, cast.agent, **FOUND)
    f.step(case, "conclude", cast.agent, findings="x", cannot_be_established=f.explained(case))
    resolutions.save_draft(case.number, f.proposal(measures=[]), by=cast.agent)
    resolutions.save_draft(case.number, f.proposal(), by=cast.agent)
    f.step(case, "submit", cast.agent)
    f.answer(case, cast.counsel, fraud=True, fr_intent="有证据")
    return f.step(case, "send_back", cast.counsel, comments="已认定欺诈，请补足增加赔偿")


def test_an_offer_below_the_law_is_marked_and_counsels_comments_stand_on_top(
    cast: Cast, agent: Client
) -> None:
    text = agent.get(address(in_state_with_fraud_found(cast))).content.decode()
    assert "已认定欺诈，请补足增加赔偿" in text
    assert "林若衡" in text
    assert "低于最低额 ¥11,940.00" in text
    assert "方案 v2" in text


def test_what_counsel_must_still_find_is_shown_with_its_sum_and_can_be_proposed(
    case: Complaint, agent: Client
) -> None:
    text = agent.get(address(case)).content.decode()
    assert "若法务认定：¥11,940.00" in text
    page = agent.post(address(case), fields(case, "take-cpl.55.1"))
    assert value(page, "amount-1") == "11940.00"
    assert "《消费者权益保护法》第五十五条第一款" in page.content.decode()
    assert "法律分析得出的最低额 ¥0.00" in page.content.decode()


def test_a_letter_is_begun_from_case_measures_and_basis_but_never_over_a_text(
    case: Complaint, agent: Client
) -> None:
    page = agent.post(address(case), fields(case, "letter", letter=" "))
    letter = re.search(r'id="letter"[^>]*>(.*?)</textarea>', page.content.decode(), re.DOTALL)
    assert letter is not None
    for words in (
        "尊敬的王先生/女士",
        case.number,
        "3,980.00 元",
        "《消费者权益保护法》第二十条",
        "销售时的说法与事实不符",
        "12315",
        "消费者协会",
        "仲裁",
        "法院",
        "不答复不会被视为同意",
    ):
        assert words in letter[1], words
    assert "王测试" not in page.content.decode()
    kept = agent.post(address(case), fields(case, "letter", letter="我自己写的函")).content.decode()
    assert "我自己写的函" in kept
    assert "尊敬的" not in kept


def test_a_refused_save_names_the_row_and_keeps_everything(case: Complaint, agent: Client) -> None:
    bad = {
        "kind-0": "",
        "amount-0": "-1",
        "kind-2": "refund",
        "amount-2": "1.234",
        "due-2": "2020-01-01",
    }
    page = agent.post(address(case), fields(case, "save", **bad))
    text = page.content.decode()
    assert page.status_code == 422
    for words in (
        "第 1 项“项目”：请选择一项",
        "第 1 项“金额”：金额不能为负数",
        "第 2 项“金额”：金额最多两位小数",
    ):
        assert words in text, words
    assert value(page, "amount-1") == "1.234"
    assert f.LETTER.splitlines()[1] in text
    assert not Measure.objects.exists()


def test_a_stale_save_is_refused_with_what_changed_and_keeps_my_text(
    cast: Cast, case: Complaint, agent: Client
) -> None:
    opened = agent.get(address(case))
    sent = fields(
        case,
        "save",
        seen=value(opened, "seen"),
        base=value(opened, "base"),
        letter="我写的函",
        **{"amount-0": "100"},
    )
    resolutions.save_draft(case.number, f.proposal(letter="同事写的函"), by=cast.colleague)
    page = agent.post(address(case), sent)
    text = page.content.decode()
    assert page.status_code == 409
    assert "已被他人更新" in text
    assert "何静" in text
    assert re.search(r"<del>.*同事</del>", text)
    assert re.search(r"<ins>.*我</ins>", text)
    assert value(page, "amount-0") == "100"
    assert Resolution.objects.get(complaint=case).letter == "同事写的函"
    # saved again on purpose, mine counts
    again = {**sent, "version": value(page, "version"), "base": value(page, "base")}
    assert agent.post(address(case), again).status_code == 302
    assert Resolution.objects.get(complaint=case).letter == "我写的函"


def test_a_case_that_only_went_on_is_told_apart_from_a_changed_proposal(
    cast: Cast, case: Complaint, agent: Client
) -> None:
    opened = agent.get(address(case))
    sent = fields(case, "save", seen=value(opened, "seen"), base=value(opened, "base"))
    f.with_evidence(case, cast.colleague, "聊天记录")
    text = agent.post(address(case), sent).content.decode()
    assert "方案本身没有变" in text
    assert "外呼录音" in text


def test_it_goes_to_counsel_saved_and_whole(case: Complaint, agent: Client) -> None:
    answer = agent.post(address(case), fields(case, "submit"))
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.state == "in_review"
    second = agent.post(address(case), fields(case, "submit"))
    assert second.status_code == 422
    assert "案件现处于“法务审核”" in second.content.decode()
    assert Resolution.objects.filter(complaint=case).count() == 1


def test_above_the_own_limit_it_says_who_is_asked_besides(case: Complaint, agent: Client) -> None:
    answer = agent.post(address(case), fields(case, "submit"), follow=True)
    said = "金额超出权限 2,000.00 元，已同时请客服主管审批"
    assert said in answer.content.decode()


def test_what_keeps_it_from_counsel_is_said_and_the_text_is_saved(
    case: Complaint, agent: Client
) -> None:
    page = agent.post(address(case), fields(case, "submit", letter="", explanation=""))
    text = page.content.decode()
    assert page.status_code == 422
    assert "方案已保存，但还不能送审" in text
    assert "方案还缺：说明、致消费者函" in text
    case.refresh_from_db()
    assert case.state == "resolving"
    assert Resolution.objects.get(complaint=case).measures.count() == 1
    assert "方案还缺：说明、致消费者函" in agent.get(address(case)).content.decode()


def test_an_unsaved_draft_comes_back_until_it_is_saved_or_given_up(
    cast: Cast, case: Complaint, agent: Client
) -> None:
    key = f"resolution:{case.number}"
    draft = {
        "base": "",
        "kind-0": "refund",
        "amount-0": "12",
        "kind-1": "apology",
        "basis": ["甲", "乙"],
        "letter": "写到一半",
    }
    half_typed.save_draft(cast.agent, key, draft)
    page = agent.get(address(case))
    assert value(page, "amount-0") == "12"
    assert 'name="kind-1"' in page.content.decode()
    assert "写到一半" in page.content.decode()
    assert "没有保存的草稿" in page.content.decode()
    assert "写到一半" not in browser(cast.colleague).get(address(case)).content.decode()
    resolutions.save_draft(case.number, f.proposal(), by=cast.colleague)
    assert "草稿写在方案的较早版本上" in agent.get(address(case)).content.decode()
    agent.post(address(case), {"action": "discard"})
    assert "写到一半" not in agent.get(address(case)).content.decode()
    half_typed.save_draft(cast.agent, key, draft)
    agent.post(address(case), fields(case, "save"))
    assert not Draft.objects.filter(key=key).exists()


def test_who_may_read_and_who_may_write(cast: Cast, case: Complaint) -> None:
    for user, read, write in (
        (cast.agent, 200, 302),
        (cast.supervisor, 200, 302),
        (cast.outsider, 404, 404),
        (cast.counsel, 404, 403),
        (cast.auditor, 200, 403),
        (cast.administrator, 403, 403),
    ):
        client = browser(user)
        assert client.get(address(case)).status_code == read, user
        assert client.post(address(case), fields(case, "save")).status_code == write, user
    assert "不能修改" in browser(cast.auditor).get(address(case)).content.decode()


def test_in_every_other_state_the_page_is_for_reading(cast: Cast, agent: Client) -> None:
    for state, make in f.IN_STATE.items():
        page = agent.get(address(make(cast)))
        assert page.status_code == 200, state
        assert ('data-draft="' in page.content.decode()) == (state == "resolving"), state


def test_the_page_costs_a_fixed_number_of_statements(case: Complaint, agent: Client) -> None:
    sent = fields(case, "save")
    for n in range(1, 12):
        sent |= {f"kind-{n}": "refund", f"amount-{n}": "1"}
    counted = []
    for content in (fields(case, "save"), sent):
        agent.post(address(case), {**content, "version": Complaint.objects.get().version})
        agent.get(address(case))
        with CaptureQueriesContext(connection) as statements:
            agent.get(address(case))
        counted.append(len(statements))
    assert counted == [17, 17], [q["sql"][:90] for q in statements]
