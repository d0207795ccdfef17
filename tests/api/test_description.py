"""The OpenAPI description is complete, and its page runs under the Content-Security-Policy."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from tests.api.contract import description, problems
from tests.walks.routes import all_routes

WRITES = ("post", "put", "patch")


def calls() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, call)
        for path, ways in description()["paths"].items()
        for method, call in ways.items()
    ]


def test_it_is_valid_and_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_every_address_of_the_api_is_described() -> None:
    ours = {r.pattern for r in all_routes() if r.pattern.startswith("/api/v1/")}
    assert ours == set(description()["paths"])
    assert description()["openapi"] == "3.1.0"


def test_every_call_has_a_summary_an_answer_and_its_refusals() -> None:
    wrong = []
    for method, path, call in calls():
        good = [c for code, c in call["responses"].items() if code.startswith("2")]
        shaped = all("content" in c or "204" in call["responses"] for c in good)
        if not (call.get("summary") and good and (shaped or path.endswith("/confirm/"))):
            wrong.append(f"{method} {path}: summary or answer")
        expected = {"400", "401", "403", "429"} | ({"404"} if "{" in path else set())
        expected |= {"409", "413", "415"} if method != "get" else set()
        expected |= {"422"} if method == "post" else set()
        expected |= {"412"} if method != "get" and "{number}" in path else set()
        if not expected <= set(call["responses"]):
            wrong.append(f"{method} {path}: {expected - set(call['responses'])} not described")
        if method in WRITES and "requestBody" not in call:
            wrong.append(f"{method} {path}: what is sent")
    assert not wrong, "\n".join(wrong)


def test_names_of_calls_are_unique_and_both_ways_in_are_described() -> None:
    names = [call["operationId"] for _m, _p, call in calls()]
    assert len(names) == len(set(names))
    assert set(description()["components"]["securitySchemes"]) == {"key", "session"}
    assert all({"session": []} in call["security"] for _m, _p, call in calls())


def test_each_example_fits_its_own_shape() -> None:
    seen = 0
    for method, path, call in calls():
        for kind in call.get("requestBody", {}).get("content", {}).values():
            for name, example in kind.get("examples", {}).items():
                wrong = problems(kind["schema"], example["value"])
                assert not wrong, f"{method} {path} {name}: {wrong}"
                seen += 1
    assert seen >= 10


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("application/yaml", "application/yaml"),
    ],
)
@pytest.mark.django_db
def test_it_is_open_and_comes_as_asked(accept: str, kind: str) -> None:
    answer = Client().get("/api/schema/", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, kind)
    assert yaml.safe_load(answer.content)["info"]["title"] == "Kesu 客诉 API"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_shows_every_call_with_its_fields(language: str) -> None:
    page = Client().get("/api/docs/", headers={"Accept-Language": language})
    text = page.content.decode()
    assert page.status_code == 200
    assert not [c["operationId"] for _m, _p, c in calls() if f'id="{c["operationId"]}"' not in text]
    assert "consumer.phone" in text
    assert "measures[].kind" in text
    assert "telesales_fraud" in text
    assert "unsafe" not in page["Content-Security-Policy"]
