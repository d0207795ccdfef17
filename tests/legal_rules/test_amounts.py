"""Sums: exact, to the cent half-up, with their formula."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legal_rules.reasoning.amounts import to_cents
from legal_rules.reasoning.apply import KnownFacts
from legal_rules.reasoning.forms import amount
from legal_rules.reasoning.prose import in_yuan
from legal_rules.reasoning.source import Rows, Table


def table(**content):
    result = Table({key: Rows(v) if isinstance(v, list) else v for key, v in content.items()})
    result.file, result.line, result.lines = "test.yaml", 1, {}
    return result


def reckon(raw, **facts):
    return amount(raw, table()).reckon(KnownFacts(facts))


TRIPLE = {"times": ["tx_price_paid", 3], "at_least": "500.00"}


@pytest.mark.parametrize(
    ("price", "sum_", "formula"),
    [
        ("3980.00", "11940.00", "3 × 3980.00"),
        ("166.67", "500.01", "3 × 166.67"),
        ("166.66", "500.00", "max(3 × 166.66, 500.00)"),
        ("0.00", "500.00", "max(3 × 0.00, 500.00)"),
    ],
)
def test_three_times_the_price_but_at_least_500(price, sum_, formula):
    found = reckon(table(**TRIPLE), tx_price_paid=price)
    assert in_yuan(found.exact) == sum_
    assert found.formula == formula
    assert in_yuan(found.floor) == "500.00"


def test_without_the_price_there_is_a_floor_and_a_question():
    found = reckon(table(**TRIPLE))
    assert found.exact is None
    assert (in_yuan(found.low), found.high) == ("500.00", None)
    assert found.missing == ("tx_price_paid",)


def test_a_head_of_loss_not_yet_known_makes_the_sum_at_least():
    raw = table(sum=["sf_medical", table(known="sf_lost_income")])
    found = reckon(raw, sf_medical="100.00")
    assert (found.low, found.high, found.missing) == (Decimal("100.00"), None, ("sf_lost_income",))
    assert found.formula == "100.00"
    whole = reckon(raw, sf_medical="100.00", sf_lost_income="20.00")
    assert in_yuan(whole.exact) == "120.00"
    assert whole.formula == "100.00 + 20.00"


def test_what_is_left_is_never_less_than_nothing():
    raw = table(minus=["pp_amount", "pp_used_list"])
    assert in_yuan(reckon(raw, pp_amount="100.00", pp_used_list="130.00").exact) == "0.00"
    assert reckon(raw, pp_amount="100.00").low is None


def test_a_portion_is_rounded_half_up_and_never_more_than_the_whole():
    raw = table(portion=["pp_amount", "pp_remaining_days", "pp_total_days"])
    days = {"pp_remaining_days": 300, "pp_total_days": 365}
    assert in_yuan(reckon(raw, pp_amount="1000.00", **days).exact) == "821.92"
    more = {"pp_remaining_days": 400, "pp_total_days": 365}
    assert in_yuan(reckon(raw, pp_amount="1000.00", **more).exact) == "1000.00"
    nothing = {"pp_remaining_days": 0, "pp_total_days": 0}
    assert reckon(raw, pp_amount="1000.00", **nothing).exact is None


def test_a_choice_takes_the_most_and_an_unknown_branch_could_be_more():
    branches = [table(times=["tx_price_paid", 10]), table(times=["fd_injury_loss", 3])]
    raw = table(greatest=branches, at_least="1000.00")
    found = reckon(raw, tx_price_paid="60.00", fd_injury_loss="500.00")
    assert in_yuan(found.exact) == "1500.00"
    part = reckon(raw, tx_price_paid="260.00")
    assert (in_yuan(part.low), part.high) == ("2600.00", None)


def test_a_range_keeps_both_ends():
    found = reckon(table(up_to=table(times=["tx_price_paid", 2])), tx_price_paid="10.00")
    assert (in_yuan(found.low), in_yuan(found.high)) == ("0.00", "20.00")
    assert found.exact is None


@pytest.mark.parametrize(
    ("value", "cents"), [("0.005", "0.01"), ("0.004", "0.00"), ("2.675", "2.68")]
)
def test_rounding_is_half_up(value, cents):
    assert str(to_cents(Decimal(value))) == cents


@given(st.decimals(0, 10**9, places=2), st.integers(1, 20))
def test_multiples_are_exact_to_the_cent(price, times):
    found = reckon(table(times=["tx_price_paid", times]), tx_price_paid=f"{price:.2f}")
    cents = int(price.scaleb(2)) * times
    assert in_yuan(found.exact) == f"{cents // 100}.{cents % 100:02d}"


def test_a_formula_says_nothing_of_what_is_not_there():
    nothing = table(minus=["pp_amount", "dv_set_off"])
    assert reckon(nothing, pp_amount="100.00").formula == "100.00"
    part = reckon(nothing, pp_amount="100.00", tx_already_paid="30.00")
    assert (part.formula, in_yuan(part.exact)) == ("100.00 − 30.00", "70.00")
    both = table(between=["pp_amount", "pp_bonus"])
    assert reckon(both, pp_amount="5.00", pp_bonus="5.00").formula == "5.00"
    assert reckon(both, pp_amount="5.00", pp_bonus="6.00").formula == "5.00 … 6.00"


def test_a_share_of_a_sum_stands_in_brackets_and_of_nothing_known_says_nothing():
    heads = table(sum=[table(known="sf_medical"), table(known="sf_lost_income")])
    left = table(minus=[heads, table(portion=[heads, "dv_fault_share", 100])])
    facts = {"sf_medical": "100.00", "sf_lost_income": "20.00", "tx_consumer_fault_share": 30}
    found = reckon(left, **facts)
    assert found.formula == "100.00 + 20.00 − (100.00 + 20.00) × 30 ÷ 100"
    assert in_yuan(found.exact) == "84.00"
    assert reckon(left, tx_consumer_fault_share=30).formula == ""
