"""Bad input to the evaluation: a problem that names the fact or field, and what to do."""

from typing import Any

import pytest

from tests.api.conftest import ok, program
from tests.cast import Cast

Body = dict[str, Any]


@pytest.mark.parametrize(
    ("body", "field", "code", "words", "english"),
    [
        (
            {"facts": {"fr_false_statment": True}},
            "facts.fr_false_statment",
            "unknown_fact",
            "是否指 fr_false_statement？",
            "Did you mean fr_false_statement?",
        ),
        (
            {"facts": {"tx_price_paid": 3.5}},
            "facts.tx_price_paid",
            "float_money",
            '"3980.00"',
            "floating-point",
        ),
        (
            {"facts": {"conduct_date": "2026-02-30"}},
            "facts.conduct_date",
            "not_date",
            "请写成 2026-03-01",
            "write it like 2026-03-01",
        ),
        (
            {"facts": {"pi_sensitive": ["无", "身份证件号码"]}},
            "facts.pi_sensitive",
            "conflicting",
            "请删去其中一方",
            "remove one side",
        ),
        (
            {"facts": {"fr_intent": "maybe"}},
            "facts.fr_intent",
            "not_listed",
            "可选：有证据",
            "there is evidence",
        ),
        (
            {"facts": {f"fact_{n}": True for n in range(10_000)}},
            "facts",
            "too_many",
            "最多 500 项",
            "500 at most",
        ),
        (
            {"facts": {}, "as_of": "2026-02-30"},
            "as_of",
            "invalid",
            "写成 2026-03-01",
            "2026-03-01",
        ),
        ({"facts": {}, "as_off": "2026-03-01"}, "as_off", "unknown_field", "as_of", "as_of"),
        ({"facts": ["fr_intent"]}, "facts", "not_a_dict", "事实编号: 值", "fact id: value"),
    ],
)
def test_each_mistake_is_named_with_its_remedy_in_the_callers_language(
    cast: Cast, body: Body, field: str, code: str, words: str, english: str
) -> None:
    caller = program(cast.agent, "legal:read")
    caller.checks = False
    for lang, expected in (("zh-hans", words), ("en", english)):
        answer: Any = caller.post("legal/evaluate/", body, Accept_Language=lang)
        assert answer.status_code == 400
        assert answer["Content-Type"].startswith("application/problem+json")
        [error] = answer.json()["errors"]
        assert error["field"] in (field, field.removeprefix("facts."))
        assert error["code"] == code
        assert expected in error["message"], error


def test_every_wrong_fact_is_named_at_once(cast: Cast) -> None:
    caller = program(cast.agent, "legal:read")
    facts = {"mn_age": -1, "tx_price_paid": 2.5, "nothing": True}
    answer: Any = caller.post("legal/evaluate/", {"facts": facts})
    fields = {error["field"].removeprefix("facts.") for error in answer.json()["errors"]}
    assert fields == set(facts)


def test_what_is_right_is_evaluated(cast: Cast) -> None:
    caller = program(cast.agent, "legal:read")
    facts = {"pr_extra_charge": True, "pr_overpaid": "46.00"}
    found = ok(caller.post("legal/evaluate/", {"as_of": "2026-03-01", "facts": facts}))
    assert {r["remedy"]: r["amount"] for r in found["remedies"]}["price_overpaid"] == "46.00"
