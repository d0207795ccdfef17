"""Amounts are reckoned again before counsel gets a proposal and when counsel signs it."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from complaints import sums
from complaints.actions import analysis, editing
from complaints.actions import resolution as resolutions
from complaints.errors import StepRefused
from complaints.models import Complaint, Measure
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_resolution import browser, in_state_with_fraud_found


def measure(**changes: Any) -> Any:
    values = {"position": 2, "kind": "refund", "amount": Decimal("3980.00"), "formula": ""}
    return SimpleNamespace(**{**values, "remedy": "", "proposed_amount": None, **changes})


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "3980.00",
        "1,990.00 × 2 = 3,980.00",
        "2×1990＝3980 元",
        "凭据",
        "凭据 = 3000",
        "1990 × 2 =",
    ],
)
def test_a_sum_without_a_formula_or_with_one_that_comes_to_it_agrees(formula: str) -> None:
    assert sums.disagreeing([measure(formula=formula)], {}) == []


@pytest.mark.parametrize(
    ("formula", "amount", "right", "wrong"),
    [
        ("3 × 3,980.00 = 11,000.00", "11000.00", "11,940.00", "11,000.00"),
        ("3 × 3,980.00 = 11,000.00", "11940.00", "11,940.00", "11,000.00"),
        ("3 × 3,980.00 = 11,000.00", None, "11,940.00", "11,000.00"),
        ("3 × 3,980.00 = 11,940.00", "11000.00", "11,940.00", "11,000.00"),
        ("3 × 3980.00", "11940.01", "11,940.00", "11,940.01"),
    ],
)
def test_a_wrong_multiplication_is_named_with_both_sums(
    formula: str, amount: str | None, right: str, wrong: str
) -> None:
    row = measure(formula=formula, amount=Decimal(amount) if amount else None)
    [said] = sums.disagreeing([row], {})
    assert said.startswith("第 2 项“退还价款”：3 × 3")
    assert f"应得 {right} 元，写的是 {wrong} 元；请改正" in said


@pytest.mark.parametrize(
    ("kept", "by_law", "said"),
    [
        ("3980.00", {"r": Decimal("3980.00")}, None),
        (None, {"r": None}, None),
        (
            "3980.00",
            {"r": Decimal("3000.00")},
            "得出 3,980.00 元，按现在的事实和规则得出 3,000.00 元",
        ),
        ("3980.00", {"r": None}, "得出 3,980.00 元，按现在的事实和规则得出 无金额"),
        ("3980.00", {}, "得出 3,980.00 元，按现在的事实和规则得出 无金额"),
        (None, {"r": Decimal("3000.00")}, "得出 无金额，按现在的事实和规则得出 3,000.00 元"),
        (None, {}, "得出 无金额"),
    ],
)
def test_what_was_taken_from_the_analysis_is_what_the_rulebook_gives_now(
    kept: str | None, by_law: dict[str, Any], said: str | None
) -> None:
    row = measure(remedy="r", proposed_amount=Decimal(kept) if kept else None)
    found = sums.disagreeing([row], by_law)
    assert bool(found) == bool(said)
    assert not said or (said in found[0] and "请更新分析" in found[0])


def taken() -> dict[str, Any]:
    """Increased damages of the analysis, and the refund by hand."""
    damages = {
        "kind": "increased_damages",
        "amount": "11940.00",
        "formula": "3 × 3980.00",
        "remedy": "fraud_triple",
        "basis": "《消费者权益保护法》第五十五条第一款",
    }
    return f.proposal(measures=[*f.proposal()["measures"], damages])


def refused(case: Complaint, step: str, by: Any, **more: Any) -> list[str]:
    with pytest.raises(StepRefused) as stopped:
        f.step(case, step, by, **more)
    return [u.message for u in stopped.value.unmet if u.code == "sums_agree"]


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """Fraud is found: a proposal that takes three times the price from the analysis."""
    found = in_state_with_fraud_found(cast)
    resolutions.save_draft(found.number, taken(), by=cast.agent)
    return Complaint.objects.get(pk=found.pk)


def test_a_price_that_changed_stops_the_proposal_until_the_sum_is_taken_anew(
    case: Complaint, cast: Cast
) -> None:
    editing.edit(case.number, {"price_paid": "3000.00"}, by=cast.agent)
    analysis.renew(case.number, by=cast.agent)
    [said] = refused(case, "submit", cast.agent)
    assert "第 2 项“增加赔偿”：拟定时规则得出 11,940.00 元" in said
    assert "按现在的事实和规则得出 9,000.00 元" in said
    page = browser(cast.agent).get(reverse("case", args=[case.number])).content.decode()
    assert "拟定时规则得出 11,940.00 元" in page
    again = taken()
    again["measures"][0] |= {"amount": "3000.00", "formula": "3000.00"}
    again["measures"][1] |= {"amount": "9000.00", "formula": "3 × 3000.00"}
    resolutions.save_draft(case.number, again, by=cast.agent)
    assert f.step(case, "submit", cast.agent).state == "in_review"


def test_counsel_cannot_sign_a_sum_that_does_not_agree(case: Complaint, cast: Cast) -> None:
    f.step(case, "submit", cast.agent)
    signing = {"opinion": "同意", "below_minimum_reason": "测试"}
    before = list(Measure.objects.filter(position=1))
    Measure.objects.filter(position=1).update(formula="3 × 3,980.00 = 11,000.00")
    [said] = refused(case, "sign", cast.counsel, **signing)
    assert said.startswith("第 1 项“退还价款”：3 × 3,980.00 应得 11,940.00 元，写的是 11,000.00 元")
    page = browser(cast.counsel).get(reverse("review_case", args=[case.number])).content.decode()
    assert "应得 11,940.00 元，写的是 11,000.00 元" in page
    Measure.objects.bulk_update(before, ["formula"])
    assert f.step(case, "sign", cast.counsel, **signing).state == "offered"


def test_what_the_rulebook_no_longer_gives_cannot_be_signed(case: Complaint, cast: Cast) -> None:
    f.step(case, "submit", cast.agent)
    Measure.objects.filter(position=2).update(proposed_amount="11940.01")
    [said] = refused(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    assert (
        "第 2 项“增加赔偿”：拟定时规则得出 11,940.01 元，按现在的事实和规则得出 11,940.00 元"
        in said
    )
