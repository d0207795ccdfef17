"""The analysis as others receive it: the two reference cases, the shape, what is asked next."""

import json
import re
import time
from datetime import date

import pytest

from legal_rules import rulebook
from legal_rules.reasoning.ask import RANK
from legal_rules.vocabulary import CATEGORIES, UnknownFact, WrongValue

DAY = date(2026, 3, 1)
HAN = re.compile(r"[\u4e00-\u9fff]")

HEALTH_PRODUCT_BY_TELEPHONE = {
    "tx_living_consumption": True,
    "tx_channel": "电话营销",
    "tx_category": "保健食品",
    "tx_our_role": "销售者",
    "tx_price_paid": 1280,
    "dv_within_7d_receipt": True,
    "fr_false_statement": True,
    "fr_intent": "有证据",
    "fr_induced": True,
    "fr_claim_disproved": True,
    "fr_disease_claim": True,
    "fr_is_advertisement": True,
    "el_is_elderly": True,
    "el_health_inducement": True,
    "rt_excluded_goods": "否",
    "rt_intact": True,
    "tm_consent": False,
}
RECORDS_SOLD_BY_EMPLOYEE = {
    "tx_living_consumption": True,
    "pi_employee_sold": True,
    "pi_leak": "已发生",
    "pi_sensitive": ["身份证件号码", "金融账户"],
    "pi_leak_count": 620,
    "pi_loss": 50000,
    "pi_no_fault": False,
}


def analyse(facts, day=DAY, category=None, lang="zh-hans"):
    return rulebook.analyse(facts, day, category, lang)


def statuses(analysis):
    return {rule["id"]: rule["status"] for rule in analysis["rules"]}


def remedies(analysis):
    return {remedy["remedy"]: remedy for remedy in analysis["remedies"]}


def test_reference_case_one_a_health_product_sold_by_telephone():
    found = analyse(HEALTH_PRODUCT_BY_TELEPHONE)
    held = remedies(found)
    assert {
        "fraud_triple",
        "rescind_fraud",
        "no_reason_return",
        "marketing_stop",
        "adm_health_ad58",
        "adm_ad55",
        "ad_liability",
    } <= set(held)
    assert not {"food_ten_times", "abuse_defence"} & set(held)
    assert held["fraud_triple"] == {
        "remedy": "fraud_triple",
        "title": "欺诈三倍赔偿（退一赔三）",
        "rule": "cpl.55.1",
        "kind": "punitive",
        "amount": "3840.00",
        "currency": "CNY",
        "minimum": "500.00",
        "formula": "3 × 1280.00",
        "bounds": None,
        "certain": True,
        "needs_counsel": True,
        "cumulates_with": ["rescind_fraud"],
        "alternatives": ["food_ten_times", "drug_ten_times", "prepaid_abscond_punitive"],
    }
    assert statuses(found)["cpl.56.1.6"] == "displaced"
    exposed = {(each["rule"], each["remedy"]) for each in found["exposure"]}
    assert ("cpl.56.1.9.spam", "adm_cpl56") in exposed  # the call without consent
    assert {"adm_ad55", "adm_health_ad58"} <= {remedy for _rule, remedy in exposed}
    assert "adm_aucl25" not in {remedy for _rule, remedy in exposed}
    infringed = {right["id"] for right in found["rights"] if right["status"] == "infringed"}
    assert {"right_to_know", "right_to_choose", "right_to_compensation"} <= infringed


def test_reference_case_two_records_sold_by_an_employee():
    found = analyse(RECORDS_SOLD_BY_EMPLOYEE)
    held = remedies(found)
    assert {"pi_damages", "adm_pipl66", "ps_pi_56", "crim_253"} <= set(held)
    assert held["pi_damages"]["amount"] == "50000.00"
    assert "fraud_triple" not in held
    assert statuses(found)["cpl.56.1.9"] == "displaced"
    kinds = {exposure["kind"] for exposure in found["exposure"]}
    assert kinds == {"administrative_fine", "credit_record", "detention", "criminal_penalty"}
    halved = next(e for e in found["exposure"] if e["rule"] == "criminal.253-1")
    assert "减半" in halved["range"]
    due = {duty["id"]: duty["due"] for duty in found["duties"]}
    assert "立即" in due["notify_authority"]
    assert "立即" in due["notify_person"]
    damages = next(rule for rule in found["rules"] if rule["id"] == "pipl.69.1")
    assert "没有过错由处理者证明" in damages["burden"]
    duties = {duty["id"] for duty in found["duties"]}
    assert {"remedy_at_once", "notify_authority", "notify_person", "report_to_police"} <= duties


@pytest.mark.parametrize(
    ("facts", "held", "not_held", "amounts"),
    [
        pytest.param(
            {"tx_living_consumption": True, "tx_price_paid": 39, "fr_adulterated": True},
            {"fraud_triple", "adm_cpl56"},
            set(),
            {"fraud_triple": "500.00"},
            id="an act on the regulator's list",
        ),
        pytest.param(
            {
                "tx_living_consumption": True,
                "tx_price_paid": 39,
                "fr_adulterated": True,
                "fr_intent": "有证据",
                "fr_induced": True,
            },
            {"fraud_triple", "adm_cpl56"},
            set(),
            {"fraud_triple": "500.00"},
            id="small fraud",
        ),
        pytest.param(
            {"tx_living_consumption": True, "fr_adulterated": True, "fr_buyer_fabricated": True},
            {"abuse_defence"},
            {"fraud_triple"},
            {},
            id="fabricated",
        ),
        pytest.param(
            {
                "tx_living_consumption": True,
                "tx_category": "食品",
                "tx_price_paid": 60,
                "fd_below_standard": True,
                "fd_seller_knew": ["已过保质期仍销售"],
                "fr_buyer_knew": "不知",
                "fd_injury_loss": 0,
            },
            {"food_ten_times", "food_refund_even_if_knew", "fraud_triple"},
            {"food_known_repeat"},
            {"food_ten_times": "1000.00"},
            id="food, not knowing",
        ),
        pytest.param(
            {
                "tx_living_consumption": True,
                "tx_category": "食品",
                "tx_price_paid": 9000,
                "fd_below_standard": True,
                "fd_seller_knew": ["未依法进货查验"],
                "fr_buyer_knew": "明知",
                "fd_reasonable_need": False,
                "fd_reasonable_price": 300,
                "fd_repeat_purchase": True,
            },
            {"food_known_repeat", "food_refund_even_if_knew"},
            {"food_ten_times", "fraud_triple"},
            {"food_known_repeat": "3000.00"},
            id="food, knowing and repeated",
        ),
        pytest.param(
            {
                "tx_living_consumption": True,
                "bd_diff_price": True,
                "bd_unaware": True,
                "pr_overpaid": 46,
            },
            {"big_data_price"},
            set(),
            {"big_data_price": "46.00"},
            id="price discrimination",
        ),
        pytest.param(
            {
                "tx_living_consumption": True,
                "tx_price_paid": 120,
                "q_not_conform": True,
                "as_open_days": 16,
                "dv_over_15d": True,
            },
            {"quality_return", "adm_cpl56", "breach_damages"},
            {"fraud_triple"},
            {},
            id="16 days",
        ),
        pytest.param(
            {
                "tx_living_consumption": True,
                "tx_contract_date": "2013-06-01",
                "tx_price_paid": 1000,
                "fraud": True,
            },
            {"fraud_double_old"},
            {"fraud_triple"},
            {"fraud_double_old": "1000.00"},
            id="2013",
        ),
        pytest.param(
            {"tx_living_consumption": True},
            set(),
            {"fraud_triple", "no_reason_return", "pi_damages", "crim_253"},
            {},
            id="nothing known",
        ),
    ],
)
def test_decided_cases(facts, held, not_held, amounts):
    found = remedies(analyse(facts))
    assert held <= set(found)
    assert not not_held & set(found)
    assert {name: found[name]["amount"] for name in amounts} == amounts


def test_the_answer_has_the_shape_of_the_contract_and_is_plain_json():
    found = analyse(HEALTH_PRODUCT_BY_TELEPHONE, category="telesales_fraud")
    assert json.loads(json.dumps(found, ensure_ascii=False, allow_nan=False)) == found
    assert {
        "as_of",
        "rule_set",
        "rights",
        "rules",
        "remedies",
        "missing_facts",
        "exposure",
        "duties",
        "rulebook_sha256",
    } <= set(found)
    for rule in found["rules"]:
        assert {
            "id",
            "remedy",
            "title",
            "status",
            "presumed",
            "signed",
            "citations",
            "elements",
        } <= set(rule)
        assert all({"instrument", "article"} <= set(cited) for cited in rule["citations"])
    for asked in found["missing_facts"]:
        assert {"fact", "question", "why", "decides", "weight"} <= set(asked)
        assert 0 < asked["weight"] <= 1


def test_english_is_english_throughout():
    found = analyse(HEALTH_PRODUCT_BY_TELEPHONE, category="telesales_fraud", lang="en")
    words = [rule[key] for rule in found["rules"] for key in ("title", "reason", "summary")]
    words += [e["why"] for rule in found["rules"] for e in rule["elements"] + rule["defences"]]
    words += [asked[key] for asked in found["missing_facts"] for key in ("question", "why")]
    words += [each[key] for each in found["exposure"] for key in ("citation", "range")]
    words += [each[key] for each in found["duties"] for key in ("text", "due", "citation")]
    assert not [each for each in words if HAN.search(each)]


def test_the_most_decisive_question_comes_first():
    facts = {
        "tx_living_consumption": True,
        "fr_false_statement": True,
        "fr_induced": True,
        "tx_price_paid": "9000.00",
    }
    found = analyse(facts, category="misrep_efficacy")
    ranks = [(RANK[a["kind"]], -a["weight"]) for a in found["missing_facts"]]
    assert ranks == sorted(ranks)
    first = found["missing_facts"][0]
    assert first["fact"] == "fr_intent"
    assert first["kind"] == "decides"
    assert set(first["decides"]) == {"fraud_triple", "rescind_fraud"}


def test_only_relevant_rules_are_asked_about():
    for category in CATEGORIES.values():
        found = analyse({"tx_living_consumption": True}, category=category.id)
        asked = {asked["fact"] for asked in found["missing_facts"]}
        assert len(asked) <= 50, category.id
        if category.id not in ("pi_leak", "pi_rights", "ai_decision"):
            assert not {name for name in asked if name.startswith("pi_")}, category.id


def test_of_a_rule_for_one_kind_of_goods_only_the_kind_is_asked_first_and_others_are_left_out():
    first = analyse({"tx_living_consumption": True}, category="warranty")
    asked = [each["fact"] for each in first["missing_facts"]]
    assert "tx_category" in asked
    assert not {"q_car_mileage_at_fault", "q_repair_delay_cause"} & set(asked)
    phone = {"tx_living_consumption": True, "tx_category": "移动电话", "q_performance_fault": True}
    found = analyse(phone, category="warranty")
    shown = {rule["id"].split(".")[0] for rule in found["rules"]}
    assert "mobile_phone" in shown
    assert not {"computer", "home_av", "car"} & shown
    assert "q_repair_count" in {each["fact"] for each in found["missing_facts"]}


def test_every_missing_fact_can_be_asked():
    found = analyse({"tx_living_consumption": True})
    assert not [a["fact"] for a in found["missing_facts"] if a["fact"].startswith("dv_")]


def test_a_reversed_burden_is_shown_as_presumed_and_stays_on_the_list():
    facts = {key: value for key, value in RECORDS_SOLD_BY_EMPLOYEE.items() if key != "pi_no_fault"}
    found = analyse(facts)
    rule = next(rule for rule in found["rules"] if rule["id"] == "pipl.69.1")
    assert (rule["status"], rule["presumed"]) == ("applies", True)
    assert remedies(found)["pi_damages"]["certain"] is False
    assert "pi_no_fault" in {asked["fact"] for asked in found["missing_facts"]}


def test_without_a_date_a_rule_is_firm_only_if_it_was_so_before_its_youngest_version():
    prepaid = {
        "tx_living_consumption": True,
        "pp_amount": "4000.00",
        "pp_used_discounted": "0",
        "pp_refund_cause": "经营者原因",
        "pp_moved_or_assigned": True,
        "fraud": True,
    }
    undated = statuses(rulebook.analyse(prepaid, DAY, dated=False))
    assert undated["spc_prepaid.18"] == "open"  # before May 2025 counsel decides
    assert undated["cpl.53"] == undated["cpl.55.1"] == "applies"  # so before and after July 2024
    told = statuses(
        rulebook.analyse({**prepaid, "tx_contract_date": "2026-02-01"}, DAY, dated=False)
    )
    assert told["spc_prepaid.18"] == "applies"


def test_facts_older_than_the_law_that_is_loaded_get_no_answer():
    found = analyse({"pi_employee_sold": True, "pi_loss": 100}, date(2021, 10, 31))
    rule = next(rule for rule in found["rules"] if rule["id"] == "pipl.66.1")
    assert rule["status"] == "open"
    assert rule["reason"] == "事实发生时的法律尚未录入，不能作出结论。"


def test_the_day_of_the_conduct_decides_not_the_day_of_the_contract():
    facts = {
        "tx_contract_date": "2020-05-01",
        "conduct_date": "2026-02-01",
        "pi_employee_sold": True,
    }
    assert statuses(analyse(facts))["public_security.56.1"] == "applies"
    facts["conduct_date"] = "2025-12-31"
    assert statuses(analyse(facts))["public_security.56.1"] == "open"


def test_a_young_rule_asks_for_the_date_where_the_day_is_a_guess():
    facts = {"pi_employee_sold": True, "pi_loss": 100}
    found = rulebook.analyse(facts, DAY, dated=False)
    rules = {rule["id"]: rule for rule in found["rules"]}
    young = rules["public_security.56.1"]
    assert (young["status"], young["missing"]) == ("open", ["conduct_date"])
    assert "日期尚未查明" in young["reason"]
    assert rules["pipl.69.1"]["status"] == "applies"
    dated = rulebook.analyse({**facts, "conduct_date": "2026-02-01"}, DAY, dated=False)
    assert statuses(dated)["public_security.56.1"] == "applies"


def test_of_two_fines_for_one_act_only_the_higher_may_be_imposed():
    exposure = analyse(HEALTH_PRODUCT_BY_TELEPHONE)["exposure"]
    fines = {e["remedy"]: e for e in reversed(exposure)}
    assert [bool(e["note"]) for e in exposure if e["remedy"] == "adm_ad55"].count(True) == 1
    assert fines["adm_ad55"]["highest_of"] == ["adm_health_ad58"]
    assert fines["adm_cpl56"]["note"] == ""
    assert "按照罚款数额高的规定处罚" in fines["adm_ad55"]["note"]
    english = analyse(HEALTH_PRODUCT_BY_TELEPHONE, lang="en")["exposure"]
    assert any("the higher fine" in each["note"] for each in english)
    alone = analyse(RECORDS_SOLD_BY_EMPLOYEE)["exposure"]
    assert {each["note"] for each in alone} == {""}


def test_an_act_on_the_regulators_list_presumes_fraud_and_counsel_makes_it_certain():
    act = {"tx_living_consumption": True, "tx_price_paid": 39, "fr_adulterated": True}
    assert remedies(analyse(act))["fraud_triple"]["certain"] is False
    assert remedies(analyse({**act, "fr_intent": "有证据"}))["fraud_triple"]["certain"] is True
    assert statuses(analyse({**act, "fr_intent": "无证据"}))["cpl.55.1"] == "open"
    assert statuses(analyse({**act, "fr_intent": "已证明无故意"}))["cpl.55.1"] == "does_not_apply"


def test_once_a_fine_threatens_counsel_is_asked_for_its_gravity_and_its_time_limit():
    facts = {"pi_employee_sold": True, "pi_no_fault": False}
    asked = {a["fact"]: a for a in analyse(facts, category="pi_leak")["missing_facts"]}
    assert asked["pn_serious"]["kind"] == "exposure"
    assert asked["pn_discovered_on"]["kind"] == "defence"
    assert asked["pn_minor_corrected"]["found_by"] == "counsel"
    quiet = analyse({"pi_loss": 100}, category="pi_leak")["missing_facts"]
    assert not [a["fact"] for a in quiet if a["fact"].startswith("pn_")]


def test_a_question_of_law_stays_open_and_is_put_to_counsel():
    facts = {
        "tx_living_consumption": True,
        "tx_category": "移动电话",
        "fraud": True,
        "fr_buyer_knew": "明知",
        "tx_price_paid": 4000,
    }
    rule = next(r for r in analyse(facts)["rules"] if r["id"] == "cpl.55.1")
    assert rule["status"] == "open"
    assert "请法务判断" in rule["reason"]


@pytest.mark.parametrize(
    ("facts", "error"),
    [({"nothing": True}, UnknownFact), ({"tx_price_paid": 1.5}, WrongValue)],
)
def test_facts_that_are_not_facts_are_refused(facts, error):
    with pytest.raises(error):
        analyse(facts)


def test_an_analysis_takes_a_few_milliseconds():
    analyse(HEALTH_PRODUCT_BY_TELEPHONE)
    started = time.perf_counter()
    for _ in range(20):
        analyse(HEALTH_PRODUCT_BY_TELEPHONE, category="telesales_fraud")
    assert (time.perf_counter() - started) / 20 < 0.05
