"""期间: windows of the law from the dates of a case; nothing is called over that may be saved."""

from datetime import date

import pytest

from legal_rules import deadline_table
from legal_rules.deadline_terms import Traits
from legal_rules.reasoning.holidays import LIBRARY, Holidays
from legal_rules.windows import windows

TODAY = date(2026, 11, 23)


def found(facts, on=TODAY, days=LIBRARY, **case):
    return {span.entry.id: span for span in windows(facts, on, Traits(**case), days)}


def one(name, facts, on=TODAY, **case):
    span = found(facts, on, **case)[name]
    return span.start, span.until, span.state


@pytest.mark.parametrize(
    ("delivered", "demanded", "on", "until", "state"),
    [
        # signed for on Monday 2 March 2026: the seventh day is Monday 9 March
        ("2026-03-02", None, date(2026, 3, 9), date(2026, 3, 9), "open"),
        ("2026-03-02", None, date(2026, 3, 10), date(2026, 3, 9), "unknown"),
        ("2026-03-02", "2026-03-09", date(2026, 5, 1), date(2026, 3, 9), "kept"),
        ("2026-03-02", "2026-03-10", date(2026, 5, 1), date(2026, 3, 9), "over"),
        # a last day on a Sunday moves to Monday (民法典 203)
        ("2026-03-08", "2026-03-16", date(2026, 5, 1), date(2026, 3, 16), "kept"),
        # over National Day: the seventh day, 6 October, moves to 8 October 2026
        ("2026-09-29", "2026-10-08", TODAY, date(2026, 10, 8), "kept"),
    ],
)
def test_seven_days_of_return_without_reason(delivered, demanded, on, until, state):
    facts = {"tx_delivery_date": delivered}
    if demanded:
        facts["rt_demand_date"] = demanded
    got = one("cpl25_no_reason_7d", facts, on, category="return_no_reason")
    assert got == (date.fromisoformat(delivered), until, state)


def test_six_months_of_the_reversed_burden_look_at_the_day_of_finding():
    facts = {"tx_delivery_date": "2026-02-28", "q_defect_found_date": "2026-08-28"}
    got = one("cpl23_burden_6m", facts, category="quality_goods")
    assert got == (date(2026, 2, 28), date(2026, 8, 28), "kept")


def test_months_end_on_the_last_day_where_there_is_no_such_day():
    facts = {"tx_delivery_date": "2025-08-31"}
    start_until_state = one("cpl23_burden_6m", facts, category="quality_goods")
    assert start_until_state == (date(2025, 8, 31), date(2026, 2, 28), "unknown")


@pytest.mark.parametrize(
    ("facts", "until", "state"),
    [
        ({"tx_knowledge_date": "2024-01-15"}, date(2027, 1, 15), "open"),
        ({"tx_knowledge_date": "2023-01-16"}, date(2026, 1, 16), "unknown"),  # a demand may be
        (
            {"tx_knowledge_date": "2023-01-16", "tx_last_demand_date": "2025-12-01"},
            date(2028, 12, 1),
            "open",
        ),
        (
            {"tx_knowledge_date": "2019-01-16", "tx_last_demand_date": "2020-05-06"},
            date(2023, 5, 6),
            "over",
        ),
        (  # the demand that is known came too late; an earlier one may have saved it
            {"tx_knowledge_date": "2019-01-16", "tx_last_demand_date": "2025-05-06"},
            date(2022, 1, 17),
            "unknown",
        ),
    ],
)
def test_limitation_begins_anew_with_each_demand_in_time(facts, until, state):
    _start, got, said = one("limitation_3y", facts)
    assert (got, said) == (until, state)


def test_rescission_ends_five_years_after_the_act_whatever_is_known():
    facts = {"tx_contract_date": "2021-11-30", "tx_knowledge_date": "2026-10-10"}
    got = one("rescission_fraud_1y", facts, category="misrep_health")
    assert got == (date(2026, 10, 10), date(2026, 11, 30), "open")
    filed = {**facts, "tx_rescission_filed_date": "2026-11-30"}
    assert one("rescission_fraud_1y", filed, category="misrep_health")[2] == "kept"
    late = {**facts, "tx_rescission_filed_date": "2026-12-01"}
    assert one("rescission_fraud_1y", late, category="misrep_health")[2] == "over"


def test_what_is_not_known_is_named_where_the_category_points_to_it_only():
    named = found({}, category="prepaid")
    assert named["prepaid_cooling_7d"].state == "unknown"
    assert named["prepaid_cooling_7d"].until is None
    assert "limitation_3y" not in named
    assert found({}) == {}


def test_windows_of_a_trade_or_category_are_not_shown_to_others():
    facts = {"tr_end_date": "2026-11-01", "conduct_date": "2026-11-01"}
    assert "tourism_shopping_30d" in found(facts, category="tourism")
    assert "tourism_shopping_30d" not in found(facts, category="price")
    assert "telecom_billing_bar_5m" not in found(facts, category="price")
    telecom = found(facts, category="price", sectors=frozenset({"general", "telecom"}))
    assert telecom["telecom_billing_bar_5m"].until == date(2027, 4, 1)
    assert telecom["telecom_other_bar_2y"].until == date(2028, 11, 1)


def test_a_window_is_not_shown_for_days_before_its_law():
    facts = {"tx_payment_date": "2025-04-30"}
    assert "prepaid_cooling_7d" not in found(facts, category="prepaid")
    after = found({"tx_payment_date": "2025-05-01"}, category="prepaid")
    assert after["prepaid_cooling_7d"].until == date(2025, 5, 8)


def test_a_window_is_told_in_plain_json_in_both_languages():
    span = found({"tx_payment_date": "2026-11-18"}, category="prepaid")["prepaid_cooling_7d"]
    assert span.as_json("zh-hans") == {
        "id": "prepaid_cooling_7d",
        "title": "预付式消费七日退款",
        "length": "7 日",
        "from": "2026-11-18",
        "until": "2026-11-25",
        "provisional": False,
        "state": "open",
        "citation": {"instrument": "spc_prepaid_2025", "article": "14", "paragraph": 1},
        "basis": "《预付式消费解释》第十四条第一款",
        "note": "",
    }
    assert span.as_json("en")["length"] == "7 days"
    without = found({"tr_end_date": "2026-11-01"}, category="tourism")["tourism_bar_90d"]
    assert without.as_json("en")["citation"] is None


def test_every_window_that_has_a_beginning_is_in_days_months_or_years():
    for entry in deadline_table.current().entries.values():
        if entry.window and entry.window.from_fact:
            assert entry.unit in ("calendar_day", "month", "year"), entry.id


LOADED = Holidays.from_json(
    {"2027": {"off": ["2027-01-01", "2027-02-05", "2027-02-08", "2027-02-09"], "work": []}}
)


@pytest.mark.parametrize(
    ("days", "until", "provisional", "states"),
    [
        # delivered on 29 January 2027: the seventh day is Friday 5 February
        ({}, date(2027, 2, 5), True, ["kept", "unknown", "unknown", "over"]),
        ({"days": LOADED}, date(2027, 2, 10), False, ["kept", "kept", "over", "over"]),
    ],
)
def test_an_end_in_a_year_without_a_notice_is_provisional_and_what_hangs_on_it_is_open(
    days, until, provisional, states
):
    got = []
    for demanded in ("2027-02-05", "2027-02-10", "2027-02-11", "2027-03-01"):
        facts = {"tx_delivery_date": "2027-01-29", "rt_demand_date": demanded}
        spans = found(facts, date(2027, 3, 1), category="return_no_reason", **days)
        span = spans["cpl25_no_reason_7d"]
        assert (span.until, span.provisional) == (until, provisional)
        assert span.as_json("zh-hans")["provisional"] is provisional
        got.append(span.state)
    assert got == states
