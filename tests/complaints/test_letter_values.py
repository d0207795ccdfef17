"""Every letter with the values of a real case: the telephone fraud, in both languages."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from complaints import letter_occasions, letter_values, letter_writing
from complaints.models import Complaint
from letters import library
from letters.rendering import Rendered, has_marks, render
from letters.template import Template
from letters.variables import examples
from tests import factories as f
from tests.cast import Cast

TEMPLATES = list(library.current().templates.values())
each_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.id)
BASIS = ["《消费者权益保护法》第五十五条第一款"]
pytestmark = pytest.mark.django_db


def rows() -> list[dict[str, str]]:
    due = (timezone.localdate() + timedelta(days=7)).isoformat()
    refund = {"kind": "refund", "amount": "3980.00", "formula": "3980.00", "due": due}
    damages = {"kind": "increased_damages", "amount": "11940.00", "formula": "3,980.00 × 3"}
    return [refund, {**damages, "due": due}]


@pytest.fixture
def case(cast: Cast) -> Complaint:
    consumer = {**f.CONSUMER, "bank_account": "6200000000000000417"}
    claims = ["refund", "increased_damages"]
    return f.resolving(cast, consumer=consumer, claims=claims, title="电话推销承诺疗效")


def everything(case: Complaint, lang: str) -> dict[str, Any]:
    """The values that the occasions of the letters would give, one over the other."""
    proposal = letter_values.of_proposal(case, rows(), BASIS, "外呼人员作了疗效保证。", lang=lang)
    until = timezone.localdate() + timedelta(days=5)
    return {
        **proposal,
        **letter_occasions.of_decline(case, "与本企业无关。", lang),
        **letter_occasions.of_request(case, ["付款凭证"], until, lang=lang),
        **letter_occasions.of_closing(case, lang),
    }


def sound(letter: Rendered) -> None:
    assert letter.unresolved == ()
    for text in (letter.title, letter.subject, letter.markdown, letter.text, letter.sms):
        assert not has_marks(text)
        assert not any(odd in text for odd in ("None", "null", "{{", "}}", "{", "  "))


@each_template
@override_settings(ENTERPRISE_DATA_CONTACT="privacy@example.com")
def test_every_letter_says_the_case_with_all_options_on_and_off(
    case: Complaint, template: Template
) -> None:
    said = everything(case, template.language)
    values = {**examples(template.language), **said}  # what only a person knows is invented
    every = {option.id for option in template.options}
    for options in (every, set[str](), template.usual, letter_writing.fitting(template, values)):
        letter = render(template, values, options)
        sound(letter)
        assert case.number in letter.text
    assert "王测试" not in letter.text
    assert "6200000000000000417" not in letter.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_resolution_says_refund_and_increased_damages_by_itself(
    case: Complaint, lang: str
) -> None:
    values = letter_values.of_proposal(case, rows(), BASIS, "外呼人员作了疗效保证。", lang=lang)
    template = library.current().template("resolution", lang)
    options = letter_writing.offered(template, values, {"refund", "increased_damages"})
    letter = render(template, values, options)
    sound(letter)
    assert {"increased_damages", "total", "payee", "evidence"} <= set(options)
    back = letter_writing.offered(template, values, {"refund", "original_channel"})
    assert "original_channel" in back
    assert "payee" not in back
    for words in ("3,980.00", "11,940.00", "15,920.00", "0417", BASIS[0]):
        assert words in letter.text
    assert ("尊敬的王先生/女士" if lang == "zh" else "Dear customer") in letter.text
    assert ("增加赔偿" if lang == "zh" else "Increased damages") in letter.text
    assert values["total"] == Decimal("15920.00")


@pytest.mark.parametrize(
    ("basis", "ticked"),
    [
        (["《消费者权益保护法》第五十五条第一款", "《民法典》第一百四十八条"], "increased_damages"),
        (["《民法典》第一百四十八条"], None),
        (["《食品安全法》第三十四条", "《食品安全法》第一百四十八条第二款"], "food_damages"),
        (["Consumer Law, Article 55(1)", "Civil Code, Article 148"], "increased_damages"),
        (["Food Safety Law, Article 148(2)"], "food_damages"),
        (["Civil Code, Article 148"], None),
    ],
)
def test_increased_damages_are_explained_by_the_law_they_rest_on(
    case: Complaint, basis: list[str], ticked: str | None
) -> None:
    lang = "en" if basis[0].isascii() else "zh"
    values = letter_values.of_proposal(case, rows(), basis, "查明。", lang=lang)
    template = library.current().template("resolution", lang)
    options = set(letter_writing.offered(template, values, {"refund", "increased_damages"}))
    assert options & {"increased_damages", "food_damages"} == ({ticked} if ticked else set())


def test_what_is_not_known_is_not_in_the_values(cast: Cast) -> None:
    case = f.registered(cast, price_paid=None, consumer={"name": "", "phone": "12012345678"})
    values = letter_values.of_proposal(case, [], [], "")
    unknown = {"price", "payee", "salutation", "measures", "total", "findings", "data_contact"}
    assert not unknown & set(values)
    assert not any(value in (None, "", []) for value in values.values())
    letter = render(library.current().template("resolution", "zh"), values, ())
    assert "尊敬的消费者" in letter.text
    assert {"measures", "findings", "legal_basis"} <= set(letter.unresolved)


def test_a_case_that_is_only_registered_names_the_day_of_the_answer(cast: Cast) -> None:
    case = f.registered(cast)
    before = letter_values.of_case(case)["reply_by"]
    accepted = f.step(case, "accept", cast.agent)
    after = letter_values.of_case(accepted)["reply_by"]
    assert "年" in before
    assert "年" in after


@override_settings(ENTERPRISE_CONTACT="400-000-0000")
def test_the_enterprise_says_how_it_is_reached(cast: Cast) -> None:
    values = letter_values.of_case(f.registered(cast))
    letter = letter_writing.written("acknowledgement", values)
    assert "400-000-0000" in letter.letter.text
    assert not letter.signed
    assert letter.made_of["draft"]
    assert "safety" not in letter.options
