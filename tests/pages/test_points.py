"""争点 on the desk of those who draft, on counsel's page, on the page of the case, in the file."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions import half_typed
from complaints.actions import resolution as resolutions
from complaints.models import Complaint, Point, Resolution
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_resolution import FOUND, address, browser, fields


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """Investigated: what the consumer said, and what the recording says."""
    made = f.with_evidence(f.investigating(cast, transaction_date="2026-03-02"), cast.agent)
    told = {"value": True, "source": "consumer", "note": "来电称根治高血压"}
    heard = {"value": True, "source": "evidence", "evidence": 1, "note": "录音第 2 分钟"}
    f.answer(made, cast.agent, **{**FOUND, "fr_false_statement": told})
    f.answer(made, cast.agent, fr_false_statement=heard)
    return f.step(
        made, "conclude", cast.agent, findings="x", cannot_be_established=f.explained(made)
    )


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def row(n: int, **changes: Any) -> dict[str, str]:
    """The fields of one point."""
    point = {**f.POINT, "for_numbers": "1", "against_numbers": "", **changes}
    return {f"p_{name}-{n}": str(value) for name, value in point.items()}


def titles(page: Any) -> list[str]:
    return re.findall(r'name="p_title-\d+" value="([^"]*)"', page.content.decode())


def test_points_are_proposed_and_nothing_that_stands_there_is_lost(
    case: Complaint, agent: Client
) -> None:
    page = agent.post(address(case), fields(case, "propose", **row(0, we_found="我自己写的")))
    text = page.content.decode()
    assert "我自己写的" in text
    assert "来电称三个疗程根治高血压" in text
    assert titles(page)[0] == f.POINT["title"]
    assert len(titles(page)) > 1
    assert text.count('value="fr_false_statement"') == 1
    assert "举证责任" in text
    assert "销售时的说法与事实不符" in text  # the explanation
    assert not Resolution.objects.exists()
    fresh = agent.post(address(case), fields(case, "propose")).content.decode()
    assert "来电称根治高血压" in fresh
    assert "录音第 2 分钟" in fresh


def test_points_are_added_moved_and_removed_without_scripts(case: Complaint, agent: Client) -> None:
    three = {**row(0, title="甲"), **row(1, title="乙"), **row(2, title="丙")}

    def after(action: str) -> list[str]:
        return titles(agent.post(address(case), fields(case, action, **three)))

    assert after("pointadd") == ["甲", "乙", "丙", ""]
    assert after("pointremove-1") == ["甲", "丙"]
    assert after("pointup-2") == ["甲", "丙", "乙"]
    assert after("pointdown-0") == ["乙", "甲", "丙"]
    for nowhere in ("pointup-0", "pointdown-2", "pointremove-9", "pointup-", "pointdown-x"):
        assert after(nowhere) == ["甲", "乙", "丙"]


def test_what_was_saved_stands_there_again_and_an_empty_row_is_none(
    case: Complaint, agent: Client
) -> None:
    blank = dict.fromkeys(f.POINT, "")
    sent = {**row(0), **row(1, **{**blank, "burden": "none"})}
    assert agent.post(address(case), fields(case, "save", **sent)).status_code == 302
    saved = Point.objects.get()
    assert (saved.title, saved.for_numbers, saved.finding) == (
        f.POINT["title"],
        [1],
        "established",
    )
    page = agent.get(address(case))
    assert titles(page) == [f.POINT["title"]]
    assert 'name="p_for_numbers-0" value="1"' in page.content.decode()


def test_what_is_wrong_is_said_at_its_row_and_what_was_typed_stays(
    case: Complaint, agent: Client
) -> None:
    sent = {**row(0), **row(1, title="", we_found="我的话", for_numbers="1、8")}
    page = agent.post(address(case), fields(case, "save", **sent))
    text = page.content.decode()
    assert page.status_code == 422
    assert '<a href="#p_title-1">第 2 个争点“争点”：请写明争点' in text
    assert 'value="1、8"' in text
    assert "我的话" in text
    page = agent.post(address(case), fields(case, "save", **row(0, for_numbers="1、8")))
    assert '<a href="#p_for_numbers-0">第 1 个争点“支持消费者的证据”：证据编号 8 不在本案中' in (
        page.content.decode()
    )
    assert not Point.objects.exists()


def test_an_autosaved_draft_brings_its_points_back_and_names_them_where_they_differ(
    cast: Cast, case: Complaint, agent: Client
) -> None:
    draft = {**fields(case, "save", version=""), **row(0, title="没有保存的争点")}
    half_typed.save_draft(cast.agent, f"resolution:{case.number}", draft)
    assert titles(agent.get(address(case))) == ["没有保存的争点"]
    proposal = f.proposal(points=[f.POINT])
    resolutions.save_draft(case.number, proposal, by=cast.colleague)
    text = agent.get(address(case)).content.decode()
    assert '<h3 class="t13 sub">争点</h3>' in text


def test_a_point_without_finding_is_said_when_it_is_to_go_to_counsel(
    case: Complaint, agent: Client
) -> None:
    page = agent.post(address(case), fields(case, "submit", **row(0, finding="")))
    assert page.status_code == 422
    assert "还有 1 个争点没有结论" in page.content.decode()
    assert Point.objects.get().title == f.POINT["title"]  # saved all the same


def test_counsel_reads_each_point_with_its_evidence_its_burden_and_its_finding(
    cast: Cast, case: Complaint, agent: Client
) -> None:
    agent.post(address(case), fields(case, "submit", **row(0)))
    assert Complaint.objects.get(pk=case.pk).state == "in_review"
    page = browser(cast.counsel).get(reverse("review_case", args=[case.number]))
    text = page.content.decode()
    shown = text[text.index('id="point-1"') :]
    for words in (f.POINT["title"], "录音第 2 分钟有这句话", "您反映的情况属实", "属实"):
        assert words in shown
    assert '<a href="?tab=facts#e1">证据 1</a>' in shown
    assert "消费者 <span" in shown  # the burden, with the rule
    assert "函件没有答复“外呼时是否承诺根治高血压”" in text
    case_page = agent.get(reverse("case", args=[case.number])).content.decode()
    assert "争点 1 项" in case_page
    assert f.POINT["title"] in case_page
    assert f.POINT["title"] in agent.get(address(case)).content.decode()  # read only now


def test_the_file_shows_the_points_that_were_signed(cast: Cast, case: Complaint) -> None:
    resolutions.save_draft(case.number, f.proposal(points=[f.POINT]), by=cast.agent)
    f.step(case, "submit", cast.agent)
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    f.step(case, "consumer_accepts", cast.agent, means="phone", note="电话中明确同意")
    f.step(f.carried_out(case, cast.agent), "complete", cast.agent)
    url = reverse("archive_case", args=[case.number]) + "?tab=resolution"
    text = browser(cast.auditor).get(url).content.decode()
    assert f.POINT["title"] in text
    assert "您反映的情况属实" in text
