"""What a machine looks at before counsel signs: words, sums, articles."""

from decimal import Decimal

import pytest

from complaints import review_checks
from complaints.arithmetic import result_of
from complaints.carrying import Carrier
from complaints.models import Complaint, Resolution
from legal_rules.rulebook import current
from letters import wording
from tests import factories as f
from tests.cast import Cast


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("3 × 3980.00", "11940.00"),
        ("3980", "3980.00"),
        ("max(3 × 100.00, 500.00)", "500.00"),
        ("1,280.00 元 × 3", "3840.00"),
        ("(100＋20)÷3", "40.00"),
        ("凭据", None),
        ("", None),
        ("2 ** 9", None),
        ("__import__('os')", None),
        ("1/0", None),
        ("9" * 300, None),
        ("(" * 150, None),
    ],
)
def test_a_formula_of_numbers_is_worked_out_and_nothing_else(
    formula: str, result: str | None
) -> None:
    assert result_of(formula) == (Decimal(result) if result else None)


@pytest.mark.parametrize(
    "text",
    [
        "保证治愈",
        "三个疗程根治高血压",
        "百分之百有效",
        "全国最低价",
        "无任何副作用",
        "可以替代药物",
    ],
)
def test_absolute_promises_are_found(text: str) -> None:
    assert wording.hits(f"该产品{text}。", wording.ABSOLUTE)


@pytest.mark.parametrize(
    "text",
    [
        "本公司保留最终解释权",
        "您不得再以任何方式主张权利",
        "您自愿放弃一切追究的权利",
        "请先撤回投诉",
        "双方再无其他争议",
        "特价商品一律不退",
        "逾期不答复视为您同意",
        "您应保密，否则退还赔偿款",
    ],
)
def test_terms_that_cut_rights_are_found(text: str) -> None:
    assert wording.hits(f"收到款项后，{text}。", wording.UNFAIR)


@pytest.mark.parametrize(
    "text",
    [
        "您不答复不会被视为同意",
        "该产品不能替代药物",
        "销售人员称“保证治愈”，与事实不符",
        "请在最高人民法院公布的名单中查询",
    ],
)
def test_what_is_negated_or_quoted_is_no_hit(text: str) -> None:
    assert wording.hits(text, wording.ABSOLUTE + wording.UNFAIR) == []


@pytest.fixture
def checked(cast: Cast):
    """The marks of a proposal, by the beginning of the check's label."""
    case = f.in_review(cast)
    resolution = Resolution.objects.get(complaint=case)

    def marks(result: dict | None = None, evidence: int = 1, **changes: str) -> dict[str, str]:
        for name, value in changes.items():
            setattr(resolution, name, value)
        found = review_checks.all_of(
            Complaint.objects.get(pk=case.pk), resolution, result or {}, evidence
        )
        return {c.label: c.mark for c in found}

    return marks


def test_evidence_articles_sums_and_remedies_are_marked_by_what_is_there(checked) -> None:
    applies = {
        "status": "applies",
        "signed": True,
        "citations": [{"instrument": "cpl_2013", "article": "55", "paragraph": 1}],
    }
    owed = {
        "remedy": "r",
        "kind": "refund",
        "rule": "x",
        "certain": True,
        "amount": "3980.00",
        "cumulates_with": [],
    }
    good = checked(
        {"rules": [applies], "remedies": [owed]},
        legal_basis=["《中华人民共和国消费者权益保护法》第五十五条第一款"],
        letter=f.LETTER.replace("退还价款", "退还价款 3,980.00 元"),
    )
    assert good.pop("函件逐项答复了争点") == "unk"  # there is none
    assert set(good.values()) == {"ok"}
    poor = checked({"remedies": [{**owed, "amount": "9999.00"}]}, evidence=0, letter="再无任何争议")
    assert poor == {
        "事实已查明，有证据": "unk",
        "所引条文与规则结论一致": "unk",
        "所依据的规则已经法务签署": "ok",
        "金额不低于法律分析的最低额": "no",
        "算式复算一致": "ok",
        "函件写明的金额与方案一致": "unk",
        "函件逐项答复了争点": "unk",
        "争点引用的证据都仍然有效": "ok",
        "没有绝对化承诺或疗效断言": "ok",
        "没有排除、限制消费者权利的内容": "unk",
        "没有激化矛盾的用语": "ok",
        "已告知其他救济途径": "unk",
    }


def test_an_article_of_an_open_rule_is_said_to_be_one(cast: Cast) -> None:
    rule = {
        "status": "open",
        "signed": False,
        "citations": [{"instrument": "civil_code_2020", "article": "148"}],
    }
    case = f.in_review(cast)
    resolution = Resolution.objects.get(complaint=case)
    resolution.legal_basis = ["《民法典》第一百四十八条"]

    def basis(result: dict) -> review_checks.Check:
        return review_checks.all_of(case, resolution, result, 1)[1]

    assert basis({"rules": [rule]}).notes == ("《民法典》第一百四十八条：规则的结论是“待查明”",)
    applying = basis({"rules": [rule, {**rule, "status": "applies"}]})
    assert (applying.mark, applying.notes) == ("ok", ())


def test_draft_rules_under_a_proposal_are_named(cast: Cast) -> None:
    case = f.in_review(cast)
    resolution = Resolution.objects.get(complaint=case)
    rules = current().rules
    carriers = [
        Carrier(rules["cpl.55.1"], ("named",), signed=True),
        Carrier(rules["cpl.24.1"], ("named",), signed=False),
    ]
    check = review_checks.all_of(case, resolution, {}, 1, carriers)[2]
    assert (check.mark, check.figure) == ("unk", "1 / 2")
    assert check.notes == (
        "《消费者权益保护法》第二十四条（质量不符合要求的退货、更换、修理）还是草稿，签署方案时须由您具名承担",
    )


def test_words_that_start_a_quarrel_and_a_letter_in_english_are_looked_at(checked) -> None:
    marks = checked({}, letter="您这是无理取闹。12315、消费者协会、仲裁、法院")
    assert (marks["没有激化矛盾的用语"], marks["已告知其他救济途径"]) == ("unk", "ok")
    english = "Call 12315, ask a consumer association, go to arbitration or to a court."
    assert checked({}, letter=english)["已告知其他救济途径"] == "ok"
    assert checked({}, letter=f"You must wait. {english}")["没有激化矛盾的用语"] == "unk"
