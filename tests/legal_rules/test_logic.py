"""Three-valued logic with reasons."""

import itertools

import pytest

from legal_rules.reasoning.apply import KnownFacts
from legal_rules.reasoning.logic import All, Any, FactIs, Not, Truth, UnlessProved

A = FactIs("fr_false_statement", (True,))
B = FactIs("fr_induced", (True,))
C = FactIs("fr_business_rebuts", (True,))
VALUES = {Truth.YES: True, Truth.NO: False, Truth.OPEN: None}


def known(**facts):
    return KnownFacts({name: value for name, value in facts.items() if value is not None})


def case(first, second):
    return known(fr_false_statement=VALUES[first], fr_induced=VALUES[second])


def test_a_truth_refuses_to_be_tested():
    with pytest.raises(TypeError, match="three values"):
        bool(Truth.YES)
    with pytest.raises(TypeError):
        assert not Truth.NO


@pytest.mark.parametrize(("first", "second"), list(itertools.product(Truth, repeat=2)))
def test_all_any_and_not_follow_the_strong_tables_of_kleene(first, second):
    order = [Truth.NO, Truth.OPEN, Truth.YES]
    facts = case(first, second)
    assert All((A, B)).judge(facts).truth is order[min(order.index(first), order.index(second))]
    assert Any((A, B)).judge(facts).truth is order[max(order.index(first), order.index(second))]
    assert Not(A).judge(facts).truth is order[2 - order.index(first)]


def test_an_open_condition_names_what_would_decide_it():
    assert All((A, B)).judge(known(fr_false_statement=True)).missing == ("fr_induced",)
    assert All((A, B)).judge(known(fr_false_statement=False)).missing == ()
    assert Any((A, B)).judge(known(fr_false_statement=False)).missing == ("fr_induced",)
    assert Any((A, B)).judge(known(fr_false_statement=True)).missing == ()


def test_the_way_that_is_furthest_along_is_asked_about_first():
    both = Any((All((A, B)), C))
    assert both.judge(known(fr_false_statement=True)).missing == ("fr_induced",)
    assert both.judge(known()).missing == (
        "fr_false_statement",
        "fr_induced",
        "fr_business_rebuts",
    )


def test_a_reversed_burden_is_presumed_until_the_excuse_is_proved():
    rule = All((A, UnlessProved(C)))
    silent = rule.judge(known(fr_false_statement=True))
    assert (silent.truth, silent.presumed) == (Truth.YES, True)
    assert silent.excuses == ("fr_business_rebuts",)
    refuted = rule.judge(known(fr_false_statement=True, fr_business_rebuts=False))
    assert (refuted.truth, refuted.presumed, refuted.excuses) == (Truth.YES, False, ())
    proved = rule.judge(known(fr_false_statement=True, fr_business_rebuts=True))
    assert proved.truth is Truth.NO


def test_an_unknown_excuse_does_not_establish_what_is_not_shown():
    assert All((A, UnlessProved(C))).judge(known()).truth is Truth.OPEN


def test_a_firm_way_is_preferred_to_a_presumed_one():
    rule = Any((All((A, UnlessProved(C))), B))
    outcome = rule.judge(known(fr_false_statement=True, fr_induced=True))
    assert (outcome.truth, outcome.presumed) == (Truth.YES, False)
    assert [element.fact for element in outcome.elements] == ["fr_induced"]


def test_an_answer_that_means_not_known_is_not_known():
    intent = FactIs("fr_intent", ("有证据",))
    assert intent.judge(known(fr_intent="待查")).truth is Truth.OPEN
    assert intent.judge(known(fr_intent="无证据")).truth is Truth.NO


def test_an_empty_list_answers_nothing():
    knew = FactIs("fd_seller_knew", ("已过保质期仍销售",))
    assert knew.judge(known(fd_seller_knew=[])).truth is Truth.OPEN
    assert knew.judge(known(fd_seller_knew=["否"])).truth is Truth.NO
    assert knew.judge(known(fd_seller_knew=["已过保质期仍销售"])).truth is Truth.YES
