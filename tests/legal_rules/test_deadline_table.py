"""The table of deadlines as it stands: complete, quoted exactly, corrected, and asked in order."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.checks import CheckMessage, run_checks

from accounts.roles import Role
from complaints import regimes
from complaints.choices import Channel, Claim, DeadlineNature, HoldReason, Risk
from complaints.lifecycle import STEPS
from legal_rules import deadline_names, deadline_table, deadline_telling, rulebook
from legal_rules.deadline_terms import Traits
from legal_rules.reasoning.source import LawError
from legal_rules.vocabulary import CATEGORIES, FACTS, INSTRUMENTS
from tests.legal_rules.test_quotations import disagree, quotes

TABLE = deadline_table.current()
FILES = sorted(deadline_table.DEADLINES.glob("*.yaml"))
REFERENCE = Path(settings.BASE_DIR).parent / "shared/law"
TODAY = date(2026, 11, 23)
NAMED_BY_THE_REFERENCE = """
cpl23_burden_6m cpl24_return_7d cpl25_no_reason_7d cpl25_refund_7d sevenday_start_rule
cpl46_authority_7wd cplregs46_authority_7wd cplregs46_mediation_60d
cplregs21_closure_notice_30d cplregs24_marketing_stop cplregs10_autorenew_notice
cplregs20_deposit_refund penalty8_15d penalty8_return_unqualified_15d
penalty9_noreason_15d penalty9_refund_15d penalty10_prepaid_refund_15d
samr121_accept_7wd samr121_mediation_60d samr121_terminate_notice_7wd
samr121_clue_check_15wd samr121_jurisdiction_7wd samr121_bar_3y samr121_period_rule
samr20_accept_7wd samr20_mediation_45wd samr20_report_notice_5wd bank_simple_15d
bank_complex_30d bank_extra_60d bank_review_request_30d bank_review_decide_30d
bank_regulator_forward_7wd bank_day_unit pboc_forwarded_15d credit_objection_20d
credit_regulator_30d telecom_operator_15d telecom_appeal_accept_5wd
telecom_appeal_answer_30d telecom_billing_bar_5m telecom_fault_48h telecom_resume_48h
express_complaint_7d express_close_10d air_complaint_10wd air_refund_7wd
tourism_accept_5wd tourism_answer_10d tourism_mediation_60d tourism_bar_90d
car_reply_10wd car_complete_20wd car_loaner_5d phone_repair_7d_loaner sanbao_7d
sanbao_15d livestream_info_update_3wd platform_rule_notice_7d platform_rule_notice_15d
online_info_update_10wd ecom_complaint_mechanism livestream_complaint_mechanism
platform_human_review compare_price_7d pipl_breach_immediate csir_4h csir_30d_summary
netdata_incident netdata_vuln_24h pipl_access_prompt pipl_correct_prompt
pipl_refuse_reason app_request_15wd gbt35273_30d netdata_delete_on_close minor_breach
minor_audit_yearly pipl_audit_2y defect_report_immediate recall_plan_10wd
food_first_responsible drug_first_responsible prepaid_cooling_7d limitation_3y
limitation_product_2y rescission_fraud_1y rescission_mistake_90d termination_1y
inspection_2y ratify_30d period_rule_civil psap_6m ret_ecom_3y ret_livestream_3y
ret_livevideo_3y ret_finance_complaint_3y ret_bank_complaint ret_pia_3y
ret_netdata_share_3y ret_netlog_6m ret_ads_3y ret_promo_2y ret_platform_rules_3y
ret_epay_3y ret_credit_bad_5y ret_min_necessary food_recall_start_l1
food_recall_finish_l1 food_recall_start_l2 food_recall_finish_l2 food_recall_start_l3
food_recall_finish_l3 food_recall_report_5d tourism_shopping_30d limitation_interrupt
"""
OF_THE_REFERENCE = NAMED_BY_THE_REFERENCE.split()
CORRECTIONS = {f"C{n}" for n in range(1, 14)}


def clocks():
    return [entry for entry in TABLE.entries.values() if entry.clock]


def traits(**case):
    return Traits(**{k: v if isinstance(v, str) else frozenset(v) for k, v in case.items()})


def running(kind, on=TODAY, **case):
    found = TABLE.clocks_for(kind, on, traits(**case))
    return found and found.id


def started(moment, on=TODAY, **case):
    return [entry.id for entry in TABLE.started_by(moment, on, traits(**case))]


# --- complete


def test_every_deadline_of_the_reference_is_in_the_table_with_exactly_one_use():
    assert len(OF_THE_REFERENCE) == 116
    assert [name for name in OF_THE_REFERENCE if name not in TABLE.entries] == []
    for entry in TABLE.entries.values():
        parts = {"clock": entry.clock, "window": entry.window, "retention": entry.retention}
        assert {name for name, part in parts.items() if part} == {entry.use} - {"none"}, entry.id
    reference = REFERENCE / "deadlines.yaml"
    if reference.exists():
        there = yaml.safe_load(reference.read_text("utf-8"))["deadlines"]
        assert [row["id"] for row in there] == OF_THE_REFERENCE


def test_whatever_has_no_machine_or_no_figure_of_the_law_says_why():
    for entry in TABLE.entries.values():
        if entry.use == "none" or entry.nature != "statutory":
            assert entry.why is not None, entry.id
            assert len(entry.why.zh) > 10, entry.id
            assert len(entry.why.en) > 10, entry.id


def test_every_correction_of_the_second_reading_is_met_somewhere():
    said = {each.by for entry in TABLE.entries.values() for each in entry.corrected}
    assert said - {"statute"} == CORRECTIONS


def test_every_window_is_computed_by_something_that_exists():
    known = {*FACTS, *rulebook.current().rules}
    for entry in TABLE.entries.values():
        if entry.window:
            assert [name for name in entry.window.computed_by if name not in known] == [], entry.id
            assert entry.window.from_fact or entry.window.computed_by, entry.id


def test_what_the_categories_name_as_their_deadlines_exists():
    named = {name for category in CATEGORIES.values() for name in category.deadlines}
    assert named - set(TABLE.entries) == set()


def the_one_mistake() -> CheckMessage:
    """Said once, or twice where this installation has not found the law sound before."""
    error, *again = run_checks(tags=["legal_rules"], include_deployment_checks=True)
    assert again in ([], [error])
    return error


def test_a_mistake_in_the_table_stops_the_start(monkeypatch):
    def refused():
        raise LawError("deadlines/a.yaml", 7, "bad_length", given=-1, most=9)

    monkeypatch.setattr(deadline_table, "current", refused)
    error = the_one_mistake()
    assert (error.id, error.msg[:20]) == ("legal_rules.E004", "deadlines/a.yaml:7: ")


def test_a_window_that_nothing_computes_stops_the_start(monkeypatch):
    entry = TABLE.entries["limitation_3y"]
    wrong = replace(entry, window=replace(entry.window, computed_by=("dv_nothing",)))
    entries = {**TABLE.entries, entry.id: wrong}
    monkeypatch.setattr(deadline_table, "current", lambda: replace(TABLE, entries=entries))
    error = the_one_mistake()
    assert error.id == "legal_rules.E005"
    assert "no rule or fact 'dv_nothing'" in error.msg


def test_every_moment_starts_or_ends_some_clock():
    used = {
        name
        for entry in clocks()
        for name in (entry.clock.starts, *entry.clock.stops, *entry.clock.restarts)
    }
    assert set(TABLE.moments) == used - {None}


def test_a_clock_of_hours_starts_at_a_moment_known_to_the_minute():
    for entry in clocks():
        if entry.unit == "hour":
            assert TABLE.moments[entry.clock.starts].precise, entry.id


def test_clocks_of_one_kind_start_with_the_same_kind_of_the_lifecycle_or_all_without():
    of = {}
    for entry in clocks():
        assert of.setdefault(entry.clock.kind, entry.clock.with_) == entry.clock.with_, entry.id


# --- the words of the law


def cited():
    return [
        (entry, each)
        for entry in TABLE.entries.values()
        for each in entry.citations
        if each.external is None
    ]


def test_every_quotation_is_the_text_of_the_law():
    assert len(cited()) > 150
    assert [entry.id for entry, each in cited() if len(each.text) < 6] == []
    compare = REFERENCE / "tools/compare_text.py"
    if compare.exists():
        said = subprocess.run(  # noqa: S603
            [sys.executable, compare, *FILES], capture_output=True, text=True, check=False
        )
        assert said.returncode == 0, said.stdout
        assert f"{len(cited())} quotations compared, 0 differ" in said.stdout


def test_what_deadlines_and_rules_quote_of_an_article_agrees():
    of = {}
    for _rule, quote in quotes():
        of.setdefault((quote.instrument, quote.article), set()).add(quote.text)
    both = [
        (entry, each, text)
        for entry, each in cited()
        for text in of.get((each.instrument, each.article), ())
    ]
    assert len(both) > 40
    assert [entry.id for entry, each, text in both if disagree(each.text, text)] == []


def test_a_figure_of_the_law_stands_in_the_words_that_are_quoted():
    """The number and the unit, as the statute writes them; what is checked by hand is named."""
    by_hand = {
        "food_recall_progress_l1": "每日",
        "minor_audit_yearly": "每年",
        "bank_extra_60d": "再延长30日",
    }
    for entry in TABLE.entries.values():
        if entry.nature != "statutory" or entry.length is None:
            continue
        words = "".join(each.text for each in entry.citations)
        if entry.id in by_hand:
            assert by_hand[entry.id] in words, entry.id
        else:
            assert any(re.search(figure, words) for figure in figures(entry)), entry.id


def figures(entry):
    units = {
        "hour": ["小时"],
        "calendar_day": ["日"],
        "working_day": ["个工作日"],
        "month": ["个月"],
        "year": ["年"],
    }[entry.unit]
    numbers = [str(entry.length), "".join(chr(ord(c) + 0xFEE0) for c in str(entry.length))]
    numbers.append(chinese(entry.length))
    if entry.length == 2:
        numbers.append("两")
    part = "[0-9０-９零一二三四五六七八九十]"
    return [f"(?<!{part}){number}{unit}" for number in numbers for unit in units]


def chinese(number):
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if number < 10:
        return digits[number]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def test_the_words_were_in_force_or_the_entry_says_why_it_reaches_further_back():
    for entry, each in cited():
        law = INSTRUMENTS[each.instrument]
        assert entry.from_ >= law.start or law.named_in(entry.basis), entry.id
        assert law.until is None or (entry.until and entry.until <= law.until), entry.id


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_why_an_entry_reaches_further_back_is_told_and_signed_in_both_languages(lang):
    reaching = [entry for entry in TABLE.entries.values() if entry.basis]
    assert len(reaching) > 20
    for entry in reaching:
        assert not re.search("[一-鿿]", entry.basis.en), entry.id
        regime = TABLE.regimes[entry.regime]
        assert deadline_telling.tell(entry, TABLE, lang).basis == entry.basis.in_(lang)
        assert entry.basis.in_(lang) in "\n".join(deadline_telling.lines(regime, TABLE, lang))
        assert entry.basis.in_(lang) in regime.content


def test_nothing_without_the_words_of_the_law_is_called_statutory():
    without = [e for e in TABLE.entries.values() if all(c.external for c in e.citations)]
    assert {entry.nature for entry in without} == {"internal", "promised"}
    assert {entry.certainty for entry in without} <= {"secondary", "memory"}


def test_the_files_can_be_read_by_any_yaml_reader():
    for path in FILES:
        assert yaml.load(path.read_text("utf-8"), yaml.SafeLoader), path.name


# --- the same lists as the cases have


def test_the_table_knows_the_channels_claims_risks_holds_and_natures_of_the_cases():
    assert set(deadline_names.CHANNELS) == set(Channel.values)
    assert set(deadline_names.CLAIMS) == set(Claim.values)
    assert set(deadline_names.RISKS) == set(Risk.values)
    assert set(deadline_names.HOLDS) == set(HoldReason.values)
    assert set(deadline_names.NATURES) == set(DeadlineNature.values)
    assert set(deadline_names.ROLES) <= set(Role.values)


def test_ladders_kinds_and_steps_are_those_of_the_cases():
    assert all(regimes.ladder(name) for name in deadline_names.LADDERS)
    assert set(deadline_names.LIFECYCLE) == set(regimes.kinds())
    steps = {moment.step for moment in TABLE.moments.values() if moment.step}
    assert steps <= {"register", *STEPS}


# --- which clock runs


@pytest.mark.parametrize(
    ("day", "entry"),
    [
        ("2019-12-31", None),
        ("2020-01-01", "samr20_mediation_45wd"),
        ("2024-06-30", "samr20_mediation_45wd"),
        ("2024-07-01", "cplregs46_mediation_60d"),  # in conflict, the regulations rank higher
        ("2026-04-14", "cplregs46_mediation_60d"),
        ("2026-04-15", "samr121_mediation_60d"),
    ],
)
def test_mediation_follows_the_law_of_the_day_on_which_it_was_accepted(day, entry):
    assert running("external_decision", on=date.fromisoformat(day)) == entry


def test_mediation_stands_still_for_an_expert_only():
    for name in ("samr121_mediation_60d", "cplregs46_mediation_60d", "samr20_mediation_45wd"):
        assert TABLE.entries[name].clock.pausable_by == ("expert",)


@pytest.mark.parametrize(
    ("sectors", "entry"),
    [
        ([], "penalty8_15d"),
        (["general"], "penalty8_15d"),
        (["general", "finance"], "bank_simple_15d"),
        (["general", "telecom"], "telecom_operator_15d"),
        (["general", "express"], "express_complaint_7d"),
        (["general", "air"], "penalty8_15d"),  # the airline's own target runs beside it
    ],
)
def test_the_reply_has_the_period_of_the_trade_before_the_general_one(sectors, entry):
    assert running("general_reply", sectors=sectors) == entry


def test_the_general_reply_never_stands_still_and_a_bank_may_extend_twice():
    assert TABLE.entries["penalty8_15d"].clock.pausable_by == ()
    assert TABLE.entries["penalty8_15d"].clock.extend is None
    extend = TABLE.entries["bank_simple_15d"].clock.extend
    assert [extend.length_after(times, 15) for times in range(3)] == [15, 30, 60]
    assert extend.tell_consumer
    with pytest.raises(ValueError, match="3 extensions, at most 2"):
        extend.length_after(3, 15)
    check = TABLE.entries["samr121_clue_check_15wd"].clock.extend
    assert check.length_after(1, 15) == 30


def test_a_complaint_from_12315_has_the_promise_of_the_platform_beside_the_reply():
    beside = TABLE.companions("general_reply", TODAY, traits(channel="12315", sectors=["air"]))
    assert {entry.id for entry in beside} == {"odr_10wd", "air_complaint_10wd"}
    assert TABLE.companions("general_reply", TODAY, traits(channel="phone")) == []


def test_returned_goods_start_the_civil_period_and_the_line_of_the_fine():
    both = ["cpl25_refund_7d", "penalty9_refund_15d"]
    assert started("goods_returned", category="return_no_reason") == both
    assert started("goods_returned", category="quality_goods") == []


def test_one_request_about_personal_information_starts_one_clock():
    assert started("pi_requested") == ["pipl_access_prompt"]
    assert started("pi_requested", claims=["correction"]) == ["pipl_correct_prompt"]
    assert started("pi_requested", claims=["delete_data"]) == ["app_request_15wd"]


def test_a_closed_account_is_deleted_at_once_in_online_trade():
    assert started("account_closed", sectors=["ecommerce"]) == ["netdata_delete_on_close"]
    assert started("account_closed") == ["netdata24_delete"]
    assert TABLE.entries["netdata_delete_on_close"].unit == "immediate"


def test_a_leak_starts_notice_and_plan_but_never_the_four_hours_by_itself():
    assert started("leak_found") == ["pipl_breach_immediate", "netdata_incident"]
    assert started("major_incident_known") == ["csir_4h"]


def test_food_is_stopped_at_once_and_the_hours_of_recalls_begin_with_their_law():
    assert started("food_risk_found") == ["food_stop_immediate"]
    assert started("food_risk_found_l1", on=date(2026, 11, 30)) == []
    assert started("food_risk_found_l1", on=date(2026, 12, 1)) == ["food_recall_start_l1"]


def test_a_rural_user_has_seventy_two_hours():
    assert started("telecom_fault_rural", sectors=["telecom"]) == ["telecom_fault_72h_rural"]
    assert TABLE.entries["telecom_fault_72h_rural"].length == 72
    assert started("telecom_fault_town", sectors=["telecom"]) == ["telecom_fault_48h"]


def test_deadlines_before_an_event_are_counted_back_from_it():
    assert {entry.id for entry in clocks() if entry.back} == {
        "express_close_10d",
        "cplregs21_closure_notice_30d",
    }
    assert started("closure_day", sectors=["express"]) == [
        "express_close_10d",
        "cplregs21_closure_notice_30d",
    ]


# --- what counsel signs


def test_a_regime_holds_all_that_its_file_says_and_no_other_file():
    content = json.loads(TABLE.regimes["general"].content)
    named = [row["id"] for row in content["regime"]["entries"]]
    assert tuple(named) == TABLE.regimes["general"].entries
    assert content["moments"]["goods_returned"][2] == "rt_return_received_date"
    assert re.fullmatch(r"[0-9a-f]{64}", TABLE.regimes["general"].sha256)
    assert len({regime.sha256 for regime in TABLE.regimes.values()}) == len(TABLE.regimes)
    assert sum(len(regime.entries) for regime in TABLE.regimes.values()) == len(TABLE.entries)


def test_general_deadlines_come_first_and_rules_of_counting_last():
    names = list(TABLE.regimes)
    assert (names[0], names[-1]) == ("general", "computing")
    assert [regime.rank for regime in TABLE.regimes.values()] == sorted(
        regime.rank for regime in TABLE.regimes.values()
    )
