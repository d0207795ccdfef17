"""The HTTP door and the start-up check. No database."""

import json

import pytest
from django.core.checks import run_checks
from django.utils import translation
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIRequestFactory

from legal_rules import rulebook
from legal_rules.api import views
from legal_rules.api.serializers import EvaluateSerializer, checked
from legal_rules.reasoning.source import LawError

pytestmark = pytest.mark.django_db  # which rules are signed

OPEN_DOOR = {"authentication_classes": [], "permission_classes": [], "throttle_classes": []}
FACTS = {"tx_living_consumption": True, "fraud": True, "tx_price_paid": "200.00"}


def evaluate(body):
    request = APIRequestFactory().post("/", body, format="json")
    return views.EvaluateView.as_view(**OPEN_DOOR)(request)


def test_facts_are_evaluated():
    answer = evaluate({"as_of": "2026-03-01", "facts": FACTS})
    assert answer.status_code == 200
    assert answer.data["as_of"] == "2026-03-01"
    assert {r["remedy"]: r["amount"] for r in answer.data["remedies"]}["fraud_triple"] == "600.00"


def test_every_wrong_fact_is_named_with_its_sentence_and_code():
    with pytest.raises(ValidationError) as refused:
        checked(
            {"tx_price_paid": 1.5, "mn_age": -1, "nothing": 1, "fr_intent": "有证据"}, "zh-hans"
        )
    errors = refused.value.detail
    assert set(errors) == {"tx_price_paid", "mn_age", "nothing"}
    assert errors["mn_age"][0].code == "negative"
    assert "不能为负数" in errors["mn_age"][0]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"facts": []}, "facts"),
        ({}, "facts"),
        ({"facts": {}, "as_of": "yesterday"}, "as_of"),
        ({"facts": {}, "category": "weather"}, "category"),
        ({"facts": {"nothing": True}}, "nothing"),
    ],
)
def test_a_bad_request_names_the_field(body, field):
    form = EvaluateSerializer(data=body)
    assert not form.is_valid()
    assert field in form.errors


def test_an_omitted_fact_and_null_are_the_same_unknown():
    with_null = evaluate({"as_of": "2026-03-01", "facts": {**FACTS, "fr_intent": None}})
    assert with_null.data == evaluate({"as_of": "2026-03-01", "facts": FACTS}).data


@pytest.mark.parametrize("view", [views.FactsView, views.RulesView])
def test_vocabulary_and_rules_can_be_read_in_both_languages(view):
    read = {}
    for lang in ("zh-hans", "en"):
        with translation.override(lang):
            answer = view.as_view(**OPEN_DOOR)(APIRequestFactory().get("/"))
        assert answer.data["rule_set"] == "2026.11"
        read[lang] = json.dumps(answer.data, ensure_ascii=False)
    assert read["en"] != read["zh-hans"]


def test_why_a_rule_reaches_back_is_said_in_the_language_asked_for():
    basis = rulebook.current().rules["cpl.29.3"].versions[0].basis
    for lang in ("zh-hans", "en"):
        with translation.override(lang):
            answer = views.RulesView.as_view(**OPEN_DOOR)(APIRequestFactory().get("/"))
        [card] = [rule for rule in answer.data["rules"] if rule["id"] == "cpl.29.3"]
        assert card["versions"][0]["basis"] == basis.in_(lang)


def test_every_view_names_its_scope():
    assert views.EvaluateView.scopes == {"POST": "legal:read"}
    assert views.FactsView.scopes == views.RulesView.scopes == {"GET": "legal:read"}


def test_the_start_up_check_is_silent_while_every_example_holds():
    assert run_checks(tags=["legal_rules"], include_deployment_checks=True) == []


def test_the_start_up_check_speaks_when_a_file_of_law_is_broken(monkeypatch):
    def broken():
        raise LawError("statutes/cpl/55_1.yaml", 7, "said_twice", key="colour")

    monkeypatch.setattr(rulebook, "current", broken)
    [error] = run_checks(tags=["legal_rules"], include_deployment_checks=True)
    assert error.id == "legal_rules.E001"
    assert "55_1.yaml:7" in error.msg
