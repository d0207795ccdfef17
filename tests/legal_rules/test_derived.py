"""Dates, comparisons and counting."""

from datetime import date

import pytest

from legal_rules.reasoning.apply import KnownFacts
from legal_rules.reasoning.derived import months_after
from legal_rules.reasoning.holidays import LIBRARY, Holidays
from legal_rules.vocabulary import FACTS


def value(fact, **facts):
    return KnownFacts(facts).value(fact)


@pytest.mark.parametrize(
    ("received", "asked", "within"),
    [
        ("2026-03-03", "2026-03-03", True),
        ("2026-03-03", "2026-03-10", True),
        ("2026-03-03", "2026-03-11", False),
        ("2026-03-08", "2026-03-16", True),  # the seventh day is a Sunday
        ("2026-03-08", "2026-03-17", False),
        ("2025-09-26", "2025-10-09", True),  # the seventh day falls into the National Day holiday
        ("2025-09-26", "2025-10-10", False),
    ],
)
def test_seven_days_begin_after_receipt_and_do_not_end_on_a_holiday(received, asked, within):
    found = value("dv_within_7d_receipt", tx_delivery_date=received, rt_demand_date=asked)
    assert found is within


def test_without_both_dates_nothing_is_known():
    assert value("dv_within_7d_receipt", tx_delivery_date="2026-03-03") is None


def test_a_year_without_a_notice_knows_weekends_and_the_fixed_holidays():
    assert LIBRARY.last_day(date(2040, 6, 2)) == date(2040, 6, 4)
    assert LIBRARY.last_day(date(2039, 10, 1)) == date(2039, 10, 4)
    assert LIBRARY.is_provisional(date(2040, 6, 2))
    assert not LIBRARY.is_provisional(date(2026, 12, 31))


NOTICE_2027 = Holidays.from_json(
    {"2027": {"off": ["2027-01-01", "2027-02-05", "2027-02-08", "2027-02-09"], "work": []}}
)


@pytest.mark.parametrize(
    ("received", "asked", "without", "loaded"),
    [
        ("2027-01-29", "2027-02-05", True, True),  # counted, the seventh day itself
        ("2027-01-29", "2027-02-10", None, True),  # the notice moves the last day off the holiday
        ("2027-01-29", "2027-02-11", None, False),
        ("2027-01-29", "2027-03-01", False, False),  # no run of holidays is so long
        ("2026-12-22", "2026-12-30", False, False),  # the year of this end is known
        ("2026-12-25", "2027-01-04", None, True),  # New Year moves it into a year that is not
    ],
)
def test_where_an_end_hangs_on_a_notice_that_is_not_published_nothing_is_firm(
    received, asked, without, loaded
):
    facts = {"tx_delivery_date": received, "rt_demand_date": asked}
    assert KnownFacts(facts).value("dv_within_7d_receipt") is without
    assert KnownFacts(facts, NOTICE_2027).value("dv_within_7d_receipt") is loaded


def test_holidays_are_the_same_after_they_were_stored():
    assert Holidays.from_json(NOTICE_2027.as_json()) == NOTICE_2027


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2026, 1, 15), 12, date(2027, 1, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(start, months, end):
    assert months_after(start, months) == end


@pytest.mark.parametrize(
    ("age", "minor", "under_8", "under_14"),
    [
        (7, True, True, True),
        (8, True, False, True),
        (14, True, False, False),
        (18, False, False, False),
    ],
)
def test_ages_are_counted_in_whole_years(age, minor, under_8, under_14):
    assert value("dv_is_minor", mn_age=age) is minor
    assert value("dv_under_8", mn_age=age) is under_8
    assert value("dv_under_14", mn_age=age) is under_14


def test_reasons_for_a_refusal_may_be_good_or_bad():
    assert value("dv_over_15d", as_open_days=15) is False
    assert value("dv_over_15d", as_open_days=16, as_refusal_reasoned=False) is True
    assert value("dv_over_15d", as_open_days=16, as_refusal_reasoned=True) is None
    assert value("dv_over_15d", as_open_days=16) is None


@pytest.mark.parametrize(("days", "passed"), [(15, False), (16, True), (None, None)])
def test_fifteen_days_pass_whatever_the_reason(days, passed):
    facts = {} if days is None else {"as_open_days": days}
    assert value("dv_15d_passed", **facts) is passed


def test_counsel_judges_whether_the_reasons_are_good():
    stated = {"as_open_days": 16, "as_refusal_reasoned": True}
    assert value("dv_over_15d", **stated, as_just_cause=False) is True
    assert value("dv_over_15d", **stated, as_just_cause=True) is None
    assert value("dv_over_15d", as_open_days=15, as_just_cause=False) is False


@pytest.mark.parametrize(
    ("ended", "found", "health", "lapsed"),
    [
        ("2024-03-02", "2026-03-01", None, False),
        ("2024-03-02", "2026-03-02", None, None),  # does the first day count?
        ("2024-03-02", "2026-03-03", None, None),  # two years are over; are there five?
        ("2024-03-02", "2026-03-03", False, True),
        ("2024-03-02", "2026-03-03", True, False),
        ("2021-03-02", "2026-03-01", False, True),
        ("2021-07-15", "2026-07-14", True, False),
        ("2021-07-15", "2026-07-15", True, None),
        ("2021-07-15", "2026-07-16", True, True),
        ("2021-07-15", "2026-07-16", None, True),
        ("2021-07-14", "2026-07-13", True, None),  # an act before the five years came
    ],
)
def test_an_act_undiscovered_for_two_or_five_years_is_not_fined(ended, found, health, lapsed):
    facts = {"pn_act_ended": ended, "pn_discovered_on": found, "pn_five_years": health}
    known = {name: given for name, given in facts.items() if given is not None}
    assert value("dv_penalty_lapsed", **known) is lapsed


def test_the_steps_of_a_time_limit_are_asked_one_after_another():
    facts = KnownFacts({})
    assert facts.to_ask("dv_penalty_lapsed") == ("pn_discovered_on",)
    facts = KnownFacts({"pn_discovered_on": "2026-03-03"})
    assert facts.to_ask("dv_penalty_lapsed") == ("conduct_date",)
    assert KnownFacts({}).to_ask("dv_pi_harm") == ("pi_loss", "pi_harm")


def test_time_runs_from_the_act_only_where_it_did_not_go_on():
    facts = {"conduct_date": "2023-03-02", "pn_discovered_on": "2026-03-03", "pn_five_years": False}
    assert value("dv_penalty_lapsed", **facts) is None
    assert value("dv_penalty_lapsed", **facts, pn_act_continuing=True) is None
    assert value("dv_penalty_lapsed", **facts, pn_act_continuing=False) is True
    later = {**facts, "pn_act_ended": "2025-03-02"}
    assert value("dv_penalty_lapsed", **later, pn_act_continuing=False) is False


@pytest.mark.parametrize(
    ("found", "lapsed"), [("2026-09-01", False), ("2026-09-02", None), ("2026-09-03", True)]
)
def test_the_police_have_six_months(found, lapsed):
    facts = {"conduct_date": "2026-03-02", "pn_act_continuing": False, "ps_discovered_on": found}
    assert value("dv_ps_lapsed", **facts) is lapsed


def test_a_decision_under_the_new_competition_law_is_one_from_its_first_day():
    assert value("dv_decided_under_aucl_2025") is None
    assert value("dv_decided_under_aucl_2025", pn_decided_on="2025-10-14") is False
    assert value("dv_decided_under_aucl_2025", pn_decided_on="2025-10-15") is True


@pytest.mark.parametrize(
    ("fact", "limit"),
    [("dv_fraud_3000", 3000), ("dv_fraud_10000", 10_000), ("dv_shoddy_50000", 50_000)],
)
def test_the_total_decides_and_one_price_can_only_show_that_a_sum_is_reached(fact, limit):
    enough, less = f"{limit}.00", f"{limit - 1}.99"
    assert value(fact, fr_total_sales=enough) is True
    assert value(fact, fr_total_sales=less) is False
    assert value(fact, tx_price_paid=enough) is True
    assert value(fact, tx_price_paid=less) is None
    assert value(fact, tx_price_paid=less, fr_total_sales=less) is False


def test_a_derived_fact_may_be_stated_where_it_cannot_be_computed():
    assert value("dv_within_7d_receipt", dv_within_7d_receipt=True) is True


def test_stated_against_its_own_dates_it_is_unknown():
    facts = KnownFacts(
        {
            "dv_within_7d_receipt": True,
            "tx_delivery_date": "2026-03-03",
            "rt_demand_date": "2026-03-30",
        }
    )
    assert facts.value("dv_within_7d_receipt") is None
    assert facts.contradicted == {"dv_within_7d_receipt"}


@pytest.mark.parametrize(
    ("facts", "serious"),
    [
        ({"pi_count_property": 25}, True),
        ({"pi_count_property": 24}, None),
        ({"pi_count_property": 20, "pi_count_transaction": 50}, True),
        ({"pi_count_other": 2500}, True),
        ({"pi_illegal_gain": "2500.00"}, True),
        ({"pi_illegal_gain": "2499.99"}, None),
        ({"pi_count_transaction": 250}, True),
        ({"pi_count_transaction": 249}, None),
        ({"pi_count_other": 2499}, None),
        ({"pi_leak_count": 620, "pi_sensitive": ["金融账户"]}, True),
        ({"pi_leak_count": 620, "pi_sensitive": ["医疗健康"]}, None),
        (
            {
                "pi_count_property": 0,
                "pi_count_transaction": 0,
                "pi_count_other": 2499,
                "pi_illegal_gain": "0.00",
            },
            False,
        ),
        ({}, None),
    ],
)
def test_thresholds_are_halved_for_information_from_ones_service(facts, serious):
    assert value("dv_pi_serious", pi_employee_sold=True, **facts) is serious


def test_outside_ones_service_the_whole_threshold_counts():
    assert value("dv_pi_serious", pi_employee_sold=False, pi_count_property=49) is None
    assert value("dv_pi_serious", pi_employee_sold=False, pi_count_property=50) is True


def test_while_nobody_has_said_who_sold_it_both_thresholds_are_kept_in_mind():
    counted = {"pi_count_transaction": 0, "pi_count_other": 0, "pi_illegal_gain": "0.00"}
    outside = {**counted, "pi_employee_sold": False, "pi_business_sold": False}
    ours = {**counted, "pi_employee_sold": False, "pi_business_sold": True}
    assert value("dv_pi_serious", **ours, pi_count_property=25) is True
    assert value("dv_pi_serious", **ours, pi_count_property=24) is False
    assert value("dv_pi_serious", **outside, pi_count_property=49) is False
    assert value("dv_pi_serious", **counted, pi_count_property=24) is False
    assert value("dv_pi_serious", **counted, pi_count_property=25) is None
    assert value("dv_pi_serious", **counted, pi_count_property=49) is None
    assert value("dv_pi_serious", **counted, pi_count_property=50) is True


def test_a_count_displaces_the_estimate_by_persons():
    sold = {"pi_employee_sold": True, "pi_leak_count": 620, "pi_sensitive": ["金融账户"]}
    assert value("dv_pi_serious", **sold) is True
    assert value("dv_pi_serious", **sold, pi_count_property=3) is None
    many = {"pi_employee_sold": True, "pi_leak_count": 2500, "pi_sensitive": ["身份证件号码"]}
    assert value("dv_pi_serious", **many) is True
    assert value("dv_pi_serious", **{**many, "pi_leak_count": 2499}) is None
    tracked = {"pi_employee_sold": True, "pi_leak_count": 25, "pi_sensitive": ["行踪轨迹"]}
    assert value("dv_pi_serious", **tracked) is True
    assert value("dv_pi_serious", **{**tracked, "pi_leak_count": 24}) is None


def test_ten_times_the_threshold_is_very_serious_by_count_only():
    sold = {"pi_employee_sold": True}
    assert value("dv_pi_very_serious", **sold, pi_count_property=250) is True
    assert value("dv_pi_very_serious", **sold, pi_count_property=249) is None
    assert value("dv_pi_very_serious", **sold, pi_illegal_gain="25000.00") is True
    assert value("dv_pi_very_serious", **sold, pi_illegal_gain="24999.99") is None
    assert value("dv_pi_very_serious", pi_count_property=499) is None
    assert value("dv_pi_very_serious", pi_count_property=500) is True
    whole = {"pi_count_transaction": 0, "pi_count_other": 0, "pi_illegal_gain": "0.00"}
    assert value("dv_pi_very_serious", **sold, **whole, pi_count_property=249) is False
    estimated = {"pi_leak_count": 620, "pi_sensitive": ["金融账户"]}
    assert value("dv_pi_very_serious", **sold, **estimated) is None


def test_a_million_people_make_an_incident():
    assert value("dv_million_people", pi_leak_count=1_000_000) is True
    assert value("dv_million_people", pi_leak_count=999_999) is False


def test_rescission_is_known_to_be_late_but_never_to_be_in_time():
    late = {"tx_knowledge_date": "2024-01-10", "rt_demand_date": "2025-01-11"}
    assert value("dv_rescission_lapsed", **late) is True
    early = {"tx_knowledge_date": "2024-01-10", "rt_demand_date": "2024-01-11"}
    assert value("dv_rescission_lapsed", **early) is None


@pytest.mark.parametrize(
    ("asked", "filed", "lapsed"),
    [
        ("2025-02-20", None, True),
        ("2025-01-10", None, None),
        ("2024-03-01", "2025-01-10", False),
        ("2024-03-01", "2025-01-13", True),
    ],
)
def test_rescission_is_asked_of_the_court_and_in_time_only_by_the_day_of_filing(
    asked, filed, lapsed
):
    facts = {"tx_contract_date": "2024-01-05", "tx_knowledge_date": "2024-01-10"}
    facts |= {"rt_demand_date": asked} | ({"tx_rescission_filed_date": filed} if filed else {})
    assert value("dv_rescission_lapsed", **facts) is lapsed


def test_five_years_end_rescission_whatever_was_known():
    made = {"tx_contract_date": "2021-03-01", "tx_knowledge_date": "2025-12-01"}
    assert value("dv_rescission_lapsed", **made, tx_rescission_filed_date="2026-03-03") is True
    assert value("dv_rescission_lapsed", **made, tx_rescission_filed_date="2026-03-02") is False


def test_a_year_that_ends_on_a_holiday_ends_on_the_next_working_day():
    known = {"tx_knowledge_date": "2024-10-03"}  # a year later the National Day holiday lasts
    assert value("dv_rescission_lapsed", **known, rt_demand_date="2025-10-09") is None
    assert value("dv_rescission_lapsed", **known, rt_demand_date="2025-10-10") is True


@pytest.mark.parametrize(
    ("filed", "lapsed"), [("2026-06-01", False), ("2026-06-02", True), (None, None)]
)
def test_a_mistake_is_rescinded_within_ninety_days(filed, lapsed):
    facts = {"pr_mistake_found_date": "2026-03-03", "tx_contract_date": "2026-03-01"}
    facts |= {"tx_rescission_filed_date": filed} if filed else {}
    assert value("dv_mistake_lapsed", **facts) is lapsed


@pytest.mark.parametrize(
    ("penalty", "excess"), [("130.00", False), ("130.01", True), ("0.00", False)]
)
def test_a_penalty_is_excessive_more_than_thirty_per_cent_above_the_loss(penalty, excess):
    assert value("dv_penalty_excess", sp_penalty=penalty, sp_seller_loss="100.00") is excess
    assert value("dv_penalty_excess", sp_penalty=penalty) is None


@pytest.mark.parametrize(
    ("asked", "within"), [("2026-03-20", True), ("2026-04-07", True), ("2026-04-08", False)]
)
def test_travel_purchases_go_back_within_thirty_days_of_the_end_of_the_trip(asked, within):
    facts = {"tr_end_date": "2026-03-06", "rt_demand_date": asked}  # 5 and 6 April are holidays
    assert value("dv_within_30d_trip_end", **facts) is within


@pytest.mark.parametrize(
    ("fact", "source"),
    [
        ("dv_promised_sum", "sp_promise_sum"),
        ("dv_unauthorised_payment", "sf_unauthorised_payment"),
        ("dv_enlarged_loss", "sf_enlarged_loss"),
    ],
)
def test_a_sum_counts_once_it_is_more_than_zero(fact, source):
    assert value(fact, **{source: "0.01"}) is True
    assert value(fact, **{source: "0.00"}) is False
    assert value(fact) is None


def test_a_deduction_or_a_share_of_fault_that_nobody_has_proved_is_none():
    assert value("dv_value_off") == "0.00"
    assert value("dv_value_off", tx_value_used="12.50") == "12.50"
    assert value("dv_fault_share") == 0
    assert value("dv_fault_share", tx_consumer_fault_share=30) == 30


def test_sixteen_is_counted_in_whole_years():
    assert value("dv_under_16", mn_age=15) is True
    assert value("dv_under_16", mn_age=16) is False


@pytest.mark.parametrize(
    ("facts", "price"),
    [
        ({"tx_price_paid": "2889.00"}, "2889.00"),
        ({"tx_price_paid": "2889.00", "tx_affected_price": "1511.37"}, "1511.37"),
        ({"tx_price_paid": "2889.00", "tx_part_only": True}, None),
        ({"tx_price_paid": "2889.00", "tx_part_only": False}, "2889.00"),
        ({"tx_price_paid": "600.00", "tx_affected_price": "700.00"}, "600.00"),
        ({"tx_affected_price": "600.00"}, "600.00"),
        ({}, None),
    ],
)
def test_the_base_of_a_multiple_is_the_price_of_the_part_affected(facts, price):
    assert value("dv_affected_price", **facts) == price


def test_what_nobody_proves_to_be_paid_is_not_deducted():
    assert value("dv_set_off") == "0.00"
    assert value("dv_set_off", tx_already_paid="1268.00") == "1268.00"


def test_each_of_the_seven_cases_is_knowledge_and_no_answer_is_none():
    for case in FACTS["fd_seller_knew"].values:
        assert value("dv_seller_knew", fd_seller_knew=[case]) is (case != "否")
    assert value("dv_seller_knew", fd_seller_knew=[]) is None
    assert value("dv_seller_knew") is None


@pytest.mark.parametrize(
    ("facts", "price"),
    [
        ({"fd_reasonable_price": "300.00", "tx_price_paid": "9000.00"}, "300.00"),
        ({"fd_reasonable_price": "9000.00", "tx_price_paid": "300.00"}, "300.00"),
        ({"fd_reasonable_price": "300.00"}, "300.00"),
        ({"fd_reasonable_need": True, "tx_price_paid": "60.00"}, "60.00"),
        ({"fd_reasonable_need": False, "tx_price_paid": "60.00"}, None),
        ({"tx_price_paid": "60.00"}, None),
    ],
)
def test_a_knowing_buyer_counts_what_a_household_needs(facts, price):
    assert value("dv_price_within_need", **facts) == price


@pytest.mark.parametrize(
    ("facts", "more"),
    [
        ({"fd_injury_loss": "1000.01", "fd_reasonable_price": "300.00"}, True),
        ({"fd_injury_loss": "1000.00", "fd_reasonable_price": "300.00"}, False),
        ({"fd_injury_loss": "0"}, False),
        ({"fd_injury_loss": "10.00"}, None),
        ({"fd_reasonable_price": "300.00"}, None),
    ],
)
def test_three_times_the_loss_is_held_against_ten_times_the_price(facts, more):
    assert value("dv_loss_outweighs", **facts) is more


@pytest.mark.parametrize(
    ("facts", "discounted", "at_list"),
    [
        ({"pp_used_discounted": "1600.00", "pp_used_list": "2000.00"}, "1600.00", "2000.00"),
        ({"pp_bonus": "1000.00", "pp_used_list": "2000.00"}, "1600.00", "2000.00"),
        ({"pp_bonus": "0", "pp_used_list": "2000.00"}, None, "2000.00"),
        ({"pp_units_total": 40, "pp_units_used": 6}, "600.00", None),
        (
            {"pp_units_total": 40, "pp_units_used": 6, "pp_unit_price": "120.00"},
            "600.00",
            "720.00",
        ),
        ({"pp_units_total": 40, "pp_units_used": 41}, "4000.00", None),
        ({"pp_units_total": 3, "pp_units_used": 1}, "1333.33", None),
        ({"pp_units_used": 0}, "0.00", "0.00"),
        ({"pp_units_total": 0, "pp_units_used": 1}, None, None),
        ({"pp_used_list": "0"}, "0.00", "0.00"),
        ({"pp_unit_price": "120.00"}, None, None),
        ({}, None, None),
    ],
)
def test_what_was_performed_is_valued_at_both_prices(facts, discounted, at_list):
    paid = {"pp_amount": "4000.00", **facts}
    assert value("dv_prepaid_used_discounted", **paid) == discounted
    assert value("dv_prepaid_used_list", **paid) == at_list


def test_without_the_sum_prepaid_a_share_of_it_is_not_known():
    assert value("dv_prepaid_used_discounted", pp_units_total=40, pp_units_used=6) is None


def test_absence_of_fault_is_proved_once_for_both_matters():
    assert value("dv_pi_no_fault") is None
    assert value("dv_pi_no_fault", pn_no_fault=False) is None
    assert value("dv_pi_no_fault", pi_no_fault=False) is False
    assert value("dv_pi_no_fault", pi_no_fault=False, pn_no_fault=True) is True
    assert value("dv_pi_no_fault", pi_no_fault=True) is True
