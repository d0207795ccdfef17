"""Days, repairs and mileage of goods and family cars, and the lapse of claims."""

import pytest

from tests.legal_rules.test_derived import value

SOLD = {"tx_contract_date": "2026-03-02"}


@pytest.mark.parametrize(
    ("fact", "last", "late"),
    [
        ("dv_within_7d_sale", "2026-03-09", "2026-03-10"),
        ("dv_within_15d_sale", "2026-03-17", "2026-03-18"),
    ],
)
def test_a_demand_in_time_shows_a_fault_in_time_and_a_late_fault_refutes_it(fact, last, late):
    assert value(fact, **SOLD, rt_demand_date=last) is True
    assert value(fact, **SOLD, rt_demand_date=late) is None
    handed_over = {**SOLD, "tx_delivery_date": "2026-03-02"}
    assert value(fact, **handed_over, q_defect_found_date=late) is False
    assert value(fact, **handed_over, q_defect_found_date=last) is None  # demanded when?


def test_a_fault_in_time_that_was_reported_late_is_left_to_counsel():
    facts = {**SOLD, "tx_delivery_date": "2026-03-02", "q_defect_found_date": "2026-03-05"}
    assert value("dv_within_7d_sale", **facts, rt_demand_date="2026-03-20") is None
    stated = {**facts, "rt_demand_date": "2026-03-20", "dv_within_7d_sale": True}
    assert value("dv_within_7d_sale", **stated) is True


def test_between_sale_and_delivery_the_law_does_not_say_which_day_counts():
    facts = {**SOLD, "tx_delivery_date": "2026-03-06", "rt_demand_date": "2026-03-12"}
    assert value("dv_within_7d_sale", **facts, q_defect_found_date="2026-03-12") is None
    facts["rt_demand_date"] = "2026-03-16"
    assert value("dv_within_7d_sale", **facts, q_defect_found_date="2026-03-13") is None
    assert value("dv_within_7d_sale", **facts, q_defect_found_date="2026-03-16") is False


def test_time_of_first_installation_is_left_to_counsel():
    facts = {**SOLD, "tx_delivery_date": "2026-03-02", "q_needs_installation": True}
    assert value("dv_within_7d_sale", **facts, q_defect_found_date="2026-03-20") is None
    assert value("dv_within_7d_sale", **facts, rt_demand_date="2026-03-09") is True


def test_a_late_fault_without_the_day_of_delivery_refutes_nothing():
    assert value("dv_within_7d_sale", **SOLD, q_defect_found_date="2026-03-20") is None


def test_after_the_warranty_a_fault_without_a_day_was_not_an_early_one():
    over = {**SOLD, "q_in_warranty": False}
    assert value("dv_within_7d_sale", **over) is False
    assert value("dv_within_7d_sale", **over, q_defect_found_date="2028-03-20") is False
    assert value("dv_within_7d_sale", q_in_warranty=False, q_defect_found_date="2026-03-05") is None
    assert value("dv_within_7d_sale", **over, q_defect_found_date="2026-03-05") is None
    assert value("dv_within_7d_sale", **over, rt_demand_date="2026-03-05") is True


def test_a_sale_before_or_after_delivery_counts_from_the_later_day_against_the_consumer():
    paid_later = {"tx_contract_date": "2026-03-06", "tx_delivery_date": "2026-03-02"}
    assert value("dv_within_7d_sale", **paid_later, q_defect_found_date="2026-03-13") is None
    assert value("dv_within_7d_sale", **paid_later, q_defect_found_date="2026-03-16") is False


@pytest.mark.parametrize(
    ("fact", "counted", "limit"),
    [
        ("dv_repaired_twice", "q_repair_count", 1),
        ("dv_repaired_over_4", "q_repair_count", 4),
        ("dv_repair_over_30d", "q_repair_days", 30),
        ("dv_single_repair_over_5d", "q_single_repair_days", 5),
        ("dv_single_repair_over_7d", "q_single_repair_days", 7),
        ("dv_single_repair_over_30d", "q_single_repair_days", 30),
        ("dv_single_repair_over_60d", "q_single_repair_days", 60),
        ("dv_part_replaced", "q_assembly_replaced_count", 0),
        ("dv_part_replaced_twice", "q_assembly_replaced_count", 1),
    ],
)
def test_what_is_counted_must_exceed_its_limit(fact, counted, limit):
    assert value(fact, **{counted: limit}) is False
    assert value(fact, **{counted: limit + 1}) is True
    assert value(fact) is None


def test_any_time_under_repair_counts_and_none_must_be_known():
    assert value("dv_under_repair", q_repair_days=1) is True
    assert value("dv_under_repair", q_single_repair_days=1, q_repair_days=0) is True
    assert value("dv_under_repair", q_repair_days=0) is None
    assert value("dv_under_repair", q_repair_days=0, q_single_repair_days=0) is False


CAR = {"tx_delivery_date": "2026-03-02"}


def test_seven_days_of_a_car_run_from_delivery():
    assert value("dv_car_7d", **CAR, rt_demand_date="2026-03-09") is True
    assert value("dv_car_7d", **CAR, q_defect_found_date="2026-03-10") is False
    late = {**CAR, "q_defect_found_date": "2026-03-08", "rt_demand_date": "2026-03-11"}
    assert value("dv_car_7d", **late) is None  # a fault on day 6, reported on day 9: for counsel


@pytest.mark.parametrize(
    ("fact", "last", "late", "limit"),
    [
        ("dv_car_60d_3000km", "2026-05-06", "2026-05-07", 3000),  # day 60 falls on Labour Day
        ("dv_car_warranty", "2028-03-02", "2028-03-03", 50_000),
        ("dv_car_repair_period", "2029-03-02", "2029-03-03", 60_000),
    ],
)
def test_days_and_mileage_of_a_car_are_those_of_the_fault(fact, last, late, limit):
    lapsed = False if fact == "dv_car_60d_3000km" else None  # declared terms may be longer
    in_time = {**CAR, "q_defect_found_date": last}
    assert value(fact, **in_time, q_car_mileage_at_fault=limit) is True
    assert value(fact, **in_time, q_car_mileage_at_fault=limit + 1) is lapsed
    assert value(fact, **CAR, q_defect_found_date=late, q_car_mileage_at_fault=limit) is lapsed
    assert value(fact, **in_time, q_car_mileage=limit) is True
    assert value(fact, **in_time, q_car_mileage=limit + 1) is None  # now, not when it failed
    fault = {**in_time, "q_car_mileage_at_fault": limit, "q_car_mileage": limit + 9000}
    assert value(fact, **fault) is True
    assert value(fact, **in_time) is None
    assert value(fact, q_car_mileage_at_fault=limit) is None


def test_a_factor_of_zero_is_known_too():
    assert value("dv_car_factor_given", q_car_usage_factor=0) is True
    assert value("dv_car_factor_given") is None


def test_a_claim_for_a_defect_lapses_after_ten_years_and_is_never_shown_to_be_in_time():
    facts = {"tx_delivery_date": "2016-03-02"}
    assert value("dv_defect_claim_lapsed", **facts, rt_demand_date="2026-03-03") is True
    assert value("dv_defect_claim_lapsed", **facts, rt_demand_date="2026-03-02") is None
    sunday = {"tx_delivery_date": "2016-03-01", "rt_demand_date": "2026-03-02"}
    assert value("dv_defect_claim_lapsed", **sunday) is None


def test_the_right_to_end_a_contract_lapses_a_year_after_knowledge():
    facts = {"tx_knowledge_date": "2025-03-02"}
    assert value("dv_termination_lapsed", **facts, rt_demand_date="2026-03-03") is True
    assert value("dv_termination_lapsed", **facts, rt_demand_date="2026-03-02") is None


@pytest.mark.parametrize(
    ("fact", "sum_"),
    [("dv_property_lost", "sf_property_damage"), ("dv_product_lost", "sf_product_loss")],
)
def test_a_loss_is_a_sum_above_zero(fact, sum_):
    assert value(fact, **{sum_: "0.01"}) is True
    assert value(fact, **{sum_: "0.00"}) is False
    assert value(fact) is None


def test_goods_below_standard_or_a_deceived_purchase_harm_the_consumer_unasked():
    assert value("dv_rights_harmed") is None
    assert value("dv_rights_harmed", pf_rights_harmed=False) is False
    assert value("dv_rights_harmed", q_not_conform=True) is True
    assert value("dv_rights_harmed", q_not_conform=False) is None
    assert value("dv_rights_harmed", fr_false_statement=True) is None
    assert value("dv_rights_harmed", fr_false_statement=True, fr_induced=True) is True
    assert value("dv_rights_harmed", pr_overpaid="0.00") is None
    assert value("dv_rights_harmed", pr_overpaid="5.50") is True
    assert value("dv_rights_harmed", fd_fake_or_inferior_drug="劣药") is True
    assert value("dv_rights_harmed", pf_rights_harmed=False, sp_broken=True) is True


def test_where_nobody_was_hurt_food_caused_no_loss_unless_one_is_shown():
    assert value("dv_food_loss") is None
    assert value("dv_food_loss", sf_injury="轻微") is None
    assert value("dv_food_loss", sf_injury="无") == "0.00"
    assert value("dv_food_loss", sf_injury="无", fd_injury_loss="90.00") == "90.00"
    assert value("dv_loss_outweighs", sf_injury="无") is False
