"""What a measure says: where it comes from, on what it rests, where the sum goes; and what is
refused.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Team
from complaints import validation
from complaints.actions import resolution as resolutions
from complaints.errors import Invalid
from complaints.models import Complaint, Measure, Opinion, Resolution
from complaints.signing import canonical, verify
from tests import factories as f
from tests.api.conftest import ok, program
from tests.cast import Cast
from tests.days import in_days, told
from tests.pages.test_resolution import FOUND, fields, value

REFUND = {"kind": "refund", "amount": "3980.00"}
TRIPLE = "cpl.55.1"


@pytest.fixture
def found(cast: Cast) -> Complaint:
    """Fraud is found: the law owes the price and three times the price."""
    case = f.investigating(cast, transaction_date="2026-03-02")
    f.with_evidence(case, cast.agent)
    f.answer(case, cast.agent, **FOUND)
    case.refresh_from_db()
    Complaint.objects.filter(pk=case.pk).update(shared_with_counsel=True)
    f.answer(case, cast.counsel, fraud=True, fr_intent="有证据")
    return f.step(
        case, "conclude", cast.agent, findings="x", cannot_be_established=f.explained(case)
    )


def save(cast: Cast, case: Complaint, *measures: dict[str, Any], **more: Any) -> list[Measure]:
    proposal = f.proposal(measures=list(measures), **more)
    saved = resolutions.save_draft(case.number, proposal, by=cast.agent)
    return list(saved.measures.all())


def refused(cast: Cast, case: Complaint, *measures: dict[str, Any], **more: Any) -> dict[str, str]:
    """Field → sentence; nothing was written."""
    with pytest.raises(Invalid) as invalid:
        save(cast, case, *measures, **more)
    assert not Measure.objects.exists()
    assert not Resolution.objects.exists()
    return {name: " ".join(words) for name, words in invalid.value.errors.items()}


def test_one_click_takes_sum_formula_basis_and_claim_from_the_analysis(
    cast: Cast, found: Complaint
) -> None:
    agent = Client()
    agent.force_login(cast.agent)
    address = reverse("resolution", args=[found.number])
    page = agent.post(address, {"action": "take", "version": found.version})
    text = page.content.decode()
    assert "分析得出 ¥11,940.00" in text
    rows = {value(page, f"amount-{n}"): value(page, f"basis-{n}") for n in range(2)}
    assert rows["11940.00"] == "《消费者权益保护法》第五十五条第一款"
    sent = fields(found, "save")
    sent |= {"kind-0": "increased_damages", "amount-0": "10000", "remedy-0": _claim(found)}
    sent |= {"payee-0": "original_channel", "unit-0": str(cast.other_team.pk)}
    answer = agent.post(address, sent)
    assert answer.status_code == 302
    [measure] = Measure.objects.all()
    assert (measure.amount, measure.proposed_amount) == (Decimal("10000.00"), Decimal("11940.00"))
    assert (measure.proposed_formula, measure.unit) == ("3 × 3980.00", cast.other_team)
    assert measure.basis == "《消费者权益保护法》第五十五条第一款"
    text = agent.get(address).content.decode()
    assert "warnink" in text
    assert "付到原付款渠道" in text


def _claim(case: Complaint) -> str:
    """The id of the increased damages in the frozen analysis."""
    from complaints import snapshots

    frozen = snapshots.latest(case)
    assert frozen is not None
    rows = [*frozen.result["remedies"], *frozen.result["possible_remedies"]]
    return next(str(r["remedy"]) for r in rows if r["rule"] == TRIPLE)


def test_programs_send_and_read_the_same_and_the_shorter_form_still_does(
    cast: Cast, found: Complaint
) -> None:
    agent, path = program(cast.agent), f"complaints/{found.number}/resolutions/"
    due = (timezone.localdate() + timedelta(days=7)).isoformat()
    short = {"kind": "refund", "amount": "3980.00", "description": "退还价款", "due": due}
    whole = {
        "kind": "increased_damages",
        "amount": "11940.00",
        "currency": "CNY",
        "remedy": _claim(found),
        "payee": "other",
        "payee_words": "以同等价值的购物卡支付",
        "unit": cast.team.name,
    }
    first = ok(agent.post(path, f.proposal(measures=[short, whole])), 201)["measures"]
    assert first[0]["unit"] is None
    assert first[1] | {"description": "", "formula": "", "due": None} == {
        **whole,
        "formula": "",
        "description": "",
        "due": None,
        "basis": "《消费者权益保护法》第五十五条第一款",
        "proposed_amount": "11940.00",
        "proposed_formula": "3 × 3980.00",
        "unit": {"id": cast.team.pk, "name": cast.team.name},
    }
    assert ok(agent.post(path, {"measures": first}), 201)["measures"] == first


BAD = {
    "another currency": ({"currency": "USD"}, "currency", "只接受人民币"),
    "a day that is over": ({"due": partial(in_days, -1)}, "due", "不能早于今天"),
    "less than nothing": ({"amount": "-1"}, "amount", "金额不能为负数"),
    "a tenth of a cent": ({"amount": "1.001"}, "amount", "最多两位小数"),
    "more than there is": ({"amount": "9" * 40}, "amount", "金额过大"),
    "no number": ({"amount": "三千"}, "amount", "不是金额"),
    "a payment of nothing": ({"amount": ""}, "amount", "大于零的金额"),
    "a payment of zero": ({"amount": "0"}, "amount", "大于零的金额"),
    "an apology with a sum": ({"kind": "apology"}, "amount", "不是付款，不填金额"),
    "a claim nobody has": ({"remedy": "gold"}, "remedy", "法律分析里没有“gold”"),
    "a unit nobody has": ({"unit": "火星部"}, "unit", "没有“火星部”这个团队"),
    "a place nobody pays to": ({"payee": "moon"}, "payee", "不在可选范围内"),
    "an account nobody gave": ({"payee": "consumer_account"}, "payee", "还没有登记收款账户"),
    "another way without words": ({"payee": "other"}, "payee_words", "请写明怎样支付"),
    "words for no other way": ({"payee_words": "转账"}, "payee_words", "只有选“其他方式”"),
    "the number of an account": (
        {"payee": "other", "payee_words": "转到 6200 0000 0000 0000"},
        "payee_words",
        "这里不填账号",
    ),
    "more than the price": ({"amount": "3980.01"}, "basis", "超过价款 3,980.00 元"),
    "no unit at all": ({"unit": {"colour": "red"}}, "unit", "请写编号或名称"),
    "money in a list": ({"currency": ["CNY"]}, "currency", "只接受人民币"),
    "an unknown field": ({"iban": "x"}, "iban", "没有“iban”这个字段"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_measure_is_refused_at_its_field_and_nothing_is_written(
    cast: Cast, name: str
) -> None:
    change, field, words = BAD[name]
    case = f.resolving(cast)
    good = {"kind": "explanation", "description": "说明"}
    errors = refused(cast, case, good, {**REFUND, **told(change)})
    assert list(errors) == [f"measures.1.{field}"]
    assert words in errors[f"measures.1.{field}"]


@pytest.mark.parametrize("name", ["another currency", "a payment of zero", "more than the price"])
def test_the_screen_and_programs_say_the_same_sentence(cast: Cast, name: str) -> None:
    change, field, words = BAD[name]
    case = f.resolving(cast)
    sent = program(cast.agent).post(
        f"complaints/{case.number}/resolutions/", {"measures": [{**REFUND, **told(change)}]}
    )
    assert sent.status_code == 400
    [error] = sent.json()["errors"]
    assert (error["field"], words in error["message"]) == (f"measures.0.{field}", True)
    if field == "currency":
        return  # the screen knows no other
    agent = Client()
    agent.force_login(cast.agent)
    typed = {f"{key}-0": text for key, text in change.items()}
    page = agent.post(reverse("resolution", args=[case.number]), fields(case, "save", **typed))
    assert page.status_code == 422
    assert error["message"] in page.content.decode()
    assert f'href="#{field}-0"' in page.content.decode()


def test_a_unit_that_is_no_longer_there_is_named(cast: Cast) -> None:
    case = f.resolving(cast)
    Team.objects.filter(pk=cast.other_team.pk).update(is_active=False)
    for unit in (cast.other_team.pk, str(cast.other_team.pk), cast.other_team.name):
        said = refused(cast, case, {**REFUND, "unit": unit})
        assert said == {"measures.0.unit": f"“{cast.other_team.name}”已停用；请改选责任部门"}


def test_sums_that_cannot_be_written_down_together_are_refused_at_the_one_too_many(
    cast: Cast,
) -> None:
    case = f.resolving(cast)
    each = {"kind": "other", "amount": "999999999999.99"}
    assert refused(cast, case, each, each) == {"measures.1.amount": "各项金额合计过大；请核对"}


def test_nothing_with_a_minus_is_nothing_and_yuan_are_yuan_however_they_are_written(
    cast: Cast,
) -> None:
    case = f.resolving(cast)
    names = ("cny", " CNY ", "rmb", "人民币", "元", "￥", "")
    rows = [{"kind": "other", "amount": "-0", "currency": name} for name in names]
    assert {str(m.amount) for m in save(cast, case, *rows)} == {"0.00"}
    assert str(validation.money("-0")) == "0.00"


def test_refunds_that_were_split_do_not_pass_the_price_together(cast: Cast) -> None:
    case = f.resolving(cast)
    half = {"kind": "refund", "amount": "2000.00"}
    errors = refused(cast, case, half, half)
    assert errors == {
        "measures.1.basis": "退款合计 4,000.00 元超过价款 3,980.00 元；"
        "请写明法律或政策依据，或改正金额"
    }
    assert len(save(cast, case, half, {**half, "basis": "客诉补偿政策第三条"})) == 2


def test_damages_beyond_the_price_rest_on_their_own_basis_or_on_that_of_the_proposal(
    cast: Cast,
) -> None:
    case = f.resolving(cast)
    triple = {"kind": "increased_damages", "amount": "11940.00"}
    errors = refused(cast, case, triple, legal_basis=[])
    assert list(errors) == ["measures.0.basis"]
    assert save(cast, case, triple)
    assert save(cast, case, {**triple, "basis": "《消费者权益保护法》第五十五条"}, legal_basis=[])


def test_a_sum_goes_to_the_account_that_the_vault_keeps_and_no_number_is_written(
    cast: Cast,
) -> None:
    consumer = {**f.CONSUMER, "bank_account": "6200000000000000123"}
    case = f.resolving(cast, consumer=consumer)
    [measure] = save(cast, case, {**REFUND, "payee": "consumer_account"})
    assert (measure.payee, measure.paid_to) == ("consumer_account", "消费者登记的收款账户")


def test_the_next_version_begins_with_everything_that_the_last_one_said(cast: Cast) -> None:
    case = f.resolving(cast)
    whole = {**REFUND, "basis": "政策", "payee": "original_channel", "unit": cast.other_team.name}
    save(cast, case, whole)
    f.step(case, "submit", cast.agent)
    f.step(case, "send_back", cast.counsel, comments="请补充")
    second = resolutions.save_draft(case.number, {"explanation": "补充"}, by=cast.agent)
    [measure] = second.measures.all()
    assert (measure.basis, measure.payee, measure.unit) == (
        "政策",
        "original_channel",
        cast.other_team,
    )


CHANGES = {
    "basis": {"basis": "另一条"},
    "remedy": {"remedy": "gold"},
    "proposed_amount": {"proposed_amount": "1.00"},
    "proposed_formula": {"proposed_formula": "1"},
    "payee": {"payee": "consumer_account"},
    "payee_words": {"payee_words": "现金"},
    "unit": {"unit": None},
}


def test_each_new_part_of_a_measure_is_signed_and_named_when_it_is_altered(cast: Cast) -> None:
    case = f.resolving(cast)
    save(cast, case, {**REFUND, "payee": "original_channel", "unit": cast.other_team.name})
    f.step(case, "submit", cast.agent)
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="x")
    opinion = Opinion.objects.get(signed=True)
    assert opinion.covered is not None
    assert opinion.covered["format"] == 3
    assert opinion.covered["measures"][0]["unit"] == cast.other_team.pk
    before = Measure.objects.values().get()
    for part, change in CHANGES.items():
        Measure.objects.update(**change)
        opinion = Opinion.objects.get(signed=True)
        assert f"measures.1.{part}" in verify.faults(opinion), part
        Measure.objects.update(**{k: before[k] for k in before if k != "id"})
    assert verify.faults(Opinion.objects.get(signed=True)) == []
    Team.objects.filter(pk=cast.other_team.pk).update(name="售后部")
    assert verify.faults(Opinion.objects.get(signed=True)) == []


def test_earlier_formats_cover_what_they_covered(cast: Cast) -> None:
    f.drafted(cast)
    resolution = Resolution.objects.get()
    for number in (1, 2):
        [measure] = canonical.content(resolution, number=number)["measures"]
        assert set(measure) == {"kind", "amount", "formula", "description", "due"}
