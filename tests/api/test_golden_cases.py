"""Whole sets of facts, through the engine and through the API, to the same remedies and sums."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from legal_rules import rulebook
from tests.api.conftest import Caller, ok, program
from tests.cast import Cast

HERE = Path(settings.BASE_DIR)
CASES = yaml.safe_load((HERE / "tests/legal_rules/vectors.yaml").read_text("utf-8"))["cases"]
REFERENCE = HERE.parent / "shared" / "law" / "test_vectors.yaml"
TODAY = date(2026, 11, 23)


def sums(case: dict[str, Any]) -> dict[str, str]:
    return dict(case.get("amounts", {}))


def expected(case: dict[str, Any], held: set[str], displaced: set[str]) -> None:
    assert set(case.get("holds", [])) <= held
    assert set(case.get("residual", [])) <= held | displaced
    assert not set(case.get("fails", [])) & held


def day_of(case: dict[str, Any]) -> date:
    return date.fromisoformat(case["facts"].get("tx_contract_date", TODAY.isoformat()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_engine_comes_to_the_remedies_of_a_golden_case(case: dict[str, Any]) -> None:
    findings = rulebook.current().findings(case["facts"], day_of(case)).values()
    held = {f.rule.remedy: f for f in findings if f.applies and f.rule.remedy}
    expected(case, set(held), {str(f.rule.remedy) for f in findings if f.displaced_by})
    for remedy, amount in sums(case).items():
        reckoned = held[remedy].amount
        assert reckoned is not None
        assert f"{reckoned.exact:.2f}" == amount


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
@pytest.mark.django_db
def test_the_api_comes_to_the_remedies_of_a_golden_case(cast: Cast, case: dict[str, Any]) -> None:
    caller: Caller = program(cast.agent)
    sent = {"facts": case["facts"], "as_of": day_of(case).isoformat()}
    answer = ok(caller.post("legal/evaluate/", sent))
    held = {r["remedy"]: r for r in answer["remedies"]}
    displaced = {r["remedy"] for r in answer["rules"] if r["status"] == "displaced"}
    expected(case, set(held), displaced)
    for remedy, amount in sums(case).items():
        assert held[remedy]["amount"] == amount


def test_the_golden_cases_are_those_of_the_reference_where_it_is_at_hand() -> None:
    ours = {case["id"]: case["facts"] for case in CASES}
    assert len(ours) == len(CASES) == 27
    vectors = yaml.safe_load(REFERENCE.read_text("utf-8"))["vectors"] if REFERENCE.exists() else []
    for vector in vectors:
        assert ours[vector["id"]] == vector["facts"]
