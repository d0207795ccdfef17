"""Points at issue: proposed by the analysis, found before counsel reads, answered by the letter."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints import facts, points, quoting, review_checks, snapshots
from complaints.actions import folder
from complaints.actions import resolution as resolutions
from complaints.errors import StepRefused
from complaints.models import Complaint, Point, Resolution
from complaints.views.point_form import Points
from letters import values
from tests import factories as f
from tests.cast import Cast

AGENT_FOUND = {
    "tx_living_consumption": {"value": True, "source": "undisputed"},
    "fr_false_statement": {"value": True, "source": "consumer", "note": "来电称根治高血压"},
    "fr_induced": {"value": True, "source": "consumer"},
    "tm_contacted": True,
}


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """False promises by phone, told by the consumer, then heard in the recording."""
    made = f.with_evidence(f.investigating(cast, transaction_date="2026-03-02"), cast.agent)
    f.answer(made, cast.agent, **AGENT_FOUND)
    heard = {"value": True, "source": "evidence", "evidence": 1, "note": "录音第 2 分钟"}
    f.answer(made, cast.agent, fr_false_statement=heard)
    return f.step(
        made, "conclude", cast.agent, findings="x", cannot_be_established=f.explained(made)
    )


def proposed(case: Complaint) -> dict[str, dict[str, Any]]:
    analysis = snapshots.latest(case)
    assert analysis is not None
    rows = points.proposed(analysis.result, facts.all_answers(case))
    return {row["fact"]: row for row in rows}


def test_each_disputed_element_of_the_claims_is_proposed_once_and_nothing_is_found(
    case: Complaint,
) -> None:
    found = proposed(case)
    heard = found["fr_false_statement"]
    assert heard["consumer_says"] == "来电称根治高血压"
    assert heard["we_found"] == "录音第 2 分钟"
    assert (heard["for_numbers"], heard["against_numbers"]) == ([1], [])
    assert heard["burden"] == "consumer"
    assert found["fr_induced"]["we_found"] == ""  # only the consumer says it
    assert "tx_living_consumption" not in found  # both agree
    given_up = found["tm_consent"]  # the agent's own words are not put into the consumer's mouth
    assert (given_up["consumer_says"], given_up["we_found"]) == ("", "经核实仍无法查明")
    assert given_up["burden"] == "enterprise"
    assert "fr_intent" in found  # for counsel to find
    assert not any(row["finding"] or row["finding_words"] for row in found.values())
    assert len(found) < 15, list(found)


def test_evidence_for_an_answer_that_fell_stands_on_the_other_side(
    case: Complaint, cast: Cast
) -> None:
    f.with_evidence(case, cast.agent, "另一份录音")
    element = {"fact": "fr_false_statement", "question": "?", "role": "element"}
    f.answer(
        case, cast.agent, fr_false_statement={"value": False, "source": "evidence", "evidence": 2}
    )
    said = [a for a in facts.all_answers(case) if a.fact == "fr_false_statement"]
    assert points._sides({**element, "status": "failed"}, False, said) == ([1], [2])
    assert points._sides({**element, "status": "satisfied"}, False, said) == ([2], [1])
    assert points._sides({**element, "status": "unknown"}, False, said) == ([], [])


def test_what_is_proposed_is_saved_as_it_is(case: Complaint, cast: Cast) -> None:
    rows = list(proposed(case).values())
    resolutions.save_draft(case.number, f.proposal(points=rows), by=cast.agent)
    assert [p.fact for p in Point.objects.order_by("position")] == [r["fact"] for r in rows]


@pytest.mark.parametrize("lacking", [{"finding": ""}, {"finding_words": " "}])
def test_a_point_without_a_finding_or_its_words_keeps_the_proposal_from_counsel(
    case: Complaint, cast: Cast, lacking: dict[str, str]
) -> None:
    wanting = {**f.POINT, "title": "是否诱使付款", **lacking}
    proposal = f.proposal(points=[f.POINT, wanting])
    resolutions.save_draft(case.number, proposal, by=cast.agent)
    with pytest.raises(StepRefused) as refused:
        f.step(case, "submit", cast.agent)
    assert [u.code for u in refused.value.unmet] == ["points_are_found"]
    said = refused.value.unmet[0].message
    assert said == "还有 1 个争点没有结论：“是否诱使付款”。请逐个选择认定并写明结论"
    resolutions.save_draft(case.number, f.proposal(points=[f.POINT] * 2), by=cast.agent)
    assert f.step(case, "submit", cast.agent).state == "in_review"


def test_a_point_that_names_withdrawn_evidence_keeps_the_proposal_from_counsel_and_signature(
    case: Complaint, cast: Cast
) -> None:
    f.with_evidence(case, cast.agent, "另一份录音")
    resolutions.save_draft(case.number, f.proposal(points=[f.POINT]), by=cast.agent)
    folder.withdraw(case.number, 1, {"reason": "录音系他人"}, by=cast.agent)
    with pytest.raises(StepRefused) as refused:
        f.step(case, "submit", cast.agent)
    assert [u.code for u in refused.value.unmet] == ["points_rest_on_evidence"]
    assert "“外呼时是否承诺根治高血压”（证据 1）" in refused.value.message
    client = Client()
    client.force_login(cast.agent)
    page = client.get(reverse("case", args=[case.number])).content.decode()
    assert "争点引用了已经撤回的证据" in page
    assert "改用其他证据" in page
    other = f.proposal(points=[{**f.POINT, "for_numbers": [], "against_numbers": [2]}])
    resolutions.save_draft(case.number, other, by=cast.agent)
    f.step(case, "submit", cast.agent)
    folder.withdraw(case.number, 2, {"reason": "也是他人"}, by=cast.agent)
    with pytest.raises(StepRefused) as refused:
        f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="x")
    assert "points_rest_on_evidence" in [u.code for u in refused.value.unmet]
    client.force_login(cast.counsel)
    desk = client.get(reverse("review_case", args=[case.number])).content.decode()
    assert "“外呼时是否承诺根治高血压”引用的证据 2 已经撤回" in desk


def checked(case: Complaint, cast: Cast, letter: str, rows: list[Any]) -> review_checks.Check:
    resolutions.save_draft(case.number, f.proposal(points=rows, letter=letter), by=cast.agent)
    resolution = Resolution.objects.get()
    analysis = snapshots.latest(case)
    result = analysis.result if analysis else {}
    return review_checks._points(resolution, result)


@pytest.mark.parametrize(
    "letter",
    [
        "（一）外呼时，是否承诺“根治高血压”？……（二）是否诱使付款",
        "争点一：……\n争点二：……",
        "关于争点 1……关于争点 2……",
    ],
)
def test_a_letter_that_answers_each_point_is_in_order(
    case: Complaint, cast: Cast, letter: str
) -> None:
    rows = [f.POINT, {**f.POINT, "title": "是否诱使付款"}]
    found = checked(case, cast, letter, rows)
    assert (found.mark, found.figure, found.notes) == ("ok", "2 个争点", ())


def test_a_point_that_the_letter_leaves_out_is_asked_of_counsel(
    case: Complaint, cast: Cast
) -> None:
    found = checked(
        case, cast, "外呼时是否承诺根治高血压：是", [f.POINT, {"title": "是否诱使付款"}]
    )
    assert (found.mark, found.notes) == ("unk", ("函件没有答复“是否诱使付款”",))


def test_claims_without_any_point_at_issue_are_asked_of_counsel(
    case: Complaint, cast: Cast
) -> None:
    resolutions.save_draft(case.number, f.proposal(), by=cast.agent)
    assert review_checks._points(Resolution.objects.get(), {}).mark == "ok"
    remedy = {"remedy": "refund", "kind": "refund"}
    found = review_checks._points(Resolution.objects.get(), {"remedies": [remedy]})
    assert found.mark == "unk"
    assert "没有列出争点" in found.notes[0]


def test_a_letter_takes_the_points_in_their_order_and_says_a_bare_finding_by_its_name(
    case: Complaint, cast: Cast
) -> None:
    bare = {"title": "是否诱使付款", "finding": "partly"}
    resolutions.save_draft(case.number, f.proposal(points=[f.POINT, bare]), by=cast.agent)
    resolution = Resolution.objects.get()
    said = values.Point(
        "外呼时是否承诺根治高血压",
        "来电称三个疗程根治高血压",
        "录音第 2 分钟有这句话",
        "您反映的情况属实",
    )
    assert Points.saved(resolution).said("zh") == [
        said,
        values.Point("是否诱使付款", finding="部分属实"),
    ]
    assert Points.saved(resolution).said("en")[0] == said


def test_the_burden_is_that_of_the_rule_on_which_the_point_turns(case: Complaint) -> None:
    analysis = snapshots.latest(case)
    assert analysis is not None
    found = points.basis(analysis.result, "fr_false_statement", "zh-hans")
    assert found is not None
    assert found.citation.startswith("《")
    assert found.words
    assert points.basis(analysis.result, "no_such_fact", "zh-hans") is None


def test_a_comment_on_a_point_finds_its_words_where_the_page_says(
    case: Complaint, cast: Cast
) -> None:
    rows = [f.POINT, {**f.POINT, "consumer_says": ""}]
    resolutions.save_draft(case.number, f.proposal(points=rows), by=cast.agent)
    resolution = Resolution.objects.get()
    for shown in points.shown(resolution, {}, "zh-hans"):
        whole = quoting.text_of(resolution, f"point:{shown.point.position}")
        assert whole is not None
        for name, place in shown.at.items():
            text = getattr(shown.point, name)
            assert whole[place : place + len(text)] == text
    assert "consumer_says" not in shown.at
