"""When each of the nine rights is infringed, fact by fact; every part of a condition is pinned."""

import pytest

from legal_rules import rulebook
from legal_rules.reasoning.logic import Truth
from legal_rules.reasoning.mutants import _of_condition
from legal_rules.vocabulary import RIGHTS

BOOK = rulebook.current()
YES, NO, OPEN = Truth.YES, Truth.NO, Truth.OPEN

PREMISES = {"sf_premises": True}
OURS = {"sf_caused_by_us": True}
LABEL = {"fd_below_standard": True, "fd_label_only": True, "fd_affects_safety": False}
PRICE = {"bd_diff_price": True, "bd_unaware": True}
CLAIM = {"as_demand_lawful": True}
INSULT = {"dg_insult": True}
LEAK = {"pi_leak": "已发生"}

CASES = {
    "right_to_safety": [
        ({}, OPEN),
        ({"q_safety_defect": True}, YES),
        ({"q_no_effective_recall": True}, YES),
        ({"fd_fake_or_inferior_drug": "劣药"}, YES),
        ({"fd_fake_or_inferior_drug": "否"}, OPEN),
        ({"fd_below_standard": True}, YES),
        (LABEL, OPEN),  # a label flaw that does not affect safety
        ({**LABEL, "fd_affects_safety": True}, YES),
        ({**LABEL, "fd_label_only": False}, YES),
        ({"fd_below_standard": False, "fd_label_only": False}, OPEN),
        ({**PREMISES, "sf_duty_met": False}, YES),
        ({**PREMISES, "sf_duty_met": True}, OPEN),
        ({"sf_premises": False, "sf_duty_met": False}, OPEN),
        ({"sf_duty_met": False}, OPEN),
        (PREMISES, OPEN),
        ({**OURS, "sf_service_fault": True}, YES),
        ({**OURS, "sf_service_fault": False}, OPEN),
        ({"sf_service_fault": True}, OPEN),
        ({"sf_caused_by_us": False, "sf_service_fault": True}, OPEN),
        ({**OURS, "sf_injury": "一般伤害"}, OPEN),  # an injury without defect or fault
    ],
    "right_to_know": [
        ({}, OPEN),
        *[({name: True}, YES) for name in ("fr_false_statement", "fr_material_omission")],
        *[({name: True}, YES) for name in ("fr_misleading", "fr_fake_reviews", "fr_forged_mark")],
        *[({name: True}, YES) for name in ("fr_adulterated", "q_no_instructions")],
        *[({name: True}, YES) for name in ("pr_not_marked", "pr_hidden_condition")],
        ({"fr_false_statement": True, "fr_minor_flaw_only": True}, OPEN),
        ({"fr_false_statement": True, "fr_minor_flaw_only": False}, YES),
        ({"fr_minor_flaw_only": False}, OPEN),
        (PRICE, YES),
        ({**PRICE, "bd_unaware": False}, OPEN),
        ({**PRICE, "bd_diff_price": False}, OPEN),
        ({"bd_diff_price": True}, OPEN),
        ({"bd_unaware": True}, OPEN),
        ({"ar_notice_start": False}, YES),
        ({"ar_notice_renewal": False}, YES),
        ({"tx_real_seller_disclosed": False}, YES),
    ],
    "right_to_choose": [
        ({}, OPEN),
        *[({name: True}, YES) for name in ("ft_forced", "ft_tech_forced", "ft_default_bundle")],
        ({"ft_restrict_choice": True}, YES),
        *[
            ({name: True, "fr_induced": True}, YES)
            for name in ("fr_false_statement", "fr_material_omission", "fr_misleading")
        ],
        ({"fr_false_statement": True}, OPEN),
        ({"fr_false_statement": True, "fr_induced": False}, OPEN),
        ({"fr_induced": True}, OPEN),
        *[({name: False}, YES) for name in ("ar_notice_start", "ar_notice_renewal")],
        ({"ar_easy_cancel": False}, YES),
    ],
    "right_to_fair_trade": [
        ({}, OPEN),
        *[({name: True}, YES) for name in ("q_not_conform", "q_performance_fault")],
        ({"q_not_conform": True, "q_flaw_disclosed": True}, OPEN),
        ({"q_not_conform": True, "q_user_misuse": True}, OPEN),
        ({"q_not_conform": True, "q_flaw_disclosed": False, "q_user_misuse": False}, YES),
        ({"q_flaw_disclosed": False, "q_user_misuse": False}, OPEN),
        *[({name: True}, YES) for name in ("q_officially_unqualified", "q_quantity_short")],
        *[({name: True}, YES) for name in ("q_expired", "fr_adulterated", "fr_service_cheating")],
        *[({name: True}, YES) for name in ("fr_take_money_no_performance", "ft_forced")],
        *[({name: True}, YES) for name in ("ft_tech_forced", "pr_extra_charge", "pr_bait")],
        *[({name: True}, YES) for name in ("pr_false_discount", "pr_promise_broken")],
        *[({name: True}, YES) for name in ("pp_price_raised", "pp_absconded")],
        (PRICE, YES),
        ({**PRICE, "bd_unaware": False}, OPEN),
        ({**PRICE, "bd_diff_price": False}, OPEN),
        ({"bd_diff_price": True}, OPEN),
        ({"bd_unaware": True}, OPEN),
    ],
    "right_to_compensation": [
        ({}, OPEN),
        ({**CLAIM, "as_passed_the_buck": True}, YES),
        ({**CLAIM, "dv_over_15d": True}, YES),
        ({**CLAIM, "as_passed_the_buck": False, "dv_over_15d": False}, NO),
        (CLAIM, OPEN),
        ({"as_passed_the_buck": True, "dv_over_15d": True}, OPEN),
        ({"as_demand_lawful": False, "dv_over_15d": True}, NO),  # an unfounded claim left open
    ],
    "right_to_associate": [
        ({}, OPEN),
        ({"as_obstructs_group": True}, YES),
        ({"as_obstructs_group": False}, NO),
    ],
    "right_to_education": [
        ({}, OPEN),
        ({"q_no_instructions": True}, YES),
        ({"q_no_instructions": False}, NO),
    ],
    "right_to_dignity_and_information": [
        ({}, OPEN),
        (INSULT, YES),
        ({**INSULT, "dg_heated_words_only": False}, YES),
        ({**INSULT, "dg_heated_words_only": True}, OPEN),
        ({"dg_insult": False, "dg_heated_words_only": False}, OPEN),
        ({"dg_heated_words_only": False}, OPEN),
        ({"dg_search_freedom": True}, YES),
        ({"dg_search_freedom": True, "dg_self_help": True}, OPEN),
        ({"dg_search_freedom": True, "dg_self_help": False}, YES),
        ({"dg_search_freedom": False, "dg_self_help": False}, OPEN),
        *[({name: True}, YES) for name in ("dg_discrimination", "pi_no_consent")],
        *[({name: True}, YES) for name in ("pi_overcollect", "pi_employee_sold")],
        ({"pi_business_sold": True}, YES),
        (LEAK, YES),
        ({**LEAK, "pi_no_fault": True}, OPEN),
        ({**LEAK, "pi_no_fault": False}, YES),
        ({"pi_leak": "可能发生"}, OPEN),
        ({"pi_no_fault": False}, OPEN),
        ({"tm_consent": False}, YES),
        ({"tm_contact_after_optout": True}, YES),
    ],
    "right_to_supervise": [
        ({}, OPEN),
        ({"fc_bars_dispute": True}, YES),
        ({"as_retaliated": True}, YES),
        ({"fc_bars_dispute": False, "as_retaliated": False}, NO),
    ],
}
BUYERS = ("right_to_know", "right_to_choose", "right_to_fair_trade", "right_to_compensation")
for buyers_right in BUYERS:  # whoever buys for living needs or for farming
    rows = CASES[buyers_right]
    shown = next(facts for facts, truth in rows if truth is YES)
    CASES[buyers_right] = [
        *[({**facts, "tx_living_consumption": True}, truth) for facts, truth in rows],
        ({**shown, "tx_living_consumption": False, "tx_farm_supplies": True}, YES),
        ({**shown, "tx_living_consumption": False, "tx_farm_supplies": False}, NO),
        ({**shown, "tx_living_consumption": False}, OPEN),
        (shown, OPEN),
    ]
ROWS = [(right, facts, truth) for right, rows in CASES.items() for facts, truth in rows]


def judged(condition, facts):
    return condition.judge(rulebook.known(facts)).truth


@pytest.mark.parametrize(("right", "facts", "truth"), ROWS)
def test_a_right_is_infringed_by_these_facts_and_by_no_less(right, facts, truth):
    assert judged(BOOK.rights[right], facts) is truth


@pytest.mark.parametrize("right", CASES)
def test_every_part_of_a_right_is_pinned_by_a_case(right):
    survivors = [
        name
        for name, mutant in _of_condition(BOOK.rights[right])
        if all(judged(mutant, facts) is truth for facts, truth in CASES[right])
    ]
    assert survivors == []


def test_all_nine_rights_say_when_they_are_infringed():
    assert set(CASES) == set(BOOK.rights) == set(RIGHTS)
    assert len(RIGHTS) == 9
